from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tokenizers.models import WordPiece

from bertviz_app import load
from bertviz_app.engine.reader import Reader
from bertviz_app.errors import EmptyText, NoMaskToken, TextTooLong, UnreadableText

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


class NeverAsked:
    """A tokenizer that must not be reached."""

    mask_token, cls_token, sep_token, pad_token, unk_token = "[MASK]", "[CLS]", "[SEP]", "[PAD]", "[UNK]"
    mask_token_id, cls_token_id, sep_token_id, pad_token_id, unk_token_id = 103, 101, 102, 0, 100

    def get_vocab(self) -> Any:
        return {"[PAD]": 0}

    def __call__(self, *_args: Any, **_options: Any) -> None:
        raise AssertionError("the tokenizer was called")

    model_input_names = ("input_ids", "token_type_ids", "attention_mask")
    backend_tokenizer = SimpleNamespace(model=WordPiece())


@pytest.fixture(scope="module")
def reader(model: Model) -> Reader:
    return model.reader


def test_the_sentence_that_everybody_knows(reader: Any) -> None:
    encoding = reader.encode("I love AI!")
    assert encoding.tokens == ("[CLS]", "i", "love", "ai", "!", "[SEP]")
    assert encoding.token_ids.tolist() == [101, 1045, 2293, 9932, 999, 102]
    assert encoding.segment_ids.tolist() == [0] * 6 and encoding.attention_mask.tolist() == [1] * 6
    assert encoding.offsets.tolist() == [[0, 0], [0, 1], [2, 6], [7, 9], [9, 10], [0, 0]]
    assert encoding.word_ids.tolist() == [-1, 0, 1, 2, 3, -1]
    assert encoding.kinds == ("cls", "word", "word", "word", "word", "sep")
    assert encoding.pair is None and encoding.n_dropped == 0


def test_pieces_share_a_word_and_point_at_their_letters(reader: Any) -> None:
    encoding = reader.encode("Starlings murmurate")
    assert encoding.tokens[1:-1] == ("star", "##lings", "murmur", "##ate")
    assert encoding.word_ids[1:-1].tolist() == [0, 0, 1, 1]
    assert [encoding.source_text(p) for p in range(1, 5)] == ["Star", "lings", "murmur", "ate"]
    assert encoding.kinds[1:-1] == ("word", "piece", "word", "piece")


def test_a_pair_has_two_segments_and_offsets_in_each_text(reader: Any) -> None:
    encoding = reader.encode("The man went.", "He bought milk.")
    assert encoding.tokens == ("[CLS]", "the", "man", "went", ".", "[SEP]", "he", "bought", "milk", ".", "[SEP]")
    assert encoding.segment_ids.tolist() == [0] * 6 + [1] * 5
    assert encoding.source_text(7) == "bought" and encoding.source_text(2) == "man"
    assert encoding.word_ids.tolist() == [-1, 0, 1, 2, 3, -1, 0, 1, 2, 3, -1]


@pytest.mark.parametrize("pair", [None, "", "  \n\t"])
def test_an_empty_second_sentence_is_none(reader: Any, pair: Any) -> None:
    encoding = reader.encode("I love AI!", pair)
    assert encoding.pair is None and encoding.n_tokens == 6


@pytest.mark.parametrize("family", ["bert", "albert", "deberta-v2"])
@pytest.mark.parametrize("nothing", ["\u200b", " \u200b\n", "\ufeff", "[SEP]", "[PAD] [CLS]"])
def test_emptiness_is_judged_by_the_tokens_in_both_texts(tiny_families: dict[str, Path], family: Any, nothing: Any) -> None:
    reader = load(str(tiny_families[family])).reader
    alone = reader.encode("I love AI!")
    encoding = reader.encode("I love AI!", nothing)
    assert encoding.pair is None and encoding.tokens == alone.tokens
    assert not reader.holds_text(nothing) and reader.holds_text("I")
    for pair in (None, "I love AI!"):
        with pytest.raises(EmptyText, match="Type a sentence first"):
            reader.encode(nothing, pair)


def test_what_has_tokens_is_not_empty(tiny_families: dict[str, Path]) -> None:
    reader = load(str(tiny_families["roberta"])).reader  # to bytes a zero-width space is three tokens
    assert reader.encode("I love AI!", "\u200b").pair == "\u200b" and not reader.holds_text(" \n\t")
    assert reader.holds_text("[PAD]")  # letters to this family


@pytest.mark.parametrize("n_words", [509, 510, 511, 600, 2_000])
def test_what_does_not_fit_is_cut_and_counted(reader: Any, n_words: Any) -> None:
    encoding = reader.encode("word " * n_words)
    assert encoding.n_tokens == min(n_words + 2, 512)
    assert encoding.n_dropped == max(0, n_words - 510)
    assert encoding.tokens[0] == "[CLS]" and encoding.tokens[-1] == "[SEP]"


def test_of_a_pair_the_longer_one_is_cut(reader: Any) -> None:
    encoding = reader.encode("word " * 600, "He bought milk.")
    assert encoding.n_tokens == 512 and encoding.n_dropped == 600 + 4 + 3 - 512
    assert (encoding.segment_ids == 1).sum() == 5 and encoding.tokens[-5:] == ("he", "bought", "milk", ".", "[SEP]")


def test_a_length_of_ones_own_and_never_more_than_the_model_reads(reader: Any) -> None:
    assert reader.encode("one two three four", max_tokens=4).tokens == ("[CLS]", "one", "two", "[SEP]")
    assert reader.encode("one two three four", max_tokens=4).n_dropped == 2
    assert reader.encode("word " * 600, max_tokens=9_999).n_tokens == 512


def test_cutting_one_text_does_not_cut_the_next(reader: Any) -> None:
    reader.encode("word " * 600)
    assert reader.encode("one two three four five").n_tokens == 7


def test_a_batch_is_padded_and_its_mask_says_where(reader: Any) -> None:
    short, long = reader.encode_batch(["I love AI!", "One two three four five six seven eight"], length=8)
    assert short.tokens == ("[CLS]", "i", "love", "ai", "!", "[SEP]", "[PAD]", "[PAD]")
    assert short.attention_mask.tolist() == [1] * 6 + [0] * 2 and short.token_ids.tolist()[-2:] == [0, 0]
    assert short.kinds[-2:] == ("pad", "pad") and short.is_special[-2:].all() and short.n_dropped == 0
    assert long.n_tokens == 8 and long.n_dropped == 2 and long.attention_mask.all()


def test_padding_agrees_with_the_tokenizers_own(reader: Any) -> None:
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained("bertviz_app/embedded")
    texts = ["I love AI!", "Starlings murmurate at dusk, thousands and thousands of them."]
    reference = tokenizer(texts, padding="max_length", truncation=True, max_length=12)
    ours = reader.encode_batch(texts, length=12)
    for column, name in [("token_ids", "input_ids"), ("segment_ids", "token_type_ids"), ("attention_mask", "attention_mask")]:
        assert np.stack([getattr(encoding, column) for encoding in ours]).tolist() == reference[name]


def test_hidden_words_become_masks_and_nothing_else_changes(reader: Any) -> None:
    encoding = reader.encode("I love AI!")
    masked = reader.masked(encoding, [2, 3])
    assert masked.tokens == ("[CLS]", "i", "[MASK]", "[MASK]", "!", "[SEP]")
    assert masked.token_ids.tolist() == [101, 1045, 103, 103, 999, 102] and masked.positions("mask") == [2, 3]
    assert masked.key != encoding.key and masked.source_text(2) == "love"
    assert encoding.tokens[2] == "love" and reader.masked(encoding, []).key == encoding.key
    back = reader.replaced(masked, {2: 2293, 3: 9932})
    assert back.key == encoding.key and back.kinds == encoding.kinds


@pytest.mark.parametrize("text", ["", "   ", "\n\t\r", "\u200b\u200d", "\0", "\u0007\u202e", "[SEP]", "[CLS] [SEP]"])
def test_nothing_to_read_is_a_sentence(reader: Any, text: Any) -> None:
    with pytest.raises(EmptyText):
        reader.encode(text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a\0b\u200bc", ("abc",)),
        ("[MASK]", ("[MASK]",)),
        ("😀", ("[UNK]",)),
        ("x" * 10_000, ("[UNK]",)),
        ("<script>", ("<", "script", ">")),
        ("</b>", ("<", "/", "b", ">")),
        ("$x^2$", ("$", "x", "^", "2", "$")),
        ("**b**", ("*", "*", "b", "*", "*")),
        ("Café", ("cafe",)),
    ],
)
def test_odd_texts_are_read_like_any_other(reader: Any, text: Any, tokens: Any) -> None:
    assert reader.encode(text).tokens[1:-1] == tokens


def test_a_typed_control_token_is_one(reader: Any) -> None:
    encoding = reader.encode("one [SEP] two")
    assert encoding.token_ids.tolist()[2] == 102 and encoding.kinds[2] == "sep" and encoding.source_text(2) == "[SEP]"


def test_ten_million_characters_never_reach_the_tokenizer() -> None:
    reader = Reader(NeverAsked(), max_tokens=512, max_characters=20_000)
    huge = "a " * 5_000_000
    for call in (lambda: reader.encode(huge), lambda: reader.encode("fine", huge), lambda: reader.trace(huge)):
        with pytest.raises(TextTooLong) as caught:
            call()
        assert "10,000,000 characters" in str(caught.value) and "20,000" in str(caught.value)


def test_the_limit_itself_is_still_read(reader: Any) -> None:
    assert reader.encode("a" * 20_000).n_tokens == 3
    with pytest.raises(TextTooLong):
        reader.encode("a" * 20_001)


@pytest.mark.parametrize(("text", "pair"), [("ab\ud800c", None), ("fine", "ab\udfff"), ("\ud83d", None)])
def test_half_a_character_never_reaches_the_tokenizer(text: Any, pair: Any) -> None:
    reader = Reader(NeverAsked(), max_tokens=512, max_characters=100)
    with pytest.raises(UnreadableText) as caught:
        reader.encode(text, pair)
    place = next(i for part in (text, pair or "") for i, c in enumerate(part) if "\ud800" <= c <= "\udfff")
    assert f"Character {place + 1} " in str(caught.value)


def test_blanks_are_asked_for_and_counted(reader: Any) -> None:
    assert reader.require_masks(reader.encode("The [MASK] sat on the [MASK]."), at_most=2) == [2, 6]
    with pytest.raises(NoMaskToken, match=r"\[MASK\]"):
        reader.require_masks(reader.encode("I love AI!"), at_most=2)
    with pytest.raises(NoMaskToken, match=r"3 blanks.*up to 2"):
        reader.require_masks(reader.encode("[MASK] [MASK] [MASK]"), at_most=2)


def test_the_steps_before_the_look_up(reader: Any) -> None:
    trace = reader.trace("Café,  Ünï\u200b!")
    assert trace.normalized.replace("  ", " ") == "cafe, uni!"
    assert [word for word, _, _ in trace.words] == ["cafe", ",", "uni", "!"]
    assert all(trace.normalized[start:end] == word for word, start, end in trace.words)


def test_the_vocabulary_is_whole_and_cannot_be_changed(reader: Any, model: Model) -> None:
    assert len(reader.vocabulary) == model.info.vocab_size == 30_522
    assert reader.vocabulary["love"] == 2293 and reader.token(2293) == "love"
    with pytest.raises(TypeError):
        reader.vocabulary["love"] = 1
