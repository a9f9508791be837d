from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bertviz_app import load
from bertviz_app.chapters.replaced_tokens import measures as lens
from bertviz_app.chapters.replaced_tokens import snippet as code
from bertviz_app.drawing import colors


@pytest.fixture(scope="module")
def discriminator(tiny_families: dict[str, Path]) -> Any:
    return load(str(tiny_families["electra-discriminator"]))


def test_one_half_at_zero_symmetric_and_bounded() -> None:
    z = np.array([-500, -2, 0, 2, 500], dtype=np.float32)
    found = lens.replaced(z)
    assert found[2] == 0.5 and np.allclose(found, 1 - found[::-1]) and found.min() >= 0 and found.max() <= 1
    assert found[3] == pytest.approx(1 / (1 + np.exp(-2)))


def test_equal_to_plain_transformers_by_the_python_on_the_page(discriminator: Any) -> None:
    encoding = discriminator.encode("the man went to the store.", "the cat sat.")
    scope: dict[str, Any] = {}
    exec(code.python_code(discriminator.info, encoding), scope)
    ours = lens.replaced(discriminator.replacement_logits(discriminator.run(encoding).hidden_states[-1]))
    assert np.abs(ours - scope["replaced"].numpy()).max() < 1e-5


def test_a_word_takes_the_place_of_a_tokens_characters(discriminator: Any) -> None:
    before = discriminator.encode("the man went to the store.", "the cat sat.")
    text, pair = lens.with_replacement(before, 2, "bank")
    assert (text, pair) == ("the bank went to the store.", "the cat sat.")
    after = discriminator.encode(text, pair)
    assert [after.tokens[position] for position in lens.changed_positions(before, after)] == ["bank"]
    second = before.tokens.index("cat")
    assert lens.with_replacement(before, second, "man") == (before.text, "the man sat.")
    assert lens.changed_positions(before, before) == ()


def test_a_space_that_belongs_to_the_token_stays(tiny_families: dict[str, Path]) -> None:
    before = load(str(tiny_families["deberta"])).encode("the man went")
    assert lens.with_replacement(before, before.tokens.index("␣man"), "cat")[0] == "the cat went"


def test_what_to_notice_and_the_bars(discriminator: Any) -> None:
    encoding = discriminator.encode("the man went")
    probabilities = np.array([0.9, 0.1, 0.7, 0.2, 0.9], dtype=np.float32)[: encoding.n_tokens]
    assert "“man” looks replaced most: 70 %" in lens.notice(encoding, probabilities)
    assert "noticed: 70 %" in lens.notice(encoding, probabilities, (2,))
    assert "passed over: 10 %" in lens.notice(encoding, probabilities, (1,))
    chart = lens.replaced_figure(encoding, probabilities, (2,), colors.LIGHT)
    assert np.array_equal(chart.data[0].y, probabilities)
    assert [color == colors.LIGHT.accent for color in chart.data[0].marker.color] == [i == 2 for i in range(encoding.n_tokens)]
