"""Small relatives of the embedded model: other sizes and families, trained for this app on the same text.

    python -m training.relatives bert-tiny --data PACKED --taught TAUGHT --embeddings bertviz_app/embedded --out RUN/bert-tiny --steps N

    bert-tiny, bert-mini   Turc et al., Well-Read Students Learn Better (2019), table 1: their shapes; masked words and next sentence
    distilbert             Sanh et al., DistilBERT (2019): no segments and no next sentence; two layers of 256
    electra                Clark et al., ELECTRA (2020): a discriminator, which tells for each token whether it is the one that stood there

Those that fill in words learn from what the teacher says (see distil.py). The discriminator reads text in which the hidden words were filled in by
a draw from the teacher's distribution: ELECTRA's generator (section 2), but one that need not run beside it.

All begin with the embeddings of a larger model, turned to their principal axes and cut there: of all projections to so few dimensions this one
keeps most of what tells words apart (Pearson 1901). What is written is a folder that plain transformers opens.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForPreTraining,
    DistilBertConfig,
    DistilBertForMaskedLM,
    ElectraConfig,
    ElectraForPreTraining,
    PretrainedConfig,
    PreTrainedModel,
)  # fmt: skip

from training.corpus import Corpus
from training.distil import Lesson, Taught, taught_losses
from training.examples import IGNORED, Batch, TextExamples
from training.measure import cloze_scores, held_out_pairs, short_pieces, told_apart, word_score
from training.network import SharedEncoder
from training.precision import autocast
from training.prepare import TOKENIZER
from training.replaced import filled_in, replaced_loss, replaced_scores
from training.run import Run, Schedule, Scores

SEED = 41
WEIGHT_DECAY = 0.01
MEASURED = 640  # held-out pieces, and pairs
TAUGHT_BATCHES = 2  # in a step
PAIRS = 16  # in a step, of those that are asked for the next sentence
EMBEDDINGS = "bert.embeddings.word_embeddings.weight"  # in the file of the larger model
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


@dataclass(frozen=True)
class Row:
    """One relative: its class and shape in transformers, and, where it fills in words, its head: rows [place, d_model] → logits [place, vocab]."""

    network: type[PreTrainedModel]
    config: PretrainedConfig
    head: Callable[[Any, torch.Tensor], torch.Tensor] | None = None
    is_asked_for_next: bool = False


def _bert_words(network: Any, rows: torch.Tensor) -> torch.Tensor:
    logits: torch.Tensor = network.cls.predictions(rows)
    return logits


def _distilbert_words(network: Any, rows: torch.Tensor) -> torch.Tensor:
    logits: torch.Tensor = network.vocab_projector(network.vocab_layer_norm(network.activation(network.vocab_transform(rows))))
    return logits


def _bert(size: int, n_layers: int, n_heads: int) -> BertConfig:
    return BertConfig(
        hidden_size=size, num_hidden_layers=n_layers, num_attention_heads=n_heads, intermediate_size=4 * size, **NO_DROPOUT
    )  # fmt: skip


ROWS: Mapping[str, Row] = {
    "bert-tiny": Row(BertForPreTraining, _bert(128, 2, 2), _bert_words, is_asked_for_next=True),
    "bert-mini": Row(BertForPreTraining, _bert(256, 4, 4), _bert_words, is_asked_for_next=True),
    "distilbert": Row(
        DistilBertForMaskedLM,
        DistilBertConfig(dim=256, n_layers=2, n_heads=4, hidden_dim=1024, dropout=0.0, attention_dropout=0.0),
        _distilbert_words,
    ),
    "electra": Row(
        ElectraForPreTraining,
        ElectraConfig(
            embedding_size=128, hidden_size=256, num_hidden_layers=4, num_attention_heads=4, intermediate_size=1024, **NO_DROPOUT
        ),
    ),
}  # fmt: skip


class Relative(nn.Module):  # type: ignore[misc]  # torch is unknown to the type checker
    """A network of the table, in training."""

    def __init__(self, row: Row, embeddings: torch.Tensor) -> None:
        """Random but for the embeddings of words: those of a larger model [vocab, d_larger], cut to the size of this one."""
        super().__init__()
        self.row = row
        self.network = row.network._from_config(row.config, attn_implementation="eager")
        own = self.network.get_input_embeddings().weight
        with torch.no_grad():
            own.copy_(principal(embeddings.float(), own.shape[1]) * own.std() / embeddings.std())

    def read(self, batch: Batch, ids: torch.Tensor | None = None) -> Any:
        """What the encoder returns; other `ids` [row, position] than the batch's may be read in their place."""
        device = self.network.device
        inputs = {
            "attention_mask": torch.from_numpy(batch.mask),
            "input_ids": torch.from_numpy(batch.ids) if ids is None else ids,
        }
        if getattr(self.row.config, "type_vocab_size", 0):
            inputs["token_type_ids"] = torch.from_numpy(batch.segments)
        return self.network.base_model(**{name: tensor.to(device) for name, tensor in inputs.items()})

    def word_logits(self, batch: Batch) -> torch.Tensor:
        """Logits over the vocabulary, [place, vocab], at the places that `batch.labels` asks for, row by row."""
        assert self.row.head is not None, "a discriminator fills in nothing"
        hidden = self.read(batch).last_hidden_state
        return self.row.head(self.network, hidden[torch.from_numpy(batch.labels).to(hidden.device) != IGNORED])

    def text_losses(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Masked words and next sentence of pairs: mean cross-entropies in nats."""
        assert self.row.head is not None and batch.next_labels is not None
        output = self.read(batch)
        labels = torch.from_numpy(batch.labels).to(self.network.device)
        asked = labels != IGNORED
        is_next = self.network.cls.seq_relationship(output.pooler_output).float()
        return {
            "words": cross_entropy(self.row.head(self.network, output.last_hidden_state[asked]).float(), labels[asked]),
            "next": cross_entropy(is_next, torch.from_numpy(batch.next_labels).to(self.network.device)),
        }

    def next_logits(self, batch: Batch) -> torch.Tensor:
        """[row, 2]: that B follows A, that it does not."""
        logits: torch.Tensor = self.network.cls.seq_relationship(self.read(batch).pooler_output)
        return logits

    def replaced_logits(self, batch: Batch, ids: torch.Tensor) -> torch.Tensor:
        """[row, position]: how much each of these ids looks replaced; below 0 it looks original."""
        logits: torch.Tensor = self.network.discriminator_predictions(self.read(batch, ids).last_hidden_state)
        return logits

    def save(self, folder: Path) -> None:
        """A folder with its tokenizer: fp16 on disk, float32 in memory."""
        folder.mkdir(parents=True, exist_ok=True)
        tied = {name for name in self.network.all_tied_weights_keys if name in self.network.state_dict()}
        tensors = {n: t.half().contiguous() for n, t in self.network.state_dict().items() if n not in tied}
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        config = self.row.config.to_dict() | {"architectures": [self.row.network.__name__], "dtype": "float32"}
        config.pop("transformers_version", None)
        (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
        for name in TOKENIZER_FILES:
            shutil.copyfile(TOKENIZER / name, folder / name)


def principal(rows: torch.Tensor, size: int) -> torch.Tensor:
    """Rows [n, d] in the `size` directions along which they differ most: [n, size].

    >>> rows = torch.tensor([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> principal(rows, 1).abs().round(decimals=3).flatten().tolist()
    [3.0, 3.0, 0.0, 0.0]
    """
    centred = rows - rows.mean(dim=0)
    _, directions = torch.linalg.eigh(centred.T @ centred)  # ascending
    result: torch.Tensor = centred @ directions.flip(1)[:, :size]
    return result


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
    parser.add_argument("--data", type=Path, required=True, help="what training.prepare wrote")
    parser.add_argument("--taught", type=Path, required=True, help="what training.distil wrote")
    parser.add_argument("--embeddings", type=Path, default=TOKENIZER, help="a folder of a larger BERT with the same vocabulary")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--fall", type=int, default=0, help="over how many of the last steps the learning rate falls to zero")
    parser.add_argument("--rate", type=float, default=1e-3, help="the highest learning rate")
    parser.add_argument("--every", type=int, default=500, help="steps between scores")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    embeddings = load_file(arguments.embeddings / "model.safetensors")[EMBEDDINGS]
    model = Relative(ROWS[arguments.name], embeddings).train()
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    train(model, arguments)


def train(model: Relative, arguments: argparse.Namespace) -> None:
    """From the last checkpoint, if there is one, to the last step; each time scores are logged the model is written too."""
    groups = [
        {
            "params": [p for p in model.parameters() if (p.ndim > 1) == is_matrix],
            "weight_decay": WEIGHT_DECAY if is_matrix else 0.0,
        }
        for is_matrix in (True, False)
    ]
    schedule = Schedule(arguments.rate, arguments.steps, arguments.fall)
    run = Run(model, torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True), schedule, arguments.out)

    def score() -> Scores:
        run.mean.save(arguments.out / "model")
        return scores(run.mean, arguments.data)

    run.go(Lessons(model, arguments.data, arguments.taught), score, arguments.every)


if __name__ == "__main__":
    main()
