"""What a page says when the chosen model was not trained for it: why, and where to go instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.catalog import CATALOG
from bertviz_app.checkpoints import is_here
from bertviz_app.objectives import OBJECTIVES
from bertviz_app.workspace import scene
from bertviz_app.workspace.markup import plain

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

# What the catalogue calls a task, and the key of its head in `ModelInfo.labels`.
HEADS = {
    "sentiment": "sentiment",
    "sentence pairs": "pairs",
    "named entities": "entities",
    "question answering": "answers",
}


def offer_instead(page: Page, objective: str) -> None:
    """One sentence on why, a link to each objective that the model does have, and a button for a model that has this one."""
    info = page.model.info
    page.notice(info.why_not(objective))
    for task in info.objectives:
        page.link(OBJECTIVES[task].page, OBJECTIVES[task].offer)
    if objective != "replaced_tokens":
        st.button("Use the embedded model, which has one", type="primary", key="use_embedded", on_click=use_embedded)


def offer_head(page: Page, task: str) -> bool:
    """Whether the model has a trained head for a task. Where it has none: one sentence, and a button for a model that has one.

    `task` is what the catalogue calls it. What is not on this machine is offered with the command that downloads it.
    """
    info = page.model.info
    if HEADS[task] in info.labels:
        return True
    page.notice(f"{info.title} was saved without a trained head for {task}: anything said here would be made up.")
    able = [checkpoint for checkpoint in CATALOG.values() if task in checkpoint.tasks and checkpoint.name != info.name]
    for checkpoint in able:
        if is_here(checkpoint):
            st.button(
                f"Use {checkpoint.title}, which has one", type="primary", key="use_other", on_click=use, args=(checkpoint.name,)
            )
            return False
    for checkpoint in able[:1]:
        st.caption(plain(f"{checkpoint.title} has one and is not on this machine. Whoever runs this server downloads it with:"))
        st.code(f"python -m bertviz_app.fetch {checkpoint.name}", language="bash")
    return False


def use(name: str) -> None:
    """Choose a model; to be called as a button's callback, before the sidebar is drawn."""
    scene.MODEL.put(name)


def use_embedded() -> None:
    """Choose the embedded model, as `use` does."""
    use("embedded")
