from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bertviz_app.analysis import deciding_tokens as lens

if TYPE_CHECKING:
    from bertviz_app.records.forward import ForwardPass


def test_it_is_the_mean_over_the_heads_and_sums_to_one(forward: ForwardPass) -> None:
    looks = lens.attention_from(forward, 2, [0])
    assert looks == pytest.approx(forward.attentions[2, :, 0].mean(axis=0)) and looks.sum() == pytest.approx(1, abs=1e-5)
    several = lens.attention_from(forward, 2, [1, 3])
    assert several == pytest.approx((lens.attention_from(forward, 2, [1]) + lens.attention_from(forward, 2, [3])) / 2)


def test_nobody_decides_is_an_error(forward: ForwardPass) -> None:
    with pytest.raises(ValueError, match="no token decides"):
        lens.attention_from(forward, 0, [])


def test_the_sentence_names_the_three_most_looked_at(forward: ForwardPass) -> None:
    looks = np.array([0.1, 0.05, 0.4, 0.2, 0.15, 0.1], dtype=np.float32)  # [CLS] i love ai ! [SEP]
    said = lens.sentence(forward.encoding, looks, 5, "[CLS]")
    assert "In layer 6, [CLS] looks most at “love” (40 %), “ai” (20 %) and “!” (15 %); 20 % goes" in said
