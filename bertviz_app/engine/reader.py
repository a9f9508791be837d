"""From text to an `Encoding`, and back to the steps that led there. Wraps one fast tokenizer of transformers."""

from __future__ import annotations

import contextlib
import json
import math
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from bertviz_app.errors import BrokenCheckpoint, EmptyText, NoMaskToken, NotText, TextTooLong, UnreadableText, cause, what_it_is
from bertviz_app.families.spelling import BLANK_LETTERS, KINDS, SpecialTokens, Spelling, TokenizerTrace
from bertviz_app.records.forward import Encoding, Integers

# However a sentence was typed, its blanks are blanks for every model.
BLANKS = ("[MASK]", "<mask>")
NOTHING = "Type a sentence first: there is nothing to read{where} yet."
MOST_GROWTH = 20  # letters that a tokenizer may make of one: Unicode's own forms need 18


class Reader:
    """Reads texts as one checkpoint's tokenizer does.

    `max_tokens` is what the model can read (512 for BERT), `max_characters` what this server reads.
    """

    def __init__(self, tokenizer: Any, *, max_tokens: int, max_characters: int) -> None:
        self._tokenizer = tokenizer
        # A fast tokenizer keeps truncation and padding as state: one text at a time.
        self._lock = threading.Lock()
        self.max_tokens = max_tokens
        self.max_characters = max_characters
        self.mask_token: str = tokenizer.mask_token
        self.mask_id: int = tokenizer.mask_token_id
        self.pad_id: int = tokenizer.pad_token_id
        self.tells_segments: bool = "token_type_ids" in tokenizer.model_input_names
        self.spelling: Spelling = KINDS[type(tokenizer.backend_tokenizer.model).__name__]
        self.vocabulary: Mapping[str, int] = MappingProxyType(tokenizer.get_vocab())
        self._tokens = {token_id: self.spelling.legible(token) for token, token_id in self.vocabulary.items()}
        kinds = [field.name for field in fields(SpecialTokens)]
        written = {kind: getattr(tokenizer, f"{kind}_token") for kind in kinds}
        self.special = SpecialTokens(**{kind: token for kind, token in written.items() if token})
        self._specials = {getattr(tokenizer, f"{kind}_token_id"): kind for kind in kinds if written[kind]}

    def token(self, token_id: int) -> str:
        """The token of an id, as people read it. A row that the vocabulary gives no name is called by its number."""
        return self._tokens.get(int(token_id)) or f"⟨id {int(token_id)}⟩"

    def encode(self, text: str, pair: str | None = None, *, max_tokens: int | None = None, whole: bool = False) -> Encoding:
        """Tokens, ids, masks, segments and offsets of a text or a pair; what does not fit is cut and counted.

        Nothing is cut when it is asked for `whole`: more than the model reads at once, to be read in windows. A second text of which no
        token is left (a zero-width space, to a tokenizer that removes it) is none: the `pair` of the encoding is None.

        Raises `NotText`, `TextTooLong` (before tokenising), `UnreadableText`, `EmptyText`.
        """
        for part in (text, "" if pair is None else pair):
            self._refuse_unreadable(part)
        text, pair = self._with_own_blanks(text), self._with_own_blanks(pair) if pair and pair.strip() else None
        encoding = self._tokenized(text, pair, math.inf if whole else min(max_tokens or self.max_tokens, self.max_tokens))
        if pair is not None and not _holds_text(encoding, 1):
            return self.encode(text, max_tokens=max_tokens, whole=whole)  # the model is not told of a second text that is none
        if not _holds_text(encoding, 0):
            raise EmptyText(NOTHING.format(where="" if pair is None else " in the first of the two texts"))
        return encoding

    def holds_text(self, text: str) -> bool:
        """Whether anything is left of a text once it is in tokens. Raises `TextTooLong`, `UnreadableText`."""
        self._refuse_unreadable(text)
        with contextlib.suppress(EmptyText):
            return _holds_text(self._tokenized(self._with_own_blanks(text), None, math.inf), 0)
        return False

    def _tokenized(self, text: str, pair: str | None, limit: float) -> Encoding:
        with self._lock, panics_as_sentences():
            self._refuse_swelling(text + (pair or ""))
            batch = self._tokenizer(text, pair, return_offsets_mapping=True, verbose=False)
            n_dropped = int(max(0, len(batch["input_ids"]) - limit))
            if n_dropped:
                batch = self._tokenizer(
                    text, pair, truncation="longest_first", max_length=int(limit), return_offsets_mapping=True, verbose=False
                )
        if not batch["input_ids"]:  # not every tokenizer adds tokens of its own
            raise EmptyText(NOTHING.format(where=""))
        return self._encoding(text, pair, batch, n_dropped=n_dropped)

    def encode_batch(self, texts: Sequence[str], *, length: int) -> tuple[Encoding, ...]:
        """Several texts as one batch: each cut or padded to exactly `length` tokens. Raises like `encode`."""
        return tuple(self.padded(self.encode(text, max_tokens=length), length) for text in texts)

    def padded(self, encoding: Encoding, length: int) -> Encoding:
        """The encoding filled up with [PAD] to `length` tokens; their attention mask is 0."""
        missing = length - encoding.n_tokens
        if missing <= 0:
            return encoding
        return replace(
            encoding,
            tokens=encoding.tokens + (self.token(self.pad_id),) * missing,
            token_ids=np.append(encoding.token_ids, [self.pad_id] * missing),
            segment_ids=np.append(encoding.segment_ids, [0] * missing),
            attention_mask=np.append(encoding.attention_mask, [0] * missing),
            offsets=np.concatenate([encoding.offsets, np.zeros((missing, 2), dtype=np.int64)]),
            word_ids=np.append(encoding.word_ids, [-1] * missing),
            kinds=encoding.kinds + ("pad",) * missing,
        )

    def masked(self, encoding: Encoding, positions: Sequence[int]) -> Encoding:
        """The same encoding with [MASK] at these positions."""
        return self.replaced(encoding, dict.fromkeys(positions, self.mask_id))

    def replaced(self, encoding: Encoding, token_ids: Mapping[int, int]) -> Encoding:
        """The same encoding with other tokens at some positions: {position: token id}."""
        ids, tokens = encoding.token_ids.copy(), list(encoding.tokens)
        for position, token_id in token_ids.items():
            ids[position] = token_id
            tokens[position] = self.token(token_id)
        kinds = self._kinds_of(ids, encoding.word_ids, encoding.segment_ids)
        return replace(encoding, tokens=tuple(tokens), token_ids=ids, kinds=kinds)

    def require_masks(self, encoding: Encoding, *, at_most: int) -> list[int]:
        """The positions of the blanks. Raises `NoMaskToken` when there is none, or more than `at_most`."""
        positions = encoding.positions("mask")
        if not positions:
            raise NoMaskToken(f"There is no blank to fill: type {self.mask_token} where a word is missing, or click a word.")
        if len(positions) > at_most:
            raise NoMaskToken(f"There are {len(positions)} blanks; this server fills up to {at_most} at once.")
        return positions

    def trace(self, text: str) -> TokenizerTrace:
        """The normalised text and the words it was split into, before any look-up. Raises like `encode`."""
        self._refuse_unreadable(text)
        backend = self._tokenizer.backend_tokenizer
        with panics_as_sentences():
            self._refuse_swelling(text)
            normalized = backend.normalizer.normalize_str(text) if backend.normalizer else text
            split = backend.pre_tokenizer
            words = split.pre_tokenize_str(normalized) if split else [(normalized, (0, len(normalized)))]
        legible = self.spelling.legible
        legibly = tuple((legible(word), start, end) for word, (start, end) in words)
        return TokenizerTrace(text, normalized, legibly, tuple(word for word, _ in words))

    def model_file(self) -> Mapping[str, Any]:
        """The "model" of the tokenizer's own tokenizer.json: its kind, its vocabulary, and its list of merges or its scores."""
        with self._lock:
            written = self._tokenizer.backend_tokenizer.to_str()
        model: Mapping[str, Any] = json.loads(written)["model"]
        return model

    def _refuse_unreadable(self, text: str) -> None:
        if not isinstance(text, str):
            many = " To read many texts, use run_many." if isinstance(text, list | tuple) else ""
            raise NotText(f"A text is a string, such as “I love AI!”; this is {what_it_is(text)}.{many}")
        # Characters first: tokenising 10^7 of them takes half a minute.
        if len(text) > self.max_characters:
            raise TextTooLong(
                f"This text has {len(text):,} characters; the limit is {self.max_characters:,}. "
                f"The model reads at most {self.max_tokens} tokens anyway: a page or so."
            )
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise UnreadableText(
                f"Character {error.start + 1} of this text is half of a character (a lone surrogate), which cannot be read. "
                "It comes from a broken conversion: delete it, or convert the file to UTF-8 again."
            ) from None

    def _refuse_swelling(self, text: str) -> None:
        """Raises `BrokenCheckpoint` for a tokenizer that makes a book of a letter, before it does."""
        if not (normalizer := self._tokenizer.backend_tokenizer.normalizer):
            return
        grown = sum(count * len(normalizer.normalize_str(letter)) for letter, count in Counter(text).items())
        if grown > MOST_GROWTH * len(text) + 1000:
            raise BrokenCheckpoint(f"The tokenizer makes {grown:,} letters of {len(text):,}: this text was not read with it.")

    def _encoding(self, text: str, pair: str | None, batch: Any, *, n_dropped: int) -> Encoding:
        ids = np.array(batch["input_ids"])
        words = np.array([-1 if word is None else word for word in batch.word_ids()])
        segments = self._segments(batch)
        return Encoding(
            text=text,
            pair=pair,
            tokens=tuple(self.token(token_id) for token_id in ids),
            token_ids=ids,
            segment_ids=segments,
            attention_mask=np.array(batch["attention_mask"]),
            offsets=np.array(batch["offset_mapping"], dtype=np.int64),
            word_ids=words,
            kinds=self._kinds_of(ids, words, segments),
            n_dropped=n_dropped,
        )

    @staticmethod
    def _segments(batch: Any) -> Integers:
        # Not every tokenizer says it: a token that stands for no text belongs to the sentence before it.
        segments = [0]
        for sequence in batch.sequence_ids(0):
            segments.append(segments[-1] if sequence is None else sequence)
        return np.array(segments[1:])

    def _kinds_of(self, ids: Integers, words: Integers, segments: Integers) -> tuple[str, ...]:
        """Special tokens by their ids; the others continue a word when they share it with the token before."""
        before = np.stack([words, segments])[:, :-1]
        continues = [False, *((words[1:] >= 0) & (before == np.stack([words, segments])[:, 1:]).all(axis=0))]
        return tuple(
            self._specials.get(int(token_id), "piece" if follows else "word")
            for token_id, follows in zip(ids, continues, strict=True)
        )

    def _with_own_blanks(self, text: str) -> str:
        for blank in BLANKS:
            text = text.replace(blank, self.mask_token)
        return text


def _holds_text(encoding: Encoding, segment: int) -> bool:
    """Whether a token of the first (0) or second (1) text is neither special nor mere white space."""
    mine = (encoding.segment_ids == segment) & ~encoding.is_special
    return any(encoding.tokens[position].strip(BLANK_LETTERS) for position in mine.nonzero()[0])


@contextlib.contextmanager
def panics_as_sentences() -> Iterator[None]:
    """What goes wrong in a tokenizer as `BrokenCheckpoint`: it is written in Rust, where a failure that nobody foresaw is no `Exception`."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException" and type(error) is not Exception:
            raise
        raise BrokenCheckpoint(f"The tokenizer of this model gave up on this text: {cause(error)}.") from None
