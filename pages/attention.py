"""Attention: how much each token looks at each other token."""

import streamlit as st

from bertviz_app.components.explorer import NEURONS
from bertviz_app.lenses import attention as lens
from bertviz_app.lenses import attention_code as code
from bertviz_app.lenses import attention_figures as figures
from bertviz_app.lenses.attention_thumbnails import heads_columns, thumbnails
from bertviz_app.workspace import Page, once, open_page
from bertviz_app.workspace.attention import EXPLORER, HEAD_VIEW, ONE, choose_head, choose_token, choose_view, show_bertviz
from bertviz_app.workspace.explorer import Asked, explore, open_heads


def explorer(page: Page, mode: str) -> None:
    layer, head, reading = choose_head(page)
    heads = open_heads(page.model, (layer, head), mode)
    weights = lens.read_head(page.forward, layer, head, reading)
    sentence = lens.head_sentence(page.forward, weights, reading)
    page.notice(sentence)
    explore(page, Asked(heads, reading, mode, sentence, tuple(page.caption)))
    with page.fold("Table"):
        page.table(heads_columns(page.forward, once(thumbnails, page.forward, reading)), name="heads")
    with page.fold("How it is computed"):
        st.markdown(page.model.info.special.spelled(lens.METHOD))
    page.python(code.explorer_code(page.model.info, page.encoding, reading, (layer, head) if mode == NEURONS else None))


def one_head(page: Page) -> None:
    layer, head, reading = choose_head(page)
    weights, position = lens.read_head(page.forward, layer, head, reading), choose_token(page)
    if position is None:
        sentence = lens.head_sentence(page.forward, weights, reading)
        page.show(figures.head_figure(weights, page.theme), name="head", alt="Heatmap", notice=sentence)
    else:
        sentence = lens.token_sentence(weights, position)
        if max(weights.row_of[position], weights.column_of[position]) >= 0:
            page.show(figures.token_figure(weights, position, page.theme), name="head_token", alt="Bars", notice=sentence)
        else:
            page.notice(sentence)
    with page.fold("Table"):
        page.table(figures.head_columns(weights), name="head")
    with page.fold("How it is computed"):
        st.markdown(page.model.info.special.spelled(lens.METHOD))
    page.python(code.head_code(page.model.info, page.encoding, (layer, head), reading))


with open_page("attention") as page:
    page.sentence(pair=True)
    view, mode = choose_view(page)
    if view == EXPLORER:
        explorer(page, mode)
    elif view == ONE:
        one_head(page)
    elif show_bertviz(page, name := "head_view" if view == HEAD_VIEW else "model_view"):
        page.python(code.bertviz_code(page.model.info, page.text, page.encoding.pair, name))
