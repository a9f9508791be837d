"""The token strip: the sentence as tokens, in the same colours everywhere; where a token can be chosen, this is where it is clicked.

Below the tokens' line stands the text itself: hovering a token marks the characters it stands for, and the other way round.
Everything typed reaches the page as text nodes, never as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.plots import MONOSPACE, shown
from bertviz_app.records.forward import Encoding

NAMES = {
    "cls": "start of the input",
    "sep": "end of a sentence",
    "mask": "a blank",
    "pad": "padding",
    "unk": "a word outside of the vocabulary",
    "word": "a word or the start of one",
    "piece": "continues a word",
}

CSS = """
:host { display: block; }
/* A long text scrolls within a few rows, so that the picture stays in sight. */
.strip { display: flex; flex-wrap: wrap; gap: 6px 5px; padding: 2px; max-height: max(125px, 20vh); overflow-y: auto; }
.token { font: 500 17px/1.35 MONO; padding: 3px 9px 4px; border: 1.5px solid transparent; border-radius: 7px; cursor: default; text-align: center;
  white-space: pre; color: var(--ink); background: color-mix(in srgb, var(--color) 13%, transparent); border-color: color-mix(in srgb, var(--color) 38%, transparent); }
.token small { display: block; font: 400 15px/1.3 MONO; color: var(--muted); text-align: center; }
.token.special { color: var(--color); }
.token.piece { border-left-style: dashed; }
.token.pad { background: repeating-linear-gradient(45deg, transparent 0 4px, color-mix(in srgb, var(--color) 25%, transparent) 4px 6px); }
button.token { cursor: pointer; }
button.token:hover, .token.lit { background: color-mix(in srgb, var(--color) 30%, transparent); }
.token:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
.token.chosen { background: var(--accent); border-color: var(--accent); color: var(--paper); }
.text { font-size: 17px; line-height: 1.6; color: var(--ink); margin: 8px 0 0; overflow-wrap: anywhere; white-space: pre-wrap; max-height: 110px; overflow-y: auto; }
.text span { border-bottom: 2px solid color-mix(in srgb, var(--color) 60%, transparent); border-radius: 3px 3px 0 0; }
.text span.lit { background: color-mix(in srgb, var(--color) 35%, transparent); }
.hint { font-size: 14.5px; color: var(--muted); margin: 6px 0 0; }
""".replace("MONO", MONOSPACE)

JS = """
export default function({data, parentElement, setTriggerValue}) {
  const root = parentElement.querySelector(".root");
  root.replaceChildren();
  const style = root.style;
  for (const [name, value] of Object.entries(data.palette)) style.setProperty("--" + name, value);
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const pieces = [];  // for each token: the elements that light up with it
  const light = (index, on) => pieces[index].forEach(element => element.classList.toggle("lit", on));
  const strip = make("div", "strip");
  strip.setAttribute("role", "group");
  if (!data.hint) strip.tabIndex = 0;  // so that the keyboard can scroll it
  strip.setAttribute("aria-label", data.hint || data.label || "The sentence as tokens");
  data.tokens.forEach((token, index) => {
    const clickable = data.hint && token.clickable;
    const chip = make(clickable ? "button" : "span", ["token", ...token.classes].join(" "), token.text);
    chip.style.setProperty("--color", token.color);
    for (const [name, value] of Object.entries(token.style || {})) chip.style.setProperty(name, value);
    chip.title = token.title;
    if (token.below) chip.append(make("small", "", token.below));
    if (clickable) {
      chip.type = "button";
      chip.setAttribute("aria-label", token.title);
      chip.setAttribute("aria-pressed", token.classes.includes("chosen"));
      chip.onclick = () => {
        globalThis.insideBertChip = {strip: data.name, index, at: Date.now()};
        setTriggerValue("clicked", index);
      };
    }
    chip.dataset.position = index;
    pieces.push([chip]);
    chip.onmouseenter = () => light(index, true);
    chip.onmouseleave = () => light(index, false);
    strip.append(chip);
  });
  root.append(strip);
  for (const text of data.texts) {
    const line = make("p", "text");
    let end = 0;
    for (const [start, stop, index] of text.spans) {
      if (start < end) continue;
      line.append(text.characters.slice(end, start).join(""));
      const mark = make("span", "", text.characters.slice(start, stop).join(""));
      mark.style.setProperty("--color", data.tokens[index].color);
      mark.onmouseenter = () => light(index, true);
      mark.onmouseleave = () => light(index, false);
      pieces[index].push(mark);
      line.append(mark);
      end = stop;
    }
    line.append(text.characters.slice(end).join(""));
    root.append(line);
  }
  if (data.hint) root.append(make("p", "hint", data.hint));
  // A chosen token is drawn anew, by the page as a whole: who chose it by the keyboard goes on from there, unless they went elsewhere.
  const last = globalThis.insideBertChip, host = root.getRootNode().host;
  if (last && last.strip === data.name && Date.now() - last.at < 10_000 && [document.body, host, null].includes(document.activeElement))
    strip.querySelector(`button[data-position="${last.index}"]`)?.focus({preventScroll: true});
}
"""

HTML = '<div class="root"></div>'


def strip_data(
    encoding: Encoding, theme: Theme, *, hint: str = "", chosen: Sequence[int] = (), with_text: bool = False
) -> dict[str, Any]:
    """What the component draws: tokens with colour, classes and a sentence for hover and screen readers; the text with its spans
    and, under each token, its id (`with_text`).

    Clickable with a `hint`, which says what a click does; [CLS], [SEP] and [PAD] are clickable like the rest.
    """
    palette = {"ink": theme.ink, "paper": theme.paper, "muted": theme.muted, "accent": theme.accent}
    marked = set(chosen)
    tokens = [
        {
            "text": token,
            "below": str(encoding.token_ids[position]) if with_text else "",
            "color": theme.token_color(kind, int(encoding.segment_ids[position])),
            "classes": _classes(kind, chosen=position in marked),
            "clickable": bool(encoding.attention_mask[position]),
            "title": f"{token}: token {shown(position)} of {encoding.n_tokens}, id {encoding.token_ids[position]}, {NAMES[kind]}"
            + ("" if encoding.attention_mask[position] else ", not read"),
        }
        for position, (token, kind) in enumerate(zip(encoding.tokens, encoding.kinds, strict=True))
    ]
    return {"tokens": tokens, "hint": hint, "palette": palette, "texts": _texts(encoding) if with_text else []}


def _classes(kind: str, *, chosen: bool) -> list[str]:
    special = ["special"] if kind in ("cls", "sep", "mask", "pad", "unk") else []
    return [kind, *special, *(["chosen"] if chosen else [])]


def _texts(encoding: Encoding) -> list[dict[str, Any]]:
    # Characters as a list: JavaScript would count an emoji as two.
    texts = []
    for segment, text in ((0, encoding.text), (1, encoding.pair)):
        if text is None:
            continue
        positions = [p for p in range(encoding.n_tokens) if encoding.segment_ids[p] == segment and encoding.offsets[p, 1]]
        spans = [[*encoding.offsets[p].tolist(), p] for p in positions]
        texts.append({"characters": list(text), "spans": spans})
    return texts
