"""The sentence on top of every page: typed once, the same everywhere, with examples to pick from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bertviz_app import settings
from bertviz_app.workspace import did_you_mean, memory, scene
from bertviz_app.workspace.examples import EXAMPLES

LINE = 90  # characters that stand on one line of the box; half as many where two stand side by side


def sentence_form(*, pair: bool, sample: tuple[str, str]) -> None:
    """Draw the form. What is submitted becomes the text of every page; until then it is the `sample`, a sentence and a second one."""
    texts = {"text": memory.recall("text", sample[0]), "pair": memory.recall("pair", sample[1])}
    for name, text in texts.items():
        scene.fill(name, text)
    shows_pair = pair or bool(memory.recall("pair"))
    is_long = any(len(text) > LINE // (2 if shows_pair else 1) or "\n" in text for text in texts.values())
    with st.form("sentence", border=False, enter_to_submit=True):
        # Side by side on a wide screen; on a phone Streamlit puts columns below each other, in this order.
        left, buttons = st.columns([5, 2], vertical_alignment="bottom", gap="small")
        with left:
            boxes = st.columns(2, gap="small") if shows_pair else [st.container()]
        _box(boxes[0], "Sentence A" if shows_pair else "Sentence", "text", is_long=is_long,
             label_visibility="visible" if shows_pair else "collapsed")  # fmt: skip
        if shows_pair:
            _box(boxes[1], "Sentence B (optional)", "pair", is_long=is_long, placeholder="Type a second sentence")
        with buttons, st.container(horizontal=True, gap="small"):
            keys = "Ctrl + Enter does the same" if is_long else "Enter does the same"
            st.form_submit_button("Show", type="primary", width="stretch", on_click=_submit, help=keys)
            with st.popover("Examples", width="stretch"):
                group = ""
                for index, example in enumerate(EXAMPLES):
                    if example.group != group:
                        group = example.group
                        st.caption(group)
                    picked = (example.text, example.pair)
                    st.form_submit_button(
                        example.label, help=example.text, key=f"example_{index}", on_click=_pick, args=picked, type="tertiary"
                    )
    did_you_mean.ask(texts)


def text_form(
    key: str, boxes: Mapping[str, tuple[str, str]], *, button: str = "Show", height: int = 150, beside: bool = False
) -> dict[str, str]:
    """Boxes for texts of their own, kept across pages and reloads: by name, a label and what stands there until something is typed.

    Hands back the texts by name. The last box is a large one, or, `beside`, all are of one line and stand in a row with the button.
    """

    def submit() -> None:
        for name in boxes:
            memory.remember(name, scene.draft(name).value())

    limit, *_, last = settings.current().max_characters, *boxes
    with st.form(f"form_{key}", border=False):
        n = len(boxes)
        columns = st.columns([3] * n + [1], vertical_alignment="bottom", gap="small") if beside else [st.container()] * (n + 1)
        for column, (name, (label, sample)) in zip(columns, boxes.items(), strict=False):
            scene.fill(name, memory.recall(name, sample))
            if name == last and not beside:
                column.text_area(label, key=scene.draft(name).name, max_chars=limit, height=height)
            else:
                column.text_input(label, key=scene.draft(name).name, max_chars=limit)
        width = "stretch" if beside else "content"
        columns[-1].form_submit_button(button, type="primary", key=f"submit_{key}", on_click=submit, width=width)
    typed = {name: memory.recall(name, sample) for name, (_, sample) in boxes.items()}
    did_you_mean.ask(typed)
    return typed


def _box(place: DeltaGenerator, label: str, name: str, *, is_long: bool, **look: Any) -> None:
    """One line, or for a text that does not fit on one, as many as it takes."""
    if is_long:
        place.text_area(
            label, key=scene.draft(name).name, max_chars=settings.current().max_characters, height="content", **look
        )
    else:
        place.text_input(label, key=scene.draft(name).name, max_chars=settings.current().max_characters, **look)


def _submit() -> None:
    for name in ("text", "pair"):
        memory.remember(name, scene.draft(name).value())


def _pick(text: str, pair: str) -> None:
    memory.remember("text", text)
    memory.remember("pair", pair)
