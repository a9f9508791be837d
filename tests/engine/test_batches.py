"""All layers of many texts in batches: the numbers of one pass each, in turns of their own."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny

from bertviz_app import load
from bertviz_app.engine.batches import all_states
from bertviz_app.serving import portions
from bertviz_app.serving.pass_queue import pass_queue

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

TEXTS = (
    "I love watching starlings murmurate.",
    "Hi.",
    "The cat sat on the mat, and the bank of the river was muddy.",
    "I love AI!",
)


@pytest.mark.parametrize("name", ["embedded", *tiny.FAMILIES])
def test_they_are_those_of_one_pass_each_in_every_family(tiny_families: dict[str, Path], name: Any) -> None:
    """Largest difference over all families and layers: 3e-6 of values up to 10."""
    opened = load("embedded" if name == "embedded" else str(tiny_families[name]))
    encodings = [opened.encode(text) for text in TEXTS]
    found = dict(all_states(opened, encodings))
    assert sorted(found) == [0, 1, 2, 3]
    for index, encoding in enumerate(encodings):
        np.testing.assert_allclose(found[index], opened.run(encoding).hidden_states, atol=2e-5)


def test_a_long_job_takes_a_turn_for_each_portion(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    encodings = [model.encode(TEXTS[0])] * 7
    before = pass_queue().passed
    assert len(list(all_states(model, encodings))) == 7
    assert 2 <= pass_queue().passed - before <= 7
    monkeypatch.setattr(portions, "SECONDS", 0)
    before = pass_queue().passed
    assert len(list(all_states(model, encodings))) == 7 and pass_queue().passed - before == 7


def test_nothing_is_read_of_nothing(model: Model) -> None:
    assert list(all_states(model, [])) == []


def test_who_comes_in_between_gets_the_same_numbers(model: Model) -> None:
    """Two visitors at once: a job of many texts and a pass of one."""
    encoding, alone = model.encode(TEXTS[2]), model.run(model.encode(TEXTS[2])).hidden_states
    seen: list[Any] = []
    other = threading.Thread(target=lambda: seen.extend(model.run(encoding).hidden_states for _ in range(5)))
    other.start()
    found = dict(all_states(model, [model.encode(text) for text in TEXTS] * 5))
    other.join()
    assert all((states == alone).all() for states in seen) and len(seen) == 5
    np.testing.assert_allclose(found[2], alone, atol=2e-5)
