"""The interactive parts of Words in context: the word and the sentences; the sample, read on request and once per model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from bertviz_app.analysis import sample, words
from bertviz_app.analysis.similarity import cosine_matrix, similarity_figure
from bertviz_app.chapters.words_in_context import contextuality, figures
from bertviz_app.chapters.words_in_context import measures as lens
from bertviz_app.chapters.words_in_context.snippet import layers_code, places_code, tokens_of
from bertviz_app.drawing.numbering import state_name
from bertviz_app.drawing.plots import label
from bertviz_app.errors import EmptyText, TextTooLong
from bertviz_app.records.forward import Encoding
from bertviz_app.uploads.texts import typed_rows
from bertviz_app.workspace import costs, jobs, memory, several_texts
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.jobs import Job, Progress
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.sentence import text_form
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page


@dataclass(frozen=True)
class WordSearch:
    """A word and the lines in which it was found, each as the model reads it."""

    word: str
    wanted: Encoding
    lines: tuple[lens.Line, ...]
    encodings: tuple[Encoding, ...]


def ask(page: Page, subject: Subject) -> WordSearch:
    """The word and the sentences, as they were typed. What is left out or cut is said; what cannot be read is raised."""
    boxes = {
        "context_word": ("Word", lens.WORD),
        "contexts": (
            several_texts.labelled("Sentences, one per line; a sense may come first, followed by a bar (|)"),
            "\n".join(lens.LINES),
        ),
    }
    word, lines = memory.recall("context_word", lens.WORD), memory.recall("contexts", boxes["contexts"][1])
    with st.expander(plain(f"Word and sentences: “{' '.join(word.split())[:40]}” in {len(typed_rows(lines))} of them")):
        typed = text_form("contexts", boxes, height=270)
    word = " ".join(typed["context_word"].split())
    if len(word) > lens.MAX_WORD:
        raise TextTooLong(f"This word has {len(word):,} characters; the limit is {lens.MAX_WORD}.")
    if not word:
        raise EmptyText("Type a word to look for first.")
    wanted = subject.model.encode(word)  # refuses what no tokenizer reads
    return _found(page, subject, word, wanted, lens.read_lines(several_texts.first_lines(typed_rows(typed["contexts"]))))


def places_of(page: Page, subject: Subject, asked: WordSearch) -> lens.Places | None:
    """What the layers make of the word; None, with the reason on the screen, where it stands in the sentences less than twice."""
    n = sum(len(words.places(encoding, asked.wanted)[0]) for encoding in asked.encodings)
    if n < 2:
        often = "does not occur" if n == 0 else "occurs only once"
        page.notice(f"“{asked.word}” {often} in these sentences: comparing it with itself takes at least two occurrences.")
        return None
    n, longest = len(asked.encodings), max(encoding.n_tokens for encoding in asked.encodings)
    seconds = costs.expected(subject.model, n, longest)
    job = Job(f"Reading {n} sentences", _read, (subject.model, asked.encodings, asked.wanted), seconds)
    return jobs.result(job, "read_contexts")


def map_view(page: Page, subject: Subject, asked: WordSearch, places: lens.Places) -> None:
    """Every place of the word as a point, at one layer."""
    with page.controls:
        state = page.layer(with_embeddings=True)
    notice = lens.places_notice(asked.word, asked.lines, places, state, _known(subject.model))
    figure = figures.map_figure(asked.word, asked.lines, places, state, page.theme)
    page.show(figure, name="word-map", alt="Scatter plot", notice=notice)
    _cosines(page, subject, asked, places, state)


def matrix_view(page: Page, subject: Subject, asked: WordSearch, places: lens.Places) -> None:
    """The cosine of every two places, at one layer."""
    with page.controls:
        state = page.layer(with_embeddings=True)
    notice = lens.places_notice(asked.word, asked.lines, places, state, _known(subject.model))
    names = lens.place_names(asked.lines, places.of)
    long = [f"{name} · {asked.lines[of].sense or asked.lines[of].text[:20]}" for name, of in zip(names, places.of, strict=True)]
    title = f"How alike the places of “{label(asked.word)}” are at {state_name(state)}"
    figure = similarity_figure(cosine_matrix(places.vectors[:, state]), long, page.theme, title=title, numbered=names)
    page.show(figure, name="word-similarity", alt="Heatmap", notice=notice)
    _cosines(page, subject, asked, places, state)


def layers_view(page: Page, subject: Subject, asked: WordSearch, places: lens.Places) -> None:
    """The measures over all layers, and, once the sample was read, what random words leave of them."""
    n, measures, baseline = len(places.of), contextuality.measured(places.vectors, places.intra), _compared(subject)
    notice = lens.layers_notice(asked.word, measures, baseline)
    figure = figures.layers_figure(asked.word, measures, baseline, n, page.theme)
    page.show(figure, name="contextuality", alt="Lines", notice=notice)
    if baseline is not None:
        st.caption(
            f"Random words: {baseline.n_pairs:,} pairs of the {baseline.n_words} words in the {baseline.n_texts} sentences of the bundled sample."
        )
    with page.fold("Table"):
        page.table(lens.layers_columns(measures, baseline, n), name="contextuality")
    read = () if baseline is None else once(_sample, subject.model)
    page.python(layers_code(subject.info, asked.wanted, asked.encodings, read))


def sample_baseline(model: Model, progress: Progress = lambda _: None) -> contextuality.Baseline:
    """What random words of the bundled sample show at each layer: its sentences are read once per model. `progress` is told the share done."""
    from bertviz_app.engine.batches import all_states

    encodings = _sample(model)
    vectors = {}
    for done, (index, states) in enumerate(all_states(model, encodings), start=1):
        vectors[index] = words.means(states, tokens_of(encodings[index]))
        progress(done / len(encodings))
    rows = [vectors[index] for index in range(len(encodings))]
    return contextuality.baseline(np.concatenate(rows), np.repeat(np.arange(len(rows)), [len(own) for own in rows]))


def _sample(model: Model) -> tuple[Encoding, ...]:
    return tuple(model.encode(text, max_tokens=lens.MAX_TOKENS) for text in sample.sentences())


def _read(model: Model, encodings: tuple[Encoding, ...], wanted: Encoding, progress: Progress) -> lens.Places:
    """Every layer's vectors of the word, and the intra-sentence similarity of its sentences. `progress` is told the share done."""
    from bertviz_app.engine.batches import all_states

    own, intra, near = {}, {}, {}
    for done, (index, states) in enumerate(all_states(model, encodings), start=1):
        encoding = encodings[index]
        own[index] = words.means(states, tokens_of(encoding, wanted))
        found, _ = words.places(encoding, wanted)
        near[index] = [lens.between_neighbours(encoding.text, place.start, place.end) for place in found]
        every = words.means(states, tokens_of(encoding))
        # A sign is no word, and may be what was asked for.
        intra[index] = contextuality.intra_similarity(every if len(every) else own[index])
        progress(done / len(encodings))
    order = range(len(encodings))
    of = np.repeat(np.arange(len(encodings)), [len(own[index]) for index in order])[: lens.MAX_PLACES]
    vectors = np.concatenate([own[index] for index in order])[: lens.MAX_PLACES]
    labels = tuple(label for index in order for label in near[index])[: lens.MAX_PLACES]
    return lens.Places(of, vectors, np.stack([intra[index] for index in order]), labels)


def _found(page: Page, subject: Subject, word: str, wanted: Encoding, lines: tuple[lens.Line, ...]) -> WordSearch:
    """The lines with the word in them. Which are not used, or not as they were written, is said."""
    kept, encodings = [], []
    empty, without, beyond, joined = [], [], [], []
    for line in lines:
        try:
            encoding = subject.model.encode(line.text, max_tokens=lens.MAX_TOKENS)
        except EmptyText:
            empty.append(line.number)
            continue
        read, n_beyond = words.places(encoding, wanted)
        if read:
            kept.append(replace(line, text=encoding.text))
            encodings.append(encoding)
        if any(place.is_joined for place in read):
            joined.append(line.number)
        if n_beyond:
            beyond.append(line.number)
        elif not read:
            without.append(line.number)
    if len(empty) == len(lines):
        raise EmptyText("There is nothing to read in these sentences: type at least one with a visible character.")
    found = lens.LeftOut(tuple(empty), tuple(without), tuple(beyond), tuple(joined))
    for said in lens.left_out(word, found, min(lens.MAX_TOKENS, subject.model.info.max_tokens)):
        st.caption(plain(said))
    page.reads(*(line.text for line in kept))
    return WordSearch(word, wanted, tuple(kept), tuple(encodings))


def _cosines(page: Page, subject: Subject, asked: WordSearch, places: lens.Places, state: int) -> None:
    with page.fold("Table: the cosine of every two places"):
        table = lens.places_columns(asked.lines, places, state)
        page.table(table, name="places")
    page.python(places_code(subject.info, asked.wanted, asked.encodings, table, state))


def _known(model: Model) -> contextuality.Baseline | None:
    """What random words of the sample show, if it is at hand."""
    return jobs.result(baseline_job(model), "read_random_words") if jobs.at_hand(baseline_job(model)) else None


def _compared(subject: Subject) -> contextuality.Baseline | None:
    """What random words of the sample show, or None with a button to read it."""
    job = baseline_job(subject.model)
    if not jobs.asked(job, "read_random_words", "Subtract the average similarity of random words"):
        return None
    return jobs.result(job, "read_random_words")


def baseline_job(model: Model) -> Job[contextuality.Baseline]:
    """What reads the sample."""
    n = len(sample.sentences())
    return Job(f"Reading {n} sentences of the sample", sample_baseline, (model,), costs.expected(model, n, 15))
