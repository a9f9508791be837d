"""Readers of every kind of tokenizer, without a model: the embedded one and the two bundled for comparison (larger vocabularies), and the
small ones of `tiny.py`, which cut nearly every letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import tiny
import transformers
from odd_texts import NFD_TEXTS, ODD_TEXTS
from tokenizers import Tokenizer, processors

from bertviz_app.engine.reader import Reader
from bertviz_app.engine.tokenizers import OWN


def _bundled(place: int, specials: Mapping[str, str]) -> transformers.PreTrainedTokenizerFast:
    tokenizer = Tokenizer.from_file(str(list(OWN.values())[place]))
    tokenizer.add_special_tokens(list(specials.values()))
    cls, sep = specials["cls_token"], specials["sep_token"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}",
        pair=f"{cls} $A {sep} $B:1 {sep}:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (cls, sep)],
    )
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **specials)


KINDS: dict[str, Callable[[], transformers.PreTrainedTokenizerFast]] = {
    "embedded WordPiece": lambda: _bundled(0, tiny.BERT_SPECIALS),
    "bundled byte-level BPE": lambda: _bundled(1, tiny.ROBERTA_SPECIALS),
    "bundled Unigram": lambda: _bundled(2, tiny.BERT_SPECIALS),
    "small WordPiece": lambda: tiny.wordpiece().dressed(segments=True),
    "small byte-level BPE": lambda: tiny.byte_level().dressed(segments=False),
    "small Unigram": lambda: tiny.unigram().dressed(segments=True),
}


@cache
def reader(kind: str) -> Reader:
    """The reader of a kind of tokenizer, by its name in `KINDS`."""
    return Reader(KINDS[kind](), max_tokens=512, max_characters=20_000)


def spelled_words(kind: str) -> list[str]:
    """The words of all odd texts as a tokenizer splits and spells them, each once."""
    return list(dict.fromkeys(word for text in (*ODD_TEXTS, *NFD_TEXTS) for word in reader(kind).trace(text).spelled))
