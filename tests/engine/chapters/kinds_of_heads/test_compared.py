"""The laws of what differs between the heads of one model in two inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.chapters.kinds_of_heads import compared
from bertviz_app.chapters.kinds_of_heads.kinds import KINDS
from bertviz_app.chapters.kinds_of_heads.measures import MEASURES, HeadMeasures, measured
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.records.forward import ForwardPass


@pytest.fixture(scope="module")
def both(forward: ForwardPass, pair_forward: ForwardPass) -> Any:
    return measured(forward), measured(pair_forward)


@pytest.mark.parametrize("measure", [None, *MEASURES], ids=lambda one: one.key if one else "kinds")
def test_against_itself_nothing_differs(both: Any, measure: Any) -> None:
    one, _ = both
    picture = compared.difference(one, one, measure, colors.LIGHT)
    if measure is None:
        assert picture.notice == "Every head is of the same kind in both."
        assert picture.columns["original"] == picture.columns["variant"]
    else:
        assert not any(picture.columns["difference"]) and "largest" not in picture.notice.lower().replace(
            measure.name.lower(), ""
        )
        assert not np.asarray(picture.figure.data[0].z).any()


@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.key)
def test_exchanged_every_difference_changes_its_sign(both: Any, measure: Any) -> None:
    forth, back = (compared.difference(*sides, measure, colors.DARK).columns for sides in (both, both[::-1]))  # type: ignore[call-arg]
    assert forth["difference"] == pytest.approx([-value for value in back["difference"]])
    assert forth["original"] == back["variant"] and forth["layer"] == back["layer"]


def test_the_map_and_the_sentence_say_what_the_table_says(both: Any) -> None:
    original, variant = both
    picture = compared.difference(original, variant, MEASURES[0], colors.LIGHT)
    assert np.asarray(picture.figure.data[0].z).ravel() == pytest.approx(picture.columns["difference"], abs=1e-5)
    most = int(np.abs(picture.columns["difference"]).argmax())
    assert f"head {picture.columns['layer'][most]}.{picture.columns['head'][most]}" in picture.notice
    kinds = compared.difference(original, variant, None, colors.LIGHT)
    n = sum(a != b for a, b in zip(kinds.columns["original"], kinds.columns["variant"], strict=True))
    assert kinds.notice.startswith(f"{n} of {original.kinds.size} heads")


def test_a_few_heads_of_another_kind_are_named() -> None:
    above = np.zeros((4, 1, 2), dtype=np.float32)
    values = np.zeros((len(MEASURES), 1, 2), dtype=np.float32)
    one = HeadMeasures(values, above, 5)
    other = HeadMeasures(values, np.where(np.arange(2) == 1, np.float32(0.9), above).astype(np.float32), 5)
    assert (
        compared.kinds_notice(one, other)
        == f"1 of 2 heads is of another kind in the variant: head 1.2 is {KINDS[0]}, not {KINDS[4]}."
    )
