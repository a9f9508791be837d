"""The pictures of the app for notebooks and papers: each takes a record, or a model and a text, and returns a Plotly figure.

Layers, heads and positions count from 0 in what is asked for, and from 1 in what is drawn, as on every page. `theme` is "light" or "dark".

    figures.attention(forward, layer=0, head=2).write_html("head.html")
    figures.save(figures.attention(forward, layer=0, head=2), "head.svg")        where kaleido is installed
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import plotly.graph_objects as go

from bertviz_app.analysis.agreement import Doubles
from bertviz_app.analysis.head_readings import HeadReading
from bertviz_app.analysis.pca import project
from bertviz_app.chapters.attention import figures as heads
from bertviz_app.chapters.attention.measures import read_head
from bertviz_app.chapters.attention_summed_up import figures as maps
from bertviz_app.chapters.attention_summed_up.measures import mean_weights
from bertviz_app.chapters.attention_summed_up.rollout import rollout, with_residual
from bertviz_app.chapters.embeddings import measures as points
from bertviz_app.chapters.fill_in_the_blank import measures as blanks
from bertviz_app.chapters.forward_pass import hidden_states as states
from bertviz_app.chapters.kinds_of_heads import figures as kinds
from bertviz_app.chapters.kinds_of_heads.measures import measured
from bertviz_app.chapters.logit_lens import figures as layers
from bertviz_app.chapters.logit_lens import measures as lens
from bertviz_app.chapters.logit_lens.scores import scored
from bertviz_app.drawing import colors
from bertviz_app.drawing.numbering import state_name
from bertviz_app.errors import NoSuchPart, NotSaved
from bertviz_app.records.forward import Encoding, Floats, ForwardPass
from bertviz_app.records.labels import counted

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

T = TypeVar("T")

MAPS: Mapping[str, Callable[[Floats], Doubles]] = {
    "mean": mean_weights,
    "rollout": lambda attentions: rollout(with_residual(attentions)),
}
THEMES = {"light": colors.LIGHT, "dark": colors.DARK}
PICTURES = (".png", ".svg", ".pdf", ".jpg", ".jpeg", ".webp")


def attention(forward: ForwardPass, *, layer: int, head: int, words: bool = False, theme: str = "light") -> go.Figure:
    """One head: rows look at columns; `words` puts the pieces of a word together. Raises `NoSuchPart`.

    Source: Vaswani et al., Attention Is All You Need (2017), section 3.2; for words, Clark et al. (2019), section 4.1.
    """
    layer, head = counted("layer", layer, forward.model.n_layers), counted("head", head, forward.model.n_heads)
    return heads.head_figure(read_head(forward, layer, head, HeadReading(words=words)), _theme(theme))


def attention_summed_up(forward: ForwardPass, *, method: str = "rollout", theme: str = "light") -> go.Figure:
    """All heads as one map, by "rollout" or their "mean". Raises `NoSuchPart` for another method.

    Source: Abnar and Zuidema, Quantifying Attention Flow in Transformers (2020), section 3.
    """
    summed = _one_of(MAPS, method, "method")(forward.attentions)
    return maps.map_figure(summed, forward.encoding.tokens, _theme(theme), title=method.capitalize())


def kinds_of_heads(forward: ForwardPass, *, theme: str = "light") -> go.Figure:
    """Which of five kinds each head is in this text, by the rule of the page.

    Source: Kovaleva et al., Revealing the Dark Secrets of BERT (2019), section 4.1.
    """
    return kinds.kinds_figure(measured(forward), _theme(theme), title="The kind of each head")


def embeddings(forward: ForwardPass, *, state: int = -1, in_space: bool = False, theme: str = "light") -> go.Figure:
    """The tokens at `hidden_states[state]`, 0 the embeddings, as points in the plane of their principal components, or `in_space`. Raises `NoSuchPart`.

    Source: K. Pearson, On lines and planes of closest fit (1901).
    """
    state = counted("hidden state", state, forward.model.n_layers + 1)
    draw = points.space_figure if in_space else points.tokens_figure
    title = f"The tokens at {state_name(state)}"
    return draw(project(forward.hidden_states[state], 3), forward.encoding, _theme(theme), title=title)


def hidden_states(forward: ForwardPass, *, theme: str = "light") -> go.Figure:
    """The last layer's vectors, a row of colour for each token."""
    return states.states_figure(forward.hidden_states[-1], forward.encoding.tokens, _theme(theme))


def norms(forward: ForwardPass, *, theme: str = "light") -> go.Figure:
    """The length of each token's vector, layer by layer."""
    return states.norms_figure(states.norms(forward), forward.encoding.tokens, _theme(theme))


def fill_in_the_blank(model: Model, text: str | Encoding, *, k: int = 5, theme: str = "light") -> go.Figure:
    """The `k` likeliest tokens at each [MASK] of a text. Raises what `Model.fill` raises.

    Source: Devlin et al., BERT (2019), section 3.1.
    """
    forward = model.run(text)
    positions = model.reader.require_masks(forward.encoding, at_most=forward.encoding.n_tokens)
    logits = model.vocabulary_logits(forward.hidden_states[-1][positions])
    return blanks.blanks_figure(blanks.fill(logits, positions, model.reader.token, k=k), _theme(theme))


def logit_lens(model: Model, forward: ForwardPass, *, around: int = 0, theme: str = "light") -> go.Figure:
    """What each layer would say at each token if it were the last; of a long text, at the tokens `around` a position. Raises `MissingHead`.

    Source: nostalgebraist, interpreting GPT: the logit lens (2020).
    """
    positions = lens.window(forward.encoding.n_tokens, counted("position", around, forward.encoding.n_tokens))
    rows = forward.hidden_states[:, positions]  # [state, position, d_model]
    last = scored(model.vocabulary_logits(rows[-1]))
    said = lens.stacked(lens.says(scored(model.vocabulary_logits(row)), last) for row in rows)
    return layers.every_token_figure(said, forward.encoding, positions, _theme(theme), token=model.reader.token)


def save(figure: go.Figure, file: str | PathLike[str]) -> None:
    """Write a figure to a file of the kind that its name says: .html everywhere; .png, .svg, .pdf, .jpg and .webp where kaleido is installed.

    Raises `NotSaved` with a sentence that says what is missing.
    """
    path = Path(file)
    if path.suffix.lower() in (".html", ".htm"):
        figure.write_html(path)
        return
    if path.suffix.lower() not in PICTURES:
        raise NotSaved(
            f"A figure is saved as .html or as a picture ({', '.join(PICTURES)}), not as “{path.suffix or path.name}”."
        )
    otherwise = "Or save it as .html, which needs nothing more, or take PNG and SVG from the app."
    if find_spec("kaleido") is None:
        raise NotSaved(f"Pictures are made by kaleido, which is not installed: pip install kaleido. {otherwise}")
    try:
        figure.write_image(path, scale=2)
    except (RuntimeError, ValueError) as error:  # kaleido looks for a browser when it is first used
        raise NotSaved(f"kaleido could not draw the picture ({error}). It needs Chrome or Chromium. {otherwise}") from error


def _theme(name: str) -> colors.Theme:
    return _one_of(THEMES, name, "theme")


def _one_of(known: Mapping[str, T], name: str, what: str) -> T:
    if name not in known:
        raise NoSuchPart(f"There is no {what} “{name}”: it is one of {', '.join(known)}.")
    return known[name]
