from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest

from bertviz_app import plots
from bertviz_app.lenses import next_sentence as lens

PAIRS = [
    ("The man went to the store.", "He bought a gallon of milk."),
    ("The man went to the store.", "Penguins are flightless birds."),
    ("I love AI!", None),
]


@pytest.mark.parametrize("text, pair", PAIRS)
def test_equal_to_plain_transformers_by_the_python_on_the_page(model, text, pair):
    scope: dict = {}
    exec(lens.python_code(model.info, text, pair), scope)
    forward = model.run(model.encode(text, pair))
    assert forward.pooler_output == pytest.approx(scope["pooled"].numpy(), abs=1e-5)
    ours = lens.is_next(model.class_logits("next_sentence", forward.pooler_output))
    assert float(ours) == pytest.approx(float(scope["probability"]), abs=1e-5)


def test_equal_to_the_whole_transformers_model(model):
    import torch
    from transformers import AutoModelForNextSentencePrediction, AutoTokenizer

    network = AutoModelForNextSentencePrediction.from_pretrained("bertviz_app/embedded", attn_implementation="eager")
    tokenizer = AutoTokenizer.from_pretrained("bertviz_app/embedded")
    for text, pair in PAIRS[:2]:
        with torch.no_grad():
            expected = network(**tokenizer(text, pair, return_tensors="pt")).logits.softmax(dim=-1)[0, 0]
        forward = model.run(model.encode(text, pair))
        assert float(lens.is_next(model.class_logits("next_sentence", forward.pooler_output))) == pytest.approx(
            float(expected), abs=1e-5
        )


def test_best_chain_by_hand():
    probabilities = np.array([[0, 0.1, 0.9], [0.8, 0, 0.2], [0.3, 0.4, 0]], dtype=np.float32)
    chain = lens.best_chain(probabilities)
    assert chain.order == (1, 0, 2)
    assert chain.is_exact
    assert chain.log_probability == pytest.approx(np.log(0.8 * 0.9))


@pytest.mark.parametrize("n", [2, 3, 5, 6])
def test_no_other_order_is_better(n):
    probabilities = np.random.default_rng(n).uniform(0.01, 1, (n, n)).astype(np.float32)
    logs = np.log(probabilities)
    best = max(sum(logs[a, b] for a, b in pairwise(order)) for order in permutations(range(n)))
    assert lens.best_chain(probabilities).log_probability == pytest.approx(float(best), abs=1e-5)


def test_many_sentences_still_make_a_chain():
    chain = lens.best_chain(np.random.default_rng(0).uniform(0.01, 1, (20, 20)).astype(np.float32))
    assert sorted(chain.order) == list(range(20))
    assert not chain.is_exact


def test_figures_carry_the_numbers(forward):
    figure = lens.pooled_figure(forward.pooler_output, plots.LIGHT)
    assert np.array_equal(figure.data[0].z.ravel(), forward.pooler_output)
    bars = lens.verdict_figure(0.75, plots.DARK).data
    assert [bar.x[0] for bar in bars] == [0.75, 0.25]
    assert np.isnan(lens.matrix_figure(np.full((2, 2), 0.5, dtype=np.float32), plots.LIGHT).data[0].z[0, 0])
