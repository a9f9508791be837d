"""The parts of Embeddings that need more than the one sentence: several sentences side by side, and the vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.analysis import similarity
from bertviz_app.analysis.phrases import token_name
from bertviz_app.chapters.embeddings import neighbours, sentence_vectors, sentences, snippet
from bertviz_app.chapters.embeddings.sentence_vectors import SentenceVector
from bertviz_app.chapters.embeddings.view_alike import why_alike
from bertviz_app.drawing import numbering
from bertviz_app.drawing.plots import label, shown
from bertviz_app.workspace import choices
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.records.forward import ForwardPass
    from bertviz_app.workspace.page import Page

SENTENCES = (
    "He sat on the bank of the river.",
    "The bank of the river was muddy.",
    "She put her money into the bank.",
    "The bank raised its interest rates.",
)


def sentences_view(page: Page, subject: Subject) -> None:
    """Several sentences in one projection, the same word joined by lines, and how alike the sentences are."""
    forwards = forwards_of(subject, page.texts("sentences", "Sentences, one per line", SENTENCES))
    words = sentences.shared_words(forwards)
    word = None
    for_layer, for_word = st.columns([3, 1], vertical_alignment="bottom", gap="medium")
    with for_layer:
        state = page.layer(with_embeddings=True)
    if words:
        with for_word:
            default = words.index("bank") if "bank" in words else 0
            word = choices.one_of_these(Choice.JOINED_WORD, "Word to connect by lines", words, index=default)
    nothing = "No word occurs in more than one of these sentences, so there is nothing to connect."
    page.show(
        once(sentences.sentences_figure, tuple(forwards), state, word, page.theme),
        name="sentences",
        alt="Scatter plot of the tokens of several sentences, one colour each"
        + (f"; the places of “{word}” are connected by lines" if word else ""),
        notice=sentences.word_notice(forwards, state, word) if word else nothing,
    )
    vector = _sentence_similarity(page, subject, forwards)
    alike = snippet.Alike(vector, why_alike(page, forwards)) if vector else None
    with page.fold("Table"):
        page.table(sentences.points_columns(forwards, state), name="points")
    texts = [forward.encoding.text for forward in forwards]
    page.python(snippet.sentences_code(subject.info, texts, word, state=state, alike=alike))


def forwards_of(subject: Subject, texts: list[str]) -> list[ForwardPass]:
    """One pass for each sentence; what was cut is said."""
    encodings = [subject.model.encode(text, max_tokens=sentences.MAX_TOKENS) for text in texts]
    cut = [str(number) for number, encoding in enumerate(encodings, start=1) if encoding.n_dropped]
    if cut:
        st.caption(f"This view reads the first {sentences.MAX_TOKENS} tokens of a sentence. Cut: sentence {', '.join(cut)}.")
    return subject.runs(encodings, f"Reading {len(encodings)} sentences")


def _sentence_similarity(page: Page, subject: Subject, forwards: list[ForwardPass]) -> SentenceVector | None:
    """How similar the sentences are by the vectors that the visitor chooses: how these are made, or None for one sentence alone."""
    with page.fold("How similar the sentences are"):
        if len(forwards) < 2:
            st.caption("Type a second sentence on a line of its own to compare it with the first.")
            return None
        ways = {way.name: way for way in sentence_vectors.ways(subject.model.info)}
        spelled = subject.model.info.special.spelled
        name = choices.view(
            Choice.SENTENCE_VECTOR, list(ways), label="Vector for each sentence", spelled=spelled, label_visibility="visible"
        )
        matrix = ways[name].similarities(forwards)
        names = [sentences.sentence_name(forward, index, length=28) for index, forward in enumerate(forwards)]
        numbers = [str(shown(index)) for index in range(len(forwards))]
        title = f"Cosine similarity of the sentences’ {spelled(name)} vectors"
        figure = similarity.similarity_figure(matrix, names, page.theme, title=label(title), numbered=numbers)
        numbered = [f"sentence {number}" for number in numbers]
        said = similarity.most_alike_notice(matrix, numbered, what=f" by their {spelled(name)} vectors")
        page.show(figure, name="sentence-similarity", alt=f"Heatmap: {title}", notice=said)
        st.caption(sentence_vectors.method(subject.model.info))
        columns = {"sentence": [forward.encoding.text for forward in forwards]}
        page.table(columns | dict(zip(numbers, matrix.T, strict=True)), name="sentences")
    return ways[name]


def similarity_view(page: Page, subject: Subject, state: int) -> None:
    """The cosine similarity of every two tokens at one layer: an index into `hidden_states`."""
    matrix = similarity.cosine_matrix(subject.forward.hidden_states[state])
    tokens = subject.encoding.tokens
    title = f"Cosine similarity of the tokens at {numbering.state_name(state)}"
    said = similarity.most_alike_notice(matrix, [token_name(subject.encoding, place) for place in range(len(tokens))])
    figure = similarity.similarity_figure(matrix, tokens, page.theme, title=title)
    page.show(figure, name="similarity", alt=f"Heatmap: {title}", notice=said)
    with page.fold("Table"):
        page.table(similarity.matrix_columns(matrix, tokens), name="similarity")
    page.python(snippet.tokens_code(subject.info, subject.encoding, state=state))


def neighbours_view(page: Page, subject: Subject) -> None:
    """The tokens of the vocabulary whose input embeddings are nearest to that of a token of the sentence."""
    encoding = subject.encoding
    position = choices.clicked_token(Choice.NEIGHBOURS_TOKEN, encoding)
    if position is None:
        # A whole word says more than a piece; the middle one, if there are many.
        candidates = encoding.positions("word") or np.flatnonzero(~encoding.is_special)
        position = int(candidates[len(candidates) // 2])
    clicked = page.strip(
        encoding, key="neighbours", hint="Click a token to see its neighbours in the vocabulary.", chosen=(position,)
    )
    if clicked is not None and clicked != position:
        choices.click_token(Choice.NEIGHBOURS_TOKEN, encoding, clicked)
        st.rerun()
    token, token_id = encoding.tokens[position], int(encoding.token_ids[position])
    found = neighbours.neighbours(token_id, subject.model.word_embeddings, subject.model.reader.token)
    figure = neighbours.neighbours_figure(found, page.theme, of=token)
    said = neighbours.neighbours_notice(found, token, subject.model.info.vocab_size)
    alt = f"Bars: the tokens of the vocabulary nearest to {token}"
    page.show(figure, name="neighbours", alt=alt, notice=said)
    columns = {"token": [n.token for n in found], "id": [n.token_id for n in found], "cosine": [n.cosine for n in found]}
    with page.fold("Table"):
        page.table(columns, name="neighbours")
    page.python(snippet.neighbours_code(subject.info, token_id))
