"""The predictions of two subjects, matched: each asked of the original together with the same asked of the variant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from bertviz_app.analysis import prediction_changes
from bertviz_app.analysis.compared_snippet import Side, changes_code
from bertviz_app.analysis.differences_said import partners_notice
from bertviz_app.analysis.prediction_changes import CandidateChanges, Names, changes
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import InsideBertError, NoSuchPart
from bertviz_app.families.spelling import SPACE
from bertviz_app.workspace.both import Both
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.predictions import asked_of
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page


NOTHING_ASKED = "There is no prediction that both make, so nothing can be subtracted."

Pairs = Sequence[tuple[Prediction, Prediction]]


def compare_predictions(
    page: Page, draw: Callable[[Subject, Theme], Picture], matched: Callable[[Both], Pairs], *, name: str, k: int = 5
) -> None:
    """Original and variant side by side, what each candidate of their `matched` predictions gains, and the Python of it."""
    if page.variant is None:
        raise ValueError("nothing is compared")
    both = Both(page.subject, page.variant)

    def differ() -> Picture:
        pairs, found = matched_changes(both, matched, k=k)
        picture = prediction_changes.picture(found, page.theme)
        of_words = any(one.position is not None and one.labels for one, _ in pairs)
        more = [prediction_changes.labels_notice(pairs), partners_notice(both.alignment) if of_words else ""]
        return replace(picture, notice=" ".join([picture.notice, *filter(None, more)]))

    page.compare(draw, differ, name=name)
    with suppress(InsideBertError):  # which is said in the place of the difference
        pairs, found = matched_changes(both, matched, k=k)
        original, variant = side_of(both.original, [a for a, _ in pairs]), side_of(both.variant, [b for _, b in pairs])
        page.python(changes_code(original, variant, found))


def matched_changes(both: Both, matched: Callable[[Both], Pairs], *, k: int) -> tuple[Pairs, list[CandidateChanges]]:
    """The predictions that both make, and what changes. Raises `NoSuchPart` where there are none."""
    pairs = matched(both)
    if not pairs:
        raise NoSuchPart(NOTHING_ASKED)
    return pairs, candidate_changes(pairs, both.original, both.variant, k=k)


def of_tasks(subject: Subject, tasks: Sequence[str]) -> list[Prediction]:
    """What the heads of some tasks say of the input."""
    return [one for one in asked_of(subject, subject.encoding) if one.task in tasks]


def matched_by_place(both: Both) -> Pairs:
    """All that both are asked: of the same head, its n-th blank, or about tokens that stand for the same text."""
    originals, variants = ([*asked_of(one, one.encoding)] for one in (both.original, both.variant))
    of_place = {_place(both, one, 1, variants): one for one in reversed(variants)}
    found = {place: one for one in reversed(originals) if (place := _place(both, one, 0, originals)) in of_place}
    return [(one, of_place[place]) for place, one in reversed(found.items())]


def _place(both: Both, one: Prediction, side: int, all_of_it: Sequence[Prediction]) -> tuple[object, ...]:
    """What is asked, by a name that both sides share."""
    if one.task == "masked_words":
        blanks = [other.position for other in all_of_it if other.task == one.task]
        return one.task, blanks.index(one.position)
    if one.position is None:
        return one.task, one.side
    group = next(at for at, pair in enumerate(both.alignment.groups) if one.position in pair[side])
    return one.task, group, "token"


def side_of(subject: Subject, predictions: Sequence[Prediction] = ()) -> Side:
    """A subject as its Python is written from."""
    return Side(subject.info, subject.encoding, subject.switched_off, predictions)


def candidate_changes(
    pairs: Sequence[tuple[Prediction, Prediction]], original: Subject, variant: Subject, *, k: int = 5
) -> list[CandidateChanges]:
    """What each pair of predictions says of the same candidates."""
    return [changes(a, b, (names_of(a, original.model), names_of(b, variant.model)), k=k) for a, b in pairs]


def names_of(one: Prediction, model: Model) -> Names:
    """What the outputs of a prediction are called, by one spelling for all models."""
    if one.labels is not None:
        return Names.listed(one.labels)
    written = once(_written, model)
    return Names(lambda entry: written.get(entry) or model.reader.token(entry), once(_entries, model).get)


def _written(model: Model) -> dict[int, str]:
    """Every entry of a vocabulary by the text that it stands for, in one spelling: that of WordPiece, which marks what continues a word.

    A tokenizer that keeps the space before a word in its token marks what begins one instead.
    """
    reader = model.reader
    tokens = {entry: reader.token(entry) for entry in set(reader.vocabulary.values())}
    if not any(token.startswith(SPACE) for token in tokens.values()):
        return tokens
    special = {getattr(reader.special, field.name) for field in fields(reader.special)}
    return {
        entry: token if token in special else token.removeprefix(SPACE) if token.startswith(SPACE) else f"##{token}"
        for entry, token in tokens.items()
    }


def _entries(model: Model) -> dict[str, int]:
    """The same back. Of two that are written alike, the one at the lower place."""
    return {text: entry for entry, text in sorted(once(_written, model).items(), reverse=True)}
