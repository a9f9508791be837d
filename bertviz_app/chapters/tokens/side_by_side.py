"""Tokenizers side by side: one text, cut by several, and where they cut differently.

A place between two characters is a cut of a tokenizer when a token ends there. Two tokenizers agree on a word when they have the same cuts in it.

Sources: Wu et al. (2016), section 4.1 (WordPiece); Sennrich et al. (2016), section 3.2 (BPE); Kudo (2018), section 3.2 (Unigram).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis import written_words
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme, tint
from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.drawing.plots import shown
from bertviz_app.families.spelling import KINDS, Cut

MOST_CHARACTERS = 64  # drawn: beyond, boxes are too narrow for their letters; the table has everything

METHOD = " ".join(kind.steps for kind in KINDS.values()) + (
    " Which pieces a vocabulary holds depends on the text that it was trained on and on its size; compare the kinds of cuts, not the numbers alone."
)


def boundaries(cut: Cut) -> frozenset[int]:
    """Where tokens end, in characters."""
    return frozenset(end for _, end in cut.offsets)


def visible_span(text: str, start: int, end: int) -> tuple[int, int]:
    """The characters of a token without the space in front, which some tokenizers count as its own."""
    return start + len(text[start:end]) - len(text[start:end].lstrip()), end


def disputed_words(text: str, cuts: Sequence[Cut]) -> list[str]:
    """The words that are not cut alike by all, in order, each once."""
    all_boundaries = [boundaries(cut) for cut in cuts]
    found: dict[str, None] = {}
    for start, end in written_words.spans(text):
        # The end of a word is everybody's, whether the space belongs to it or to the next.
        inside = {frozenset(place for place in places if start < place < end) for places in all_boundaries}
        if len(inside) > 1:
            found[text[start:end]] = None
    return list(found)


def pieces_of(text: str, word: str, cut: Cut) -> list[str]:
    """The tokens of one tokenizer that touch the first place of a word."""
    start = text.index(word)
    return [token for token, (a, b) in zip(cut.tokens, cut.offsets, strict=True) if a < start + len(word) and b > start]


def notice(text: str, cuts: Sequence[Cut]) -> str:
    """How many tokens each needs, and the first word on which they part."""
    counts = ", ".join(f"{cut.title.partition(' (')[0]} {len(cut.tokens)}" for cut in cuts)
    disputed = disputed_words(text, cuts)
    if not disputed:
        return f"Tokens needed: {counts}. All split every word the same way."
    word = disputed[0]
    parts = "; ".join(f"{cut.title.partition(' (')[0]} {' '.join(pieces_of(text, word, cut))}" for cut in cuts)
    more = f" {len(disputed)} words in all are split differently." if len(disputed) > 1 else ""
    return f"Tokens needed: {counts}. They first differ at “{word[:30]}”: {parts}.{more}"


def side_by_side_figure(text: str, cuts: Sequence[Cut], theme: Theme) -> go.Figure:
    """One row a tokenizer over the characters of the text; each token is a box over those it stands for. A box that no other row has is in the
    accent colour.
    """
    n = min(len(text), MOST_CHARACTERS)
    title = "" if n == len(text) else f"The first {n} of {len(text):,} characters; the table has them all"
    chart = plots.figure(theme, height=100 + 86 * len(cuts), title=title)
    for row, cut in enumerate(cuts):
        shared = {visible_span(text, *span) for other in cuts if other is not cut for span in other.offsets}
        chart.add_trace(_boxes(cut, row, text[:n], shared, theme))
        chart.add_annotation(
            x=0, y=row - 0.4, text=f"{plots.label(cut.title)}: {len(cut.tokens)} tokens", showarrow=False, xanchor="left",
            font={"size": plots.TEXT_SIZE, "color": theme.muted},
        )  # fmt: skip
    chart.update_layout(barmode="overlay", showlegend=False)
    bare = {"showgrid": False, "zeroline": False, "showline": False, "fixedrange": True, "showticklabels": False}
    chart.update_yaxes(range=[len(cuts) - 0.6, -0.7], **bare)
    chart.update_xaxes(range=[-0.2, n + 0.2], **bare)
    return chart


def _boxes(cut: Cut, row: int, text: str, shared: set[tuple[int, int]], theme: Theme) -> go.Bar:
    """The tokens of one tokenizer over the text that is drawn; `shared` are the visible spans that another tokenizer has as well."""
    boxes = [
        (token, a, b, i)
        for token, (a, b), i in zip(cut.tokens, cut.offsets, cut.token_ids, strict=True)
        if a < b and a < len(text)
    ]
    colors = [theme.accent if shared and visible_span(text, a, b) not in shared else theme.segments[0] for _, a, b, _ in boxes]
    return go.Bar(
        orientation="h",
        base=[a + 0.06 for _, a, _, _ in boxes],
        x=[b - a - 0.12 for _, a, b, _ in boxes],
        y=np.full(len(boxes), row),
        width=0.46,
        marker={
            "color": [tint(color, 0.18) for color in colors],
            "cornerradius": 6,
            "line": {"color": colors, "width": 1.5},
        },
        text=[plots.label(token) for token, *_ in boxes],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="none",
        textfont={"family": plots.MONOSPACE, "size": plots.TEXT_SIZE, "color": theme.ink},
        hovertext=[f"{plots.label(token)}, id {i}" for token, _, _, i in boxes],
        hovertemplate=f"{plots.label(cut.title)}: %{{hovertext}}<extra></extra>",
    )


COLUMNS = ("tokenizer", "kind", TOKEN_NUMBER, "token", "id", "from character", "to character")


def columns(cuts: Sequence[Cut]) -> dict[str, list[object]]:
    """Every token of every tokenizer, one below the other."""
    rows = [
        (cut.title, cut.kind, place, token, token_id, shown(start), end)
        for cut in cuts
        for place, (token, token_id, (start, end)) in enumerate(
            zip(cut.tokens, cut.token_ids, cut.offsets, strict=True), start=1
        )
    ]
    return {name: [row[place] for row in rows] for place, name in enumerate(COLUMNS)}
