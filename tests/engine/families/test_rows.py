"""Every family against plain transformers: encodings, internals, every pre-training objective, fine-tuned heads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
import torch
import transformers

from bertviz_app import load
from bertviz_app.chapters.forward_pass.embedding_sum import embedding_sum
from bertviz_app.families.objectives import OBJECTIVES, PAIRS
from bertviz_app.families.rows import ROWS, family_of

TEXTS = [
    ("I love AI!", None),
    ("The man went to the store.", "He bought a gallon of milk."),
    ("Café 😀 of [MASK] starlings", "at dusk"),
]
LABELS = ("negative", "positive")
LIMIT = 1e-5


@pytest.fixture(scope="module", params=tiny.FAMILIES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def opened(name: Any, tiny_families: dict[str, Path]) -> Any:
    return load(str(tiny_families[name]))


@pytest.fixture(scope="module")
def plain(name: Any, tiny_families: dict[str, Path]) -> Any:
    """The class that the checkpoint was saved with, and its tokenizer: plain transformers, as anybody would write it."""
    folder = tiny_families[name]
    network = (
        getattr(transformers, tiny.FAMILIES[name].architecture).from_pretrained(folder, attn_implementation="eager").eval()
    )
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)

    def run(text: Any, pair: Any) -> Any:
        inputs = tokenizer(text.replace("[MASK]", tokenizer.mask_token), pair, return_tensors="pt")
        with torch.inference_mode():
            return inputs, network(**inputs, output_attentions=True, output_hidden_states=True)

    return run


def largest(ours: Any, theirs: Any) -> float:
    return float(np.abs(np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)).max())


@pytest.mark.parametrize(("text", "pair"), TEXTS)
def test_internals_equal_plain_transformers(opened: Any, plain: Any, text: Any, pair: Any) -> None:
    forward = opened.run(opened.encode(text, pair))
    inputs, output = plain(text, pair)
    assert forward.encoding.token_ids.tolist() == inputs.input_ids[0].tolist()
    assert largest(forward.attentions, torch.cat(output.attentions)) < LIMIT
    assert largest(forward.hidden_states, torch.cat(output.hidden_states)) < LIMIT
    if opened.info.traits.has_segments:
        assert forward.encoding.segment_ids.tolist() == inputs.token_type_ids[0].tolist()


@pytest.mark.parametrize(("text", "pair"), TEXTS)
def test_every_objective_equals_plain_transformers(opened: Any, plain: Any, text: Any, pair: Any) -> None:
    forward = opened.run(opened.encode(text, pair))
    _, output = plain(text, pair)
    rows = forward.hidden_states[-1]
    logits = output["prediction_logits"] if "prediction_logits" in output else output["logits"]
    for objective in opened.info.objectives:
        if objective in PAIRS:
            assert (
                largest(opened.class_logits(objective, forward.class_vector), output[OBJECTIVES[objective].output][0]) < LIMIT
            )
        elif objective == "masked_words":
            assert largest(opened.vocabulary_logits(rows), logits[0]) < LIMIT
        else:
            assert largest(opened.replacement_logits(rows), logits[0]) < LIMIT


def test_each_family_has_the_objectives_of_its_row(opened: Any) -> None:
    assert opened.info.objectives == opened.info.traits.objectives


@pytest.mark.parametrize(("text", "pair"), TEXTS)
def test_the_embedding_sum_is_the_first_hidden_state(opened: Any, text: Any, pair: Any) -> None:
    encoding = opened.encode(text, pair)
    assert embedding_sum(opened.embedding_parts(encoding), opened.run(encoding).hidden_states[0]).difference < LIMIT


def test_many_texts_at_once_give_each_what_it_gets_alone(opened: Any) -> None:
    encodings = [opened.encode(text, pair) for text, pair in TEXTS]
    for index, state in opened.final_states(encodings, batch_size=2):
        assert largest(state.last_hidden_state, opened.run(encodings[index]).hidden_states[-1]) < LIMIT


def test_the_longest_input_is_read_and_the_rest_cut(opened: Any) -> None:
    encoding = opened.encode("cat " * 200)
    assert encoding.n_tokens == opened.info.max_tokens == 64 and encoding.n_dropped > 0
    assert opened.run(encoding).attentions.shape[-1] == 64


def test_a_fine_tuned_checkpoint_opens_and_its_head_is_used(name: Any, tmp_path: Path) -> None:
    folder = tiny.save(name, tmp_path / "mine", labels=LABELS)
    opened, tokenizer = load(str(folder)), transformers.AutoTokenizer.from_pretrained(folder)
    network = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    assert opened.info.labels == {"sentiment": LABELS} and not opened.info.objectives
    for text, pair in TEXTS[:2]:
        inputs = tokenizer(text, pair, return_tensors="pt")
        with torch.inference_mode():
            expected = network(**inputs).logits[0]
        found = opened.class_logits("sentiment", opened.run(opened.encode(text, pair)).class_vector)
        assert largest(found, expected) < LIMIT


def test_what_a_checkpoint_cannot_do_is_said_in_one_sentence(opened: Any) -> None:
    for objective in ("masked_words", "pair", "replaced_tokens"):
        said = opened.info.why_not(objective)
        assert said.endswith(".") and said.startswith(opened.info.title)


def test_the_generator_is_told_from_the_discriminator_by_its_architecture() -> None:
    config = {"model_type": "electra", "architectures": ["ElectraForMaskedLM"]}
    assert family_of(config).traits.objectives == ("masked_words",)
    assert family_of(config | {"architectures": ["ElectraModel"]}).traits.objectives == ("replaced_tokens",)


def test_the_later_deberta_is_told_by_its_head() -> None:
    config = {"model_type": "deberta-v2"}
    assert family_of(config, ["mask_predictions.dense.weight"]).heads == {}
    assert family_of(config, ["deberta.x"]).traits.objectives == ("masked_words",)


def test_every_row_says_why_it_lacks_what_it_lacks() -> None:
    for row in ROWS:
        lacks = (
            {"masked_words", "pair"}
            - set(row.traits.objectives)
            - ({"pair"} if set(PAIRS) & set(row.traits.objectives) else set())
        )
        assert lacks <= set(row.traits.why_not), row.traits.family
