"""Attention: how much each token looks at each other token."""

import streamlit as st

from bertviz_app.lenses import attention as lens
from bertviz_app.lenses import attention_code as code
from bertviz_app.lenses import attention_figures as figures
from bertviz_app.workspace import Page, once, open_page
from bertviz_app.workspace.attention import choose_head, choose_token, open_head, show_bertviz

ALL, ONE, HEAD_VIEW, MODEL_VIEW = VIEWS = ("All heads", "One head", "BertViz head view", "BertViz model view")


def all_heads(page: Page) -> None:
    page.strip(page.encoding)
    figure, sentence, caption, columns = once(figures.mosaic_picture, page.forward, page.theme)
    st.caption(f"Click a square to open that head, or choose it under “{ONE}”. {caption}")
    clicked = page.choose(figure, name="mosaic", alt=f"One small heatmap for each head. {sentence}")
    if clicked is not None:
        open_head(*divmod(int(clicked), page.model.info.n_heads), view=ONE)
    page.notice(sentence)
    with page.fold("Table"):
        page.table(columns, name="heads")
    page.python(code.python_code(page.model.info, page.text, page.encoding.pair))


def one_head(page: Page) -> None:
    layer, head, reading = choose_head(page)
    weights, position = lens.read_head(page.forward, layer, head, reading), choose_token(page)
    if position is None:
        sentence = lens.head_sentence(page.forward, weights, reading)
        page.show(figures.head_figure(weights, page.theme), name="head", alt=f"Heatmap. {sentence}")
    else:
        sentence = lens.token_sentence(weights, position)
        if max(weights.row_of[position], weights.column_of[position]) >= 0:
            page.show(figures.token_figure(weights, position, page.theme), name="head_token", alt=f"Bars. {sentence}")
    page.notice(sentence)
    with page.fold("Table"):
        page.table(figures.head_columns(weights), name="head")
    with page.fold("How it is computed"):
        st.markdown(lens.METHOD)
    page.python(code.head_code(page.model.info, (page.text, page.encoding.pair), (layer, head), reading))


with open_page("attention") as page:
    st.session_state.update(st.session_state.pop("_open_head", {}))
    page.sentence(pair=True)
    view = st.segmented_control(
        "View", VIEWS, default=ALL, required=True, key="attention_view", label_visibility="collapsed", bind="query-params"
    )
    if view == ALL:
        all_heads(page)
    elif view == ONE:
        one_head(page)
    elif show_bertviz(page, name := "head_view" if view == HEAD_VIEW else "model_view"):
        page.notice(lens.mosaic_sentence(lens.head_patterns(page.forward)))
        page.python(code.bertviz_code(page.model.info, page.text, page.encoding.pair, name))
