"""What a page says when the chosen model was not trained for it: why, and where to go instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.checkpoints.folders import is_here
from bertviz_app.families.objectives import OBJECTIVES
from bertviz_app.families.tasks import SUBJECTS, TASKS, TaskFacts
from bertviz_app.workspace import choices, session
from bertviz_app.workspace.about import choose_subject
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


def link_to_task(page: Page, subject: Subject, task: str) -> None:
    """A link to where a head that this model has is shown."""
    head = subject.model.info.task_heads[task]
    row = head.row
    page.link(
        row.page,
        f"{row.offer} (“{head.beside}”)" if head.again else row.offer,
        **({"task": row.view} if row.page == "tasks" else {}),
    )


def suggest_instead(page: Page, subject: Subject, objective: str) -> None:
    """One sentence on why, a link to whatever the model does have, and a button for a model that has this one."""
    info = subject.model.info
    page.notice(info.why_not(objective))
    if objective in SUBJECTS:
        choose_subject(subject.model.info)
    for name in info.objectives:
        page.link(OBJECTIVES[name].page, OBJECTIVES[name].offer)
    for task in info.task_heads:
        link_to_task(page, subject, task)
    if objective != "replaced_tokens":
        st.button("Use the embedded model, which has one", type="primary", key="use_embedded", on_click=use_embedded)


def offer_head(page: Page, subject: Subject, task: str) -> bool:
    """Whether the model has a trained head for a task, a key of `TASKS`. Where it has none: why, a link to what it does have, and a model that has one.

    What is not on this machine is offered with the command that downloads it.
    """
    info, name = subject.model.info, TASKS[task].name
    if task in info.labels:
        return True
    page.notice(info.why_not(task))
    if task in SUBJECTS:
        choose_subject(subject.model.info)
    for other in info.task_heads:
        link_to_task(page, subject, other)
    able = [checkpoint for checkpoint in CATALOG.values() if name in checkpoint.tasks and checkpoint.name != info.name]
    for checkpoint in able:
        if is_here(checkpoint):
            st.button(
                f"Use {checkpoint.title}, which has one", type="primary", key="use_other", on_click=use, args=(checkpoint.name,)
            )
            return False
    for checkpoint in able[:1]:
        st.caption(plain(f"{checkpoint.title} has one and is not on this machine. The server’s operator can download it with:"))
        st.code(f"python -m bertviz_app.fetch {checkpoint.name}", language="bash")
    return False


def choose_head(subject: Subject, task: str) -> str:
    """Which of a model's heads for a task is read: its `TaskFacts.key`. A choice where there are several."""
    heads = {key: head for key, head in subject.model.info.task_heads.items() if head.task == task}
    if len(heads) < 2:
        return next(iter(heads))
    says = {key: head.name if head.again else f"{head.name} ({_home(head)})" for key, head in heads.items()}
    return choices.one_of_these(Choice.ONE_HEAD, "Head", list(heads), says=says.__getitem__, width=420)


def _home(head: TaskFacts) -> str:
    return f"“{head.beside}”" if head.beside else "the checkpoint’s own"


def use(name: str) -> None:
    """Choose a model; to be called as a button's callback, before the sidebar is drawn."""
    session.MODEL.put(name)


def use_embedded() -> None:
    """Choose the embedded model, as `use` does."""
    use("embedded")
