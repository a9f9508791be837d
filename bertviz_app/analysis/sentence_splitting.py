"""The sentences of a text: where they stand, and how they were told apart.

    text → runs of lines (a line is a run of its own, unless lines are only wrapped) → sentences of each run, by sentencex

An empty line ends a sentence. Another line break does too, unless it only broke running text: in a paragraph that has full stops, where the next
line goes on in small letters; and among four lines and more of 40 characters and more, none of which could have taken the first word of the next.
What begins like an item (“- ”, “2. ”, “Ann: ”) begins anew. So lists, poems, chats and minutes, which have no full stops, are split at their lines.
Within a run sentencex decides, by the abbreviations and quotation marks of a language. What it ends inside of a word, as `written.py` has it, or
at an abbreviation in front of a number (“Eq. 4”), or behind the number of an item, is no end.

Source: sentencex, the sentence segmenter of the Wikimedia Foundation; how it was chosen stands in docs/methods.md.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise, takewhile

import regex
import sentencex

from bertviz_app.analysis import written_words
from bertviz_app.analysis.written_words import Span

LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch", "pl": "Polish",
    "ru": "Russian", "el": "Greek", "ar": "Arabic", "hi": "Hindi", "zh": "Chinese", "ja": "Japanese", "ko": "Korean",
}  # fmt: skip
# What tells a language by its script; Japanese has kana beside the Chinese characters.
_SCRIPTS = {
    "ja": r"[\p{Hiragana}\p{Katakana}]", "zh": r"\p{Han}", "ru": r"\p{Cyrillic}", "el": r"\p{Greek}", "ar": r"\p{Arabic}",
    "hi": r"\p{Devanagari}", "ko": r"\p{Hangul}", "en": r"\p{Latin}",
}  # fmt: skip
_WIDTH = 40  # characters: narrower columns are hardly ever running text
_STARTS_ANEW = regex.compile(r"\s*(?:[-*•–—]|\(?\p{Nd}{1,3}[.)]|\p{L}[.)]\s|[^\s:：]{1,20}(?:\s[^\s:：]{1,20})?[:：](?=\s|$))")
_ITEM = regex.compile(r"\s*\(?(?:\p{Nd}{1,3}|\p{L})[.)]\s*")  # a number or an initial is no sentence
_MARKS = frozenset(".!?…。！？։؟।॥:;")  # one of them behind the last letter ends a line as a sentence
_PORTION = 4_000  # characters: of 20,000 opening quotation marks, sentencex looks from each for one that closes it


@dataclass(frozen=True)
class Sentences:
    """Where sentences stand, white space at both ends left out.

    spans       characters: start, end (exclusive), in order
    language    by whose rules, a key of `LANGUAGES`
    n_at_lines  sentences that end with their line alone, without a mark
    n_wrapped   line breaks that were read as a space
    """

    spans: tuple[Span, ...]
    language: str
    n_at_lines: int
    n_wrapped: int

    def how(self) -> str:
        """How the text was split, as the screen says it."""
        n = len(self.spans)
        said = f"{n} {'sentence' if n == 1 else 'sentences'}, split by the rules for {LANGUAGES[self.language]}."
        if self.n_at_lines:
            these = "1 of them ends" if self.n_at_lines == 1 else f"{self.n_at_lines} of them end"
            said += f" {these} where a line ends, without a full stop: the text is set in lines."
        if self.n_wrapped:
            said += " Line breaks within running text are read as spaces."
        return said


def recognised(text: str) -> str:
    """The language that a text's script tells, or English: a key of `LANGUAGES`.

    >>> recognised("Wie geht es?"), recognised("你好吗？"), recognised("東京は大きい。")
    ('en', 'zh', 'ja')
    """
    counts = {language: len(regex.findall(script, text)) for language, script in _SCRIPTS.items()}
    if counts["ja"]:
        counts["ja"] += counts["zh"]
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else "en"


def split(text: str, language: str = "") -> Sentences:
    """The sentences of a text by the rules of a language, a key of `LANGUAGES`; by that of its script, if none is given.

    >>> [text[a:b] for text in ["Dr. Ada left. Why?"] for a, b in split(text).spans]
    ['Dr. Ada left.', 'Why?']
    """
    language = language or recognised(text)
    found: list[Span] = []
    n_at_lines, n_wrapped, n_runs = 0, 0, 0
    for start, end in _runs(text):
        run = text[start:end]
        n_wrapped += len(run.splitlines()) - 1
        found += [(start + first, start + last) for first, last in _within(run, language)]
        n_runs += 1
        n_at_lines += bool(found) and not _ends(text[slice(*found[-1])])
    return Sentences(tuple(found), language, n_at_lines if n_runs > 1 else 0, n_wrapped)


def _runs(text: str) -> Iterator[Span]:
    """Stretches of text that no line break divides, or only breaks of wrapped text."""
    for paragraph in regex.finditer(r"(?:[^\n]*\S[^\n]*(?:\n|$))+", text.replace("\r", "\n").replace("\u2028", "\n")):
        lines = [match.span() for match in regex.finditer(r"[^\n]*\S[^\n]*", paragraph.group())]
        goes_on = _goes_on([paragraph.group()[slice(*line)] for line in lines])
        begun = lines[0][0]
        for index, (_, end) in enumerate(lines):
            if not (index + 1 < len(lines) and goes_on[index]):
                yield paragraph.start() + begun, paragraph.start() + end
                begun = lines[min(index + 1, len(lines) - 1)][0]


def _goes_on(lines: list[str]) -> list[bool]:
    """For each line of a paragraph but the last, whether the next one goes on with it."""
    width, pairs = max(map(len, lines)), list(pairwise(lines))
    full = all(len(line.rstrip()) + 1 + len(after.split(maxsplit=1)[0]) > width for line, after in pairs)
    is_wrapped = full and width >= _WIDTH and len(pairs) >= 3
    has_stops = any(map(_ends, lines))
    return [
        not _STARTS_ANEW.match(after) and (is_wrapped or (has_stops and after.lstrip()[:1].islower() and not _ends(line)))
        for line, after in pairs
    ]


def _within(run: str, language: str) -> Iterator[Span]:
    """The sentences of one run, by sentencex."""
    words = written_words.spans(run)
    starts = [start for start, _ in words]
    begun = 0
    for at in _ends_within("".join(" " if letter in "\r\n\u2028" else letter for letter in run), language):
        if at < len(run) and (_ITEM.fullmatch(run[begun:at]) or _is_inside(run, at, words, starts)):
            continue
        sentence = run[begun:at]
        if sentence.strip():
            yield begun + len(sentence) - len(sentence.lstrip()), begun + len(sentence.rstrip())
        begun = at


def _ends_within(run: str, language: str) -> Iterator[int]:
    """Where sentencex ends the sentences of a run, the last at its end: read in portions, of which all but the last only count in their first half.

    So it reads a sentence with what follows it, and its time grows with the length of the text, whatever is written there.
    """
    at = 0
    while at < len(run):
        ends = list(accumulate(map(len, sentencex.segment(language, run[at : at + _PORTION]))))
        if at + _PORTION >= len(run):
            yield from (at + end for end in ends)
            return
        found = [end for end in ends if end <= _PORTION // 2] or ends[:-1][:1]
        yield from (at + end for end in found)
        at += found[-1] if found else _PORTION // 2


def _ends(line: str) -> bool:
    """Whether a mark that ends a sentence stands behind the last letter."""
    behind: Iterator[str] = takewhile(lambda character: not character.isalpha(), reversed(line))
    return not _MARKS.isdisjoint(behind)


def _is_inside(run: str, at: int, words: list[Span], starts: list[int]) -> bool:
    """Whether a word, an abbreviation and its number, or a number and its item (“2. money”) would be torn apart here."""
    index = bisect_left(starts, at) - 1
    if index < 0:
        return False
    start, end = words[index]
    word = run[start:end]
    after = run[at:].lstrip()[:1]
    is_abbreviation = word.endswith(".") and "." not in word[:-1] and written_words.is_word(word)
    is_number = word == "." and run[starts[index - 1] : start].isdecimal()
    return end > at or (is_abbreviation and after.isdigit()) or (is_number and after.islower())
