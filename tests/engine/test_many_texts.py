"""The library as a notebook uses it: texts in, one or many; tables and sentences out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny

from bertviz_app import load
from bertviz_app.analysis.sample import sentences
from bertviz_app.engine import many_texts
from bertviz_app.errors import EmptyText, InputError, MissingHead, NoMaskToken, NotText, TextCut, UnknownModel

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

TEXTS = ["I love AI!", "The cat sat on the mat, and the dog looked at it for a long time.", "Why?", *sentences()[:9]]


def test_a_text_is_run_as_its_encoding_is(model: Model) -> None:
    by_text, by_encoding = model.run("I love AI!"), model.run(model.encode("I love AI!"))
    assert by_text.key == by_encoding.key and np.array_equal(by_text.attentions, by_encoding.attentions)
    assert model.run("A man.", "A dog.").key == model.run(model.encode("A man.", "A dog.")).key


def test_an_encoding_has_its_second_text_in_it(model: Model) -> None:
    with pytest.raises(NotText, match="encode both together"):
        model.run(model.encode("A man."), "A dog.")


def test_many_texts_give_the_records_of_each_in_their_order(model: Model) -> None:
    records = list(model.run_many(TEXTS))
    for text, record in zip(TEXTS, records, strict=True):
        alone = model.run(text)
        assert record.key == alone.key
        np.testing.assert_allclose(record.attentions, alone.attentions, atol=5e-6)
        np.testing.assert_allclose(record.hidden_states, alone.hidden_states, atol=2e-5)
        np.testing.assert_allclose(record.pooler_output, alone.pooler_output, atol=2e-5)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_a_batch_is_no_other_than_its_texts_in_every_family(family: Any, tiny_families: dict[str, Path]) -> None:
    model = load(str(tiny_families[family]))
    for text, record in zip(TEXTS[:3], model.run_many(TEXTS[:3]), strict=True):
        np.testing.assert_allclose(record.attentions, model.run(text).attentions, atol=5e-6)
        np.testing.assert_allclose(record.hidden_states, model.run(text).hidden_states, atol=2e-5)


def test_encodings_and_texts_may_be_mixed_and_come_from_anywhere(model: Model) -> None:
    given = (text if place % 2 else model.encode(text) for place, text in enumerate(TEXTS[:4]))
    assert [record.encoding.text for record in model.run_many(given)] == TEXTS[:4]
    assert list(model.run_many([])) == []


def test_what_is_held_is_bounded_and_no_more_is_taken_up_than_needed(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    def endless() -> Iterator[Any]:
        while True:
            taken.append("Why?")
            yield "Why?"

    size = many_texts.record_bytes(model.info, model.encode("Why?").n_tokens)
    monkeypatch.setattr(many_texts, "HELD_BYTES", 3 * size)
    assert len(list(islice(model.run_many(endless()), 5))) == 5
    assert len(taken) == 7  # two stretches of three, and one to know that the second is over


def test_the_size_of_a_record_is_known_before_it_is_made(model: Model) -> None:
    record = model.run("The cat sat.")
    pooled = record.pooler_output.nbytes
    assert many_texts.record_bytes(model.info, record.encoding.n_tokens) == record.n_bytes - pooled


def test_a_record_of_many_keeps_no_batch_in_memory(model: Model) -> None:
    first, _ = model.run_many(["Why?", "Why not?"])
    assert first.attentions.base.size == first.attentions.size
    assert first.hidden_states.base.size == first.hidden_states.size


def test_passes_are_fewer_than_texts(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []
    whole = model.batch
    monkeypatch.setattr(model, "batch", lambda encodings: batches.append(len(encodings)) or whole(encodings))
    list(model.run_many(["Why?"] * 40))
    assert batches == [many_texts.BATCH, 40 - many_texts.BATCH]


def test_a_text_that_is_cut_is_said_to_be(model: Model) -> None:
    long = "word " * 600
    with pytest.warns(TextCut, match=rf"90 of 602 tokens were cut: .* reads at most {model.info.max_tokens} at once\."):
        assert model.run(long).encoding.n_dropped == 90
    with pytest.warns(TextCut):
        next(model.run_many([long]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.run(model.encode(long, max_tokens=5))  # who encodes is told by the encoding


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "this is None."),
        (3, "this is the number 3."),
        (2.5, "this is the number 2.5."),
        (b"bytes", "this is a bytes of 5."),
        (["one", "two"], "this is a list of 2. To read many texts, use run_many."),
        (("one",), "this is a tuple of 1. To read many texts, use run_many."),
    ],
)
def test_what_is_no_text_is_answered_with_a_sentence(given: Any, said: Any, model: Model) -> None:
    for ask in (model.run, model.encode, model.fill, lambda text: next(model.run_many([text]))):
        with pytest.raises(NotText) as caught:
            ask(given)
        assert str(caught.value).endswith(said) and isinstance(caught.value, InputError | TypeError)
    with pytest.raises(NotText):
        model.encode("A sentence.", 0)


@pytest.mark.parametrize(("given", "said"), [("one text", "one text"), (None, "None"), (3, "the number 3")])
def test_many_are_a_list_and_that_is_said_at_once(given: Any, said: Any, model: Model) -> None:
    with pytest.raises(NotText, match=f"run_many reads a list of texts; this is {said}. To read one text, use run."):
        model.run_many(given)


def test_an_empty_text_among_many_is_said_when_it_is_come_to(model: Model) -> None:
    with pytest.raises(EmptyText):
        list(model.run_many(["Why?", " "]))


@pytest.mark.parametrize("name", [None, 3, ["embedded"]])
def test_a_model_is_called_by_its_name(name: Any) -> None:
    with pytest.raises(UnknownModel, match="by its name in the catalogue or by its folder; this is"):
        load(name)


def test_a_model_is_loaded_from_a_path(tiny_checkpoint: Callable[..., Path]) -> None:
    assert load(tiny_checkpoint("mine")).info.name.endswith("mine")


def test_a_blank_is_filled(model: Model) -> None:
    found = model.fill("Paris is the [MASK] of France.", k=3)
    assert list(found.columns) == ["position", "token", "token_id", "probability"]
    assert found["position"].tolist() == [4, 4, 4] and found["token"][0] == "capital"
    assert found["probability"].is_monotonic_decreasing and 0 < found["probability"].sum() <= 1
    assert model.reader.vocabulary[found["token"][0]] == found["token_id"][0]


def test_several_blanks_each_have_their_rows_and_the_numbers_are_those_of_the_head(model: Model) -> None:
    found = model.fill("[MASK] is the capital of [MASK].", k=2)
    assert found["position"].tolist() == [1, 1, 6, 6]
    logits = model.vocabulary_logits(model.run("[MASK] is the capital of [MASK].").hidden_states[-1][[1, 6]])
    whole = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(found["probability"].to_numpy().reshape(2, 2), -np.sort(-whole, axis=-1)[:, :2], rtol=1e-4)


def test_the_tokens_of_any_layer_are_read_one_row_or_several(model: Model, forward: ForwardPass) -> None:
    one, two = model.top_tokens(forward.hidden_states[-1][2]), model.top_tokens(forward.hidden_states[-1][[2, 3]], k=1)
    assert one["row"].tolist() == [0] * 5 and one["token"][0] == "love"
    assert two["row"].tolist() == [0, 1] and two["token"].tolist() == ["love", "ai"]


@pytest.mark.parametrize("k", [0, -1, 10**9])
def test_so_many_tokens_there_are_not(k: Any, model: Model, forward: ForwardPass) -> None:
    with pytest.raises(ValueError, match=r"k is how many tokens are wanted, 1 to 30,522; it is"):
        model.top_tokens(forward.hidden_states[-1][2], k=k)


def test_without_a_blank_or_without_the_head_it_is_said(model: Model, tiny_families: dict[str, Path]) -> None:
    with pytest.raises(NoMaskToken):
        model.fill("Nothing is missing.")
    with pytest.raises(MissingHead):
        load(str(tiny_families["electra-discriminator"])).fill("A [MASK].")


def test_a_model_and_its_records_are_a_line_each(model: Model, forward: ForwardPass) -> None:
    assert repr(model) == "Model(embedded: 6 layers × 12 heads × 384, 22.9 M parameters, float32 on cpu)"
    assert repr(forward) == (
        "ForwardPass(model=ModelInfo(embedded: 6 layers × 12 heads × 384, 22.9 M parameters), "
        "encoding=Encoding(6 tokens: [CLS] i love ai ! [SEP]), attentions[6, 12, 6, 6], hidden_states[7, 6, 384], pooler_output[384])"
    )
    assert repr(model.encode("word " * 600)) == f"Encoding(512 tokens, 90 cut: [CLS] {'word ' * 10}wor…)"
    parts = repr(model.embedding_parts(forward.encoding))
    assert parts.startswith("EmbeddingParts(vectors={token[6, 384], segment[6, 384], position[6, 384]}, scale[384]")
