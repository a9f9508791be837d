"""What the Python of a page is tested by: it is run as a student would, and its table compared with that of the page, column by column."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

TOLERANCE = 1e-5


def run(code: str) -> dict[str, Any]:
    """The names that the code leaves behind; what it prints goes nowhere."""
    scope: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "<the Python of the page>", "exec"), scope)
    return scope


def gives(code: str, columns: Mapping[str, Any], *, name: str = "table") -> dict[str, Any]:
    """Runs the code and holds its table against the one of the page: the same columns, numbers to 1e-5, counts and strings exactly."""
    scope = run(code)
    same(scope[name], columns)
    return scope


def same(frame: pd.DataFrame, columns: Mapping[str, Any]) -> None:
    """The same titles in the same order, and in each column the same values."""
    assert [str(title) for title in frame.columns] == [str(title) for title in columns]
    for place, (title, values) in enumerate(columns.items()):
        ours, theirs = pd.Series(list(values)), frame.iloc[:, place].reset_index(drop=True)
        assert len(ours) == len(theirs), f"“{title}” has {len(theirs)} rows, the page {len(ours)}"
        if any(isinstance(value, float | np.floating) for value in ours.dropna()):
            one, other = ours.astype(float).to_numpy(), theirs.astype(float).to_numpy()
            assert np.allclose(one, other, atol=TOLERANCE, rtol=TOLERANCE, equal_nan=True), f"“{title}”: {one} {other}"
        else:
            assert [str(value) for value in ours] == [str(value) for value in theirs], f"“{title}”: {[*ours]} {[*theirs]}"
