"""Models: the catalogue, what each takes, what is on this machine, and how the families differ."""

import streamlit as st

from bertviz_app.catalog import CATALOG
from bertviz_app.lenses import models as lens
from bertviz_app.workspace import Page, choices, open_page
from bertviz_app.workspace.catalogue import here, show_how_to_fetch, show_memory, show_own
from bertviz_app.workspace.scene import Choice

VIEWS = ("Catalogue", "Parameters", "Families", "Memory", "My own checkpoint")
CHECKPOINTS = tuple(CATALOG.values())


def catalogue(page: Page) -> None:
    names = here()
    page.notice(lens.catalogue_notice(CHECKPOINTS, names))
    page.table(lens.catalogue_columns(CHECKPOINTS, names), name="models")
    show_how_to_fetch(CHECKPOINTS, names)


def parameters(page: Page) -> None:
    alt = "Stacked bars: parameters in embeddings, layers, pooler and heads of each model"
    page.show(lens.parts_figure(CHECKPOINTS, page.theme), name="parameters", alt=alt, notice=lens.parts_notice(CHECKPOINTS))
    with page.fold("Table"):
        page.table(lens.parts_columns(CHECKPOINTS), name="parameters")
    with page.fold("How it is computed"):
        st.markdown(lens.METHOD)


def families(page: Page) -> None:
    page.notice(lens.families_notice())
    page.table(lens.family_columns(), name="families")


def memory(page: Page) -> None:
    st.caption(f"The chosen model takes {page.model.info.n_bytes / 1e6:,.0f} MB.")
    show_memory(page)


def own(page: Page) -> None:
    show_own(page)


with open_page("models") as page:
    view = choices.view(Choice.MODELS_VIEW, VIEWS)
    dict(zip(VIEWS, (catalogue, parameters, families, memory, own), strict=True))[view](page)
