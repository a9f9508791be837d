"""Attention summed up, in words and tables: what to notice of the maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis.agreement import Doubles
from bertviz_app.analysis.phrases import decimal, leader, listed, token_name, trailer
from bertviz_app.chapters.attention_summed_up.methods import MEAN, NORMS, MapMethod, Maps
from bertviz_app.drawing.numbering import numbered, titles
from bertviz_app.drawing.plots import percent, shown
from bertviz_app.records.forward import Encoding, Floats


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
    found = {method: float(weights[:, special].sum(axis=-1).mean()) for method, weights in maps.items()}
    said = f"The share of {names}: {listed([f'{percent(share)} by {method.spoken}' for method, share in found.items()])}."
    if not {MEAN, NORMS} <= set(found):
        return said
    weight, length = found[MEAN], found[NORMS]
    than = "less than" if length < 0.8 * weight else "more than" if length > 1.2 * weight else "about as much as"
    many = special.sum() > 1
    return f"{said} {'They contribute' if many else 'It contributes'} {than} {'their weights suggest' if many else 'its weight suggests'}."


def map_sentence(method: MapMethod, weights: Doubles, encoding: Encoding) -> str:
    """What to notice of one map: how much tokens draw on themselves, and the token that the others draw on most, if there is one."""
    itself = percent(float(weights.diagonal().mean()))
    said = f"By {method.spoken}, {encoding.unit}s draw {itself} of their information from themselves on average"
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
    for method, weights in maps.items():
        best, share = int(weights[position].argmax()), percent(float(weights[position].max()))
        what = "itself" if best == position else token_name(encoding, best)
        how = "most on" if leader(weights[position], percent) is not None else "on none more than"
        said.append(f"{how} {what} by {method.spoken} ({share})")
    return f"{token_name(encoding, position)} draws {listed(said)}."


def agreement_sentence(agreement: Doubles, methods: Sequence[MapMethod]) -> str:
    """What to notice of the agreement: the two methods that agree best, and the two that agree least, among three or more."""
    pairs = [(i, j) for i in range(len(methods)) for j in range(i)]
    if not pairs:
        return f"There is {methods[0].spoken} only, and nothing to compare it with."
    values = [float(agreement[pair]) for pair in pairs]

    def said(at: int) -> str:
        i, j = pairs[at]
        return f"{methods[j].spoken} and {methods[i].spoken} ({decimal(values[at])})"

    most, least = leader(values, decimal), trailer(values, decimal)
    clauses = [f"{said(at)} agree {how}" for at, how in ((most, "best"), (least, "least")) if at is not None]
    if not clauses:
        clauses = [f"{said(int(np.argmax(values)))} agree" + (" as well as any two" if len(values) > 1 else "")]
    return f"On the order of the tokens, {'; '.join(clauses)}. Measure: Spearman’s rank correlation."


def mean_columns(maps: Maps, encoding: Encoding) -> dict[str, list[object]]:
    """All maps as a table: what each token is drawn on by all tokens, in the mean."""
    columns = {f"drawn on, {method.spoken}": weights.mean(axis=0).tolist() for method, weights in maps.items()}
    return numbered(encoding.tokens, unit=encoding.unit) | columns


def map_columns(weights: Doubles, encoding: Encoding) -> dict[str, list[object]]:
    """One map as a table: a row for each token, a column for each that it draws on, with its number, as a token may stand twice."""
    return numbered(encoding.tokens, unit=encoding.unit) | {
        title: column.tolist() for title, column in zip(titles(encoding.tokens), weights.T, strict=True)
    }


def token_columns(maps: Maps, encoding: Encoding, position: int) -> dict[str, list[object]]:
    """One token as a table: what it draws on, by each method."""
    return numbered(encoding.tokens, unit=encoding.unit) | {
        method.name: weights[position].tolist() for method, weights in maps.items()
    }


def agreement_columns(agreement: Doubles, methods: Sequence[MapMethod]) -> dict[str, list[object]]:
    """The correlations as a table: a row and a column for each method."""
    names = [method.name for method in methods]
    return {"method": list(names)} | {name: column.tolist() for name, column in zip(names, agreement.T, strict=True)}
