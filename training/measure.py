"""Scores on text: how many masked words come first, how many pairs are told apart, and how the sixty everyday sentences are filled in.

What fills in words is a function from a batch to logits [place, vocab], at the places that the batch asks for: teacher and student are measured alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from training.cloze import Cloze, sentences
from training.corpus import Corpus
from training.distil import FillIn
from training.examples import IGNORED, MASK, Batch, TextExamples
from training.network import SharedEncoder
from training.precision import autocast

SEED = 3
LONGEST = 80  # tokens of a pair, or of a piece


def held_out_pairs(corpus: Corpus, n: int) -> list[Batch]:
    """The same n pairs of held-out text every time, each source by its share, 15 % of the words masked; batches of 32."""
    examples = TextExamples(corpus, measuring=True)
    starts = range(0, n, 32)
    sizes = [min(32, n - start) for start in starts]
    rngs = [np.random.default_rng((SEED, start)) for start in starts]
    return [examples.pairs(rng, size, longest=LONGEST, shorter=0) for rng, size in zip(rngs, sizes, strict=True)]


def short_pieces(corpus: Corpus, n: int) -> list[Batch]:
    """The same n pieces of one to three held-out sentences every time, 15 % of the words masked; batches of 48."""
    examples = TextExamples(corpus, measuring=True)
    return [
        examples.pieces(np.random.default_rng((SEED, start)), min(48, n - start), longest=LONGEST) for start in range(0, n, 48)
    ]


@torch.inference_mode()
def word_score(fill_in: FillIn, batches: list[Batch]) -> float:
    """The share of the masked words whose likeliest word is the right one."""
    right = [fill_in(batch).argmax(dim=-1).cpu().numpy() == batch.labels[batch.labels != IGNORED] for batch in batches]
    return float(np.concatenate(right).mean())


@torch.inference_mode()
def cloze_scores(fill_in: FillIn, tokenizer: Any, asked: Sequence[Cloze] | None = None) -> dict[str, float]:
    """Shares of the sixty, or of other sentences, whose likeliest word, or one of the five likeliest, is one that fits."""
    asked = sentences() if asked is None else asked
    read = tokenizer([cloze.text for cloze in asked], padding=True, return_tensors="np")
    ids, mask = read["input_ids"].astype(np.int64), read["attention_mask"].astype(np.int64)
    labels = np.where(ids == MASK, MASK, IGNORED)  # the label is not used: it says where to fill in
    likeliest = fill_in(Batch(ids, np.zeros_like(ids), mask, labels)).topk(5).indices.tolist()
    words = [tokenizer.convert_ids_to_tokens(row) for row in likeliest]
    pairs = list(zip(words, asked, strict=True))
    return {
        "everyday sentences, top 5": float(np.mean([any(word in cloze.words for word in five) for five, cloze in pairs])),
        "everyday sentences, top 1": float(np.mean([five[0] in cloze.words for five, cloze in pairs])),
    }


@torch.inference_mode()
def told_apart(next_logits: FillIn, batches: list[Batch]) -> float:
    """The share of the pairs of which it is rightly said whether B follows A; `next_logits` gives [row, 2]."""
    right = [next_logits(batch).argmax(dim=-1).cpu().numpy() == batch.next_labels for batch in batches]
    return float(np.concatenate(right).mean())


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


def quick_scores(model: SharedEncoder, heldout: Corpus, tokenizer: Any) -> dict[str, float]:
    """The same on few pairs, and the sixty: enough to see the curve rise."""
    model.eval()
    with autocast():
        scores = text_scores(model, held_out_pairs(heldout, 320)) | cloze_scores(model.word_logits, tokenizer)
    model.train()
    return {name: round(score, 4) for name, score in scores.items()}
