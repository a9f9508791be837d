"""Small relatives of the embedded model: other sizes and families, trained for this app on the same text.

    python -m training.relatives bert-tiny --data PACKED --taught TAUGHT --embeddings bertviz_app/embedded --out RUN/bert-tiny --steps N

    bert-tiny, bert-mini   Turc et al., Well-Read Students Learn Better (2019), table 1: their shapes; masked words and next sentence
    distilbert             Sanh et al., DistilBERT (2019): no segments and no next sentence; two layers of 256
    electra                Clark et al., ELECTRA (2020): a discriminator, which tells for each token whether it is the one that stood there

Those that fill in words learn from what the teacher says (see distil.py). The discriminator reads text in which the hidden words were filled in by
a draw from the teacher's distribution: ELECTRA's generator (section 2), but one that need not run beside it.

Their networks are in small_networks.py. What is written is a folder that plain transformers opens.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

from training.corpus import Corpus
from training.distil import Lesson, Taught, taught_losses
from training.examples import TextExamples
from training.measure import cloze_scores, held_out_pairs, short_pieces, told_apart, word_score
from training.network import SharedEncoder
from training.precision import autocast
from training.prepare import TOKENIZER
from training.replaced import filled_in, replaced_loss, replaced_scores
from training.run import Run, Schedule, Scores, adam, add_arguments, decaying
from training.small_networks import ROWS, Relative

SEED = 41
MEASURED = 640  # held-out pieces, and pairs
TAUGHT_BATCHES = 2  # in a step
PAIRS = 16  # in a step, of those that are asked for the next sentence
EMBEDDINGS = "bert.embeddings.word_embeddings.weight"  # in the file of the larger model


class Lessons:
    """The losses of each step."""

    def __init__(self, model: Relative, data: Path, taught: Path) -> None:
        self._model, self._taught = model, Taught.open(taught)
        self._text = TextExamples(Corpus.open(data / "text.npz")) if model.row.is_asked_for_next else None

    def __call__(self, step: int) -> tuple[dict[str, float], int]:
        """Add the gradients of one step; returns each loss in nats and how many tokens were read."""
        rng, seen, n_tokens = np.random.default_rng((SEED, step)), dict[str, float](), 0
        for lesson in self._taught.draw(rng, TAUGHT_BATCHES):
            n_tokens += lesson.batch.n_tokens
            self._down(seen, lambda lesson: self._lesson_losses(lesson, rng), lesson)
        if self._text is not None:
            batch = self._text.pairs(rng, PAIRS, longest=80)
            n_tokens += batch.n_tokens
            self._down(seen, self._model.text_losses, batch)
        return seen, n_tokens

    def _lesson_losses(self, lesson: Lesson, rng: np.random.Generator) -> dict[str, torch.Tensor]:
        if self._model.row.head is None:
            return {"replaced": replaced_loss(self._model.replaced_logits, lesson, filled_in(lesson, rng))}
        return taught_losses(self._model.word_logits(lesson.batch), lesson)

    @staticmethod
    def _down(seen: dict[str, float], losses_of: Callable[[Any], dict[str, torch.Tensor]], asked: Any) -> None:
        with autocast():
            losses = losses_of(asked)
        sum(losses.values()).backward()
        seen |= {name: loss.item() for name, loss in losses.items()}


@torch.inference_mode()
def scores(model: Relative, data: Path) -> Scores:
    """On held-out text: masked words, the sixty, next sentence where it is asked for; of a discriminator what it tells of the embedded model's words."""
    heldout = Corpus.open(data / "heldout.npz")
    with autocast():
        if model.row.head is None:
            generator = SharedEncoder.start_from(TOKENIZER).eval().to(model.network.device)
            found = replaced_scores(model.replaced_logits, generator.word_logits, short_pieces(heldout, MEASURED))
            return {name: round(score, 4) for name, score in found.items()}
        found = {"masked_words": word_score(model.word_logits, short_pieces(heldout, MEASURED))}
        found |= cloze_scores(model.word_logits, AutoTokenizer.from_pretrained(TOKENIZER))
        if model.row.is_asked_for_next:
            found["next_sentence"] = told_apart(model.next_logits, held_out_pairs(heldout, MEASURED))
    return {name: round(score, 4) for name, score in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=ROWS)
    parser.add_argument("--taught", type=Path, required=True, help="what training.distil wrote")
    parser.add_argument("--embeddings", type=Path, default=TOKENIZER, help="a folder of a larger BERT with the same vocabulary")
    add_arguments(parser, rate=1e-3, every=500)
    parser.add_argument("--fall", type=int, default=0, help="over how many of the last steps the learning rate falls to zero")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    embeddings = load_file(arguments.embeddings / "model.safetensors")[EMBEDDINGS]
    model = Relative(ROWS[arguments.name], embeddings).train()
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    train(model, arguments)


def train(model: Relative, arguments: argparse.Namespace) -> None:
    """From the last checkpoint, if there is one, to the last step; each time scores are logged the model is written too."""
    schedule = Schedule(arguments.rate, arguments.steps, arguments.fall)
    run = Run(model, adam(decaying(model.parameters())), schedule, arguments.out)

    def score() -> Scores:
        run.mean.save(arguments.out / "model")
        return scores(run.mean, arguments.data)

    run.go(Lessons(model, arguments.data, arguments.taught), score, arguments.every)


if __name__ == "__main__":
    main()
