"""The sentence on top of every page: typed once, the same everywhere, with examples to pick from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

import streamlit as st

from bertviz_app import settings
from bertviz_app.workspace import did_you_mean, memory, session
from bertviz_app.workspace.examples import EXAMPLES, Example

LINES = {False: 84, True: 39}  # characters that stand on one line of the box, alone and where two stand side by side
FIRST_LINE = 51  # of the first box while the second is empty


def sentence_form(*, pair: bool, sample: tuple[str, str], compare: Callable[[], None] | None = None) -> None:
    """Draw the form. What is submitted becomes the text of every page; until then it is the `sample`, a sentence and a second one.

    `compare` is what a button beside Show does, once what was typed is taken.
    """
    texts = {"text": memory.recall("text", sample[0]), "pair": memory.recall("pair", sample[1])}
    shows_pair = pair or bool(memory.recall("pair"))
    line = FIRST_LINE if shows_pair and not texts["pair"] else LINES[shows_pair]
    is_long = any(len(text) > line or "\n" in text for text in texts.values())
    with st.form("sentence", border=False, enter_to_submit=True):
        # Side by side on a wide screen; on a phone Streamlit puts columns below each other, in this order.
        left, buttons = st.columns([2, 1] if compare else [7, 2], vertical_alignment="center", gap="small")
        with left:
            boxes = st.columns([1, 1] if texts["pair"] else [3, 2], gap="small") if shows_pair else [st.container()]
        first, *others = [(box.text_area, {"height": "content"}) if is_long else (box.text_input, {}) for box in boxes]
        # The style sheet writes A and B into the boxes: labels above them would take the room of the picture.
        label, unseen = "Sentence A" if shows_pair else "Sentence", {"label_visibility": "collapsed"}
        _box(first[0], label, ("text", texts["text"]), **unseen, **first[1])
        for draw, look in others:
            said = {"placeholder": "Second sentence (optional)"}
            _box(draw, "Sentence B (optional)", ("pair", texts["pair"]), **unseen, **said, **look)
        with buttons, st.container(horizontal=True, gap="small"):
            _buttons(texts, "Ctrl + Enter does the same" if is_long else "Enter does the same", compare)
    did_you_mean.ask(texts)


def _buttons(texts: Mapping[str, str], keys: str, compare: Callable[[], None] | None) -> None:
    st.form_submit_button("Show", type="primary", width="stretch", on_click=_submit, help=keys)
    if compare:
        hint = "Another sentence, model or blank, or a part switched off, beside this"
        st.form_submit_button("Compare", width="stretch", on_click=_submit, args=(compare,), help=hint)
    # With another text it is another list of examples, closed: who picked one wants to see what becomes of it.
    with st.popover(
        "Examples",
        width="stretch",
        key=f"examples_{blake2b(repr(texts).encode(errors='replace'), digest_size=8).hexdigest()}",
    ):
        group, entries = "", st.container(gap=None)
        for index, example in enumerate(EXAMPLES):
            if example.group != group:
                group = example.group
                entries.caption(group)
            entries.form_submit_button(
                example.label, help=example.text, key=f"example_{index}", on_click=_pick, args=(example,), type="tertiary"
            )


def text_form(
    key: str, boxes: Mapping[str, tuple[str, str]], *, button: str = "Show", height: int = 88, beside: bool = False, **look: Any
) -> dict[str, str]:
    """Boxes for texts of their own, kept across pages and reloads: by name, a label and what stands there until something is typed.

    Hands back the texts by name. All stand in one row with the button, so that the picture stays in sight; the last box is a large one, or,
    `beside`, of one line too. `look` goes to each box.
    """

    def submit() -> None:
        for name in boxes:
            memory.remember(name, session.draft(name).value())

    *_, last = boxes
    with st.form(f"form_{key}", border=False):
        lines = [3] * (len(boxes) - 1)
        columns = st.columns([*lines, 3 if beside else 5, 1], vertical_alignment="bottom", gap="small")
        for column, (name, (label, sample)) in zip(columns, boxes.items(), strict=False):
            is_large = name == last and not beside
            draw, size = (column.text_area, {"height": height}) if is_large else (column.text_input, {})
            _box(draw, label, (name, memory.recall(name, sample)), **size, **look)
        columns[-1].form_submit_button(button, type="primary", key=f"submit_{key}", on_click=submit, width="stretch")
    typed = {name: memory.recall(name, sample) for name, (_, sample) in boxes.items()}
    did_you_mean.ask(typed)
    return typed


def _box(draw: Callable[..., str], label: str, named: tuple[str, str], **look: Any) -> None:
    """A box for a text, given by its name and what it is now."""
    name, text = named
    limit = settings.current().max_characters
    # What no box can hold is read and refused as it came, with a sentence; half a character cannot even be shown.
    shown = text[:limit].encode("utf-8", "replace").decode("utf-8")
    default = session.fill(name, shown)
    typed = draw(label, key=session.draft(name).name, max_chars=limit, **default, **look)
    if default and typed != shown:  # sent again by a browser that was cut off before it heard that its text had been taken
        memory.remember(name, typed)
        st.rerun()


def _submit(then: Callable[[], None] | None = None) -> None:
    for name in ("text", "pair"):
        memory.remember(name, session.draft(name).value())
    if then:
        then()


def _pick(example: Example) -> None:
    if example.page:
        session.GOING.put(example.seen_from(session.now()))
        return
    memory.remember("text", example.text)
    memory.remember("pair", example.pair)
