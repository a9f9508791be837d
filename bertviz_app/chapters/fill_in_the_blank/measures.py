"""Fill in the blank: what the masked-language-model head says of a position.

    P(w | the rest) = softmax(logits)_w         at a position whose token is [MASK]

Source: Devlin et al., BERT (2019), section 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from bertviz_app.analysis.phrases import leader, token_name, trailer
from bertviz_app.analysis.probability import softmax
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.records.forward import Encoding, Floats

MOST_BLANKS = 6  # drawn as bars, and fewer when there are more than
MOST_BARS = 48  # bars in all; the rest stands in the table only
AROUND = 4  # tokens on each side of one that is shown in its place
ROW, GAP, TOP, BOTTOM = 32, 48, 72, 48  # pixels: a bar, the room between two blanks, and above and below them all

METHOD = (
    "The last layer’s vector at the blank goes through the masked-language-model head: one score, a *logit*, for each token of "
    r"the vocabulary. Softmax makes probabilities of them: $P(w) = e^{z_w} / \sum_v e^{z_v}$. "
    "Several blanks at once are filled independently: each is guessed without knowing the others’ answers. "
    "Source: Devlin et al. (2019), section 3.1."
)


@dataclass(frozen=True, eq=False)
class Blank:
    """The likeliest tokens for one position, likeliest first: `token_ids` and `probabilities` are [k]."""

    position: int
    tokens: tuple[str, ...]
    token_ids: tuple[int, ...]
    probabilities: Floats


@dataclass(frozen=True)
class Original:
    """A token that was hidden: the probability that BERT gives it, and its place in the list of guesses, 1 being the first."""

    position: int
    token: str
    probability: float
    rank: int


def fill(logits: Floats, positions: Sequence[int], token: Callable[[int], str], *, k: int) -> tuple[Blank, ...]:
    """The top k of each blank, or the whole vocabulary if it is smaller: logits [blank, vocab], one row for each of `positions`."""
    probabilities = softmax(logits)
    k = min(k, logits.shape[-1])
    best = np.argpartition(probabilities, -k, axis=-1)[:, -k:]  # [blank, k], in no order
    blanks = []
    for row, position in enumerate(positions):
        ids = best[row][np.argsort(-probabilities[row, best[row]], kind="stable")]
        blanks.append(Blank(position, tuple(token(i) for i in ids), tuple(map(int, ids)), probabilities[row, ids]))
    return tuple(blanks)


def most_confident(blanks: Sequence[Blank]) -> Blank:
    """The blank whose best word is likeliest: the one to fill next when the surest goes first."""
    return max(blanks, key=lambda blank: float(blank.probabilities[0]))


def originals(logits: Floats, encoding: Encoding, positions: Sequence[int]) -> tuple[Original, ...]:
    """What BERT thinks of the tokens of `encoding` at positions that were hidden from it: logits [blank, vocab]."""
    rows, ids = np.arange(len(positions)), encoding.token_ids[list(positions)]
    own = logits[rows, ids]
    ranks = 1 + (logits > own[:, None]).sum(axis=-1)
    probabilities = softmax(logits)[rows, ids]
    return tuple(
        Original(position, encoding.tokens[position], float(p), int(rank))
        for position, p, rank in zip(positions, probabilities, ranks, strict=True)
    )


def around(encoding: Encoding, position: int, *, width: int = AROUND) -> str:
    """A token in its place, up to `width` tokens on each side: "… sat on the «mat» . …"."""
    start, stop = max(0, position - width), min(encoding.n_tokens, position + width + 1)
    before, after = encoding.tokens[start:position], encoding.tokens[position + 1 : stop]
    parts = ["…"] * (start > 0) + [*before, f"«{encoding.tokens[position]}»", *after] + ["…"] * (stop < encoding.n_tokens)
    return " ".join(parts)


def one_by_one_columns(steps: Sequence[Blank], places: Sequence[str]) -> dict[str, list[object]]:
    """What each step filled in, and how it then stood in the text, as columns of a table."""
    return {
        "step": list(range(1, len(steps) + 1)),
        TOKEN_NUMBER: [plots.shown(step.position) for step in steps],
        "word": [step.tokens[0] for step in steps],
        "probability": [float(step.probabilities[0]) for step in steps],
        "next best": [step.tokens[1] for step in steps],
        "in its place": list(places),
    }


def blanks_notice(blanks: Sequence[Blank], hidden: Sequence[Original]) -> str:
    """What to notice: the surest guess, and whether what was hidden is found again."""
    best = most_confident(blanks)
    said = f"BERT puts {plots.percent(best.probabilities[0])} on “{best.tokens[0]}”"
    if len(blanks) > 1:
        surest = leader([blank.probabilities[0] for blank in blanks], plots.percent) is not None
        said += f" for token {plots.shown(best.position)}" + (
            f", its surest of {len(blanks)} blanks" if surest else f", one of {len(blanks)} blanks"
        )
    if len(hidden) == 1:
        (word,) = hidden
        place = "its first choice" if word.rank == 1 else f"place {word.rank:,} of its list"
        return f"{said}. What was hidden, “{word.token}”, gets {plots.percent(word.probability)}: {place}."
    if hidden:
        found = sum(word.rank == 1 for word in hidden)
        return f"{said}. Its first choice is right for {found} of the {len(hidden)} hidden tokens."
    if len(best.tokens) == 1:
        return f"{said}."
    return f"{said}. The next best, “{best.tokens[1]}”, gets {plots.percent(best.probabilities[1])}."


def seen_notice(encoding: Encoding, positions: Sequence[int], probabilities: Floats) -> str:
    """What to notice while nothing is hidden: positions and probabilities are [n]."""
    said = f"Unhidden, each word gets {plots.percent(probabilities.mean())} on average"
    if len(positions) == 1:
        said = f"Unhidden, {token_name(encoding, positions[0])} gets {plots.percent(probabilities[0])}"
    least = trailer(probabilities, plots.percent)
    if least is not None:
        said += f"; least goes to {token_name(encoding, positions[least])}, {plots.percent(probabilities[least])}"
    return f"{said}. Click a word above to hide it and make BERT guess."


def drawn(blanks: Sequence[Blank]) -> Sequence[Blank]:
    """The first blanks, as many as `blanks_figure` draws."""
    return blanks[: max(1, min(MOST_BLANKS, MOST_BARS // len(blanks[0].tokens)))]


def columns(blanks: Sequence[Blank]) -> dict[str, list[object]]:
    """Every guess of every blank as a table, the likeliest first."""
    guesses = [(blank, rank) for blank in blanks for rank in range(len(blank.tokens))]
    return {
        TOKEN_NUMBER: [plots.shown(blank.position) for blank, _ in guesses],
        "rank": [plots.shown(rank) for _, rank in guesses],
        "word": [blank.tokens[rank] for blank, rank in guesses],
        "id": [blank.token_ids[rank] for blank, rank in guesses],
        "probability": [float(blank.probabilities[rank]) for blank, rank in guesses],
    }


def blanks_figure(blanks: Sequence[Blank], theme: Theme) -> go.Figure:
    """Bars for each blank that is `drawn`, one below the other, on one scale."""
    shown, k = drawn(blanks), len(blanks[0].tokens)
    inner = len(shown) * ROW * k + (len(shown) - 1) * GAP
    titles = [f"Blank {i} of {len(blanks)}: token {plots.shown(blank.position)}" for i, blank in enumerate(shown, start=1)]
    rows = make_subplots(
        rows=len(shown), shared_xaxes=True, subplot_titles=titles if len(blanks) > 1 else None, vertical_spacing=GAP / inner
    )
    title = "The most likely words for the blank" if len(blanks) == 1 else ""
    base = plots.figure(theme, height=inner + TOP + BOTTOM, title=title).layout.to_plotly_json()
    rows.update_layout({key: value for key, value in base.items() if key not in ("xaxis", "yaxis")})
    rows.update_layout(margin={"t": TOP if len(blanks) == 1 else 40, "b": BOTTOM})
    for row, blank in enumerate(shown, start=1):
        rows.add_trace(_bars(blank, theme), row=row, col=1)
        words = {"tickvals": list(range(k)), "ticktext": [plots.label(token) for token in blank.tokens]}
        rows.update_yaxes(base["yaxis"] | words, row=row, col=1)
    rows.update_yaxes(tickfont_family=plots.MONOSPACE, autorange="reversed", showgrid=False, zeroline=False)
    best = max(float(blank.probabilities[0]) for blank in shown)
    rows.update_xaxes(
        base["xaxis"] | {"range": [0, max(0.05, 1.12 * best)], "showgrid": False} | plots.percent_axis(max(0.05, best))
    )
    rows.update_annotations(font={"size": plots.TEXT_SIZE, "color": theme.ink}, x=0, xanchor="left", yshift=4)
    return rows


def _bars(blank: Blank, theme: Theme) -> go.Bar:
    return go.Bar(
        x=blank.probabilities,
        y=np.arange(len(blank.tokens)),
        orientation="h",
        marker_color=[theme.accent] + [theme.muted] * (len(blank.tokens) - 1),
        text=[plots.percent(p) for p in blank.probabilities],
        textposition="outside",
        cliponaxis=False,
        hovertext=[f"{plots.label(t)}: {p:.4f}" for t, p in zip(blank.tokens, blank.probabilities, strict=True)],
        hoverinfo="text",
        showlegend=False,
    )


def tokens_figure(
    encoding: Encoding, positions: Sequence[int], probabilities: Floats, theme: Theme, *, title: str
) -> go.Figure:
    """One bar a token: the probability of the token that stands there. positions and probabilities are [n]."""
    chart = plots.figure(theme, height=360, title=title)
    tokens = [encoding.tokens[position] for position in positions]
    chart.add_bar(
        x=np.arange(len(positions)),
        y=probabilities,
        marker_color=theme.accent,
        customdata=[plots.label(token) for token in tokens],
        hovertemplate="%{customdata}: %{y:.4f}<extra></extra>",
        text=[plots.percent(p) for p in probabilities] if len(positions) <= (6 if theme.narrow else 16) else None,
        textposition="outside",
        cliponaxis=False,
    )
    chart.update_xaxes(plots.token_axis(tokens))
    chart.update_yaxes(range=[0, 1.1], title_text="probability", **plots.percent_axis(1))
    return chart
