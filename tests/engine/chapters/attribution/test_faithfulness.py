from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from snippets import gives

from bertviz_app.chapters.attribution import faithfulness as lens
from bertviz_app.chapters.attribution import snippet as code
from bertviz_app.chapters.attribution.faithfulness_figure import curves_figure
from bertviz_app.chapters.attribution.measures import METHODS
from bertviz_app.drawing import colors
from bertviz_app.records.attributions import Attribution, Target, Way, replaceable

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

COUNTS = np.array([0, 1, 2])
# Three steps; in log-odds: 3 bits are 8/9, 0 bits 1/2, −3 bits 1/9.
GOOD = [[3, -3, -3], [-3, 3, 3]]
BAD = [[3, 3, -3], [-3, -3, 3]]


def measured(rows: Any = (GOOD, BAD), random: Any = ([[3, 0, -3], [-3, 0, 3]],)) -> lens.Faithfulness:
    return lens.curves(list(METHODS)[: len(rows)], COUNTS, np.array([*rows, *random], dtype=np.float32))


def test_gains_worked_by_hand() -> None:
    """Between 1/9 and 1/2 at the middle step lie 7/18; a triangle over the whole share of tokens is half of it."""
    good, bad = measured().gains("integrated_gradients"), measured().gains("gradient_x_input")
    assert good == pytest.approx((7 / 36, 7 / 36)) and bad == pytest.approx((-7 / 36, -7 / 36))
    assert measured().beaten_by("integrated_gradients") == 0 and measured().beaten_by("gradient_x_input") == 1


def test_the_order_of_chance_gains_nothing() -> None:
    even = measured(rows=([[3, 0, -3], [-3, 0, 3]],))
    assert even.gains("integrated_gradients") == pytest.approx((0, 0))


def test_counts_go_from_none_to_all_and_mirror_each_other() -> None:
    for n in (2, 14, 15, 16, 40, 510):
        counts = lens.counts(n)
        assert counts[0] == 0 and counts[-1] == n and len(counts) == min(n, lens.MOST_STEPS) + 1
        assert (np.diff(counts) > 0).all() and (counts + counts[::-1] == n).all()


def test_what_is_away_goes_from_nothing_to_all_words(forward: ForwardPass) -> None:
    encoding = forward.encoding  # [CLS] i love ai ! [SEP]
    found = {"occlusion": Attribution(np.array([9, 1, 4, -2, 0.5, 9]), 1.0, 0.0)}
    orders = lens.orders(encoding, found)
    assert len(orders) == 1 + lens.N_RANDOM and orders[0].tolist() == [2, 1, 4, 3]
    assert all(sorted(order.tolist()) == [1, 2, 3, 4] for order in orders)
    away = lens.removed(encoding, orders)
    assert away.shape == (11, 2, 5, 6)
    assert [np.flatnonzero(step).tolist() for step in away[0, 0]] == [[], [2], [1, 2], [1, 2, 4], [1, 2, 3, 4]]
    assert [np.flatnonzero(step).tolist() for step in away[0, 1]] == [[1, 2, 3, 4], [1, 3, 4], [3, 4], [3], []]
    # What is away in both curves of a random order is the same, from the other end.
    assert np.array_equal(away[1:, 1], away[1:, 0, ::-1])
    # Nothing away, and everything: the same two inputs for all orders.
    assert not away[:, 0, 0].any() and np.array_equal(away[:, 0, -1], np.broadcast_to(replaceable(encoding), (11, 6)))


def test_random_orders_are_the_same_every_time(forward: ForwardPass) -> None:
    found = {"occlusion": Attribution(np.zeros(6), 1.0, 0.0)}
    one, other = lens.orders(forward.encoding, found), lens.orders(forward.encoding, found)
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_passes_are_known_before_and_never_more(model: Model) -> None:
    for text in ("love it", "The cat sat on the mat and slept.", "word " * 40):
        encoding = model.encode(text)
        generator = np.random.default_rng(1)
        found = {method: Attribution(generator.normal(size=encoding.n_tokens), 1.0, 0.0) for method in METHODS}
        away = lens.removed(encoding, lens.orders(encoding, found))
        unique = np.unique(away.reshape(-1, encoding.n_tokens), axis=0)
        assert len(unique) <= lens.n_passes(int(replaceable(encoding).sum()), len(METHODS))
    assert lens.n_passes(1, 4) == 0 and lens.n_passes(40, 4) == 2 + 14 * 18


def test_sentences_come_from_the_gains() -> None:
    said = lens.notice(measured(), "positive")
    assert said.startswith(
        "For “positive”, integrated gradients is more faithful than gradient × input: integrated gradients +19.4 and +19.4;"
    )
    equal = lens.notice(measured(rows=(GOOD, GOOD)), "x")
    assert "most faithful" not in equal and "no method is ahead of all others" in equal
    assert "no method is ahead of random order" in lens.notice(measured(rows=(BAD, BAD)), "x")
    alone = lens.notice(measured().of("gradient_x_input"), "x")
    assert (
        "is not ahead of random order here: deletion −19.4, insertion −19.4 percentage points; 1 of 1 random orders brings the"
        in alone
    )
    assert "gradient × input" not in lens.notice(measured().of("integrated_gradients"), "x")
    assert lens.all_gains(measured()).startswith(
        "integrated gradients +19.4 and +19.4; gradient × input −19.4 and −19.4 percentage"
    )
    table = lens.columns(measured())
    assert table["deletion, points"] == pytest.approx([700 / 36, -700 / 36]) and table["of 1 random orders better"] == [0, 1]


@pytest.mark.parametrize("theme", [colors.theme("light"), colors.theme("dark", narrow=True)], ids=["light", "phone"])
def test_the_figure_has_both_curves_of_each_method_and_the_band(theme: Any) -> None:
    chart = curves_figure(measured(), theme, title="t")
    assert [trace.name for trace in chart.data][:4] == [
        "1 random orders",
        "random, mean",
        "Integrated gradients",
        "Gradient × input",
    ]
    assert len(chart.data) == 8 and sum(bool(trace.showlegend) for trace in chart.data) == 4
    assert list(chart.data[2].y) == pytest.approx([8 / 9, 1 / 9, 1 / 9])
    assert chart.layout.yaxis.range[1] > 8 / 9


def test_deletion_ends_at_the_baseline_and_insertion_at_the_input(model: Model) -> None:
    from bertviz_app.engine.gradients import TargetFunction, attributed, without

    encoding = model.encode("The acting is superb, but the story is painfully slow.")
    asked = TargetFunction(model, encoding, Target("sentiment", 0))
    whole, blank = asked.ends()
    found = {"occlusion": attributed(asked, "occlusion")}
    away = lens.removed(encoding, lens.orders(encoding, found))
    bits = without(asked, away.reshape(-1, encoding.n_tokens), batch_size=16).reshape(away.shape[:3])
    assert np.abs(bits[:, 0, 0] - whole).max() < 1e-4 and np.abs(bits[:, 0, -1] - blank).max() < 1e-4
    assert np.abs(bits[:, 1, 0] - blank).max() < 1e-4 and np.abs(bits[:, 1, -1] - whole).max() < 1e-4
    # One token away is what occlusion takes away.
    first = lens.orders(encoding, found)[0][0]
    assert whole - bits[0, 0, 1] == pytest.approx(found["occlusion"].values[first], abs=1e-4)


def test_the_python_gives_the_curves_of_the_page(model: Model) -> None:
    """Largest difference seen: 6e-8."""
    from bertviz_app.engine.gradients import TargetFunction, attributed, without

    encoding = model.encode("The acting is superb, but the story is slow.")
    target = Target("sentiment", 0)
    ways = [Way(method, "mask", 16) for method in METHODS]
    asked = TargetFunction(model, encoding, target)
    found = {method: attributed(asked, method, n_steps=16) for method in METHODS}
    away = lens.removed(encoding, lens.orders(encoding, found))
    bits = without(asked, away.reshape(-1, encoding.n_tokens)).reshape(away.shape[:3])
    mine = lens.curves(list(found), lens.counts(int(replaceable(encoding).sum())), bits)
    names = gives(code.faithfulness_code(model.info, encoding, target, ways), lens.columns(mine))
    for method in METHODS:
        assert np.abs(names["deletion"][method] - mine.deletion[method]).max() < 1e-5
        assert np.abs(names["insertion"][method] - mine.insertion[method]).max() < 1e-5
    assert np.abs(names["random_deletion"] - mine.random_deletion.mean(axis=0)).max() < 1e-5
    assert np.abs(names["random_insertion"] - mine.random_insertion.mean(axis=0)).max() < 1e-5
