"""Replaced tokens: which tokens does a discriminator take for somebody else's?

    P(token t was replaced) = σ(w · GELU(W h_t + b) + c)        h_t: the last layer's vector of token t

Source: Clark et al., Pre-training Text Encoders as Discriminators Rather Than Generators (2020), section 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import leader, raised, token_name
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import numbered
from bertviz_app.records.forward import Encoding, Floats

MOST_NUMBERS = 16  # bars that carry their number

METHOD = (
    "The last layer’s vector of each token goes through two linear layers, the second with a single output $z$; "
    r"$P(\text{replaced}) = 1 / (1 + e^{-z})$. In training, a small second model, the generator, filled some blanks of a text with "
    "words of its own; this model saw the result and had to say of every token whether it was the original. It never saw a replacement "
    "made by a person: a strange word need not look replaced to it, and a plain one may. Source: Clark et al. (2020), section 2."
)


def replaced(logits: Floats) -> Floats:
    """P(replaced): logits [position] → [position].

    >>> replaced(np.zeros(2, dtype=np.float32)).tolist()
    [0.5, 0.5]
    """
    # The same as 1 / (1 + exp(−z)), but no exponential can overflow.
    return ((1 + np.tanh(logits / 2)) / 2).astype(np.float32)


def with_replacement(encoding: Encoding, position: int, word: str) -> tuple[str, str | None]:
    """The text and its pair with `word` in the place of one token's characters.

    A space that the token carries stays in front of the new word.
    """
    start, stop = encoding.offsets[position]
    in_pair = bool(encoding.segment_ids[position])
    text = (encoding.pair or "") if in_pair else encoding.text
    space = text[start:stop][: len(text[start:stop]) - len(text[start:stop].lstrip())]
    changed = text[:start] + space + word + text[stop:]
    return (encoding.text, changed) if in_pair else (changed, encoding.pair)


def changed_positions(before: Encoding, after: Encoding) -> tuple[int, ...]:
    """The tokens of `after` that are not those of `before`: what is left between their common start and end."""
    old, new = before.token_ids.tolist(), after.token_ids.tolist()
    start = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    most = min(len(old), len(new)) - start
    end = next((i for i, (a, b) in enumerate(zip(old[::-1], new[::-1], strict=False)) if a != b), most)
    return tuple(range(start, len(new) - min(end, most)))


def notice(encoding: Encoding, probabilities: Floats, changed: Sequence[int] = ()) -> str:
    """Which token looks replaced most, if one does; and, after a replacement, whether it was noticed: probabilities [position]."""
    said = likeliest(encoding, probabilities)
    if not changed:
        return f"{said}. Click a token above and put another word in its place."
    top = max(changed, key=lambda position: float(probabilities[position]))
    verdict = "noticed" if probabilities[top] > 0.5 else "passed over"
    new = " ".join(encoding.tokens[position] for position in changed)
    where = "" if _most(encoding, probabilities) == top else f"; {said[0].lower()}{said[1:]}"
    return f"The replacement “{new}” is {verdict}: {plots.percent(probabilities[top])}{where}."


def _most(encoding: Encoding, probabilities: Floats) -> int:
    readable = np.flatnonzero(~encoding.is_special)
    return int(readable[probabilities[readable].argmax()])


def likeliest(encoding: Encoding, probabilities: Floats) -> str:
    """Which token looks replaced most, if one does: probabilities [position]. Without a full stop."""
    readable = np.flatnonzero(~encoding.is_special)
    most = _most(encoding, probabilities)
    share = plots.percent(probabilities[most])
    said = f"{token_name(encoding, most)} looks replaced most: {share}"
    if len(readable) == 1:
        said = f"{token_name(encoding, most)} looks replaced with {share}"
    elif leader(probabilities[readable], plots.percent) is None:
        said = f"no token looks more replaced than {token_name(encoding, most)}, {share}"
    return raised(said)


def replaced_figure(encoding: Encoding, probabilities: Floats, changed: Sequence[int], theme: Theme) -> go.Figure:
    """One bar a token: how likely it was replaced, [position]; the tokens that were changed in the accent colour, the line at one half."""
    n = encoding.n_tokens
    chart = plots.figure(theme, height=380, title="How likely it is that each token was replaced")
    chart.add_bar(
        x=np.arange(n),
        y=probabilities,
        marker_color=[theme.accent if position in set(changed) else theme.segments[0] for position in range(n)],
        customdata=[plots.label(token) for token in encoding.tokens],
        hovertemplate="%{customdata}: %{y:.4f}<extra></extra>",
        text=[plots.percent(p) for p in probabilities] if n <= MOST_NUMBERS else None,
        textposition="outside",
        cliponaxis=False,
    )
    chart.add_hline(0.5, line={"dash": "dash", "color": theme.muted, "width": 1.5})
    chart.update_xaxes(plots.token_axis(encoding.tokens), tickangle=0 if n <= 12 else -50)
    chart.update_yaxes(range=[0, 1.1], title_text="probability", **plots.percent_axis(1))
    return chart


def columns(encoding: Encoding, probabilities: Floats) -> dict[str, list[object]]:
    """The bars as columns of a table."""
    return numbered(encoding.tokens) | {"replaced": probabilities.tolist()}
