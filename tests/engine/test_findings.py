"""The table of findings in docs/methods.md holds the numbers of the model that is embedded, and what is said of them is so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from scripts import findings as script

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


@pytest.fixture(scope="module")
def found(model: Model) -> Any:
    return script.findings(model)


def numbers(table: str) -> list[float]:
    return [float(number) for number in re.findall(r"(?<=\| )\d+(?:\.\d+)?", table)]


def test_the_table_in_the_docs_is_that_of_the_model(found: Any) -> None:
    (written,) = script.TABLE.findall(script.PATH.read_text(encoding="utf-8"))
    made = script.table(found)
    assert re.sub(r"[\d.]+", "0", written) == re.sub(r"[\d.]+", "0", made)
    # Another processor may round the last digit differently.
    assert all(abs(a - b) <= (1 if a > 2 else 0.011) for a, b in zip(numbers(written), numbers(made), strict=True))


def test_what_is_said_of_the_numbers_is_so(found: Any) -> None:
    sep, cls = found.weight["sep"], found.weight["cls"]
    assert sep.max() < 0.11 and cls[0] < 0.25 and cls[-1] > 0.7 and (cls[1:] > 0.4).all()
    assert (
        (found.vector["cls"][1:5] < 0.13).all() and (found.length["cls"][1:5] < 0.11).all() and found.length["cls"][-1] > 0.25
    )
    assert np.sum(found.vector["sep"] < 1) == 5
    assert (np.diff(found.cosine) > 0).all() and found.cosine[-1] < 0.4


def test_shares_and_lengths_are_bounded(found: Any) -> None:
    for by_kind in (found.weight, found.length):
        total = sum(by_kind.values())
        assert (total > 0).all() and (total < 1).all()
    assert all((times > 0).all() for times in found.vector.values()) and (np.abs(found.cosine) <= 1).all()
