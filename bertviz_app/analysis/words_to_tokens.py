"""From words to tokens: which characters became which word, and which word which tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bertviz_app.analysis.phrases import counted
from bertviz_app.families.spelling import TokenizerTrace
from bertviz_app.records.forward import Encoding

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
