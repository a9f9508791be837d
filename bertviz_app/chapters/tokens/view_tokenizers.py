"""The parts of the page Tokens that look inside of a tokenizer: its steps on one word, and several tokenizers side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from bertviz_app.analysis import words_to_tokens
from bertviz_app.chapters.tokens import merges, side_by_side, snippet, unigram_path, wordpiece
from bertviz_app.chapters.tokens.piece_boxes import piece_columns
from bertviz_app.checkpoints.catalog import PACKAGE
from bertviz_app.checkpoints.folders import folder_of, named
from bertviz_app.engine import tokenizers
from bertviz_app.errors import EmptyText
from bertviz_app.families.spelling import BYTE_LEVEL_BPE, UNIGRAM
from bertviz_app.workspace import choices
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bertviz_app.engine.model import Model
    from bertviz_app.families.spelling import Spelling
    from bertviz_app.records.forward import ModelInfo
    from bertviz_app.workspace.page import Page


# What each kind of tokenizer does with a word; WordPiece, whose steps are look-ups, has a view of its own below.
STEPS = {BYTE_LEVEL_BPE: merges, UNIGRAM: unigram_path}
STEPS_CODE: Mapping[Spelling, Callable[[ModelInfo, Any], str]] = {
    BYTE_LEVEL_BPE: snippet.merges_code,
    UNIGRAM: snippet.unigram_path_code,
}


def steps_view(page: Page, subject: Subject) -> None:
    """One word through the chosen model's tokenizer: every look-up of WordPiece, every merge of BPE, the likeliest way of Unigram."""
    found = words_to_tokens.words(subject.encoding, subject.model.reader.trace)
    if not (splittable := words_to_tokens.splittable(found)):
        raise EmptyText("There is no word here for the tokenizer to split: type one above.")
    name = choices.one_of_these(Choice.WORDPIECE_WORD, "Word", splittable, says=lambda word: word[:60])
    spelled = next(word.spelled for word in found if word.word == name and not word.is_control)
    if subject.model.reader.spelling in STEPS:
        _other_steps(page, subject, spelled)
    else:
        _look_ups(page, subject, name)


def _look_ups(page: Page, subject: Subject, word: str) -> None:
    match = wordpiece.match(word, subject.model.reader.vocabulary)
    page.show(
        wordpiece.match_figure(match, page.theme),
        name="wordpiece",
        alt="Look-ups",
        notice=wordpiece.notice(match),
    )
    with page.fold("Table: every look-up"):
        page.table(wordpiece.tries_columns(match), name="wordpiece")
    page.python(snippet.wordpiece_code(subject.info, word))


def _other_steps(page: Page, subject: Subject, spelled: str) -> None:
    spelling = subject.model.reader.spelling
    kind: Any = STEPS[spelling]
    steps = once(_steps, subject.model, spelled)
    page.show(
        kind.figure(steps, page.theme, spelling.legible),
        name="steps",
        alt="One row per step, one box per piece",
        notice=kind.notice(steps, spelling.legible),
    )
    with page.fold("Table: every step"):
        page.table(kind.columns(steps, spelling.legible), name="steps")
    with page.fold("Table: the tokens it becomes"):
        page.table(piece_columns(steps.pieces, steps.ids, spelling.legible), name="pieces")
    with page.fold("How it works"):
        st.markdown(spelling.steps)
    page.python(STEPS_CODE[spelling](subject.info, steps))


def _steps(model: Model, spelled: str) -> Any:
    return STEPS[model.reader.spelling].of_word(spelled, model.reader.model_file())


def side_by_side_view(page: Page, subject: Subject) -> None:
    """One text through the tokenizers of this machine: those of the package, and that of the chosen model."""
    text = subject.encoding.text
    others = _of_the_chosen_model(subject)
    cuts = tokenizers.cuts(text, others)
    said = side_by_side.notice(text, cuts)
    page.show(
        side_by_side.side_by_side_figure(text, cuts, page.theme),
        name="side-by-side",
        alt="Boxes over the text",
        notice=said,
    )
    with page.fold("Table: every piece"):
        page.table(side_by_side.columns(cuts), name="side-by-side")
    with page.fold("How they work"):
        st.markdown(side_by_side.METHOD)
    paths = {title: path.relative_to(PACKAGE.parent).as_posix() for title, path in tokenizers.OWN.items()}
    page.python(snippet.side_by_side_code(subject.info, text, paths, with_own=bool(others)))


def _of_the_chosen_model(subject: Subject) -> dict[str, Path]:
    info = subject.model.info
    path = folder_of(named(info.name)) / "tokenizer.json"
    return {info.title: path} if path.is_file() and path not in tokenizers.OWN.values() else {}
