"""Next sentence: would the second sentence follow the first?"""

import streamlit as st

from bertviz_app import plots
from bertviz_app.lenses import next_sentence as lens
from bertviz_app.objectives import PAIRS
from bertviz_app.workspace import Page, choices, open_page
from bertviz_app.workspace.offers import offer_instead
from bertviz_app.workspace.ordering import ordering_game
from bertviz_app.workspace.scene import Choice

VIEWS = ("This pair", "Ordering game")
NUMBERS = ("What each number adds", "The pooled vector")


def this_pair(page: Page) -> None:
    page.sentence(pair=True)
    page.strip(page.encoding)
    pooled, objective = page.forward.class_vector, lens.pair_objective(page.model.info)
    parts = lens.contributions(pooled, *page.model.class_weights(objective.task))
    if page.pair is None:
        page.show(
            lens.pooled_figure(pooled, page.theme),
            name="pooled",
            alt="Heatmap of the pooled vector",
            notice=lens.alone_notice(pooled),
        )
    else:
        probability = float(lens.is_next(page.model.class_logits(objective.task, pooled)))
        alt = f"Bar: {objective.labels[0]} {plots.percent(probability)}"
        page.show(
            lens.verdict_figure(objective, probability, page.theme),
            name="next-sentence",
            alt=alt,
            notice=lens.verdict_notice(objective, probability, parts),
        )
        if choices.view(Choice.POOLED_VIEW, NUMBERS, label="Numbers") == NUMBERS[0]:
            page.show(
                lens.contributions_figure(objective, parts, page.theme), name="added", alt="Heatmap of what each number adds"
            )
        else:
            page.show(lens.pooled_figure(pooled, page.theme), name="pooled", alt="Heatmap of the pooled vector")
    with page.fold("Table"):
        columns = {"number": list(range(1, len(pooled) + 1)), "value": pooled}
        page.table(columns | ({"adds": parts.values} if page.pair else {}), name="pooled")
    page.python(lens.python_code(page.model.info, page.encoding))


with open_page("next_sentence") as page:
    if not set(PAIRS) & set(page.model.info.objectives):
        offer_instead(page, "pair")
    else:
        view = choices.view(Choice.NEXT_SENTENCE_VIEW, VIEWS)
        {VIEWS[0]: this_pair, VIEWS[1]: ordering_game}[view](page)
        with page.fold("How it is computed"):
            st.markdown(lens.method(lens.pair_objective(page.model.info)))
