"""From text to tokens: cleaning, splitting into words, pieces, ids; and several texts as one padded batch.

    text → normalised text (control characters out, lower case, accents off) → words, split at spaces and punctuation
         → pieces of the vocabulary (each kind of tokenizer in its own way; WordPiece has its own chapter) → ids

The encoding itself is the tokenizer's; this chapter tells which characters became which word and which word which tokens.

Sources: Devlin et al., BERT (2019), section 3 and appendix A.2; its published BasicTokenizer; Wu et al. (2016), section 4.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bertviz_app.lenses import table_code
from bertviz_app.lenses.numbering import numbered
from bertviz_app.lenses.phrases import counted
from bertviz_app.plots import shown
from bertviz_app.records import Encoding, ModelInfo
from bertviz_app.spelling import TokenizerTrace

Trace = Callable[[str], TokenizerTrace]  # `Reader.trace`


@dataclass(frozen=True)
class Word:
    """One word on its way: the characters as typed, the word after cleaning and splitting, and where its tokens stand.

    `typed` and `word` are empty for [CLS], [SEP] and [PAD] that stand for no text. `spelled` is the word with the letters that the tokenizer
    looks up (Ġlove for ␣love); empty for control tokens.
    """

    typed: str
    word: str
    positions: tuple[int, ...]
    is_control: bool
    spelled: str = ""


def normalized(text: str, encoding: Encoding, segment: int, trace: Trace) -> str:
    """The text after cleaning, as the tokenizer sees it when it splits words; typed control tokens stay as they are."""
    parts = _parts(text, encoding, segment)
    return "".join(part if is_control else trace(part).normalized for part, is_control in parts)


def words(encoding: Encoding, trace: Trace) -> tuple[Word, ...]:
    """All tokens of an encoding in order, grouped by the word they come from."""
    waiting = {
        segment: _split(text, encoding, segment, trace) for segment, text in ((0, encoding.text), (1, encoding.pair or ""))
    }
    found: list[Word] = []
    start = 0
    while start < encoding.n_tokens:
        stop = start + 1
        while stop < encoding.n_tokens and _same_word(encoding, start, stop):
            stop += 1
        positions = tuple(range(start, stop))
        if encoding.word_ids[start] >= 0 or encoding.source_text(start):
            segment = int(encoding.segment_ids[start])
            text = encoding.text if segment == 0 else encoding.pair or ""
            typed = text[encoding.offsets[start, 0] : encoding.offsets[stop - 1, 1]]
            word, spelled, is_control = next(waiting[segment], (typed, typed, False))
            found.append(Word(typed, word, positions, is_control, spelled))
        else:
            found.append(Word("", "", positions, is_control=True))
        start = stop
    return tuple(found)


def _same_word(encoding: Encoding, first: int, other: int) -> bool:
    words, segments = encoding.word_ids, encoding.segment_ids
    return bool(words[first] == words[other] >= 0 and segments[first] == segments[other])


def splittable(found: Sequence[Word]) -> tuple[str, ...]:
    """The words that the vocabulary was asked for, each once, the one with the most pieces first."""
    real = {word.word: len(word.positions) for word in found if not word.is_control}
    if not real:
        return ()
    # Of several with as many pieces, the first.
    return tuple(dict.fromkeys([max(real, key=lambda name: real[name]), *real]))


def notice(encoding: Encoding, found: Sequence[Word]) -> str:
    """How many words became how many tokens, and which word was cut the most."""
    real = [word for word in found if not word.is_control]
    n_pieces = sum(len(word.positions) for word in real)
    if not real:
        return f"All {encoding.n_tokens} tokens are control tokens."
    words = "1 word or mark" if len(real) == 1 else f"{len(real)} words and marks"
    n_typed = sum(bool(word.typed) for word in found if word.is_control)
    n_added = encoding.n_tokens - n_pieces - n_typed
    typed = f" and {n_typed} {'was' if n_typed == 1 else 'were'} typed" if n_typed else ""
    count = f"{words} became {counted(n_pieces, 'token')}; {counted(n_added, 'control token')} {'was' if n_added == 1 else 'were'} added{typed}."
    most = max(real, key=lambda word: len(word.positions))
    if len(most.positions) == 1:
        return f"{count} Each is in the vocabulary whole{', or unknown' if 'unk' in encoding.kinds else ''}."
    pieces = " ".join(encoding.tokens[position] for position in most.positions[:8])
    more = " …" if len(most.positions) > 8 else ""
    return (
        f"{count} “{_short(most.word, 30)}” is not in the vocabulary and became {len(most.positions)} pieces ({pieces}{more})."
    )


def token_columns(encoding: Encoding) -> dict[str, list[object]]:
    """Everything the model is told about each token, as columns of a table."""
    return {
        **numbered(encoding.tokens),
        "id": encoding.token_ids.tolist(),
        "segment": encoding.segment_ids.tolist(),
        "attention mask": encoding.attention_mask.tolist(),
        "special": ["yes" if special else "no" for special in encoding.is_special],
        "from character": [shown(int(start)) if end else None for start, end in encoding.offsets],
        "to character": [int(end) if end else None for _, end in encoding.offsets],
        "text": [encoding.source_text(position) for position in range(encoding.n_tokens)],
    }


_TABLE = {
    "id": "token_ids",
    "segment": "segment_ids",
    "attention mask": "attention_mask",
    "special": '["yes" if token_id in special else "no" for token_id in token_ids]',
    "from character": "[start + 1 if end else None for start, end in offsets]",
    "to character": "[end or None for _, end in offsets]",
    "text": '["" if text is None else texts[text][start:end] for text, (start, end) in zip(batch.sequence_ids(0), offsets)]',
}


def python_code(info: ModelInfo, encoding: Encoding) -> str:
    """Tokens, ids, masks and offsets from plain transformers, and the normalised text."""
    texts = repr(encoding.text) + (f", {encoding.pair!r}" if encoding.pair is not None else "")
    given = [encoding.text] if encoding.pair is None else [encoding.text, encoding.pair]
    segments = 'batch["token_type_ids"]'
    if not info.traits.has_segments:  # the model is not told: the text that a token is of, or that the last one was of
        second = "len(token_ids)" if encoding.pair is None else "batch.sequence_ids(0).index(1)"
        segments = f"[int(place >= {second}) for place in range(len(token_ids))]"
    code = f"""from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({info.pretrained()})
batch = tokenizer({texts}, truncation=True, max_length={info.max_tokens}, return_offsets_mapping=True)
token_ids = batch["input_ids"]
{table_code.tokens(info, of="tokenizer.convert_ids_to_tokens(token_ids)")}segment_ids = {segments}
attention_mask = batch["attention_mask"]
offsets = batch["offset_mapping"]  # from 0, the end exclusive
special = {{tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id}}
texts = {given!r}
normalizer = tokenizer.backend_tokenizer.normalizer
normalized = normalizer.normalize_str(texts[0]) if normalizer else texts[0]
"""
    return table_code.with_table(code, table_code.NUMBERED | _TABLE)


def _parts(text: str, encoding: Encoding, segment: int) -> list[tuple[str, bool]]:
    """The text cut at the control tokens that were typed in it: (part, is it one)."""
    parts, end = [], 0
    for position in range(encoding.n_tokens):
        start, stop = encoding.offsets[position]
        # A typed [MASK] or [SEP] stands for its own letters; an unknown word stands for others.
        is_here = encoding.segment_ids[position] == segment and stop > 0
        if (
            is_here
            and encoding.kinds[position] not in ("word", "piece")
            and encoding.tokens[position] == text[start:stop].strip()
        ):
            parts += [(text[end:start], False), (text[start:stop], True)]
            end = int(stop)
    return [*parts, (text[end:], False)]


def _split(text: str, encoding: Encoding, segment: int, trace: Trace) -> Iterator[tuple[str, str, bool]]:
    """The words in order: as people read them, as the tokenizer looks them up, and whether each is a control token."""
    for part, is_control in _parts(text, encoding, segment):
        if is_control:
            yield part, "", True
        elif part.strip():
            traced = trace(part)
            for (word, _, _), spelled in zip(traced.words, traced.spelled, strict=True):
                yield word, spelled, False


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
