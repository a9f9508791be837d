"""A map of all heads: what a prediction loses when each is switched off alone.

    effect[layer, head] = log2 P(answer without the head) − log2 P(answer)          in bits
                        = number without the head − number                          of a regression, in its own unit

Source: Michel et al., Are sixteen heads really better than one? (2019), section 3.2.
"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import counted, leader, raised, signed, trailer
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.plots import shown
from bertviz_app.records.forward import Floats

METHOD = (
    "Each head is switched off alone, one pass for each, and the probability of the answer that the whole model prefers is compared: "
    r"$\log_2 P_{\text{without}} - \log_2 P$, in bits. −1 bit means half as probable, +1 bit twice. "
    "Of a head that gives a number, the numbers themselves are subtracted. Small effects do not add up: two heads that can stand in for each other "
    "both look idle here. Source: Michel et al. (2019), section 3.2."
)


def effect(before: Prediction, after: Prediction) -> float:
    """How many bits the answer that was preferred before has gained, or how far the number has risen; negative where it has lost.

    >>> logits = np.log(np.array([0.8, 0.2])), np.log(np.array([0.4, 0.6]))
    >>> round(effect(*(Prediction("sentiment", "", row) for row in logits)), 3)
    -1.0
    """
    p, q = (float(one.values[before.best]) for one in (before, after))
    if not before.is_probability:
        return q - p
    return float(np.log2(max(q, 1e-30)) - np.log2(max(p, 1e-30)))


def bits(value: float) -> str:
    """A signed number of bits: "−0.42 bits"."""
    return f"{signed(value)} bits"


def notice(effects: Floats, name: str, probability: float) -> str:
    """What to notice: effects [layer, head]; the head that is missed most, and the one whose absence helps most, where one stands out."""
    said = f"“{name}” has {plots.percent(probability)}. "
    if float(np.abs(effects).max()) < 0.05:
        return f"{said}No single head changes that by 0.05 bits: what one does, others can do too."
    least, most = trailer(effects, signed), leader(effects, signed)
    if (lost := float(effects.min())) < 0:
        left = f"{plots.percent(probability * 2**lost)} is left ({bits(lost)}). "
        said += (
            f"Without any one of several heads, {left}"
            if least is None
            else f"It needs {_head(effects, least)} most: without it, {left}"
        )
    few = int((np.abs(effects) < 0.1).sum())
    said += f"{few} of {counted(effects.size, 'head')} {'changes' if few == 1 else 'change'} it by less than 0.1 bits."
    if float(effects.max()) > 0.1 and most is not None:
        said += f" Without {_head(effects, most)} it would be likelier ({bits(float(effects.max()))})."
    return said


def notice_of_a_number(effects: Floats, name: str, value: float) -> str:
    """The same of a head that gives a number: the heads without which it falls and rises furthest."""
    said = f"“{name}” is {plots.number(value)}. "
    ends = ((trailer(effects, signed), "falls"), (leader(effects, signed), "rises"))
    sides = [
        f"it {verb} furthest without {_head(effects, at)}, to {plots.number(value + float(effects.ravel()[at]))}"
        for at, verb in ends
        if at is not None and (float(effects.ravel()[at]) < 0) == (verb == "falls") and abs(float(effects.ravel()[at])) >= 0.005
    ]
    return said + (f"{raised('; '.join(sides))}." if sides else "No single head stands out.")


def columns(effects: Floats, *, unit: str = "bits") -> dict[str, list[object]]:
    """The map as a table, the heads that are missed most first."""
    order = np.argsort(effects.ravel(), kind="stable")
    layers, heads = (grid.ravel()[order] for grid in np.indices(effects.shape))
    return {
        "layer": [shown(int(layer)) for layer in layers],
        "head": [shown(int(head)) for head in heads],
        unit: effects.ravel()[order].tolist(),
    }


def effects_figure(effects: Floats, name: str, theme: Theme, *, unit: str = "bits") -> go.Figure:
    """Layers down, heads across; on a narrow screen the other way round. Each square carries an invisible marker with the head's number."""
    values, names = (effects.T, ("layer", "head")) if theme.narrow else (effects, ("head", "layer"))
    n_down, n_across = values.shape
    height = n_down * 40 + (190 if theme.narrow else 130)
    title = (
        f"{unit.capitalize()} that “{plots.label(name)}” gains without each head"
        if unit
        else f"How “{plots.label(name)}” moves without each head"
    )
    chart = plots.figure(theme, height=height, title=title)
    limit = max(0.5 if unit else 1e-6, float(np.abs(effects).max()))
    bar = {"unit": unit or "change"}
    chart.add_trace(plots.heatmap(values, theme, signed=True, limit=limit, colorbar=bar, hoverinfo="skip", xgap=2, ygap=2))
    layers, heads = (grid.ravel().tolist() for grid in np.indices(effects.shape))
    x, y = (layers, heads) if theme.narrow else (heads, layers)
    clear = {"opacity": 0}
    chart.add_scatter(
        x=x, y=y, mode="markers", marker={"symbol": "square", "size": 36, "color": theme.accent, "opacity": 0},
        selected={"marker": clear}, unselected={"marker": clear}, showlegend=False, customdata=np.arange(effects.size),
        hovertext=[f"layer {shown(at)}, head {shown(head)}: {signed(effects[at, head])} {unit}" for at, head in zip(layers, heads, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    plain = {"showgrid": False, "zeroline": False, "fixedrange": True, "showline": False, "tickangle": 0}
    places = [{"tickvals": list(range(n)), "ticktext": [str(shown(i)) for i in range(n)]} for n in (n_across, n_down)]
    chart.update_xaxes(plain, range=[-0.5, n_across - 0.5], title_text=names[0], **places[0])
    chart.update_yaxes(plain, range=[n_down - 0.5, -0.5], title_text=names[1], **places[1])
    return chart.update_layout(hoverdistance=40, clickmode="event+select")


def _head(effects: Floats, index: int) -> str:
    layer, head = divmod(index, effects.shape[1])
    return f"head {shown(layer)}.{shown(head)}"
