"""Scores on running text: how many masked words come first, and how many pairs are told apart."""

from __future__ import annotations

import numpy as np
import torch

from training.corpus import Corpus
from training.examples import IGNORED, Batch, TextExamples
from training.network import SharedEncoder

SEED = 3
LONGEST = 80  # tokens of a pair


def held_out_pairs(corpus: Corpus, n: int) -> list[Batch]:
    """The same n pairs of held-out text every time, each source by its share, 15 % of the words masked; batches of 32."""
    examples = TextExamples(corpus, measuring=True)
    starts = range(0, n, 32)
    sizes = [min(32, n - start) for start in starts]
    rngs = [np.random.default_rng((SEED, start)) for start in starts]
    return [examples.pairs(rng, size, longest=LONGEST, shorter=0) for rng, size in zip(rngs, sizes, strict=True)]


@torch.inference_mode()
def text_scores(model: SharedEncoder, batches: list[Batch]) -> dict[str, float]:
    """Shares of the masked words whose likeliest word is the right one, and of the pairs that are told apart."""
    right, asked, told, pairs = 0, 0, 0, 0
    for batch in batches:
        hidden, pooled = model.read(batch)
        labels = torch.from_numpy(batch.labels).to(hidden.device)
        places = labels != IGNORED
        right += int((model.pretraining.cls.predictions(hidden[places]).argmax(dim=-1) == labels[places]).sum())
        asked += int(places.sum())
        if batch.next_labels is not None:
            said = model.pretraining.cls.seq_relationship(pooled).argmax(dim=-1).cpu().numpy()
            told += int((said == batch.next_labels).sum())
            pairs += len(said)
    return {"masked_words": right / asked, "next_sentence": told / pairs}


def quick_scores(model: SharedEncoder, heldout: Corpus) -> dict[str, float]:
    """The same on few pairs: enough to see the curve rise."""
    model.eval()
    with torch.autocast("cuda" if torch.cuda.is_available() else "cpu", torch.bfloat16):
        scores = text_scores(model, held_out_pairs(heldout, 320))
    model.train()
    return {name: round(score, 4) for name, score in scores.items()}
