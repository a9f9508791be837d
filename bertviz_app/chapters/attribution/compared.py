"""Several attributions of one prediction, side by side.

Each method has a scale of its own, so that each row is divided by its largest value, sign aside; whether two of them put the tokens into the same order is
Spearman's rank correlation, over the tokens that can be taken away.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from bertviz_app.analysis.agreement import rank_agreement
from bertviz_app.analysis.phrases import decimal, leader, listed, lowered, raised, signed, token_name, trailer
from bertviz_app.chapters.attribution.measures import METHODS
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import numbered
from bertviz_app.records.attributions import Attribution, MethodKey, replaceable
from bertviz_app.records.forward import Encoding

MOST_COMPARED = 40  # tokens that are drawn: those with the largest shares

Found = Mapping[MethodKey, Attribution]  # by the key of the method


def shares(found: Found) -> NDArray[np.float64]:
    """[method, position], each row from −1 to 1: its values by the largest of them."""
    rows = np.stack([one.values for one in found.values()]).astype(np.float64)
    largest = np.abs(rows).max(axis=-1, keepdims=True)
    return np.divide(rows, largest, out=np.zeros_like(rows), where=largest > 0)


def drawn(found: Found) -> list[int]:
    """The positions that are drawn, in order: all, or those where a method has its largest shares."""
    strength = np.abs(shares(found)).max(axis=0)
    return sorted(np.argsort(-strength, kind="stable")[:MOST_COMPARED].tolist())


def agreement(encoding: Encoding, found: Found) -> NDArray[np.float64]:
    """[method, method] Spearman's rank correlation over words and pieces; the values as they are, signs included."""
    places = replaceable(encoding)
    return rank_agreement([one.values[None, places].astype(np.float64) for one in found.values()])


def notice(encoding: Encoding, found: Found) -> str:
    """Whether the methods name the same token first, and which two of them order the tokens most alike, and least."""
    places = np.flatnonzero(replaceable(encoding))
    if len(places) < 2:
        return "With fewer than two words there is no order that methods could agree on."
    firsts = {key: int(places[one.values[places].argmax()]) for key, one in found.items()}
    names = [lowered(METHODS[key].name) for key in found]
    if len(found) > 1 and len(set(firsts.values())) == 1:
        said = f"All {len(found)} methods give {token_name(encoding, next(iter(firsts.values())))} the largest part"
    else:
        by_token = {
            at: [lowered(METHODS[key].name) for key in firsts if firsts[key] == at] for at in dict.fromkeys(firsts.values())
        }
        said = "The largest part goes to " + "; ".join(
            f"{token_name(encoding, at)} by {listed(methods)}" for at, methods in by_token.items()
        )
    between = agreement(encoding, found)
    pairs = [(i, j) for i in range(len(names)) for j in range(i)]
    values = [float(between[pair]) for pair in pairs]
    ends = ((leader(values, decimal), "most alike"), (trailer(values, decimal), "least alike"))
    said_of = [
        f"{names[pairs[at][1]]} and {names[pairs[at][0]]} order the {encoding.unit}s {how} (rank correlation {decimal(values[at])})"
        for at, how in ends
        if at is not None
    ]
    return f"{said}. {raised('; '.join(said_of))}." if said_of else f"{said}."


def columns(encoding: Encoding, found: Found) -> dict[str, list[object]]:
    """A row a token, a column a method, in the unit of each."""
    names = titles(found)
    return numbered(encoding.tokens, unit=encoding.unit) | {names[key]: one.values.tolist() for key, one in found.items()}


def titles(found: Found) -> dict[MethodKey, str]:
    """Of the columns, by method: its name and the unit of its values."""
    return {key: f"{METHODS[key].name} ({one.unit if METHODS[key].unit else 'no unit'})" for key, one in found.items()}


def compared_figure(encoding: Encoding, found: Found, theme: Theme, *, title: str) -> go.Figure:
    """Methods down, tokens across, in the colours of their shares; on a narrow screen the other way round."""
    places = drawn(found)
    tokens = [encoding.tokens[at] for at in places]
    names = [METHODS[key].name for key in found]
    values = shares(found)[:, places].astype(np.float32)
    hover = [
        [f"{plots.label(encoding.tokens[at])}, {encoding.unit} {plots.shown(at)}<br>{name}: {signed(one.values[at], 4)}{f' {one.unit}' if METHODS[key].unit else ''}" for at in places]
        for name, (key, one) in zip(names, found.items(), strict=True)
    ]  # fmt: skip
    n_down = len(tokens) if theme.narrow else len(names)
    chart = plots.figure(theme, height=190 + (26 if theme.narrow else 52) * n_down, title=title)
    bar = {"unit": "share of its largest", "tickvals": [-1, 0, 1], "ticktext": ["−1", "0", "1"]}
    texts = np.array(hover)
    chart.add_trace(
        plots.heatmap(
            values.T if theme.narrow else values, theme, signed=True, limit=1.0, colorbar=bar, xgap=2, ygap=2,
            customdata=texts.T if theme.narrow else texts, hovertemplate="%{customdata}<extra></extra>",
        )
    )  # fmt: skip
    still = {"showgrid": False, "zeroline": False, "showline": False}
    methods = {
        "tickvals": list(range(len(names))),
        "ticktext": [METHODS[key].short if theme.narrow else _broken(METHODS[key].name) for key in found],
    }
    of_tokens = plots.token_axis(tokens) | {"range": [len(tokens) - 0.5, -0.5] if theme.narrow else [-0.5, len(tokens) - 0.5]}
    if theme.narrow:
        chart.update_xaxes(still | methods, side="top", tickangle=0)
        chart.update_yaxes(still | of_tokens)
        return chart.update_layout(margin_t=chart.layout.margin.t + 40, margin_b=60)
    chart.update_xaxes(still | of_tokens, tickangle=0 if len(tokens) <= 12 else -50)
    chart.update_yaxes(still | methods, autorange="reversed")
    return chart


def _broken(name: str) -> str:
    """A method's name on two lines."""
    first, _, rest = name.partition(" ")
    return f"{first}<br>{rest}" if rest else first
