"""A text with stretches of it marked: names with their types, the answer in a passage, the sentences of a summary.

Everything typed reaches the page as text nodes, never as markup. A mark is a tint behind ink, and a tag that says in words what it is,
so that no colour has to be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.plots import MONOSPACE

CSS = """
:host { display: block; }
.text { font-size: 18px; line-height: 2; color: var(--ink); margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.text + .text { margin-top: 10px; }
mark { color: var(--ink); background: color-mix(in srgb, var(--color) 24%, transparent); border-bottom: 2.5px solid var(--color); border-radius: 4px 4px 0 0;
  padding: 2px 3px; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
mark:hover { background: color-mix(in srgb, var(--color) 40%, transparent); }
mark small { font: 600 14px/1 MONO; color: var(--ink); background: color-mix(in srgb, var(--color) 34%, transparent); border-radius: 4px;
  padding: 2px 5px; margin-left: 6px; white-space: nowrap; }
""".replace("MONO", MONOSPACE)

JS = """
export default function({data, parentElement}) {
  const root = parentElement.querySelector(".root");
  root.replaceChildren();
  for (const [name, value] of Object.entries(data.palette)) root.style.setProperty("--" + name, value);
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", data.label);
  for (const text of data.texts) {
    const line = document.createElement("p");
    line.className = "text";
    for (const piece of text) {
      if (!piece.color) { line.append(piece.text); continue; }
      const mark = document.createElement("mark");
      mark.style.setProperty("--color", piece.color);
      mark.title = piece.title;
      mark.append(piece.text);
      if (piece.tag) {
        const tag = document.createElement("small");
        tag.textContent = piece.tag;
        mark.append(tag);
      }
      line.append(mark);
    }
    root.append(line);
  }
}
"""

HTML = '<div class="root"></div>'


@dataclass(frozen=True)
class Mark:
    """Characters `start` to `end` (exclusive) of a text, marked in a colour; `tag` stands behind them, `title` appears on hover."""

    start: int
    end: int
    color: str
    tag: str = ""
    title: str = ""


def marked_data(texts: Sequence[tuple[str, Sequence[Mark]]], theme: Theme, *, label: str) -> dict[str, Any]:
    """What the component draws: each text cut into pieces, marked and plain; `label` says to a screen reader what the marks are.

    Of two marks that overlap, the one that starts first is drawn.
    """
    return {"texts": [_pieces(text, marks) for text, marks in texts], "label": label, "palette": {"ink": theme.ink}}


def _pieces(text: str, marks: Sequence[Mark]) -> list[dict[str, str]]:
    pieces: list[dict[str, str]] = []
    done = 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        if mark.start < done:
            continue
        pieces.append({"text": text[done : mark.start]})
        pieces.append({"text": text[mark.start : mark.end], "color": mark.color, "tag": mark.tag, "title": mark.title})
        done = mark.end
    pieces.append({"text": text[done:]})
    return [piece for piece in pieces if piece["text"]]
