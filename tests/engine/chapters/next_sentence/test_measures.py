from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.chapters.next_sentence import measures as lens
from bertviz_app.chapters.next_sentence import snippet as code
from bertviz_app.drawing import colors
from bertviz_app.families.objectives import OBJECTIVES

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

NEXT = OBJECTIVES["next_sentence"]
PAIRS = [
    ("The man went to the store.", "He bought a gallon of milk."),
    ("The man went to the store.", "Penguins are flightless birds."),
    ("I love AI!", None),
]


@pytest.mark.parametrize("text, pair", PAIRS)
def test_equal_to_plain_transformers_by_the_python_on_the_page(model: Model, text: Any, pair: Any) -> None:
    encoding = model.encode(text, pair)
    scope: dict[str, Any] = {}
    exec(code.python_code(model.info, encoding), scope)
    pooled = model.run(encoding).pooler_output
    assert pooled == pytest.approx(scope["pooled"].numpy(), abs=1e-5)
    ours = lens.is_next(model.class_logits("next_sentence", pooled))
    assert float(ours) == pytest.approx(float(scope["probability"]), abs=1e-5)
    parts = lens.contributions(pooled, *model.class_weights("next_sentence"))
    assert parts.values == pytest.approx(scope["contributions"].numpy(), abs=1e-5)


def test_equal_to_the_whole_transformers_model(model: Model) -> None:
    import torch
    from transformers import AutoModelForNextSentencePrediction, AutoTokenizer

    network = AutoModelForNextSentencePrediction.from_pretrained("bertviz_app/embedded", attn_implementation="eager")
    tokenizer = AutoTokenizer.from_pretrained("bertviz_app/embedded")
    for text, pair in PAIRS[:2]:
        with torch.no_grad():
            expected = network(**tokenizer(text, pair, return_tensors="pt")).logits.softmax(dim=-1)[0, 0]
        forward = model.run(model.encode(text, pair))
        ours = lens.is_next(model.class_logits("next_sentence", forward.pooler_output))
        assert float(ours) == pytest.approx(float(expected), abs=1e-5)


def test_contributions_and_bias_add_up_to_the_difference_of_the_logits(model: Model, pair_forward: ForwardPass) -> None:
    logits = model.class_logits("next_sentence", pair_forward.pooler_output)
    parts = lens.contributions(pair_forward.pooler_output, *model.class_weights("next_sentence"))
    assert parts.difference == pytest.approx(float(logits[0] - logits[1]), abs=1e-4)


def test_what_to_notice_counts_the_votes_by_hand() -> None:
    parts = lens.Contributions(np.array([2.0, 0.5, -1.0], dtype=np.float32), 0.25)
    said = lens.verdict_notice(NEXT, 0.85, parts)
    assert "2 of the 3 numbers" in said and "(+2.50)" in said and "1 against it (−1.00)" in said and "1.75 above" in said
    # Each rounded by itself, 0.335 − 0.115 + 0 would be shown as +0.34, −0.12 and a sum of 0.22.
    close = lens.verdict_notice(NEXT, 0.85, lens.Contributions(np.array([0.335, -0.1151]), 0.0))
    shown = [float(number.replace("−", "-")) for number in re.findall(r"\(([+−]?[0-9.]+)\)", close)]
    assert round(sum(shown), 2) == float(re.findall(r"([0-9.]+) above", close)[0])
    assert "undecided" in lens.verdict_notice(NEXT, 0.55, parts)


def test_figures_carry_the_numbers(forward: ForwardPass) -> None:
    pooled = forward.pooler_output
    figure = lens.pooled_figure(pooled, colors.LIGHT)
    assert np.array_equal(figure.data[0].z.ravel()[: len(pooled)], pooled)
    bars = lens.verdict_figure(NEXT, 0.75, colors.DARK).data
    assert [bar.x[0] for bar in bars] == [0.75, 0.25]
    added = lens.contributions_figure(NEXT, lens.Contributions(pooled, 0.0), colors.DARK)
    assert np.array_equal(added.data[0].z.ravel()[: len(pooled)], pooled)
