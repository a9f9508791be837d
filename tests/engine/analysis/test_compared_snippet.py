"""The Python of a difference gives the numbers of the difference, with parts switched off, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bertviz_app import load
from bertviz_app.analysis.alignment import align
from bertviz_app.analysis.compared_snippet import Side, cosines_code, weights_code
from bertviz_app.analysis.differences import attention_difference
from bertviz_app.analysis.state_differences import state_cosines
from bertviz_app.analysis.typed_characters import Read
from bertviz_app.engine.intervened import run_without
from bertviz_app.records.interventions import NOTHING, Intervention

TEXTS = ("the cat sat on the mat.", "the man sat here.")
OFF = Intervention(heads=frozenset([(0, 1)]), layers=frozenset([1]))


@pytest.fixture(params=["bert", "roberta", "distilbert", "albert"])
def compared(request: pytest.FixtureRequest, tiny_families: dict[str, Path]) -> Any:
    model = load(str(tiny_families[request.param]))
    one, other = (model.encode(text) for text in TEXTS)
    forwards = model.run(one), run_without(model, other, OFF)
    sides = [Side(model.info, encoding, what) for encoding, what in ((one, NOTHING), (other, OFF))]
    return forwards, sides, align(Read.plain(one), Read.plain(other))


def test_cosines(compared: Any) -> None:
    (one, other), (original, variant), alignment = compared
    scope: dict[str, Any] = {}
    exec(cosines_code(original, variant, alignment.groups), scope)
    ours = state_cosines(one.hidden_states, other.hidden_states, alignment)[:, list(alignment.shared)]
    assert np.abs(scope["cosines"].numpy() - ours).max() < 1e-5


def test_weights(compared: Any) -> None:
    (one, other), (original, variant), alignment = compared
    scope: dict[str, Any] = {}
    exec(weights_code(original, variant, [(0, 1), (1, 0)], alignment.groups), scope)
    shared = [*alignment.shared, -1]
    ours = attention_difference(one.attentions[0, 1], other.attentions[1, 0], alignment)[shared[:-1]][:, shared]
    assert np.abs(scope["change"].numpy() - ours).max() < 1e-5
