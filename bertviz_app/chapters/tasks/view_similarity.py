"""The task Similarity: one vector for each of several texts, made as the model was trained to, if it was; a matrix and a map of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.analysis import similarity
from bertviz_app.analysis.phrases import text_name
from bertviz_app.chapters.tasks import snippet, text_map
from bertviz_app.drawing.plots import shown
from bertviz_app.workspace import choices
from bertviz_app.workspace.evidence import show_evidence
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.records.forward import Encoding, Floats, ModelInfo
    from bertviz_app.workspace.page import Page

TEXTS = (
    "The company reported higher profits than expected.",
    "Earnings of the firm beat the forecasts.",
    "The striker scored twice in the final.",
    "Her two goals won the match.",
    "It will rain in the north tomorrow.",
    "Storms are expected along the coast.",
)
ALONE = "Similarity shows how alike the texts of one list are to one model; the tasks that read one text or pair compare two."


def similarity_view(page: Page, subject: Subject) -> None:
    """How alike several texts are: a matrix and a map."""
    page.alone(ALONE)
    typed, info = page.texts("similar", "Texts, one per line", TEXTS), subject.model.info
    if len(typed) < 2:
        page.notice("Similarity needs two texts: type a second one on a line of its own.")
        return
    way = _way(subject)
    encodings, n_prompt = _read(subject, typed, way)
    vectors = _vectors(subject, encodings, way, n_prompt)
    is_trained = way == text_map.TRAINED
    centring = Choice.CENTRED_TRAINED if is_trained else Choice.CENTRED
    is_centred = len(typed) > 2 and choices.switch(centring, "Subtract what all texts share", on=not is_trained)
    matrix = similarity.cosine_matrix(text_map.centred(vectors) if is_centred else vectors)
    texts = [encoding.text for encoding in encodings]
    names = [text_name(text, index, length=28) for index, text in enumerate(texts)]
    numbers = [str(shown(index)) for index in range(len(texts))]
    title = f"How alike the texts are: cosine of their {'centred ' if is_centred else ''}vectors, {text_map.WAYS[way]}"
    figure = similarity.similarity_figure(matrix, names, page.theme, title=title, numbered=numbers)
    said = text_map.notice(matrix, vectors, is_centred=is_centred)
    page.show(figure, name="texts", alt="Heatmap", notice=said)
    page.show(text_map.map_figure(vectors, texts, page.theme), name="text-map", alt="The texts as points in a plane")
    chosen = choices.one_of_these(Choice.LOOKED_INTO, "Text to look into", range(len(texts)), says=names.__getitem__)
    positions = _deciding(info, encodings[chosen], way, n_prompt)
    what = "the vector" if len(positions) == 1 else "the mean over the tokens"
    who = f"{what} of text {shown(chosen)}"
    show_evidence(page, subject, subject.run(encodings[chosen]), positions, who=who)
    with page.fold("How it is computed"):
        st.markdown(text_map.method(info, way))
    with page.fold("Table: the cosine of every two"):
        page.table({"text": texts} | dict(zip(numbers, matrix.T, strict=True)), name="texts")
    making = text_map.Making(_longest(subject, way), way, n_prompt)
    page.python(snippet.similarity_code(subject.info, texts, making, is_centred=is_centred))


def _way(subject: Subject) -> text_map.VectorWay:
    """How one vector is made of a text; a model that was trained to does it so, unless told otherwise."""
    offered = text_map.ways(subject.model.info)
    return choices.one_of_these(Choice.TEXT_VECTOR, "Vector of a text", offered, says=text_map.WAYS.__getitem__)


def _longest(subject: Subject, way: text_map.VectorWay) -> int:
    recipe, most = subject.model.info.recipe, subject.model.info.max_tokens
    return min(recipe.max_tokens or most, most) if recipe and way == text_map.TRAINED else most


def _read(subject: Subject, texts: list[str], way: text_map.VectorWay) -> tuple[list[Encoding], int]:
    """The texts as the model reads them, and how many tokens of each are a prompt's. What is cut is said."""
    model, recipe, prompt = subject.model, subject.model.info.recipe, ""
    if recipe and way == text_map.TRAINED:
        if recipe.prompts:
            names = ["", *recipe.prompts]
            first = names.index(recipe.default_prompt) if recipe.default_prompt in names else 0
            name = choices.one_of_these(
                Choice.PROMPT, "Prompt before each text", names, says=lambda key: key or "none", index=first
            )
            prompt = recipe.prompts.get(name, "")
        texts = [recipe.prepared(text, prompt) for text in texts]
    longest = _longest(subject, way)
    encodings = [model.encode(text, max_tokens=longest) for text in texts]
    if cut := [str(number) for number, encoding in enumerate(encodings, start=1) if encoding.n_dropped]:
        st.caption(f"The first {longest} tokens of a text are read. Cut: text {', '.join(cut)}.")
    return encodings, model.encode(prompt).n_tokens - 1 if prompt.strip() else 0


def _vectors(subject: Subject, encodings: list[Encoding], way: text_map.VectorWay, n_prompt: int) -> Floats:
    """[text, numbers]"""
    states = subject.final_states(encodings, "Reading texts")
    if way == text_map.TRAINED:
        from bertviz_app.engine.sentence_vectors import sentence_vectors

        return sentence_vectors(subject.model, states, n_prompt=n_prompt)
    kept = [np.full(e.n_tokens, True) if way == text_map.TOKENS else ~e.is_special for e in encodings]
    means: Floats = np.stack([state.last_hidden_state[rows].mean(axis=0) for state, rows in zip(states, kept, strict=True)])
    return means


def _deciding(info: ModelInfo, encoding: Encoding, way: text_map.VectorWay, n_prompt: int) -> list[int]:
    """The tokens that the vector of a text is made of."""
    if info.recipe and way == text_map.TRAINED:
        return list(info.recipe.deciding(encoding.n_tokens, n_prompt))
    return np.flatnonzero(~encoding.is_special | (way == text_map.TOKENS)).tolist()
