from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import heads
import numpy as np
import pytest
import tiny
from snippets import gives

from bertviz_app import load
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.chapters.interventions import measures as lens
from bertviz_app.chapters.interventions import snippet as code
from bertviz_app.drawing import colors
from bertviz_app.engine.intervened import intervened
from bertviz_app.records.interventions import Intervention
from bertviz_app.workspace.predictions import predictions

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

ONE_OFF = Intervention(heads=frozenset([(0, 1)]))
WHAT = Intervention(heads=frozenset([(0, 1), (1, 0), (1, 3)]), layers=frozenset([1]))


def answer(*probabilities: Any, title: Any = "sentiment", **options: Any) -> Any:
    return Prediction("sentiment", title, np.log(np.array(probabilities, dtype=np.float32)), **options)


def test_a_change_by_hand() -> None:
    before, after = answer(0.6, 0.3, 0.08, 0.02), answer(0.1, 0.2, 0.3, 0.4)
    one = lens.change(before, after, "abcd".__getitem__, k=2)
    assert (one.names, one.first, one.now) == (("a", "b", "c", "d"), "a", "d")
    assert one.before == pytest.approx([0.6, 0.3, 0.08, 0.02]) and one.after == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert lens.change(before, after, "abcd".__getitem__, k=1).names == ("a", "d")


def test_labels_keep_their_order() -> None:
    labelled = answer(0.2, 0.8, labels=("no", "yes"))
    assert lens.change(labelled, labelled, str, k=1).names == ("no", "yes")


def test_of_a_head_that_speaks_of_many_tokens_the_one_that_changed_most_is_drawn() -> None:
    def of(before: Any, after: Any, title: Any = "entities") -> Any:
        return lens.change(*(answer(1 - p, p, labels=("O", "PER"), title=title) for p in (before, after)), str)  # type: ignore[call-arg]

    still, ann, bonn = of(0.1, 0.1), of(0.9, 0.9), of(0.2, 0.7)
    assert lens.drawn([still, ann, still]) == [ann]  # nothing has changed: the one that stands out
    assert lens.drawn([still, ann, bonn]) == [bonn]
    others = [of(0.5, 0.5 + shift / 10, title=str(shift)) for shift in range(5)]
    assert lens.drawn([*others[::-1], bonn]) == [*others[:2:-1], others[2], bonn]


def test_what_is_off_is_said_counting_from_1() -> None:
    assert lens.described(WHAT, 4) == "heads 1.2, 2.1 and 2.4 and the whole of layer 2"
    assert lens.described(Intervention(heads=frozenset([(2, 0), (2, 1)])), 2) == "all heads of layer 3"


def test_the_notice_tells_the_prediction_that_changed_most() -> None:
    still = lens.change(answer(0.6, 0.4), answer(0.6, 0.4), "ab".__getitem__)
    moved = lens.change(answer(0.6, 0.4), answer(0.3, 0.7), "ab".__getitem__)
    lower = lens.change(answer(0.9, 0.1), answer(0.6, 0.4), "ab".__getitem__)
    assert "goes from 60 % to 30 % (−1.00 bits); the first choice is now “b”." in lens.notice([still, moved], WHAT, 4)
    assert "goes from 90 % to 60 % (−0.58 bits) and is still the first choice." in lens.notice([still, lower], WHAT, 4)
    assert "stays at 60 %: this prediction does not need what is switched off" in lens.notice([still], WHAT, 4)
    # From 0.9 to 0.6 is more in probability, from 0.02 to 0.001 more in bits.
    rare = lens.change(answer(0.02, 0.01), answer(0.001, 0.5), "ab".__getitem__)
    assert "“a”" in lens.notice([lower, rare], WHAT, 4) and "(−8.38 bits)" in lens.notice([lower, rare], WHAT, 4)
    blank = dataclasses.replace(still, task="masked_words", head="the blank", title="the blank")
    assert "(the blank) stays at 60 %" in lens.notice([rare, blank], WHAT, 4)  # the blank first
    assert f"Nothing is switched off: “a” ({still.title}) has 60 %. " in lens.notice([still], Intervention(), 4)


@pytest.mark.parametrize("what", [Intervention(), WHAT])
def test_the_notice_speaks_of_a_prediction_that_is_drawn(what: Intervention) -> None:
    """Of six heads, most of which speak of several tokens; every other time with blanks among them."""
    random = np.random.default_rng(0)

    def of(head: str, token: int, task: str) -> lens.Change:
        before, after = (
            Prediction(task, head, random.normal(size=3).astype(np.float32), ("u", "v", "w"), about=f"token {token}")
            for _ in range(2)
        )
        return lens.change(before, after if what else before, str)

    for round_ in range(200):
        heads_ = [(f"head {number}", int(random.integers(1, 5)), "entities") for number in range(6)]
        if round_ % 2:
            heads_.insert(int(random.integers(7)), ("the blank", 1, lens.BLANK))
        changes = [of(head, token, task) for head, n_tokens, task in heads_ for token in range(n_tokens)]
        said = re.findall(r"“[uvw]” \((.+?)\)", lens.notice(changes, what, 4))
        assert len(said) == 1 and said[0] in [one.title for one in lens.drawn(changes)]


@pytest.mark.parametrize("theme", [colors.LIGHT, colors.DARK, colors.theme("light", narrow=True)])
def test_the_figure_draws_two_bars_a_name(theme: Any) -> None:
    pairs = [(answer(0.6, 0.4, title=title), answer(0.3, 0.7)) for title in "uvwxyz"]
    changes = [lens.change(*pair, "ab".__getitem__) for pair in pairs]
    chart = lens.changes_figure(changes, theme)
    assert len(chart.data) == 2 * lens.MOST_DRAWN and chart.data[1].x.tolist() == pytest.approx([0.3, 0.7])
    assert sum(bar.showlegend for bar in chart.data) == 2
    assert len(lens.columns(changes)["before"]) == 12


@pytest.mark.parametrize("pair", [None, "He bought milk."])
@pytest.mark.parametrize("text", ["The [MASK] went to the store.", "The man went to the store."])
def test_the_python_on_the_page_gives_the_numbers_on_the_page(model: Model, text: Any, pair: Any) -> None:
    encoding = model.encode(text, pair)
    (state,) = intervened(model, encoding, [WHAT])
    for mine in predictions(model, encoding, state):
        scope: dict[str, Any] = {}
        exec(code.python_code(model.info, encoding, WHAT, mine), scope)
        assert np.abs(scope["values"].numpy() - mine.values).max() < 1e-5


def test_the_python_of_every_kind_of_head(many_heads: Model) -> None:
    """Largest difference seen: 3e-8."""
    encoding = many_heads.encode("who sat [MASK]?", "ann of bonn ran away.")
    (state,) = intervened(many_heads, encoding, [ONE_OFF])
    found = predictions(many_heads, encoding, state)
    assert {one.task for one in found} == {"masked_words", "next_sentence", *heads.HEADS}
    before = predictions(many_heads, encoding, many_heads.run(encoding))
    changes = [lens.change(one, other, many_heads.reader.token) for one, other in zip(before, found, strict=True)]
    asked = list(zip(before, changes, strict=True))
    gives(code.changes_code(many_heads.info, encoding, ONE_OFF, asked), lens.columns(changes))
    for mine in found[:7]:  # two ends of an answer, and one word of those that may be entities
        scope: dict[str, Any] = {}
        exec(code.python_code(many_heads.info, encoding, ONE_OFF, mine), scope)
        assert np.abs(scope["values"].numpy() - mine.values).max() < 1e-5


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_the_python_gives_the_same_numbers_for_every_family(tiny_families: dict[str, Path], family: Any) -> None:
    model = load(str(tiny_families[family]))
    encoding = model.encode(f"the man went to the {model.info.special.mask}.")
    (state,) = intervened(model, encoding, [WHAT])
    found = predictions(model, encoding, state)
    assert found
    scope: dict[str, Any] = {}
    exec(code.python_code(model.info, encoding, WHAT, found[0]), scope)
    assert np.abs(scope["values"].numpy() - found[0].values).max() < 1e-5
