"""Next sentence: would the second sentence follow the first?"""

from __future__ import annotations

import streamlit as st

from bertviz_app.chapters.next_sentence import measures, snippet
from bertviz_app.chapters.next_sentence.view_compared import compared
from bertviz_app.chapters.next_sentence.view_ordering import ordering_game
from bertviz_app.drawing import plots
from bertviz_app.families.objectives import PAIRS
from bertviz_app.workspace import choices
from bertviz_app.workspace.page import Page
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.untrained import suggest_instead

VIEWS = ("This pair", "Ordering game")
NUMBERS = ("What each number adds", "The pooled vector")


def this_pair(page: Page, subject: Subject) -> None:
    """The typed pair: the probabilities, and what of the pooled vector speaks for each."""
    page.sentence(pair=True)
    if page.variant:
        compared(page)
        return
    page.strip(subject.encoding)
    pooled, objective = subject.forward.class_vector, measures.pair_objective(subject.model.info)
    parts = measures.contributions(pooled, *subject.model.class_weights(objective.task))
    if subject.pair is None:
        page.show(
            measures.pooled_figure(pooled, page.theme),
            name="pooled",
            alt="Heatmap of the pooled vector",
            notice=measures.alone_notice(pooled),
        )
    else:
        probability = float(measures.is_next(subject.model.class_logits(objective.task, pooled)))
        alt = f"Bar: {objective.labels[0]} {plots.percent(probability)}"
        page.show(
            measures.verdict_figure(objective, probability, page.theme),
            name="next-sentence",
            alt=alt,
            notice=measures.verdict_notice(objective, probability, parts),
        )
        if choices.view(Choice.POOLED_VIEW, NUMBERS, label="Numbers") == NUMBERS[0]:
            page.show(
                measures.contributions_figure(objective, parts, page.theme),
                name="added",
                alt="Heatmap of what each number adds",
            )
        else:
            page.show(measures.pooled_figure(pooled, page.theme), name="pooled", alt="Heatmap of the pooled vector")
    with page.fold("Table"):
        columns = {"number": list(range(1, len(pooled) + 1)), "value": pooled}
        page.table(columns | ({"adds": parts.values} if subject.pair else {}), name="pooled")
    page.python(snippet.python_code(subject.info, subject.encoding))


def show(page: Page) -> None:
    """The whole page, below its title."""
    if not set(PAIRS) & set(page.model.info.objectives):
        suggest_instead(page, page.subject, "pair")
    else:
        view = choices.view(Choice.NEXT_SENTENCE_VIEW, VIEWS)
        {VIEWS[0]: this_pair, VIEWS[1]: ordering_game}[view](page, page.subject)
        with page.fold("How it is computed"):
            st.markdown(measures.method(measures.pair_objective(page.model.info)))
