"""The predictions of two subjects, matched: each asked of the original together with the same asked of the variant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from bertviz_app.analysis.prediction_changes import CandidateChanges, Names, changes
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.families.spelling import SPACE
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


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
