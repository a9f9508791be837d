"""Every number of `Model` against plain transformers, loaded from the same files."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
import transformers

from bertviz_app import load, settings
from bertviz_app.engine.model import Model
from bertviz_app.errors import Busy, MissingHead
from bertviz_app.serving.pass_queue import FairQueue, pass_queue

if TYPE_CHECKING:
    from bertviz_app.records.forward import ForwardPass

PAIR = ("The man went to the store.", "He bought a gallon of milk.")
TEXTS = [("I love AI!", None), PAIR, ("The [MASK] sat on the [MASK].", None), ("word " * 100, None), ("x", None)]


class Reference:
    """Plain transformers, as anybody would write it."""

    def __init__(self) -> None:
        self.tokenizer = transformers.AutoTokenizer.from_pretrained("bertviz_app/embedded")
        self.network = transformers.AutoModelForPreTraining.from_pretrained(
            "bertviz_app/embedded", attn_implementation="eager"
        ).eval()

    def __call__(self, text: str, pair: str | None) -> Any:
        inputs = self.tokenizer(text, pair, return_tensors="pt", truncation=True)
        with torch.inference_mode():
            output = self.network(**inputs, output_attentions=True, output_hidden_states=True)
            pooled = self.network.bert(**inputs).pooler_output[0]
        return inputs, output, pooled.numpy()


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference()


def largest(ours: Any, theirs: Any) -> float:
    return float(np.abs(np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)).max())


@pytest.mark.parametrize(("text", "pair"), TEXTS)
def test_every_internal_equals_plain_transformers(model: Model, reference: Any, text: Any, pair: Any) -> None:
    forward = model.run(model.encode(text, pair))
    inputs, output, pooled = reference(text, pair)
    assert forward.encoding.token_ids.tolist() == inputs.input_ids[0].tolist()
    assert forward.encoding.segment_ids.tolist() == inputs.token_type_ids[0].tolist()
    assert largest(forward.attentions, torch.cat(output.attentions)) < 1e-5
    assert largest(forward.hidden_states, torch.cat(output.hidden_states)) < 1e-5
    assert largest(forward.pooler_output, pooled) < 1e-5


@pytest.mark.parametrize(("text", "pair"), TEXTS)
def test_predictions_equal_plain_transformers(model: Model, reference: Any, text: Any, pair: Any) -> None:
    forward = model.run(model.encode(text, pair))
    _, output, _ = reference(text, pair)
    rows = list(range(0, forward.encoding.n_tokens, 3))
    assert largest(model.vocabulary_logits(forward.hidden_states[-1][rows]), output.prediction_logits[0, rows]) < 1e-4
    ours = torch.from_numpy(model.vocabulary_logits(forward.hidden_states[-1][rows])).softmax(-1)
    assert largest(ours, output.prediction_logits[0, rows].softmax(-1)) < 1e-5
    assert largest(model.class_logits("next_sentence", forward.pooler_output), output.seq_relationship_logits[0]) < 1e-5


@pytest.mark.parametrize(("text", "pair"), TEXTS)
def test_sentiment_equals_the_plain_classifier(model: Model, reference: Any, text: Any, pair: Any) -> None:
    network = transformers.AutoModelForSequenceClassification.from_pretrained("bertviz_app/embedded/sentiment").eval()
    with torch.inference_mode():
        logits = network(**reference.tokenizer(text, pair, return_tensors="pt", truncation=True)).logits[0]
    pooled = model.run(model.encode(text, pair)).pooler_output
    assert largest(model.class_logits("sentiment", pooled), logits) < 1e-5
    assert model.info.labels["sentiment"] == tuple(network.config.id2label.values())


def test_a_batch_of_unequal_lengths_gives_each_text_what_it_gets_alone(model: Model) -> None:
    encodings = [model.encode(text, pair) for text, pair in TEXTS] + [model.encode("word " * n) for n in range(1, 6)]
    found = dict(model.final_states(encodings, batch_size=7))
    assert sorted(found) == list(range(len(encodings)))
    for index, state in found.items():
        alone = model.run(encodings[index])
        assert state.encoding is encodings[index]
        assert largest(state.last_hidden_state, alone.hidden_states[-1]) < 1e-5
        assert largest(state.pooler_output, alone.pooler_output) < 1e-5


def test_the_shortest_come_first(model: Model) -> None:
    encodings = [model.encode("word " * n) for n in (30, 3, 12)]
    assert [index for index, _ in model.final_states(encodings, batch_size=1)] == [1, 2, 0]
    assert list(model.final_states([])) == []


def test_the_sentiment_head_knows_good_from_bad(model: Model) -> None:
    def lean(text: str) -> float:
        logits = model.class_logits("sentiment", model.run(model.encode(text)).pooler_output)
        return logits[1] - logits[0]

    assert lean("A wonderful, moving film.") > 0 > lean("A dull, terrible mess of a film.")


def test_what_is_masked_out_is_not_looked_at(model: Model) -> None:
    encoding = model.encode("I love AI!")
    padded = model.run(model.reader.padded(encoding, 9))
    assert padded.attentions[..., 6:].max() < 1e-6
    assert largest(padded.hidden_states[:, :6], model.run(encoding).hidden_states) < 1e-5


def test_one_run_is_one_pass_and_predictions_are_none(model: Model) -> None:
    before = pass_queue().passed
    forward = model.run(model.encode("Count the passes."))
    assert pass_queue().passed == before + 1
    model.vocabulary_logits(forward.hidden_states[-1])
    model.class_logits("sentiment", forward.pooler_output)
    model.class_logits("next_sentence", forward.pooler_output)
    model.embedding_parts(forward.encoding)
    assert model.word_embeddings.shape == (30_522, 384) and pass_queue().passed == before + 1
    list(model.final_states([model.encode(f"text {i}") for i in range(10)], batch_size=4))
    assert pass_queue().passed == before + 4


@pytest.mark.parametrize("n_words", [4, 126])
def test_a_record_keeps_little_more_than_attentions_and_hidden_states(model: Model, n_words: Any) -> None:
    forward = model.run(model.encode("word " * n_words))
    arrays = [getattr(owner, field.name) for owner in (forward, forward.encoding) for field in fields(owner)]
    held = {
        id(array.base if array.base is not None else array): array.base if array.base is not None else array
        for array in arrays
        if isinstance(array, np.ndarray)
    }
    everything = sum(array.nbytes for array in held.values())
    assert everything <= 1.1 * (forward.attentions.nbytes + forward.hidden_states.nbytes)
    assert forward.n_bytes <= everything


def test_the_embedding_sum_is_the_first_hidden_state(model: Model) -> None:
    for text, pair in TEXTS[:3]:
        forward = model.run(model.encode(text, pair))
        parts = model.embedding_parts(forward.encoding)
        total = sum(vectors.astype(np.float64) for vectors in parts.vectors.values())
        centred = total - total.mean(-1, keepdims=True)
        normed = centred / np.sqrt(centred.var(-1, keepdims=True) + parts.epsilon) * parts.scale + parts.shift
        assert largest(normed, forward.hidden_states[0]) < 1e-5


def test_word_embeddings_are_rows_of_the_vocabulary_and_read_only(model: Model) -> None:
    encoding = model.encode("I love AI!")
    assert np.array_equal(model.word_embeddings[encoding.token_ids], model.embedding_parts(encoding).vectors["token"])
    with pytest.raises(ValueError, match="read-only"):
        model.word_embeddings[0, 0] = 1


def test_the_head_reads_any_layer_and_any_number_of_rows(model: Model, forward: ForwardPass) -> None:
    one = model.vocabulary_logits(forward.hidden_states[3][[2]])
    many = model.vocabulary_logits(forward.hidden_states[3])
    assert one.shape == (1, 30_522) and many.shape == (6, 30_522) and largest(one[0], many[2]) < 1e-4
    assert model.vocabulary_logits(forward.hidden_states[3][[]]).shape == (0, 30_522)
    stacked = model.class_logits("sentiment", np.stack([forward.pooler_output] * 3))
    assert stacked.shape == (3, 2) and largest(stacked[1], model.class_logits("sentiment", forward.pooler_output)) < 1e-6


def test_a_task_without_a_head_is_a_sentence(model: Model, forward: ForwardPass) -> None:
    with pytest.raises(MissingHead, match="question answering"):
        model.class_logits("question_answering", forward.pooler_output)


def test_what_is_said_of_the_model_is_true(model: Model) -> None:
    info, network = model.info, transformers.AutoModelForPreTraining.from_pretrained("bertviz_app/embedded")
    assert info.n_parameters == sum(p.numel() for p in network.parameters())
    assert (info.n_layers, info.n_heads, info.d_model, info.d_feedforward) == (6, 12, 384, 1536)
    assert (info.vocab_size, info.max_tokens, info.special.mask, info.dtype) == (30_522, 512, "[MASK]", "float32")
    assert info.key == "embedded@embedded" and info.source == "bertviz_app/embedded" and info.fills_blanks
    assert info.n_bytes == sum(t.nbytes for t in (*network.parameters(), *network.buffers()))
    assert set(info.labels) == {"next_sentence", "sentiment", "pairs", "entities", "answers"}


def test_load_gives_a_model_of_its_own_with_the_same_numbers(model: Model, forward: ForwardPass) -> None:
    again = load()
    assert isinstance(again, Model) and again is not model
    assert np.array_equal(again.run(again.encode("I love AI!")).attentions, forward.attentions)


def test_a_full_house_is_said_and_nothing_runs(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    line = FairQueue(1, patience=0.01)
    monkeypatch.setattr("bertviz_app.engine.model.pass_queue", lambda: line)
    encoding = model.encode("I love AI!")
    with line.turn():
        with pytest.raises(Busy):
            model.run(encoding)
        with pytest.raises(Busy):
            list(model.final_states([encoding]))
    assert model.run(encoding).encoding is encoding


def test_the_line_is_as_wide_as_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = settings.current()
    assert pass_queue().limit == limits.max_forwards
    monkeypatch.setenv("INSIDE_BERT_MAX_FORWARDS", "5")
    pass_queue.cache_clear()
    try:
        assert pass_queue().limit == 5
    finally:
        pass_queue.cache_clear()
