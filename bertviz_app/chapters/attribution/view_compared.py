"""Attribution for two: the same question asked of both, by one method on one scale, and what each token gains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from bertviz_app.analysis import difference_pictures, differences
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.chapters.attribution import measures
from bertviz_app.chapters.attribution.measures import METHODS, AttributionMethod
from bertviz_app.chapters.attribution.view_request import at_once, choose_way, expected, explained_without, of_one_pass
from bertviz_app.chapters.attribution.view_target import ChosenTarget
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.drawing.plots import label
from bertviz_app.errors import InsideBertError, NoSuchPart
from bertviz_app.records.attributions import Attribution, Way
from bertviz_app.workspace import jobs, whole_words
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.compared_predictions import names_of
from bertviz_app.workspace.jobs import Job, Progress
from bertviz_app.workspace.predictions import asked_of
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page

NOT_ASKED = "The variant is not asked for “{}”: it has no such prediction, or no token in that place."
METHOD = (
    "Each side is asked why it gives the same answer, by the same method. A difference is variant − original for each token that both have; parts of "
    "tokens that stand for the same text add up, and those of tokens that only one side has are one bar at the end."
)


def show_compared(page: Page, both: Both, what: ChosenTarget) -> None:
    """What each token has a part in, for both, and the difference."""
    with page.controls:
        way = choose_way()
        are_words = whole_words.choose(what.encoding).are_words
    method = METHODS[way.method]
    asked: dict[Subject, ChosenTarget | InsideBertError] = {both.original: what, both.variant: _beside(both, what)}
    found = _attributed(asked, way)
    if found is None:
        page.notice(f"What drives “{what.name}” in both? {measures.ASKS[method.work]}")
        return

    def of(subject: Subject) -> tuple[whole_words.Shown, Attribution]:
        target = asked[subject]
        if isinstance(target, InsideBertError):
            raise target
        places = whole_words.shown(target.encoding, whole=are_words)
        return places, places.attributed(found[subject])

    def draw(subject: Subject, theme: Theme) -> Picture:
        places, its = of(subject)
        title = f"What each {places.encoding.unit} adds to “{label(what.name)}”" + (f", in {its.unit}" if method.unit else "")
        figure = measures.bars_figure(places.encoding, its, theme, title=title, method=method)
        said = measures.notice(places.encoding, its, what.name, method)
        return Picture(figure, said, measures.columns(places.encoding, its, method), "Bars")

    def differ() -> Picture:
        parts = [measures.parts(of(subject)[1], method) for subject in asked]
        alignment = both.of_words() if are_words else both.alignment
        moved = differences.summed_difference(parts[0], parts[1], alignment)
        title = f"What each {'word' if are_words else 'token'} gains for “{label(what.name)}”"
        return difference_pictures.values_picture(
            moved, alignment, page.theme, title=title, unit=_unit(method, found[both.original])
        )

    page.compare(draw, differ, name="attribution")
    with page.fold("How it is computed"):
        st.markdown(f"{measures.method_text()}\n\n{METHOD}")


def _unit(method: AttributionMethod, found: Attribution) -> str:
    return found.unit if method.unit else "share"


def _attributed(asked: dict[Subject, ChosenTarget | InsideBertError], way: Way) -> dict[Subject, Attribution] | None:
    """What the method gives for each that is asked; None, with a button, until a method of many passes is asked for."""
    there = {subject: target for subject, target in asked.items() if isinstance(target, ChosenTarget)}
    if at_once(METHODS[way.method]):
        return {
            subject: once(of_one_pass, subject.model, one.encoding, one.target, way.method, subject.switched_off)
            for subject, one in there.items()
        }
    wanted = tuple((subject.model, (one.encoding, one.target), subject.switched_off) for subject, one in there.items())
    seconds = sum(expected(subject.model, one, [way]) for subject, one in there.items())
    job: Job[list[Attribution]] = Job("Asking both", each_explained, (wanted, way), seconds)
    if not jobs.asked(job, "attribution_compared", "Ask both", unasked=jobs.OPENING):
        return None
    found = jobs.result(job, "attribution_compared")
    return dict(zip(there, found, strict=True))


def each_explained(wanted: tuple[tuple[Any, Any, Any], ...], way: Way, progress: Progress) -> list[Attribution]:
    """What a method gives for each of several: a model, an input with what is asked of it, and what is switched off."""

    def each(number: int) -> Attribution:
        model, what, switched_off = wanted[number]
        return explained_without(model, what, way, switched_off, lambda share: progress((number + share) / len(wanted)))

    return [each(number) for number in range(len(wanted))]


def _beside(both: Both, what: ChosenTarget) -> ChosenTarget | InsideBertError:
    """The same question for the variant: the same head, the token that stands for the same text, the answer of the same name."""
    subject = both.variant
    for one in asked_of(subject, subject.encoding):
        if one.task != what.target.task or not _is_there(both, what, one):
            continue
        output = _output(both, what, one)
        if output is not None:
            return ChosenTarget(subject.encoding, one.target(output), what.name)
    return NoSuchPart(NOT_ASKED.format(what.name))


def _is_there(both: Both, what: ChosenTarget, one: Prediction) -> bool:
    """Whether a prediction of the variant is about the token that the original's is about; of blanks, about the same in their order."""
    at = what.target.position
    if one.candidates:  # where an answer starts is one question, where it ends another
        return one.side == what.target.output
    if at is None or one.position is None:
        return at is None and one.position is None
    if one.task == "masked_words":
        blanks = [subject.encoding.positions("mask") for subject in (both.original, both.variant)]
        return blanks[0].index(at) == blanks[1].index(one.position)
    return any(at in original and one.position in variant for original, variant in both.alignment.groups)


def _output(both: Both, what: ChosenTarget, one: Prediction) -> int | None:
    if one.candidates:  # a place in the text: the same place
        reads = what.target.reads
        return next(
            (
                place
                for place, position in enumerate(one.candidates)
                if any(reads in original and position in variant for original, variant in both.alignment.groups)
            ),
            None,
        )
    mine = next(p for p in asked_of(both.original, what.encoding) if p.task == what.target.task)
    name = names_of(mine, both.original.model).of(what.target.output)
    return names_of(one, both.variant.model).find(name)
