from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

from bertviz_app.errors import InsideBertError, RecordError
from bertviz_app.records.forward import EmbeddingParts, Encoding, FinalState, ForwardPass, ModelInfo

INFO = ModelInfo(
    name="made-up", title="Made up", source="nowhere", revision="1", n_layers=2, n_heads=3, d_model=4, d_feedforward=8,
    vocab_size=10, max_tokens=16, n_parameters=1, n_bytes=4, dtype="float32", device="cpu",
    d_embedding=4, tokenizer="WordPiece", objectives=("masked_words",),
)  # fmt: skip


def encoding(**changes: Any) -> Encoding:
    fields = {
        "text": "cats purr", "pair": None, "tokens": ("[CLS]", "cats", "purr", "[SEP]"), "token_ids": [2, 5, 6, 3],
        "segment_ids": [0] * 4, "attention_mask": [1] * 4, "offsets": [[0, 0], [0, 4], [5, 9], [0, 0]], "word_ids": [-1, 0, 1, -1],
        "kinds": ("cls", "word", "word", "sep"),
    }  # fmt: skip
    return Encoding(**(fields | changes))


def forward(**changes: Any) -> ForwardPass:
    fields = {
        "model": INFO,
        "encoding": encoding(),
        "attentions": np.full((2, 3, 4, 4), 0.25, dtype=np.float32),
        "hidden_states": np.arange(48, dtype=np.float32).reshape(3, 4, 4),
        "pooler_output": np.zeros(4, dtype=np.float32),
    }
    return ForwardPass(**(fields | changes))


def with_nan(shape: tuple[int, ...]) -> np.ndarray:
    array = np.zeros(shape, dtype=np.float32)
    array.flat[-1] = np.nan
    return array


def test_an_encoding_knows_its_own_text() -> None:
    record = encoding()
    assert [record.source_text(p) for p in range(4)] == ["", "cats", "purr", ""]
    assert record.is_special.tolist() == [True, False, False, True]
    assert record.positions("word") == [1, 2] and record.positions("mask") == []
    assert record.n_tokens == 4 and record.token_ids.dtype == np.int64


def test_a_second_segment_reads_its_own_text() -> None:
    record = encoding(pair="dogs bark", segment_ids=[0, 0, 1, 1])
    assert [record.source_text(p) for p in range(4)] == ["", "cats", "bark", ""]


def test_the_key_of_an_encoding_tells_apart_whatever_changes_the_numbers() -> None:
    variants = [
        encoding(),
        encoding(pair="x"),
        encoding(token_ids=[2, 5, 7, 3]),
        encoding(attention_mask=[1, 1, 1, 0]),
        encoding(text="cats purx"),
    ]
    assert len({variant.key for variant in variants}) == len(variants)
    assert encoding().key == encoding().key


@pytest.mark.parametrize(
    "changes",
    [
        {"token_ids": [2, 5, 6]},
        {"segment_ids": [[0, 0, 0, 0]]},
        {"attention_mask": [1] * 5},
        {"word_ids": []},
        {"offsets": [0] * 4},
        {"kinds": ("cls", "word", "word")},
        {"kinds": ("cls", "word", "noun", "sep")},
        {"tokens": (), "kinds": ()},
        {"n_dropped": -1},
    ],
)
def test_an_encoding_that_contradicts_itself_is_refused(changes: Any) -> None:
    with pytest.raises(RecordError):
        encoding(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"attentions": np.full((2, 3, 4, 5), 0.2)},
        {"attentions": np.full((1, 3, 4, 4), 0.25)},
        {"attentions": np.full((2, 3, 4, 4), 0.3)},  # rows sum to 1.2
        {"attentions": with_nan((2, 3, 4, 4))},
        {"attentions": np.zeros((0,))},  # what eager attention that was not asked for gives
        {"hidden_states": np.zeros((2, 4, 4))},
        {"hidden_states": with_nan((3, 4, 4))},
        {"hidden_states": np.full((3, 4, 4), np.inf)},
        {"pooler_output": np.zeros(3)},
        {"pooler_output": with_nan((4,))},
    ],
)
def test_a_forward_pass_that_contradicts_its_model_is_refused(changes: Any) -> None:
    with pytest.raises(RecordError):
        forward(**changes)


def test_a_wrong_record_is_a_bug_and_never_shown_as_a_sentence() -> None:
    assert not issubclass(RecordError, InsideBertError)


def test_records_are_frozen_through_and_through() -> None:
    record = forward()
    with pytest.raises(FrozenInstanceError):
        record.attentions = None  # type: ignore[misc, assignment]
    for array in (
        record.attentions,
        record.hidden_states,
        record.pooler_output,
        record.encoding.token_ids,
        record.encoding.offsets,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array.flat[0] = 7


def test_the_array_that_was_handed_in_keeps_its_flags() -> None:
    mine = np.zeros((3, 4, 4), dtype=np.float32)
    record = forward(hidden_states=mine)
    assert mine.flags.writeable and not record.hidden_states.flags.writeable
    assert np.shares_memory(mine, record.hidden_states)


def test_bytes_are_those_of_the_arrays() -> None:
    assert forward().n_bytes == 4 * (2 * 3 * 4 * 4 + 3 * 4 * 4 + 4)
    assert forward(pooler_output=None).n_bytes == 4 * (2 * 3 * 4 * 4 + 3 * 4 * 4)


def test_a_final_state_fits_its_encoding() -> None:
    state = FinalState(encoding(), np.ones((4, 7)), None)
    assert state.last_hidden_state.dtype == np.float32 and not state.last_hidden_state.flags.writeable
    for hidden, pooled in [(np.ones((3, 7)), None), (np.ones((4, 7)), np.ones(6)), (with_nan((4, 7)), None)]:
        with pytest.raises(RecordError):
            FinalState(encoding(), hidden, pooled)


def test_the_parts_of_an_embedding_have_one_shape() -> None:
    parts = EmbeddingParts({"token": np.ones((4, 7)), "position": np.ones((4, 7))}, np.ones(7), np.ones(7), 1e-12)
    assert parts.scale.shape == (7,)
    with pytest.raises(RecordError):
        replace(parts, vectors={"token": np.ones((4, 7)), "position": np.ones((3, 7))})
    with pytest.raises(RecordError):
        replace(parts, shift=np.ones(6))


def test_the_key_of_a_model_is_its_name_and_revision() -> None:
    assert INFO.key == "made-up@1" != replace(INFO, revision="2").key
