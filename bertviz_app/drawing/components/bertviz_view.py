"""BertViz's head view and model view, made to work without the internet.

BertViz writes a page that fetches require.js, jQuery and d3 from elsewhere: offline it stays an empty box. Here the two libraries
are written into the page itself, and a line of JavaScript does what require.js did. The drawing and the numbers are BertViz's own.

Source: J. Vig, A Multiscale Visualization of Attention in the Transformer Model (ACL 2019 demonstrations); package bertviz 1.4.1.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bertviz_app.drawing.plots import shown
from bertviz_app.records.forward import Encoding, ForwardPass

# What a browser bears: BertViz draws one line for each weight, and the numbers travel as text.
MOST_HEAD_LINES = 50_000  # lines of the one layer that the head view draws at a time
MOST_NUMBERS = 200_000  # weights sent; the model view draws them all
DECIMALS = 6

HINTS = {
    "head_view": "Each colour is a head. Point at a token to follow its lines; click a coloured square to switch a head on or off, "
    "double-click it for that head alone. Layers count from 1, as everywhere here.",
    "model_view": "Each square is a head; click one to see it large. Layers and heads count from 1, as everywhere here.",
}

_REQUIRE = '<script src="https://cdnjs.cloudflare.com/ajax/libs/require.js/2.3.6/require.min.js"></script>'
_SHIM = "window.require={config(){}};window.requirejs=(d,f)=>f(...d.map(x=>({jquery:window.jQuery,d3:window.d3})[x]));"
_STYLE = "html{background:#FCFBF8;color-scheme:light}body{margin:12px;overflow-x:auto}select{font-size:15px}"
# The model view is 982 pixels wide, more than a projector has beside the sidebar: it is drawn smaller there, and on a phone it scrolls.
_FIT = """<script>
const fit = () => { document.documentElement.style.zoom = Math.max(0.7, Math.min(1, window.innerWidth / 1012)); };
window.addEventListener("resize", fit);
fit();
</script>"""
_PARAMS = re.compile(r"const params = (.*?)\n")
_MARKER = ("; // HACK: ", " is a template marker that is replaced by actual params.")


@dataclass(frozen=True)
class BertVizPage:
    """A page for an iframe: its HTML, and the height in pixels that shows it whole."""

    html: str
    height: int


def head_view_layers(forward: ForwardPass) -> int:
    """How many layers the head view can carry for this input: all of them, 1, or 0 when even one is too much."""
    n_layers, n_heads, n, _ = forward.attentions.shape
    if n_heads * n * n > MOST_HEAD_LINES:
        return 0
    return n_layers if _n_numbers(forward) <= MOST_NUMBERS else 1


def bears_model_view(forward: ForwardPass) -> bool:
    """Whether a browser can draw every head of this input at once."""
    return _n_numbers(forward) <= MOST_NUMBERS


def too_much(forward: ForwardPass) -> str:
    """Why BertViz is not shown for this input, as a sentence."""
    n_layers, n_heads, n, _ = forward.attentions.shape
    return (
        f"BertViz draws a line for each weight: {n_layers} layers × {n_heads} heads × {n} × {n} tokens make "
        f"{forward.attentions.size / 1e6:.1f} million, more than a browser bears."
    )


def head_view(forward: ForwardPass, *, layer: int = 0, only: bool = False) -> BertVizPage:
    """BertViz's head view, opened at `layer` (0-based here, 1-based in its menu); with `only`, that layer and no other."""
    from bertviz import head_view as draw

    layers = [layer] if only else list(range(forward.model.n_layers))
    drawn = draw(**_arguments(forward), layer=layer, include_layers=layers)
    html = _offline(
        drawn.data, {f'"layer": {layer},': f'"layer": {shown(layer)},', _listed("layers", layers): _shown("layers", layers)}
    )
    return BertVizPage(html, height=round(22.5 * forward.encoding.n_tokens) + 100)


def model_view(forward: ForwardPass) -> BertVizPage:
    """BertViz's model view: every layer and head, counted from 1 on its axes."""
    from bertviz import model_view as draw

    info, n = forward.model, forward.encoding.n_tokens
    layers, heads = list(range(info.n_layers)), list(range(info.n_heads))
    drawn = draw(**_arguments(forward), display_mode="light", include_layers=layers, include_heads=heads)
    html = _offline(
        drawn.data, {_listed(name, some): _shown(name, some) for name, some in (("layers", layers), ("heads", heads))}
    )
    thumbnails = info.n_layers * (n * 7 * 12 / info.n_heads + 10)
    return BertVizPage(html + _FIT, height=round(max(thumbnails, n * 18 + 55)) + 110)


def _n_numbers(forward: ForwardPass) -> int:
    # With a second sentence BertViz sends each weight twice: in the whole, and in one of the four blocks.
    return forward.attentions.size * (1 if _start_of_b(forward.encoding) is None else 2)


def _start_of_b(encoding: Encoding) -> int | None:
    second = encoding.segment_ids.nonzero()[0]
    return int(second[0]) if encoding.pair is not None and len(second) else None


def _arguments(forward: ForwardPass) -> dict[str, Any]:
    import torch

    # Rounded in double precision, so that a weight is written as 0.123457 and not with 17 digits.
    weights = torch.from_numpy(forward.attentions.astype("float64").round(DECIMALS))
    return {
        "attention": [layer[None] for layer in weights],  # layer × [1, head, query, key]
        "tokens": list(forward.encoding.tokens),
        "sentence_b_start": _start_of_b(forward.encoding),
        "prettify_tokens": False,
        "html_action": "return",
    }


def _offline(html: str, relabelled: dict[str, str]) -> str:
    """BertViz's HTML with the libraries inside, the numbers once (BertViz repeats them in a comment), and nothing typed as markup."""
    html = re.sub(r"bertviz-[0-9a-f]{32}", "bertviz", html)  # the same input gives the same page, which is not drawn again
    found = _PARAMS.findall(html)
    if html.count(_REQUIRE) != 1 or len(found) != 1:
        raise RuntimeError("This version of BertViz writes another page than the one that is known here.")
    params = found[0][: (len(found[0]) - sum(map(len, _MARKER))) // 2]
    if found[0] != _MARKER[0].join((params, params)) + _MARKER[1]:
        raise RuntimeError("This version of BertViz writes its numbers in another way than the one that is known here.")
    head, _, tail = html.partition(found[0])
    for old, new in relabelled.items():
        if params.count(old) != 1:
            raise RuntimeError(f"BertViz's page should hold {old!r} once.")
        params = params.replace(old, new)
    return "".join((_libraries(), head.replace(_REQUIRE, ""), params.replace("<", "\\u003c"), ";", tail))


def _listed(name: str, indices: list[int]) -> str:
    return f'"include_{name}": {indices}'


def _shown(name: str, indices: list[int]) -> str:
    return _listed(name, [shown(index) for index in indices])


@functools.cache
def _libraries() -> str:
    vendor = Path(__file__).with_name("vendor")
    scripts = [(vendor / name).read_text(encoding="utf-8") for name in ("jquery-2.2.4.min.js", "d3-5.7.0.min.js")]
    written = "".join(f"<script>{script}</script>\n" for script in (*scripts, _SHIM))
    return f'<!doctype html><meta charset="utf-8"><style>{_STYLE}</style>\n{written}'
