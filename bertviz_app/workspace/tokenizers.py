"""The parts of the page Tokens that look inside of a tokenizer: its steps on one word, and several tokenizers side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app import comparing
from bertviz_app.catalog import PACKAGE
from bertviz_app.checkpoints import folder_of, named
from bertviz_app.errors import EmptyText
from bertviz_app.lenses import side_by_side, wordpiece
from bertviz_app.lenses import tokens as lens
from bertviz_app.spelling import WORDPIECE
from bertviz_app.workspace import choices
from bertviz_app.workspace.scene import Choice

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


def steps_view(page: Page) -> None:
    """Every look-up of WordPiece for one word; for another kind of tokenizer, one sentence on what it does instead."""
    found = lens.words(page.encoding, page.model.reader.trace)
    if page.model.reader.spelling != WORDPIECE:
        words = [word for word in found if not word.is_control]
        page.notice(lens.pieces_notice(page.model.info, page.encoding, words))
        return
    if not (splittable := lens.splittable(found)):
        raise EmptyText("There is no word here for WordPiece to split: type one above.")
    name = choices.one_of_these(Choice.WORDPIECE_WORD, "Word", splittable, says=lambda word: word[:60])
    match = wordpiece.match(name, page.model.reader.vocabulary)
    page.show(
        wordpiece.match_figure(match, page.theme),
        name="wordpiece",
        alt="Look-ups",
        notice=wordpiece.notice(match),
    )
    with page.fold("Table: every look-up"):
        page.table(wordpiece.tries_columns(match), name="wordpiece")
    page.python(wordpiece.python_code(page.model.info, name))


def side_by_side_view(page: Page) -> None:
    """One text through the tokenizers of this machine: those of the package, and that of the chosen model."""
    text = page.encoding.text
    others = _of_the_chosen_model(page)
    cuts = comparing.cuts(text, others)
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
    paths = {title: path.relative_to(PACKAGE.parent).as_posix() for title, path in comparing.OWN.items()}
    page.python(side_by_side.python_code(text, paths, dict.fromkeys(others, page.model.info.source)))


def _of_the_chosen_model(page: Page) -> dict[str, Path]:
    info = page.model.info
    path = folder_of(named(info.name)) / "tokenizer.json"
    return {info.title: path} if path.is_file() and path not in comparing.OWN.values() else {}
