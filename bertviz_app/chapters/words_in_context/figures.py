"""The pictures of one word in many sentences: its places in the plane, and the measures over the layers."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from bertviz_app.analysis.pca import plane, project
from bertviz_app.chapters.words_in_context.contextuality import Baseline, Measures, adjusted
from bertviz_app.chapters.words_in_context.measures import Line, Places, place_names
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import state_name
from bertviz_app.drawing.point_labels import bounds, label_annotations

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")
LEGEND, NARROW_LEGEND = 90, 34  # letters of a sentence in the legend
MOST_TICKS = 13
MOST_WORDS = 16  # points that are labelled with their neighbours; more, and those on a phone, carry their number


def map_figure(word: str, lines: Sequence[Line], places: Places, state: int, theme: Theme) -> go.Figure:
    """Every place of the word in the plane of its two widest directions: a colour and a symbol for each sense, or for each sentence."""
    projection = project(places.vectors[:, state], 2)
    chart = plane(projection, theme, title=f"“{plots.label(word)}” in {len(lines)} sentences, at {state_name(state)}")
    senses = list(dict.fromkeys(line.sense for line in lines))
    names = place_names(lines, places.of)
    if 0 < len(near := places.near) <= MOST_WORDS and not theme.narrow:  # the same neighbours are told apart by their sentence
        names = [f"{text} ({name})" if near.count(text) > 1 else text for text, name in zip(near, names, strict=True)]
    for index in sorted(range(len(lines)), key=lambda index: senses.index(lines[index].sense)):
        line, mine = lines[index], [place for place, of in enumerate(places.of) if of == index]
        look = senses.index(line.sense) if len(senses) > 1 else index
        chart.add_scatter(
            x=projection.coordinates[mine, 0], y=projection.coordinates[mine, 1], mode="markers",
            name=plots.label(_cut(line.name, NARROW_LEGEND if theme.narrow else LEGEND)),
            legendgroup=line.sense, legendgrouptitle={"text": plots.label(line.sense), "font": {"size": plots.TEXT_SIZE}} if line.sense else None,
            marker={
                "size": 15, "color": theme.categories[look % 8], "symbol": SYMBOLS[(look if len(senses) > 1 else look // 8) % 5],
                "line": {"width": 1, "color": theme.ink},
            },
            meta=plots.label(_cut(line.name, LEGEND)),
            hovertemplate="%{meta}<br>%{x:.2f}, %{y:.2f}<extra></extra>",
        )  # fmt: skip
    points = projection.coordinates
    legend = {"orientation": "v", "x": 0, "xanchor": "left", "y": -0.16, "yanchor": "top", "groupclick": "toggleitem"}
    height = 560 + 22 * len(lines) + 30 * len([sense for sense in senses if sense])
    chart.update_layout(annotations=label_annotations(points, names, theme, frame=bounds(points)))
    return chart.update_layout(height=height, legend=legend, showlegend=True)


def layers_figure(word: str, measures: Measures, baseline: Baseline | None, n_places: int, theme: Theme) -> go.Figure:
    """The measures over the layers; once the baseline is known, it is drawn too, and below stands what it leaves of them."""
    rows = 1 if baseline is None else 2
    title = f"How alike “{plots.label(word)}” stays to itself, and how alike a sentence’s words become"
    base = plots.figure(theme, height=400 if baseline is None else 640, title=title).layout.to_plotly_json()
    chart = make_subplots(rows=rows, shared_xaxes=True, vertical_spacing=0.07)
    chart.update_layout({key: value for key, value in base.items() if key not in ("xaxis", "yaxis")})
    parts = [(measures, "")]
    if baseline is not None:
        parts.append((adjusted(measures, baseline, n_places), ", without what random words share"))
    states = list(range(len(measures.own)))
    for row, (values, suffix) in enumerate(parts, start=1):
        for name, line, color in (("self-similarity", values.own, 3), ("intra-sentence similarity", values.intra, 4)):
            chart.add_scatter(
                x=states, y=line, name=name, legendgroup=name, showlegend=row == 1, mode="lines+markers", marker={"size": 9},
                line={"color": theme.categories[color - 3 if theme.name == "dark" else color], "width": 3, "dash": "solid" if color == 3 else "dash"},
                hovertemplate=f"{name}{suffix}<br>%{{x}}: %{{y:.3f}}<extra></extra>", row=row, col=1,
            )  # fmt: skip
    if baseline is not None:
        chart.add_scatter(
            x=states, y=baseline.cosine, name="random words", mode="lines+markers", line={"color": theme.muted, "width": 2, "dash": "dot"},
            hovertemplate="random words<br>%{x}: %{y:.3f}<extra></extra>", row=1, col=1,
        )  # fmt: skip
    names = ["emb.", *map(str, states[1:])]
    step = -(-len(states) // MOST_TICKS)
    chart.update_xaxes(base["xaxis"] | {"tickvals": states[::step], "ticktext": names[::step], "zeroline": False})
    chart.update_xaxes(title_text="layer", row=rows, col=1)
    chart.update_yaxes(base["yaxis"] | {"rangemode": "tozero"})
    chart.update_yaxes(title_text="cosine", row=1, col=1)
    if baseline is not None:
        chart.update_yaxes(title_text="cosine − random", row=2, col=1)
    return chart.update_layout(legend={"y": -0.2 if baseline is None else -0.12})


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"
