"""Activation patching between two sentences, on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.analysis.predictions import Prediction
from bertviz_app.chapters.interventions import patching, snippet
from bertviz_app.chapters.interventions.view_head_map import states_under
from bertviz_app.records.forward import Encoding, Floats, ForwardPass
from bertviz_app.records.interventions import each_vector
from bertviz_app.workspace import costs, jobs
from bertviz_app.workspace.jobs import Job, Progress
from bertviz_app.workspace.predictions import choose, predictions
from bertviz_app.workspace.sentence import text_form
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page

BOXES = {
    "donor": ("Sentence A, the source of the vectors", "The keys on the table [MASK] old."),
    "recipient": ("Sentence B, with the same number of tokens", "The key on the table [MASK] old."),
}
ALONE = "Patching holds two sentences of its own against each other; “Switch off” compares original and variant."


def patching_view(page: Page, subject: Subject) -> None:
    """Which vectors of one sentence, put into another, bring the one's prediction with them."""
    page.alone(ALONE)
    typed = text_form("patching", BOXES, beside=True)
    a, b = (subject.model.encode(typed[name]) for name in BOXES)
    page.reads(a.text, b.text)
    page.strip(a, key="donor")
    page.strip(b, key="recipient")
    pairs = _pairs(page, subject, a, b)
    if not pairs:
        return
    chosen = choose([one for one, _ in pairs])
    pair, contrast, token = pairs[chosen], patching.contrast(*pairs[chosen]), subject.model.reader.token
    if abs(contrast.span) < patching.LEAST:
        page.notice("Both sentences get the same prediction: there is no difference that could be brought back.")
        return
    n_vectors = len(each_vector(subject.model.info, b.n_tokens))
    seconds = costs.expected(subject.model, n_vectors, b.n_tokens)
    job = Job(
        f"Putting each of {n_vectors} vectors of A into B",
        differences,
        (subject.model, subject.run(a), subject.run(b)),
        seconds,
    )
    if not jobs.asked(job, "patching", f"Put each of {n_vectors} vectors of A into B", unasked=jobs.AT_ONCE):
        page.notice(patching.before_notice(pair, contrast, lambda output: pair[0].name(output, token)))
        return
    restored = contrast.restored(jobs.result(job, "patching")[chosen])
    names = patching.places(b, a)
    compared = (pair[0].name(contrast.a, token), "" if contrast.b is None else pair[0].name(contrast.b, token))
    said = patching.notice(restored, names, compared)
    page.show(patching.patching_figure(restored, names, page.theme), name="patching", alt="Heatmap", notice=said)
    with page.fold("Table"):
        page.table(patching.columns(restored, names), name="patching")
    with page.fold("How it is computed"):
        st.markdown(subject.model.info.special.spelled(patching.METHOD))
    page.python(snippet.patching_code(subject.info, (a, b), pair[0], contrast))


def _pairs(page: Page, subject: Subject, a: Encoding, b: Encoding) -> list[tuple[Prediction, Prediction]]:
    """The predictions that can be compared; none, with the reason on the screen, where there are none."""
    if a.n_tokens != b.n_tokens:
        page.notice(patching.unequal(a.n_tokens, b.n_tokens))
        return []
    if b.n_tokens > patching.MOST_TOKENS:
        page.notice(
            f"These sentences have {b.n_tokens} tokens; up to {patching.MOST_TOKENS} can be patched, as each token takes a pass per layer."
        )
        return []
    pairs = _asked_of_both(subject.model, subject.run(a), subject.run(b))
    if not pairs:
        page.notice(
            "There is no prediction to compare: this model needs a blank, [MASK], in the same place of both sentences, or a trained head for something else."
        )
    return pairs


def _asked_of_both(model: Model, donor: ForwardPass, own: ForwardPass) -> list[tuple[Prediction, Prediction]]:
    return patching.common(*(predictions(model, forward.encoding, forward) for forward in (donor, own)))


def differences(model: Model, donor: ForwardPass, own: ForwardPass, progress: Progress) -> tuple[Floats, ...]:
    """For each prediction: [state, position], the difference of two logits in B, where one vector at a time is that of A."""
    pairs, encoding = _asked_of_both(model, donor, own), own.encoding
    contrasts = {one.place: patching.contrast(one, other) for one, other in pairs}
    rows = [
        [contrasts[one.place].difference(one) for one in predictions(model, encoding, state) if one.place in contrasts]
        for state in states_under(model, encoding, each_vector(model.info, encoding.n_tokens), progress, donor=donor)
    ]
    # [state · position, prediction] → prediction × [state, position]
    return tuple(np.array(rows, dtype=np.float32).T.reshape(len(pairs), model.info.n_layers + 1, encoding.n_tokens))
