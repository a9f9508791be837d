"""Models: the catalogue, what each takes, what is on this machine, and how the families differ."""

from __future__ import annotations

import streamlit as st

from bertviz_app.chapters.models import measures
from bertviz_app.chapters.models.view_catalogue import here, show_how_to_fetch, show_memory, show_own
from bertviz_app.chapters.models.view_ladder import show_ladder
from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.workspace import choices
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice

VIEWS = ("Catalogue", "Parameters", "Families", "Memory", "My own checkpoint", "Ladder")
CHECKPOINTS = tuple(CATALOG.values())


def catalogue(page: Page) -> None:
    """The known checkpoints, and which of them are on this machine."""
    names = here()
    page.notice(measures.catalogue_notice(CHECKPOINTS, names))
    page.table(measures.catalogue_columns(CHECKPOINTS, names), name="models")
    show_how_to_fetch(CHECKPOINTS, names)


def parameters(page: Page) -> None:
    """Where the parameters of each model are."""
    alt = "Stacked bars: parameters in embeddings, layers, pooler and heads of each model"
    page.show(
        measures.parts_figure(CHECKPOINTS, page.theme), name="parameters", alt=alt, notice=measures.parts_notice(CHECKPOINTS)
    )
    with page.fold("Table"):
        page.table(measures.parts_columns(CHECKPOINTS), name="parameters")
    with page.fold("How it is computed"):
        st.markdown(measures.METHOD)


def families(page: Page) -> None:
    page.notice(measures.families_notice())
    page.table(measures.family_columns(), name="families")


def memory(page: Page) -> None:
    st.caption(f"The chosen model takes {page.model.info.n_bytes / 1e6:,.0f} MB.")
    show_memory(page)


def own(page: Page) -> None:
    show_own(page)


def show(page: Page) -> None:
    """The whole page, below its title."""
    view = choices.view(Choice.MODELS_VIEW, VIEWS)
    dict(zip(VIEWS, (catalogue, parameters, families, memory, own, show_ladder), strict=True))[view](page)
