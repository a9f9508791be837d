"""Next sentence: would the second sentence follow the first?"""

from typing import Any

import streamlit as st

from bertviz_app import plots
from bertviz_app.errors import MissingHead
from bertviz_app.lenses import next_sentence as lens
from bertviz_app.workspace import Page, open_page
from bertviz_app.workspace.ordering import ordering_game

VIEWS = ("This pair", "Ordering game")
NUMBERS = ("What each number adds", "The pooled vector")
ONE_OF: dict[str, Any] = {"required": True, "persist_state": "session", "label_visibility": "collapsed"}


def this_pair(page: Page) -> None:
    page.sentence(pair=True)
    page.strip(page.encoding)
    pooled = page.forward.pooler_output
    assert pooled is not None  # a model with this head has a trained pooler
    parts = lens.contributions(pooled, *page.model.class_weights("next_sentence"))
    if page.pair is None:
        page.show(lens.pooled_figure(pooled, page.theme), name="pooled", alt="Heatmap of the pooled vector")
        page.notice(lens.alone_notice(pooled))
    else:
        probability = float(lens.is_next(page.model.class_logits("next_sentence", pooled)))
        alt = f"Bar: is next {plots.percent(probability)}"
        page.show(lens.verdict_figure(probability, page.theme), name="next-sentence", alt=alt)
        page.notice(lens.verdict_notice(probability, parts))
        if st.segmented_control("Numbers", NUMBERS, key="pooled_view", **ONE_OF, default=NUMBERS[0]) == NUMBERS[0]:
            page.show(lens.contributions_figure(parts, page.theme), name="added", alt="Heatmap of what each number adds")
        else:
            page.show(lens.pooled_figure(pooled, page.theme), name="pooled", alt="Heatmap of the pooled vector")
    with page.fold("Table"):
        columns = {"number": list(range(1, len(pooled) + 1)), "value": pooled}
        page.table(columns | ({"adds": parts.values} if page.pair else {}), name="pooled")
    page.python(lens.python_code(page.model.info, page.encoding))


with open_page("next_sentence") as page:
    if "next_sentence" not in page.model.info.labels:
        raise MissingHead(
            f"{page.model.info.title} was saved without a trained next-sentence head: anything said here would be made up. "
            "Choose the embedded model in the sidebar, which has one."
        )
    if st.segmented_control("View", VIEWS, key="next_sentence_view", **ONE_OF, default=VIEWS[0]) == VIEWS[0]:
        this_pair(page)
    else:
        ordering_game(page)
    with page.fold("How it is computed"):
        st.markdown(lens.METHOD)
