"""What became of the input that the writer may not expect: said on screen, on every page that reads it."""

from __future__ import annotations

import unicodedata

from bertviz_app.records.forward import Encoding

_BYTE = "⟨"  # how the byte of a letter is written that a token of byte-level BPE holds only in part


def notes(encoding: Encoding) -> list[str]:
    """One plain sentence for each surprise: what was cut, what vanished, what is unknown, what was typed as a control token."""
    found = [of(encoding) for of in (_cut, _vanished, _marks_taken_off, _unknown, _typed_specials)]
    return [note for note in found if note]


def vanished_characters(encoding: Encoding) -> list[str]:
    """Characters of the text that no token stands for and that are not white space, in order, each once.

    An accent belongs to its letter, whether the two are one character or two (NFC, NFD): where the letter has a token, it did not vanish.
    """
    lost: dict[str, None] = {}
    for segment, text in ((0, encoding.text), (1, encoding.pair or "")):
        mine = encoding.segment_ids == segment
        spans = [(encoding.tokens[p], *encoding.offsets[p].tolist()) for p in mine.nonzero()[0]]
        # What lies behind the last token was cut, if anything was; it did not vanish.
        end = max((stop for _, _, stop in spans), default=0) if encoding.n_dropped else len(text)
        covered = [False] * len(text)
        for token, start, stop in spans:
            for place in range(start, stop):
                # "a", a zero-width space, "b" is the token "ab": its span holds a character that it does not stand for.
                covered[place] |= not _is_unseen(text[place]) or text[place] in token or _BYTE in token
        for place in range(1, len(text)):
            covered[place] |= _is_mark(text[place]) and covered[place - 1]
        lost.update(dict.fromkeys(c for i, c in enumerate(text[:end]) if not covered[i] and not c.isspace()))
    return list(lost)


def unread_pair(typed: str, encoding: Encoding) -> str:
    """What to say where a second text was typed of which nothing is left; empty where there is nothing to say."""
    if encoding.pair is not None or not typed.strip():
        return ""
    return "Nothing is left of sentence B once it is in tokens, so sentence A is read alone."


def _cut(encoding: Encoding) -> str:
    if not encoding.n_dropped:
        return ""
    kept = f"{encoding.n_dropped} tokens did not fit into the {encoding.n_tokens} that the model reads and were cut"
    for segment, text in ((0, encoding.text), (1, encoding.pair or "")):
        ends = encoding.offsets[encoding.segment_ids == segment][:, 1]
        rest = text[_end_of_letter(text, int(ends.max(initial=0))) :].strip()
        if rest:
            return f"{kept}, from “{_shortened(rest, 40)}” on."
    return f"{kept}."


def _vanished(encoding: Encoding) -> str:
    lost = vanished_characters(encoding)
    if not lost:
        return ""
    names = ", ".join(_name(character) for character in lost[:4]) + (" and others" if len(lost) > 4 else "")
    return f"Characters that leave no token, because the tokenizer removes them or takes them for a space: {names}."


def _marks_taken_off(encoding: Encoding) -> str:
    """Signs that a tokenizer strips as if they were accents: in many scripts they are vowels."""
    for segment, text in ((0, encoding.text), (1, encoding.pair or "")):
        mine = encoding.segment_ids == segment
        for word in sorted({int(word) for word in encoding.word_ids[mine] if word >= 0}):
            positions = (mine & (encoding.word_ids == word)).nonzero()[0]
            start, stop = int(encoding.offsets[positions, 0].min()), int(encoding.offsets[positions, 1].max())
            written = text[start : _end_of_letter(text, stop)]
            read = "".join(encoding.tokens[position].removeprefix("##") for position in positions)
            if (
                _BYTE not in read
                and _n_marks(read) < _n_marks(written)
                and not any(encoding.kinds[position] == "unk" for position in positions)
            ):
                return f"This tokenizer strips signs that belong to letters here, as if they were accents: “{_shortened(written, 20)}” is read as “{_shortened(read, 20)}”."
    return ""


def _n_marks(text: str) -> int:
    """The marks that stand on letters of scripts other than those of Europe, where stripping them is common and harmless."""
    apart = unicodedata.normalize("NFD", text)
    bases = [""]
    for character in apart:
        bases.append(bases[-1] if _is_mark(character) else character)
    european = ("LATIN", "GREEK", "CYRILLIC")
    return sum(
        _is_mark(character) and base.isalpha() and not unicodedata.name(base, "").startswith(european)
        for character, base in zip(apart, bases, strict=False)
    )


def _end_of_letter(text: str, place: int) -> int:
    """Where the letter before this place ends: behind its accents."""
    while 0 < place < len(text) and _is_mark(text[place]):
        place += 1
    return place


def _shortened(text: str, most: int) -> str:
    """The first letters of a text, each with its accents."""
    starts = [place for place, character in enumerate(text) if not _is_mark(character)]
    return text if len(starts) <= most else f"{text[: starts[most]]}…"


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Me")


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character).startswith("C") or character == "\N{REPLACEMENT CHARACTER}"


def _name(character: str) -> str:
    name = unicodedata.name(character, "control character").lower()
    return f"U+{ord(character):04X} ({name})"


def _unknown(encoding: Encoding) -> str:
    unknown = [position for position in encoding.positions("unk") if not _is_typed(encoding, position)]
    if not unknown:
        return ""
    words = [_with_accents(encoding, position) for position in unknown]
    shown = ", ".join(f"“{_shortened(word, 20)}”" for word in words[:3])
    more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
    return f"Not in the vocabulary, so the model sees only {encoding.tokens[unknown[0]]}: {shown}{more}."


def _typed_specials(encoding: Encoding) -> str:
    typed = sorted(
        {encoding.tokens[p] for p in range(encoding.n_tokens) if encoding.kinds[p] != "mask" and _is_typed(encoding, p)}
    )
    if not typed:
        return ""
    read = "it as the control token, not as letters" if len(typed) == 1 else "them as control tokens, not as letters"
    return f"You typed {', '.join(typed)}: the model reads {read}."


def _is_typed(encoding: Encoding, position: int) -> bool:
    """Whether a control token stands in the text itself."""
    is_control = encoding.is_special[position] or encoding.kinds[position] in ("unk", "mask")
    return bool(is_control) and encoding.source_text(position).strip() == encoding.tokens[position]


def _with_accents(encoding: Encoding, position: int) -> str:
    """The characters that a token stands for, with accents that are characters of their own."""
    text = encoding.text if encoding.segment_ids[position] == 0 else encoding.pair or ""
    start, stop = encoding.offsets[position].tolist()
    return text[start : _end_of_letter(text, stop)]
