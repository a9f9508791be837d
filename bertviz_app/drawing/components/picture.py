"""A chart to take away: buttons that hand it over as PNG, of three times its size, or as SVG, with a caption and its fonts within it.

It is made in the browser, of what is drawn there: a server would need a browser of its own for it. What all pictures share is in
`picture_js/1_picture.js`, which the attention explorer uses too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.plots import FONT

_FOLDER = Path(__file__).parent / "picture_js"
SHARED_JS = (_FOLDER / "1_picture.js").read_text(encoding="utf-8")
JS = SHARED_JS + (_FOLDER / "2_chart.js").read_text(encoding="utf-8")

HTML = """<div class="buttons" role="group" aria-label="Save the picture above">
  <button type="button" data-kind="png">PNG</button><button type="button" data-kind="svg">SVG</button>
</div>"""

CSS = """
:host { display: block; }
.buttons { display: flex; gap: 8px; padding: 3px; }
button { font: 400 15px/1 FONT; color: var(--ink); background: none; border: 1px solid var(--grid); border-radius: 8px; padding: 8px 13px; cursor: pointer; }
button:hover { color: var(--accent); border-color: var(--accent); }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
""".replace("FONT", FONT)


def picture_data(chart: str, name: str, caption: Sequence[str], theme: Theme) -> dict[str, Any]:
    """What the buttons need: the key of the chart, the name of the file, and the lines below the picture."""
    return {"chart": chart, "name": f"inside-bert-{name}", "caption": list(caption), "look": look(theme)}


def look(theme: Theme) -> dict[str, str]:
    """The colours and the font of a picture."""
    return {
        "paper": theme.paper,
        "ink": theme.ink,
        "muted": theme.muted,
        "accent": theme.accent,
        "grid": theme.grid,
        "font": FONT,
    }
