"""What became of the input that the writer may not expect: said on screen, on every page that reads it."""

from __future__ import annotations

import unicodedata

from bertviz_app.records import Encoding


def notes(encoding: Encoding) -> list[str]:
    """One plain sentence for each surprise: what was cut, what vanished, what is unknown, what was typed as a control token."""
    found = [_cut(encoding), _vanished(encoding), _unknown(encoding), _typed_specials(encoding)]
    return [note for note in found if note]


def vanished_characters(encoding: Encoding) -> list[str]:
    """Characters of the text that no token stands for and that are not white space, in order, each once."""
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
                covered[place] = not _is_unseen(text[place]) or text[place] in token
        lost.update(dict.fromkeys(c for i, c in enumerate(text[:end]) if not covered[i] and not c.isspace()))
    return list(lost)


def _cut(encoding: Encoding) -> str:
    if not encoding.n_dropped:
        return ""
    kept = f"{encoding.n_dropped} tokens did not fit into the {encoding.n_tokens} that the model reads and were cut"
    for segment, text in ((0, encoding.text), (1, encoding.pair or "")):
        ends = encoding.offsets[encoding.segment_ids == segment][:, 1]
        rest = text[int(ends.max(initial=0)) :].strip()
        if rest:
            return f"{kept}, from “{rest[:40]}{'…' if len(rest) > 40 else ''}” on."
    return f"{kept}."


def _vanished(encoding: Encoding) -> str:
    lost = vanished_characters(encoding)
    if not lost:
        return ""
    names = ", ".join(_name(character) for character in lost[:4]) + (" and others" if len(lost) > 4 else "")
    return f"Characters that leave no token, because the tokenizer removes them: {names}."


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character).startswith("C") or character == "\N{REPLACEMENT CHARACTER}"


def _name(character: str) -> str:
    name = unicodedata.name(character, "control character").lower()
    return f"U+{ord(character):04X} ({name})"


def _unknown(encoding: Encoding) -> str:
    unknown = [encoding.source_text(position) for position in encoding.positions("unk")]
    if not unknown:
        return ""
    shown = ", ".join(f"“{word[:20]}{'…' if len(word) > 20 else ''}”" for word in unknown[:3])
    more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
    token = encoding.tokens[encoding.positions("unk")[0]]
    return f"Not in the vocabulary, so BERT sees only {token}: {shown}{more}."


def _typed_specials(encoding: Encoding) -> str:
    typed = sorted({encoding.tokens[p] for p in range(encoding.n_tokens) if encoding.is_special[p] and encoding.source_text(p)})
    if not typed:
        return ""
    return f"You typed {', '.join(typed)}: BERT reads it as the control token, not as letters."
