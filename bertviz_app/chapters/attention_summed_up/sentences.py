"""Attention summed up, in words: the methods, and what to notice of their maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis.agreement import Doubles, Maps
from bertviz_app.analysis.phrases import decimal, leader, listed, token_name, trailer
from bertviz_app.drawing.numbering import numbered, titles
from bertviz_app.drawing.plots import percent, shown
from bertviz_app.records.forward import Encoding, Floats


@dataclass(frozen=True)
class MapMethod:
    """One way to sum up. `spoken` is its name within a sentence, `scaled` says how its rows come to sum to 1."""

    name: str
    spoken: str
    scaled: str
    how: str


MEAN = MapMethod(
    "Mean",
    "the mean",
    "rows sum to 1 as they are",
    "the mean over all layers and heads of the attention weights.",
)
ROLLOUT = MapMethod(
    "Rollout",
    "rollout",
    "rows sum to 1 as they are",
    r"$\tilde A_L \cdots \tilde A_1$ with $\tilde A = \tfrac12 A + \tfrac12 I$, $A$ the mean over heads: what reaches a token's last vector "
    "from each token of the input, on all paths through the layers. The half of the identity stands for the residual connection. "
    "Abnar and Zuidema (2020), section 3.",
)
NORMS = MapMethod(
    "Norm-based",
    "norms",
    "each layer's rows divided by their sum, then the mean over the layers",
    r"$\lVert \sum_h \alpha_h f_h(x) \rVert$ with $f_h(x) = (x W_V + b_V) W_O$: the length of the vector that actually arrives. A large "
    "weight on a short vector moves little. Kobayashi et al. (2020), section 3, look at each layer by itself, as “One map” does on "
    "request; the mean over the layers is ours. The residual connection is not in it.",
)
ZEROING = MapMethod(
    "Value zeroing",
    "value zeroing",
    "each layer's rows divided by their sum, then rolled out over the layers, without the identity",
    "in each layer, the values of one token are set to zero and the rest of the layer is run again; the entry is the cosine distance "
    "of each token's new output to what it was. The residual connection and the feed-forward network are part of the layer, so "
    "nothing stands for them in the roll-out. Mohebbi et al. (2023), section 3.",
)
FLOW = MapMethod(
    "Flow",
    "flow",
    "each row divided by its sum; unscaled, each entry is a flow of at most 1",
    r"the layers as a network of pipes, as wide as $\tilde A = \tfrac12 A + \tfrac12 I$: the most that can flow from a token of the input to a "
    "token's last vector, on all paths together. Many tokens reach nearly 1, as there are many paths. Abnar and Zuidema (2020), section 3.",
)
METHODS = {method.name: method for method in (MEAN, ROLLOUT, NORMS, ZEROING, FLOW)}
METHOD = (
    "Each row shows where a token’s information comes from, and is scaled to sum to 1.\n\n"
    + "\n\n".join(f"*{method.name}*: {method.how} Scale: {method.scaled}." for method in METHODS.values())
    + "\n\n*Agreement*: Spearman's rank correlation between two maps' rows, the mean over the rows, all tokens counted: 1 the same order, 0 "
    "none, −1 the reverse. The methods answer different questions; where they disagree, none of them is the truth."
)


def default_token(encoding: Encoding) -> int:
    """The first blank, or the first token, from which whole sentences are judged."""
    return next(iter(encoding.positions("mask")), 0)


def named_specials(encoding: Encoding) -> tuple[str, NDArray[np.bool_]]:
    """The special tokens by their own names, and where they stand; the last token, if there are none."""
    special = encoding.is_special
    if not special.any():
        special = np.arange(encoding.n_tokens) == encoding.n_tokens - 1
    names = list(dict.fromkeys(f"“{encoding.tokens[place]}”" for place in special.nonzero()[0]))
    return listed(names), special


def maps_sentence(maps: Maps, encoding: Encoding) -> str:
    """What to notice of the maps: how much of all rows falls on the special tokens, by each method."""
    names, special = named_specials(encoding)
    found = {name: float(weights[:, special].sum(axis=-1).mean()) for name, weights in maps.items()}
    said = f"The share of {names}: {listed([f'{percent(share)} by {METHODS[name].spoken}' for name, share in found.items()])}."
    if not {MEAN.name, NORMS.name} <= set(found):
        return said
    weight, length = found[MEAN.name], found[NORMS.name]
    than = "less than" if length < 0.8 * weight else "more than" if length > 1.2 * weight else "about as much as"
    many = special.sum() > 1
    return f"{said} {'They contribute' if many else 'It contributes'} {than} {'their weights suggest' if many else 'its weight suggests'}."


def map_sentence(name: str, weights: Doubles, encoding: Encoding) -> str:
    """What to notice of one map: how much tokens draw on themselves, and the token that the others draw on most, if there is one."""
    itself = percent(float(weights.diagonal().mean()))
    said = f"By {METHODS[name].spoken}, {encoding.unit}s draw {itself} of their information from themselves on average"
    if len(weights) == 1:
        return f"{said}: there is no other."
    others = (weights.sum(axis=0) - weights.diagonal()) / (len(weights) - 1)
    best, share = token_name(encoding, int(others.argmax())), percent(float(others.max()))
    if leader(others, percent) is None:
        return f"{said}, and on no other more than on {best} ({share})."
    return f"{said}, and of the others most on {best} ({share})."


def lengths_sentence(norms: Doubles, weights: Floats, encoding: Encoding, layer: int) -> str:
    """What to notice of the lengths in one layer, counted from 0: norms [query, key] beside its weights [head, query, key]."""
    names, special = named_specials(encoding)
    query, key = (int(place) for place in np.unravel_index(norms.argmax(), norms.shape))
    weight = float(weights[..., special].sum(axis=-1).mean())
    length = float(norms[:, special].sum() / (norms.sum() or 1.0))
    said = f"In layer {shown(layer)}, {names} {'get' if special.sum() > 1 else 'gets'} {percent(weight)} of the weight and {percent(length)} of the length."
    if leader(norms, decimal) is None:
        return said
    return f"{said} The longest vector, {norms[query, key]:.2f}, goes from {token_name(encoding, key)} to {token_name(encoding, query)}."


def token_sentence(maps: Maps, encoding: Encoding, position: int) -> str:
    """What to notice of one token: what each map says that it draws on most, or, where tokens tie, on none more than on one of them."""
    said = []
    for name, weights in maps.items():
        best, share = int(weights[position].argmax()), percent(float(weights[position].max()))
        what = "itself" if best == position else token_name(encoding, best)
        how = "most on" if leader(weights[position], percent) is not None else "on none more than"
        said.append(f"{how} {what} by {METHODS[name].spoken} ({share})")
    return f"{token_name(encoding, position)} draws {listed(said)}."


def agreement_sentence(agreement: Doubles, names: Sequence[str]) -> str:
    """What to notice of the agreement: the two methods that agree best, and the two that agree least, among three or more."""
    pairs = [(i, j) for i in range(len(names)) for j in range(i)]
    if not pairs:
        return f"There is {METHODS[names[0]].spoken} only, and nothing to compare it with."
    values = [float(agreement[pair]) for pair in pairs]

    def said(at: int) -> str:
        i, j = pairs[at]
        return f"{METHODS[names[j]].spoken} and {METHODS[names[i]].spoken} ({decimal(values[at])})"

    most, least = leader(values, decimal), trailer(values, decimal)
    clauses = [f"{said(at)} agree {how}" for at, how in ((most, "best"), (least, "least")) if at is not None]
    if not clauses:
        clauses = [f"{said(int(np.argmax(values)))} agree" + (" as well as any two" if len(values) > 1 else "")]
    return f"On the order of the tokens, {'; '.join(clauses)}. Measure: Spearman’s rank correlation."


def mean_columns(maps: Maps, encoding: Encoding) -> dict[str, list[object]]:
    """All maps as a table: what each token is drawn on by all tokens, in the mean."""
    columns = {f"drawn on, {METHODS[name].spoken}": weights.mean(axis=0).tolist() for name, weights in maps.items()}
    return numbered(encoding.tokens, unit=encoding.unit) | columns


def map_columns(weights: Doubles, encoding: Encoding) -> dict[str, list[object]]:
    """One map as a table: a row for each token, a column for each that it draws on, with its number, as a token may stand twice."""
    return numbered(encoding.tokens, unit=encoding.unit) | {
        title: column.tolist() for title, column in zip(titles(encoding.tokens), weights.T, strict=True)
    }


def token_columns(maps: Maps, encoding: Encoding, position: int) -> dict[str, list[object]]:
    """One token as a table: what it draws on, by each method."""
    return numbered(encoding.tokens, unit=encoding.unit) | {name: weights[position].tolist() for name, weights in maps.items()}


def agreement_columns(agreement: Doubles, names: Sequence[str]) -> dict[str, list[object]]:
    """The correlations as a table: a row and a column for each method."""
    return {"method": list(names)} | {name: column.tolist() for name, column in zip(names, agreement.T, strict=True)}
