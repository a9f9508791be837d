from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from alignments import any_alignment, attention, onto_itself

from bertviz_app.analysis import difference_pictures as pictures
from bertviz_app.analysis.alignment import Alignment
from bertviz_app.analysis.differences import NO_PARTNER, attention_difference, head_changes, summed_difference
from bertviz_app.analysis.state_differences import state_cosines
from bertviz_app.drawing.colors import DARK, LIGHT, theme
from bertviz_app.drawing.tables import csv_text

THEMES = (LIGHT, DARK, theme("light", narrow=True))


def alignment() -> Alignment:
    groups = (((0,), (0,)), ((1, 2), (1,)), ((3,), ()), ((), (2,)), ((4,), (3,)))
    return Alignment(groups, (("[CLS]", "star", "##lings", "fly", "[SEP]"), ("<s>", "␣starlings", "␣sing", "</s>")))


@pytest.mark.parametrize("its", THEMES, ids=lambda its: its.key)
def test_every_picture_has_its_sentence_its_table_and_no_zero_for_what_is_missing(its: Any) -> None:
    chance = np.random.default_rng(0)
    aligned = alignment()
    ours, theirs = attention(chance, 2, 3, 5, 5), attention(chance, 2, 3, 4, 4)
    cosines = state_cosines(chance.normal(size=(3, 5, 6)), chance.normal(size=(3, 4, 6)), aligned)
    moved = summed_difference(ours[0, 0, 0], theirs[0, 0, 0], aligned)
    drawn = [
        pictures.weights_picture(ours[0, 1], theirs[0, 1], aligned, its),
        pictures.states_picture(cosines, aligned, its),
        pictures.values_picture(moved, aligned, its, title="Attribution", unit="bits"),
    ]
    for one in drawn:
        assert one.notice.endswith(".") and one.alt and csv_text(one.columns)
        assert any(trace.type == "bar" and trace.marker.pattern.shape for trace in one.figure.data)
        assert one.columns["original"][:4] == ["[CLS]", "star ##lings", "fly", ""]
        assert one.columns["variant"][:4] == ["<s>", "␣starlings", "", "␣sing"]
        assert one.figure.layout.paper_bgcolor == its.paper


def test_the_table_of_a_difference_of_attention_is_the_difference() -> None:
    chance = np.random.default_rng(1)
    aligned = alignment()
    ours, theirs = attention(chance, 5, 5), attention(chance, 4, 4)
    one = pictures.weights_picture(ours, theirs, aligned, LIGHT)
    moved = attention_difference(ours, theirs, aligned)
    assert list(one.columns)[3:] == ["1 [CLS] → <s>", "2 star ##lings", "3 fly", "4 ␣sing", "5 [SEP] → </s>", NO_PARTNER]
    table = np.array([one.columns[name] for name in list(one.columns)[3:]], dtype=float).T
    assert np.array_equal(table, moved, equal_nan=True)
    cells = one.figure.data[0]
    assert cells.text[1][0].startswith("star ##lings looks at [CLS] → &lt;s&gt;: original ") and cells.zmin == -cells.zmax
    assert list(one.figure.layout.xaxis.ticktext)[-1] == NO_PARTNER


def test_heads_stand_in_the_order_of_their_change_and_ties_share_a_rank() -> None:
    changes = np.array([[0.1, 0.4], [0.4, np.nan]])
    one = pictures.heads_picture(changes, LIGHT)
    assert one.columns == {"rank": [1, 1, 3], "layer": [1, 2, 1], "head": [2, 1, 1], "bits": [0.4, 0.4, 0.1]}
    cells = one.figure.data[0]
    assert (
        list(cells.text[0]) == ["Head 1.1: 0.100 bits, number 3 of 3", "Head 1.2: 0.400 bits, number 1 of 3"]
        and cells.text[1][1] == ""
    )


@pytest.mark.parametrize("seed", range(5))
def test_pictures_of_any_alignment(seed: Any) -> None:
    chance = np.random.default_rng(seed)
    aligned = any_alignment(chance, 8)
    ours, theirs = (attention(chance, 2, 2, len(tokens), len(tokens)) for tokens in aligned.tokens)
    assert pictures.heads_picture(head_changes(ours, theirs, aligned), DARK).columns["rank"][0] == 1
    one = pictures.weights_picture(ours[0, 0], theirs[0, 0], aligned, DARK)
    assert len(one.columns["number"]) == len(aligned.groups)


def test_there_is_no_column_for_what_has_no_partner_where_all_have_one() -> None:
    chance = np.random.default_rng(2)
    weights, itself = attention(chance, 4, 4), onto_itself(4)
    one = pictures.weights_picture(weights, weights[::-1], itself, LIGHT)
    assert NO_PARTNER not in one.columns and one.figure.data[0].z.shape == (4, 4) and len(one.figure.data) == 1
    bars = pictures.values_picture(summed_difference(weights[0], weights[1], itself), itself, LIGHT, title="", unit="bits")
    assert len(bars.columns["number"]) == 4 and len(bars.figure.data[0].x) == 4
