"""How much a word's vector owes to its context, layer by layer, and what of that any two words would show.

    SelfSim(w)  = mean over pairs of places j ≠ k of cos(f_j, f_k)          −1 to 1; 1 where context changes nothing
    IntraSim(s) = mean over the words i of a sentence of cos(s̄, f_i), s̄ = mean of f_i      −1 to 1
    MEV(w)      = σ₁² / Σ_i σ_i², σ the singular values of [place, d_model]  the share of the best single vector; 1/n to 1
    baseline    = mean of cos(f_x, f_y) over random words x, y of different sentences
    adjusted    = measure − baseline                                        for MEV: − MEV of as many random words

f is a word's vector at a layer, the mean over its pieces. Vectors of one layer all point much the same way (anisotropy), so that a
cosine of 0.9 may be what any two words have: the baseline says so, and is taken off.

Source: K. Ethayarajh, How contextual are contextualized word representations? (2019), sections 3.2 (measures) and 3.3 (adjusting for
anisotropy). There the vectors are uniformly sampled from a large corpus; here they are the words of the bundled sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertviz_app.records.forward import Floats, Integers

PAIRS = 1_000  # of random words, as many as in the paper
DRAWS = 20  # sets of random words, for MEV
POOL = 100  # random words that these sets are drawn from
SEED = 0

METHOD = (
    "A word’s vector $f$ at a layer is the mean over its pieces. "
    r"*Self-similarity*: the mean of $\cos(f_j, f_k)$ over every two places $j \neq k$ of the word; 1 where context changes nothing. "
    r"*Intra-sentence similarity*: the mean of $\cos(\bar s, f_i)$ over the words $i$ of a sentence, $\bar s$ their mean vector; here "
    "the mean over these sentences. *Maximum explainable variance*: "
    r"$\sigma_1^2 / \sum_i \sigma_i^2$ of the places’ vectors, how much of them one single vector could stand for. "
    "Any two vectors of a layer point much the same way. So the *baseline* is taken off: "
    f"the mean cosine of {PAIRS:,} pairs of random words from different sentences of the bundled sample (seed {SEED}); for the variance, that "
    f"of as many random words, the mean of {DRAWS} draws. Source: K. Ethayarajh (2019), sections 3.2 and 3.3, who samples from a large corpus: "
    "the sample here is small, forty plain sentences written for this program and under its licence. A word that stands twice in a sentence counts twice."
)


@dataclass(frozen=True, eq=False)
class Measures:
    """The three measures at each state, 0 the embeddings: as measured, or with the baseline taken off. Each [layer + 1]."""

    own: Floats
    intra: Floats
    explained: Floats


@dataclass(frozen=True, eq=False)
class Baseline:
    """What random words show.

    cosine    [layer + 1]               mean over `n_pairs` pairs of different sentences
    products  [layer + 1, word, word]   dot products of some random words, from which sets are drawn
    """

    cosine: Floats
    products: Floats
    n_pairs: int
    n_words: int
    n_texts: int

    def explained(self, n: int) -> Floats:
        """[layer + 1] the maximum explainable variance of n random words, the mean of some draws."""
        random = np.random.default_rng(SEED)
        n_pool = self.products.shape[-1]
        draws = np.stack([random.permutation(n_pool)[: min(n, n_pool)] for _ in range(DRAWS)])
        # [layer + 1, draw, word, word] → [layer + 1, draw]
        shares = _first_share(self.products[:, draws[:, :, None], draws[:, None, :]])
        result: Floats = shares.mean(axis=-1)
        return result


def self_similarity(vectors: Floats) -> Floats:
    """The mean cosine of every two places of a word: [place, layer + 1, d_model], at least two places → [layer + 1].

    >>> [f"{mean:.4f}" for mean in self_similarity(np.array([[[1.0, 0.0]], [[1.0, 1.0]]]))]
    ['0.7071']
    """
    n, unit = len(vectors), _unit(vectors)
    # ‖Σ u‖² is the sum over all pairs, those of a place with itself among them.
    pairs = (unit.sum(axis=0) ** 2).sum(axis=-1) - (unit**2).sum(axis=(0, -1))
    return np.clip(pairs / (n * n - n), -1, 1).astype(np.float32)


def intra_similarity(vectors: Floats) -> Floats:
    """The mean cosine of a sentence's words with their mean: [word, layer + 1, d_model] → [layer + 1]."""
    mean = _unit(vectors.astype(np.float64).mean(axis=0))
    return np.clip((_unit(vectors) * mean).sum(axis=-1).mean(axis=0), -1, 1).astype(np.float32)


def explainable_variance(vectors: Floats) -> Floats:
    """The share of the best single vector: [place, layer + 1, d_model] → [layer + 1]."""
    rows = vectors.astype(np.float64).swapaxes(0, 1)  # [layer + 1, place, d_model]
    return _first_share(rows @ rows.swapaxes(1, 2))


def measured(vectors: Floats, intra: Floats) -> Measures:
    """Of one word: its places [place, layer + 1, d_model], and the intra-sentence similarity of its sentences [sentence, layer + 1]."""
    return Measures(self_similarity(vectors), intra.mean(axis=0), explainable_variance(vectors))


def adjusted(measures: Measures, baseline: Baseline, n_places: int) -> Measures:
    """The same without what random words show."""
    return Measures(
        measures.own - baseline.cosine,
        measures.intra - baseline.cosine,
        measures.explained - baseline.explained(n_places),
    )


def random_pairs(texts: Integers, n: int = PAIRS, seed: int = SEED) -> Integers:
    """At most n random pairs of words of different texts: `texts` [word] says which text each is of → [pair, 2]."""
    drawn = np.random.default_rng(seed).integers(len(texts), size=(2 * n, 2))
    return drawn[texts[drawn[:, 0]] != texts[drawn[:, 1]]][:n]


def mean_cosine(vectors: Floats, pairs: Integers) -> Floats:
    """The mean cosine of some pairs of words: [word, layer + 1, d_model], [pair, 2] → [layer + 1]."""
    unit = _unit(vectors)
    total = np.zeros(vectors.shape[1])
    for first, second in pairs:  # one by one: all at once would be gigabytes for a large model
        total += (unit[first] * unit[second]).sum(axis=-1)
    result: Floats = (total / len(pairs)).astype(np.float32)
    return result


def baseline(vectors: Floats, texts: Integers) -> Baseline:
    """What random words of some texts show: their vectors [word, layer + 1, d_model], and which text each is of [word]."""
    pairs = random_pairs(texts)
    pool = vectors[np.random.default_rng(SEED).permutation(len(vectors))[:POOL]].swapaxes(0, 1)  # [layer + 1, word, d_model]
    return Baseline(
        cosine=mean_cosine(vectors, pairs),
        products=pool @ pool.swapaxes(1, 2),
        n_pairs=len(pairs),
        n_words=len(vectors),
        n_texts=len(np.unique(texts)),
    )


def _unit(vectors: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    rows = vectors.astype(np.float64)
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: NDArray[np.float64] = rows / np.where(norms > 0, norms, 1)
    return unit


def _first_share(products: NDArray[np.floating[Any]]) -> Floats:
    """σ₁² / Σ σ_i² from the dot products [..., place, place] → [...]."""
    values = np.linalg.eigvalsh(products.astype(np.float64)).clip(0)
    totals = values.sum(axis=-1)
    share: Floats = (values[..., -1] / np.where(totals > 0, totals, 1)).astype(np.float32)
    return share
