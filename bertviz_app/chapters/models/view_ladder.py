"""The ladder on a page: every model of this server asked the same, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.analysis.predictions import Prediction
from bertviz_app.chapters.models import ladder
from bertviz_app.chapters.models.ladder import Rung
from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.errors import InsideBertError
from bertviz_app.families.objectives import OBJECTIVES
from bertviz_app.workspace import caches, choices, examples, jobs
from bertviz_app.workspace.compared_predictions import names_of
from bertviz_app.workspace.jobs import Job, Progress
from bertviz_app.workspace.navigation import offered_models
from bertviz_app.workspace.predictions import predictions
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.sentence import text_form

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.model_info import ModelInfo
    from bertviz_app.workspace.page import Page

HEADS = (
    "masked_words",
    "next_sentence",
    "sentence_order",
    "sentiment",
    "pairs",
)  # that several models may have, over an input as a whole or a blank
Asked = tuple[str, str | None, str, str]  # the sentence and the second one, the head, the word that is followed
LOADING = 4.0  # seconds that a model takes to be loaded, about


@dataclass(frozen=True, eq=False)
class ModelAnswer:
    """What one model said, without the model: its first choice by name, and where another name stands among its outputs."""

    title: str
    info: ModelInfo
    said: Prediction
    first: str
    find: Callable[[str], int | None]


def show_ladder(page: Page) -> None:
    """The sentence, the head and the word; then a point and a row for each model."""
    typed = text_form(
        "ladder", {"ladder_text": ("Sentence", examples.BLANK), "ladder_pair": ("Second sentence (optional)", ""), "ladder_word": ("Word to follow", "")},
        beside=True,
    )  # fmt: skip
    names = {_title(head): head for head in HEADS}
    head = names[choices.one_of(Choice.LADDER_HEAD, "Prediction", list(names))]
    offered = offered_models()
    asked: Asked = (typed["ladder_text"], typed["ladder_pair"].strip() or None, head, typed["ladder_word"].strip())
    sources = tuple((CATALOG[name].title if name in CATALOG else name, source) for name, source in offered.items())
    job = Job(f"Asking {len(sources)} models", climbed, (sources, asked), LOADING * len(sources))
    if not jobs.asked(job, "ladder", f"Ask all {len(sources)} models", unasked=jobs.AT_ONCE):
        page.notice("Every model on this server can be asked the same: what would each say, and how surely?")
        return
    rungs, word, left_out = jobs.result(job, "ladder")
    page.reads(asked[0], asked[1] or "")
    said = ladder.notice(rungs, word)
    if rungs:
        page.show(ladder.ladder_figure(rungs, word, page.theme), name="ladder", alt="Points: probability by size", notice=said)
        page.table(ladder.columns(rungs, word), name="ladder")
    else:
        page.notice(said)
    if left_out:
        st.caption(f"Not asked, as they have no such head, or could not be opened: {', '.join(left_out)}.")
    with page.fold("How it is computed"):
        st.markdown(ladder.METHOD)


def _title(head: str) -> str:
    return OBJECTIVES[head].name if head in OBJECTIVES else head.replace("_", " ")


def climbed(sources: tuple[tuple[str, str], ...], asked: Asked, progress: Progress) -> tuple[list[Rung], str, list[str]]:
    """Each model asked in turn: what it says, the word that is followed, and the models that cannot be asked.

    Without a word, it is the first choice of the largest model. Only one model is held at a time.
    """
    text, pair, head, word = asked
    found: list[ModelAnswer] = []
    left_out = []
    for done, (title, source) in enumerate(sources, start=1):
        try:
            with caches.borrowed_model(source) as model:
                one = _first_of(model, text, pair, head)
                if one is None:
                    left_out.append(title)
                else:
                    names = names_of(one, model)
                    found.append(ModelAnswer(title, model.info, one, names.of(one.best), names.find))
        except InsideBertError:
            left_out.append(title)
        progress(done / len(sources))
    found.sort(key=lambda answer: answer.info.n_parameters)
    word = word or (found[-1].first if found else "")
    return ladder.in_order([_rung(answer, word) for answer in found]), word, left_out


def _first_of(model: Model, text: str, pair: str | None, head: str) -> Prediction | None:
    encoding = model.encode(text, pair)
    several = predictions(model, encoding, caches.forward_pass(model, encoding))
    return next((one for one in several if one.task == head and one.is_probability), None)


def _rung(answer: ModelAnswer, word: str) -> Rung:
    values, output, info = np.asarray(answer.said.values, dtype=np.float64), answer.find(word), answer.info
    followed = None if output is None else float(values[output])
    rank = None if output is None else 1 + int((values > values[output]).sum())
    size = f"{info.n_layers} × {info.n_heads} × {info.d_model}"
    certainty = float(values[answer.said.best])
    return Rung(answer.title, size, info.n_parameters, answer.first, certainty, followed, rank)
