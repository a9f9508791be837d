"""The golden files say what changed: a word, a number in its fifth digit, a colour of the dark theme; not the last digits of a float."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import golden
import pytest

PAGE = [
    ["markdown", {"value": "**What to notice.** One."}],
    ["plotly_chart", {"data": [{"z": [[0.25, 0.75]], "color": "#FCFBF8"}]}],
]


def changed(**to: Any) -> Any:
    return [PAGE[0], ["plotly_chart", {"data": [PAGE[1][1]["data"][0] | to]}]]


@pytest.mark.parametrize(
    "found, said",
    [
        (PAGE, []),
        (changed(z=[[0.25, 0.750001]]), []),
        (changed(z=[[0.25, 0.7501]]), ["/1/1/data/0/z/0/1: 0.7501 instead of 0.75"]),
        (changed(z=[[0.25]]), ["/1/1/data/0/z/0: 1 instead of 2"]),
        (changed(z=[[0.25, None]]), ["/1/1/data/0/z/0/1: None instead of 0.75"]),
        (changed(name="added"), ["/1/1/data/0: keys ['name']"]),
        ([["markdown", {"value": "Two."}], PAGE[1]], ["/0/1/value: 'Two.' instead of '**What to notice.** One.'"]),
        (PAGE[:1], [": 1 instead of 2"]),
    ],
)
def test_what_changed_is_said(found: Any, said: Any) -> None:
    assert list(golden.differences(PAGE, found)) == said


def test_what_is_rounded_may_be_rounded_either_way() -> None:
    kept = {golden.ROUNDED: {"thumbnails": [17], "weights": [0.1]}}
    assert not [*golden.differences(kept, {golden.ROUNDED: {"thumbnails": [18], "weights": [0.10006]}})]
    assert len([*golden.differences(kept, {golden.ROUNDED: {"thumbnails": [19], "weights": [0.11]}})]) == 2


def test_what_is_kept_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden, "FOLDER", tmp_path)
    cases = {"bert/light": PAGE, "bert/dark": changed(color="#14171F"), "electra/light": PAGE}
    golden.keep("page", cases)
    assert golden.kept("page") == cases
    assert (tmp_path / "page.json").read_text().count("What to notice") == 1
