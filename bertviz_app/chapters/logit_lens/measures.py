"""The logit lens: what each layer would say at a position, read through the masked-word head that only the last layer was trained for.

    P_layer(w) = softmax(head(h_layer))_w                          [vocab] at each layer and position
    rank_layer(w) = 1 + the number of tokens with a larger logit    1 is the first choice
    H(layer) = −Σ_w P_layer(w) log₂ P_layer(w)                      bits; 0 when sure
    KL(last ‖ layer) = Σ_w P_last(w) log₂ (P_last(w) / P_layer(w))  bits; ≥ 0, and 0 at the last layer

No layer's logits are kept: each layer is reduced to its likeliest tokens, a few ranks and these two numbers before the next is read.

Sources: nostalgebraist, interpreting GPT: the logit lens (2020), for the method and for KL to the last layer. Belrose et al., Eliciting
Latent Predictions from Transformers with the Tuned Lens (2023), sections 2 and 3, for its bias: early layers write in directions of
their own, which this head reads wrongly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis.phrases import leader, raised, token_name
from bertviz_app.analysis.words import word_positions
from bertviz_app.chapters.logit_lens.scores import Scores
from bertviz_app.drawing.numbering import layers, numbered, state_name
from bertviz_app.drawing.plots import percent
from bertviz_app.records.attributions import replaceable
from bertviz_app.records.forward import Encoding, Floats, Integers

WINDOW = 16  # positions in one picture: more would not be read, and each costs the head once a layer
BIAS = (
    "The head was trained on the last layer alone. What it makes of earlier ones is a hint, not their opinion: where a layer looks "
    "undecided, it may only write in directions that this head does not read."
)
METHOD = (
    r"Each layer’s vector $h$ goes through the masked-word head as if it were the last: $P_\text{layer} = \text{softmax}(\text{head}(h))$. "
    "“embeddings” is what enters the first layer. A *rank* of 1 is the first choice among all tokens. "
    r"$\text{KL}(\text{last} \,\|\, \text{layer}) = \sum_w P_\text{last}(w) \log_2 \frac{P_\text{last}(w)}{P_\text{layer}(w)}$ says, in bits, "
    "how far a layer is from what the last one says; *entropy* how undecided it is. No further encoder pass is made. "
    "Sources: nostalgebraist, *interpreting GPT: the logit lens* (2020). Belrose et al. (2023), section 2, show its bias: a layer’s "
    "vectors drift and turn on the way up, so that early layers say less through this head than they know. "
    "A BERT that sees a word mostly copies it: hide the word to see it guess. "
    "Columns are tokens: the head has a score for each piece of the vocabulary, and none for a word of several."
)


@dataclass(frozen=True, eq=False)
class Said:
    """What one layer would say at some positions, or, `stacked`, what each state would: then a first axis `state`, 0 the embeddings.

    token_ids, probabilities   [position, k]      the likeliest tokens, likeliest first
    entropy                    [position]         bits
    divergence                 [position]         bits, KL(last layer ‖ this one)
    ranks, shares              [position, word]   of the words that are followed: place in the list, from 1, and probability
    """

    token_ids: Integers
    probabilities: NDArray[np.float64]
    entropy: NDArray[np.float64]
    divergence: NDArray[np.float64]
    ranks: Integers
    shares: NDArray[np.float64]


def says(layer: Scores, last: Scores, *, k: int = 5, followed: Sequence[int] = ()) -> Said:
    """One layer reduced to what is shown; `followed` are token ids."""
    logits, words = layer.logits, list(followed)
    token_ids = likeliest(logits, min(k, logits.shape[-1]))
    own = logits[:, words]  # [position, word]
    return Said(
        token_ids=token_ids,
        probabilities=np.take_along_axis(layer.powers, token_ids, axis=-1) / layer.total[:, None],
        entropy=layer.entropy / np.log(2),
        # Not below 0, where it cannot be: the two sums are rounded.
        divergence=np.maximum(0, last.cross_entropy(layer) - last.entropy) / np.log(2),
        # [position, word, vocab] → [position, word]
        ranks=1 + (logits[:, None, :] > own[:, :, None]).sum(axis=-1),
        shares=layer.powers[:, words] / layer.total[:, None],
    )


def likeliest(logits: Floats, k: int) -> Integers:
    """The ids of the k largest logits, largest first and equal ones by their ids: [position, vocab] → [position, k].

    A few times the maximum is several times faster than any sorting of the vocabulary.

    >>> likeliest(np.array([[0.5, 2.0, 1.0, 2.0]]), 3)
    array([[1, 3, 2]])
    """
    rest, rows = logits.copy(), np.arange(len(logits))
    best = np.empty((len(logits), k), dtype=np.int64)
    for place in range(k):
        best[:, place] = rest.argmax(axis=-1)
        rest[rows, best[:, place]] = -np.inf
    return best


def stacked(layers: Iterable[Said]) -> Said:
    """One record over all states: each array gains a first axis `state`."""
    columns = zip(*(vars(said).values() for said in layers), strict=True)
    return Said(*(np.stack(column) for column in columns))


def window(n_tokens: int, around: int) -> list[int]:
    """The positions of one picture: all of a short text, else `WINDOW` of them with `around` in the middle where that is possible."""
    start = min(max(0, around - WINDOW // 2), max(0, n_tokens - WINDOW))
    return list(range(start, min(n_tokens, start + WINDOW)))


def first_position(encoding: Encoding) -> int:
    """The token to begin with: the first blank, else the start of the last word."""
    if blanks := encoding.positions("mask"):
        return blanks[0]
    words = [p for p in encoding.positions("word") if any(letter.isalnum() for letter in encoding.tokens[p])]
    return words[-1] if words else int(np.flatnonzero(~encoding.is_special)[-1])


def hides(encoding: Encoding, position: int) -> tuple[int, ...]:
    """The positions that are hidden with a token: all of its word, or none for a token that stands for no word."""
    return word_positions(encoding, position) if replaceable(encoding)[position] else ()


def first_state(ranks: Integers, at_most: int) -> int | None:
    """The first state at which a word is among the best `at_most`: ranks [state] → an index, or None.

    >>> first_state(np.array([900, 4, 7, 1]), 5), first_state(np.array([900, 4, 7, 1]), 1), first_state(np.array([9]), 5)
    (1, 3, None)
    """
    found = np.flatnonzero(ranks <= at_most)
    return int(found[0]) if len(found) else None


def settled(said: Said) -> Integers:
    """For each position the state from which on the first choice is that of the last layer: [position]."""
    same = said.token_ids[:, :, 0] == said.token_ids[-1, :, 0]  # [state, position]
    # Counted from the end: the length of the run of agreement.
    run = np.cumprod(same[::-1], axis=0).sum(axis=0)
    return len(same) - run


def every_token_notice(said: Said, encoding: Encoding, positions: Sequence[int]) -> str:
    """What to notice in the picture of all positions: how many have settled by when, and which is last, if one is."""
    states, n_states = settled(said), len(said.entropy)
    half = int(np.sort(states)[(len(states) - 1) // 2])
    early = int((states <= half).sum())
    whose = "that of the last layer"
    if len(states) == 1:
        return f"From {state_name(half)} on, the first choice at {token_name(encoding, positions[0])} is {whose}."
    sentence = f"From {state_name(half)} on, the first choice at {early} of {len(states)} tokens is {whose}."
    if early == len(states):
        return sentence
    final = " itself" if states.max() == n_states - 1 else ""
    end = f"{state_name(int(states.max()))}{final}"
    late = np.flatnonzero(states == states.max())
    if len(late) > 1:
        return f"{sentence} {raised(f'{len(late)} tokens')} settle only at {end}."
    latest = leader(states, "{:.0f}".format)
    how = "settles only" if latest is None else "is the last to settle,"
    return f"{sentence} {raised(token_name(encoding, positions[int(late[0])]))} {how} at {end}."


def one_token_notice(said: Said, words: Sequence[str]) -> str:
    """What to notice at one position, the only one of `said`: where the first of the followed words, the last layer's choice, appears."""
    ranks, answer = said.ranks[:, 0, 0], words[0]
    five, one = first_state(ranks, 5), first_state(ranks, 1)
    assert five is not None and one is not None, "the last layer's own first choice has rank 1 there"
    where = f"enters the best 5 at {state_name(five)} and is on top from {state_name(one)}"
    if five == one:
        where = f"is on top from {state_name(one)}"
    if any(ranks[one:] > 1):
        where += f", but not throughout: it falls to rank {int(ranks[one:].max()):,} in between"
    else:
        where += " on"
    begun = f"“{answer}”, the last layer’s choice with {percent(said.shares[-1, 0, 0])}, {where}."
    farthest = leader(said.divergence[:, 0], "{:.1f}".format)
    if farthest is None:
        return begun
    return f"{begun} Farthest from the last layer: {state_name(farthest)}, {said.divergence[farthest, 0]:.1f} bits."


def columns(said: Said, encoding: Encoding, positions: Sequence[int], token: Callable[[int], str]) -> dict[str, list[object]]:
    """Every cell of the picture as a table: a row for each state and position."""
    names = layers(len(said.entropy))
    rows = [(state, place) for state in range(len(said.entropy)) for place in range(len(positions))]
    return {
        "layer": [names[state] for state, _ in rows],
        **numbered(encoding.tokens, [positions[place] for _, place in rows]),
        "first choice": [token(said.token_ids[state, place, 0]) for state, place in rows],
        "probability": [float(said.probabilities[state, place, 0]) for state, place in rows],
        "entropy (bits)": [float(said.entropy[state, place]) for state, place in rows],
        "KL to the last layer (bits)": [float(said.divergence[state, place]) for state, place in rows],
    }


def followed_columns(said: Said, words: Sequence[str]) -> dict[str, list[object]]:
    """One position as a table: a row for each state, and for each word that is followed its rank and its probability."""
    table: dict[str, list[object]] = {"layer": [*layers(len(said.entropy))]}
    table |= {f"rank of {word}": said.ranks[:, 0, place].tolist() for place, word in enumerate(words)}
    table |= {f"probability of {word}": said.shares[:, 0, place].tolist() for place, word in enumerate(words)}
    return table | {"KL (bits)": said.divergence[:, 0].tolist(), "entropy (bits)": said.entropy[:, 0].tolist()}
