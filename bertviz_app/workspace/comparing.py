"""Compare: a second subject beside the first. It is called the variant, and differs from the original in what the visitor says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.analysis.alignment import align
from bertviz_app.analysis.phrases import listed
from bertviz_app.analysis.switched_off import described
from bertviz_app.analysis.typed_characters import Read
from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.drawing import one_scale
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import InsideBertError
from bertviz_app.records.interventions import Intervention
from bertviz_app.workspace import choices, session
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice, Differs, HiddenWords, Span, Texts
from bertviz_app.workspace.sentence import text_form
from bertviz_app.workspace.subject import Subject, positions_of
from bertviz_app.workspace.switches import choose_switched_off

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

ORIGINAL, VARIANT = "Original", "Variant"
TEXT, PAIR = "variant_text", "variant_pair"  # the names of its boxes
LONGEST = 60  # characters of a text above its picture
SAME = "Original and variant are the same so far: change the variant above."


@dataclass(frozen=True)
class Offered:
    """What a page offers to compare: in what the variant may differ there, and the models, by name, with what opens one."""

    differs: Sequence[Differs]
    models: Sequence[str]
    opened: Callable[[str], Model]


def turn(differs: Sequence[Differs]) -> None:
    """Begin to compare, in the first of what a page offers, or end it: for the callback of a button."""
    chosen = [] if session.now().compared & {*differs} else [differs[0].value]
    session.choose(Choice.COMPARED, chosen)
    choices.remember(Choice.COMPARED, chosen)


def choose_variant(original: Subject, offered: Offered) -> Subject | None:
    """The row in which the variant is described, and the variant; None, and no row, while nothing is compared."""
    names = [kind.value for kind in offered.differs]
    choices.carry(Choice.COMPARED)
    if not any(name in names for name in choices.names(Choice.COMPARED)):
        return None
    with st.container(key="compared_row", gap="small"):
        kinds = frozenset(
            Differs(name)
            for name in choices.some_pills(Choice.COMPARED, "The variant differs in", names)
        )  # fmt: skip
        texts, model = _texts(original, kinds), _model(offered) if Differs.MODEL in kinds else None
        variant = Subject(
            (lambda: offered.opened(model)) if model else (lambda: original.model),
            lambda: HiddenWords(texts, _hidden(original, variant, texts, kinds)),
            lambda: _switched_off(original, variant_model=variant.model, kinds=kinds),
        )
        if Differs.SWITCHED_OFF in kinds:
            choose_switched_off(variant.model.info, Choice.VARIANT_HEADS_OFF, Choice.VARIANT_LAYERS_OFF)
    return variant if kinds else None


def _texts(original: Subject, kinds: frozenset[Differs]) -> Texts:
    """The texts of the variant: those of the original until others are typed."""
    text, pair = original.typed_texts
    boxes = {TEXT: ("Sentence of the variant", text)} if Differs.SENTENCE in kinds else {}
    boxes |= {PAIR: ("Second sentence of the variant", pair or "")} if Differs.PAIR in kinds else {}
    typed = text_form("variant", boxes, beside=True, label_visibility="collapsed") if boxes else {}
    other = typed.get(PAIR, pair or "")
    return typed.get(TEXT, text), other if other.strip() else None


def _model(offered: Offered) -> str:
    titles = {name: CATALOG[name].title if name in CATALOG else name for name in offered.models}
    return choices.one_of(Choice.VARIANT_MODEL, "Model of the variant", list(titles), format_func=titles.__getitem__)


def _hidden(original: Subject, variant: Subject, texts: Texts, kinds: frozenset[Differs]) -> tuple[Span, ...]:
    """The words that are hidden in the variant: its own where it differs in them, else those of the original, wherever they stand in it."""
    own = session.now().variant_hidden
    if Differs.BLANKS in kinds and own and own.texts == texts:
        return own.words
    if not original.hidden or texts == original.typed_texts:
        return original.hidden
    typed = variant.model.encode(*texts)
    alignment = align(Read.plain(original.typed), Read.plain(typed))
    spans = []
    for word in original.hidden:
        positions = set(positions_of(word, original.typed))
        there = sorted(at for mine, its in alignment.groups if positions & {*mine} for at in its)
        if there:
            spans.append(
                (int(typed.segment_ids[there[0]]), int(typed.offsets[there, 0].min()), int(typed.offsets[there, 1].max()))
            )
    return tuple(spans)


def _switched_off(original: Subject, *, variant_model: Model, kinds: frozenset[Differs]) -> Intervention:
    info = variant_model.info
    if Differs.SWITCHED_OFF not in kinds:
        return original.switched_off.within(info)
    return session.now().switched_off(info.n_heads, variant=True).within(info)


def line(subject: Subject) -> str:
    """What a picture is of, as far as the two that are compared differ in it."""
    text, pair = subject.typed_texts
    kinds = session.now().compared
    parts = {
        Differs.SENTENCE: _quoted(text),
        Differs.PAIR: _quoted(pair) if pair else "no second sentence",
        Differs.BLANKS: _blanks(subject),
        Differs.MODEL: subject.model.info.title,
        Differs.SWITCHED_OFF: _without(subject),
    }
    return " · ".join(parts[kind] for kind in Differs if kind in kinds)


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text[:LONGEST]}{'…' if len(text) > LONGEST else ''}”"


def _without(subject: Subject) -> str:
    what, n_heads = subject.switched_off, subject.model.info.n_heads
    return f"without {described(what, n_heads)}" if what else "nothing switched off"


def _blanks(subject: Subject) -> str:
    words = [(subject.typed_texts[segment] or "")[start:end] for segment, start, end in subject.hidden]
    return f"{listed([_quoted(word) for word in words])} hidden" if words else "nothing hidden"


def drawn_or_why_not(draw: Callable[[Subject, Theme], Picture], subject: Subject, theme: Theme) -> Picture | str:
    """The picture of one side, or the sentence that says why there is none: the other side is shown all the same."""
    try:
        return draw(subject, theme)
    except InsideBertError as error:
        return str(error)


def on_one_scale(drawn: Sequence[Picture | str]) -> list[Picture | str]:
    """Both pictures with their colours and lengths on one scale, where there are two."""
    match drawn:
        case [Picture() as first, Picture() as second]:
            figures = one_scale.on_one_scale(first.figure, second.figure)
            return [replace(first, figure=figures[0]), replace(second, figure=figures[1])]
    return [*drawn]


def is_same(original: Subject, variant: Subject) -> bool:
    """Whether both are one and the same, so that nothing can differ."""
    return (original.model.key, original.encoding.key, original.switched_off) == (
        variant.model.key, variant.encoding.key, variant.switched_off,
    )  # fmt: skip


def is_on() -> bool:
    """Whether something is compared, be it that a link has only now asked for it."""
    return bool(session.now().compared) or bool(choices.names(Choice.COMPARED))


def say_not_here(why: str) -> None:
    """That a page, or a view, shows one thing only, while something is compared."""
    if is_on():
        st.caption(plain(why))
