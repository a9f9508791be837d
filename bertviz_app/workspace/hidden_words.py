"""Words that a visitor hides: a click on the token strip hides one on every page, and every page says which are hidden."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bertviz_app.analysis.words import word_positions
from bertviz_app.workspace import session
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Span
from bertviz_app.workspace.subject import Subject, positions_of

MOST_NAMED = 4  # hidden words in the line that says so


def turned(subject: Subject, position: int) -> tuple[Span, ...]:
    """What is hidden after a click on a token: its word as well, or no longer. A token of no word changes nothing."""
    word = _word(subject, position)
    return tuple(sorted({*subject.hidden} ^ {word})) if word else subject.hidden


def _word(subject: Subject, position: int) -> Span | None:
    """The word of a token as it was typed, hidden or not; None for a token of no word."""
    encoding = subject.encoding
    segment, kind = int(encoding.segment_ids[position]), encoding.kinds[position]
    start, end = encoding.offsets[list(word_positions(encoding, position))].T
    if kind == "mask":
        hidden = subject.blanked[segment].hidden_at(*encoding.offsets[position].tolist())
        return (segment, *hidden) if hidden else None
    if encoding.is_special[position]:
        return None
    return (segment, *subject.blanked[segment].typed(int(start.min()), int(end.max())))


def is_hidden(subject: Subject, position: int) -> bool:
    """Whether a token is a blank that stands for a hidden word; one may also be typed."""
    start, end = subject.encoding.offsets[position].tolist()
    return subject.blanked[subject.encoding.segment_ids[position]].hidden_at(start, end) is not None


def hidden_blanks(subject: Subject, blanks: Sequence[int]) -> tuple[list[int], list[int]]:
    """Which of these blanks, by their rows, stand for hidden tokens, and where each of those stands in `Subject.typed`."""
    rows = [row for row, position in enumerate(blanks) if is_hidden(subject, position)]
    typed = sorted(position for word in subject.hidden for position in positions_of(word, subject.typed))
    return (rows, typed) if len(rows) == len(typed) else ([], [])


def say_hidden(typed_texts: tuple[str, str | None]) -> None:
    """Which words are hidden on this page as on all others, and a button that shows them again."""
    words = [(typed_texts[segment] or "")[start:end] for segment, start, end in session.now().hidden_in(typed_texts)]
    if words:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            more = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
            names = ", ".join(f"“{word[:30]}”" for word in words[:MOST_NAMED])
            st.caption(plain(f"Hidden on every page: {names}{more}."), width="content")
            st.button("Show hidden words", key="show_hidden", type="tertiary", on_click=lambda: session.see(hidden=None))
