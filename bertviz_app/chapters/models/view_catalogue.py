"""The parts of the page Models that look at this machine: which models are here, which are in memory, and those that the server offers."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app import settings
from bertviz_app.chapters.models import measures
from bertviz_app.checkpoints.catalog import CATALOG, Checkpoint
from bertviz_app.checkpoints.folders import folder_of, is_here, named, revision_of
from bertviz_app.errors import InsideBertError
from bertviz_app.workspace import caches, choices
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice

if TYPE_CHECKING:
    from bertviz_app.engine.inspection import Inspection
    from bertviz_app.workspace.page import Page

FETCH = "python -m bertviz_app.fetch"


def here() -> dict[str, str]:
    """The catalogue's models that are on this machine: by name, the revision that is opened."""
    return {name: revision_of(checkpoint) for name, checkpoint in CATALOG.items() if is_here(checkpoint)}


def show_how_to_fetch(checkpoints: Sequence[Checkpoint], names_here: Collection[str]) -> None:
    """The command that downloads a model which is not here: this server never does it by itself."""
    missing = [checkpoint for checkpoint in checkpoints if checkpoint.name not in names_here]
    if not missing:
        return
    chosen = choices.one_of_these(
        Choice.TO_FETCH, "A model that is not on this server", missing, says=lambda checkpoint: checkpoint.title
    )
    st.caption("This server never goes online by itself. Its operator downloads a model once with this command:")
    st.code(f"{FETCH} {chosen.name}", language="bash")
    if chosen.note:
        st.caption(plain(chosen.note))


def show_memory(page: Page) -> None:
    """Which models are loaded, and how much of the budget they take."""
    held = caches.models.held
    page.notice(measures.memory_notice(held, caches.models.budget))
    names = {one.key: one.key.rpartition("@")[0] for one in held}
    titles = {key: CATALOG[name].title if name in CATALOG else os.path.basename(name) for key, name in names.items()}
    page.table(measures.memory_columns(held, titles), name="memory")


def show_own(page: Page) -> None:
    """The folders and Hub repositories that this server offers, and the chosen model, each checked without loading it; how to offer one."""
    folders = settings.current().checkpoints
    st.markdown(
        "Whoever runs this server can offer a checkpoint of your own, fine-tuned or not: its folder, or its name on the Hub once it is downloaded, goes into "
        "`INSIDE_BERT_CHECKPOINTS`; a colon separates several. It is checked before it is opened (its config, its family, safetensors only, a tokenizer that fits); heads that "
        "were not saved do not exist here, and code that comes with it never runs."
    )
    st.code("INSIDE_BERT_CHECKPOINTS=/path/to/my-bert streamlit run app.py", language="bash")
    for source in dict.fromkeys((*map(os.path.normpath, folders), page.model.info.name)):
        try:
            checkpoint = named(source)
            found = caches.once(_looked_at, source, revision_of(checkpoint))
            st.success(
                plain(measures.opens(checkpoint.title, found.family.traits.family, found.n_bytes)), icon=":material/check:"
            )
            if found.ignored:
                st.caption(plain(measures.ignored(found.ignored)))
        except InsideBertError as error:
            st.error(plain(str(error)), icon=":material/info:")


def _looked_at(source: str, revision: str) -> Inspection:  # noqa: ARG001 - kept until the weights change
    """What is found in a folder, or why it cannot be opened: the same function decides when it is loaded."""
    from bertviz_app.engine.inspection import inspected  # imports torch: seconds, once

    return inspected(folder_of(named(source)))
