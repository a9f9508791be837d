"""From text to ids: the words, the picture, and padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from transformers import AutoTokenizer

from bertviz_app.analysis import words_to_tokens
from bertviz_app.chapters.tokens import journey, padding, wordpiece
from bertviz_app.chapters.tokens import measures as lens
from bertviz_app.chapters.tokens import snippet as code
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

TEXTS = (
    "I love AI!", "Naïve café, déjà vu.", "I love [MASK] AI! [SEP] ok 😀 unbelievable\u200b x", "[CLS] [SEP][MASK]a[UNK]", "שלום עולם 東京",
    "a\x00b $x$ <script>alert(1)</script> **b**", "x" * 10_000, "murmurate " * 600, "[MASK] " * 50, "\u202eabc [unk] ##ing",
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("pair", [None, "a pair, é [UNK] murmurate"])
def test_words_lead_to_the_tokens(model: Model, text: str, pair: str | None) -> None:
    encoding = model.encode(text, pair)
    found = words_to_tokens.words(encoding, model.reader.trace)
    assert [position for word in found for position in word.positions] == list(range(encoding.n_tokens))
    for word in found:
        tokens = tuple(encoding.tokens[position] for position in word.positions)
        if word.is_control:
            assert tokens == (word.word or tokens[0],)
        else:
            # A word at the cut may have lost its last pieces.
            assert wordpiece.match(word.word, model.reader.vocabulary).pieces[: len(tokens)] == tokens


def test_the_example(model: Model) -> None:
    encoding = model.encode("I love AI!")
    columns = lens.token_columns(encoding)
    assert columns["token"] == ["[CLS]", "i", "love", "ai", "!", "[SEP]"]
    assert columns["id"] == [101, 1045, 2293, 9932, 999, 102]
    assert columns["special"] == ["yes", "no", "no", "no", "no", "yes"]
    assert (columns["from character"], columns["to character"]) == ([None, 1, 3, 8, 10, None], [None, 1, 6, 9, 10, None])
    assert columns["text"] == ["", "I", "love", "AI", "!", ""]
    assert [word.typed for word in words_to_tokens.words(encoding, model.reader.trace)] == ["", "I", "love", "AI", "!", ""]


def test_normalized(model: Model) -> None:
    encoding = model.encode("Naïve [MASK] Café")
    assert words_to_tokens.normalized(encoding.text, encoding, 0, model.reader.trace) == "naive [MASK] cafe"


def test_splittable_begins_with_the_word_of_most_pieces(model: Model) -> None:
    words = words_to_tokens.words(model.encode("I love starlings [MASK] I"), model.reader.trace)
    assert words_to_tokens.splittable(words) == ("starlings", "i", "love")
    assert words_to_tokens.splittable(words_to_tokens.words(model.encode("[MASK]"), model.reader.trace)) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("I love AI!", "4 words and marks became 4 tokens; 2 control tokens were added. Each is in the vocabulary whole."),
        ("murmurate", "“murmurate” is not in the vocabulary and became 2 pieces (murmur ##ate)."),
        ("[MASK]", "All 3 tokens are control tokens."),
        ("ok [MASK] 😀", "2 control tokens were added and 1 was typed. Each is in the vocabulary whole, or unknown."),
    ],
)
def test_notice(model: Model, text: str, says: str) -> None:
    encoding = model.encode(text)
    assert says in words_to_tokens.notice(encoding, words_to_tokens.words(encoding, model.reader.trace))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("theme", [colors.LIGHT, colors.DARK], ids=lambda theme: theme.name)
def test_journey_figure(model: Model, text: str, theme: colors.Theme) -> None:
    encoding = model.encode(text)
    figure = journey.journey_figure(encoding, words_to_tokens.words(encoding, model.reader.trace), theme)
    shown = min(encoding.n_tokens, journey.MOST_ROWS)
    assert list(figure.data[-1].text) == [str(i) for i in encoding.token_ids[:shown]]
    assert len(figure.to_json()) < 150_000
    assert "<script" not in figure.to_json()
    assert bool(figure.layout.title.text) == (encoding.n_tokens > shown)


def test_a_long_word_stands_whole_where_there_is_room(model: Model) -> None:
    encoding = model.encode("skateboarding")
    found = words_to_tokens.words(encoding, model.reader.trace)
    for narrow, written in ((False, "skateboarding"), (True, "skateboa…")):
        figure = journey.journey_figure(encoding, found, colors.theme("light", narrow=narrow))
        columns = [list(trace.text) for trace in figure.data if trace.type == "scatter" and trace.mode == "text"]
        assert columns[:2] == [[written], [written]]  # as typed, and cleaned


@pytest.mark.parametrize(
    ("text", "pair"), [("I love AI!", None), ("Naïve [MASK] \x00 murmurate", 'It\'s "b"'), ("word " * 600, None)]
)
def test_python(model: Model, text: str, pair: str | None) -> None:
    names: dict[str, Any]
    encoding, names = model.encode(text, pair), {}
    exec(code.python_code(model.info, encoding), names)
    assert tuple(names["tokens"]) == encoding.tokens
    for name in ("token_ids", "segment_ids", "attention_mask", "offsets"):
        assert np.array_equal(names[name], getattr(encoding, name)), name


BATCH = ("I love AI!", "Starlings murmurate at dusk, thousands of them.")


@pytest.mark.parametrize("length", [3, 6, 12, 32])
def test_batch_equals_the_tokenizer(model: Model, length: int) -> None:
    batch = model.reader.encode_batch(BATCH, length=length)
    plain = AutoTokenizer.from_pretrained(model.info.source)(
        list(BATCH), padding="max_length", truncation=True, max_length=length
    )
    names: dict[str, Any] = {}
    exec(code.padding_code(model.info, BATCH, length), names)
    for row, encoding in enumerate(batch):
        assert encoding.token_ids.tolist() == plain["input_ids"][row] == names["token_ids"][row].tolist()
        assert encoding.attention_mask.tolist() == plain["attention_mask"][row] == names["attention_mask"][row].tolist()


def test_padding_notice(model: Model) -> None:
    batch = model.reader.encode_batch(BATCH, length=12)
    assert padding.notice(batch).startswith("6 of 24 cells (25 %) are [PAD]")
    assert padding.notice(batch).endswith("Sentence 2 lost 1 token.")
    assert (
        padding.notice(model.reader.encode_batch(BATCH[:1], length=6)) == "No cell is [PAD]: all 6 are read. Nothing was cut."
    )
    assert padding.notice(model.reader.encode_batch(BATCH, length=4)).endswith("lost 9 tokens, and 1 other lost some too.")


@pytest.mark.parametrize(("n", "length"), [(1, 3), (2, 12), (20, 32)])
def test_batch_figure(model: Model, n: int, length: int) -> None:
    batch = model.reader.encode_batch((BATCH * 10)[:n], length=length)
    figure = padding.batch_figure(batch, colors.DARK)
    masks = figure.data[1::2]
    assert [list(trace.text) for trace in masks] == [[str(i) for i in encoding.attention_mask] for encoding in batch]
    assert [list(trace.marker.pattern.shape).count("/") for trace in figure.data[::2]] == [
        len(e.positions("pad")) for e in batch
    ]
    assert len(figure.to_json()) < 200_000
    assert len(padding.batch_columns(batch)["token"]) == n * length


def test_a_batch_is_a_rectangle(model: Model) -> None:
    with pytest.raises(ValueError, match="rectangle"):
        padding.batch_figure([model.encode("a"), model.encode("a b")], colors.LIGHT)
