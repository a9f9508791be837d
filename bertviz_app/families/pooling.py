"""How one vector is made of a text: what a sentence-transformers folder says of it, and what is done where nobody says anything.

    last layer [position, d_model] → pooling, or several side by side → dense layers → scaled to length 1

Source: N. Reimers and I. Gurevych, Sentence-BERT (2019), section 3; for the weighted mean, N. Muennighoff, SGPT (2022), section 4.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Pooling:
    """One way from many vectors to one.

    name   in a sentence, written with BERT's special tokens
    pool   last layer [position, d_model], places of the tokens that count [token] → [d_model]
    code   the same in torch, of `last` and `kept`
    """

    name: str
    pool: Callable[[Floats, Places], Floats]
    code: str


def _weighted(last: Floats, kept: Places) -> Floats:
    weights = (kept + 1).astype(np.float32)[:, None]
    mean: Floats = (last[kept] * weights).sum(axis=0) / weights.sum()
    return mean


# In the order in which sentence-transformers puts them side by side.
POOLINGS = {
    "cls": Pooling("the vector of the first token, [CLS]", lambda last, kept: last[kept[0]], "last[kept[0]]"),
    "max": Pooling(
        "the largest of each number over all tokens, [CLS] and [SEP] among them",
        lambda last, kept: last[kept].max(axis=0),
        "last[kept].amax(dim=0)",
    ),
    "mean": Pooling(
        "the mean over all tokens, [CLS] and [SEP] among them",
        lambda last, kept: last[kept].mean(axis=0),
        "last[kept].mean(dim=0)",
    ),
    "mean_sqrt_len": Pooling(
        "the sum over all tokens, [CLS] and [SEP] among them, divided by the root of their number",
        lambda last, kept: last[kept].sum(axis=0) / np.float32(len(kept) ** 0.5),
        "last[kept].sum(dim=0) / len(kept) ** 0.5",
    ),
    "weightedmean": Pooling(
        "the mean over all tokens, [CLS] and [SEP] among them, later ones counting more",
        _weighted,
        "(last[kept] * (kept + 1)[:, None]).sum(dim=0) / (kept + 1).sum()",
    ),
    "lasttoken": Pooling("the vector of the last token, [SEP]", lambda last, kept: last[kept[-1]], "last[kept[-1]]"),
}
WORDS = Pooling(
    "the mean over the tokens that stand for text, without [CLS] and [SEP]", POOLINGS["mean"].pool, POOLINGS["mean"].code
)


@dataclass(frozen=True)
class Dense:
    """A dense layer after the pooling: its folder, how many numbers go in and come out, and the bend after it, by torch's name."""

    folder: str
    n_in: int
    n_out: int
    bend: str


@dataclass(frozen=True)
class Recipe:
    """What the `modules.json` of a sentence-transformers folder and the folders it names say.

    poolings      keys of POOLINGS, side by side
    max_tokens    of a text so many are read; None for as many as the model reads
    prompts       texts to be put before a text, by name; `default_prompt` is the name of the one that is, unless told otherwise
    pools_prompt  whether the tokens of a prompt count
    similarity    what the vectors were trained to be compared by
    unread        the kind of a module that is not read here: then no vector can be made as it was trained
    """

    poolings: tuple[str, ...]
    max_tokens: int | None = None
    lower_cases: bool = False
    prompts: Mapping[str, str] = field(default_factory=dict)
    default_prompt: str = ""
    pools_prompt: bool = True
    dense: tuple[Dense, ...] = ()
    normalises: bool = False
    similarity: str = "cosine"
    unread: str = ""

    def prepared(self, text: str, prompt: str) -> str:
        """The text as the tokenizer is given it."""
        whole = (prompt + text).strip()
        return whole.lower() if self.lower_cases else whole

    def places(self, n_tokens: int, n_prompt: int) -> Places:
        """The tokens that count, of so many, the first `n_prompt` of which ([CLS] included) are the prompt's."""
        return np.arange(0 if self.pools_prompt else n_prompt, n_tokens)

    def deciding(self, n_tokens: int, n_prompt: int) -> list[int]:
        """The tokens whose vectors are read."""
        kept = self.places(n_tokens, n_prompt)
        single = {"cls": int(kept[0]), "lasttoken": n_tokens - 1}
        if set(self.poolings) <= set(single):
            return sorted({single[name] for name in self.poolings})
        places: list[int] = kept.tolist()
        return places

    @property
    def steps(self) -> str:
        """All of it in a sentence's middle, written with BERT's special tokens."""
        pooled = " side by side with ".join(POOLINGS[name].name for name in self.poolings)
        layers = "".join(f", then a dense layer from {one.n_in} to {one.n_out} numbers ({one.bend})" for one in self.dense)
        return f"{pooled}{layers}{', then scaled to length 1' if self.normalises else ''}"
