"""The words of a text as people write them: the one definition of a word, which every page cuts by.

    text → spans of characters, in order, none overlapping; white space is in none of them

A word is a word of Unicode's text segmentation (letters, digits and what combines with them: can't, 1,893.6, दिल्ली; each Chinese character
and each hiragana by itself), with what that standard leaves to its users:

    one word      what hyphens or “&” hold together (state-of-the-art, AT&T); a URL; an e-mail address; a run of a script that sets no spaces
                  and would need a dictionary (Thai, Lao, Khmer, Burmese)
    two words     at the ending ’s (Merkel | ’s), as in CoNLL-2003; at a stop between a small letter and a capital (left.She lacks its space)
    full stops    belong to an initial (J. K. Rowling), to letters with stops between them (D.C., Ph.D.) and to a listed abbreviation (St.)

Whatever else can be seen is a mark: one character with what combines with it. Invisible characters belong to the word that
they stand in, and to none elsewhere.
The normal forms C and D of a text have the same words.

Sources: Unicode Standard Annex #29, section 4, with the properties of the `regex` library; Tjong Kim Sang and De Meulder (2003), section 2.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import regex

Span = tuple[int, int]

METHOD = (
    "A word is what Unicode’s text segmentation calls one (“can’t”, “1,893.6”, each Chinese character), with what that standard leaves open: "
    "hyphens hold together (“state-of-the-art”), a URL is one word, ’s is a word of its own (“Merkel”, “’s”), and a full stop belongs to an "
    "initial or abbreviation (“J.”, “D.C.”, “St.”). A mark stands by itself, and so does a blank. Where one token covers two words, they are "
    "taken as one. Source: Unicode Standard Annex #29, section 4."
)

# A full stop belongs to these wherever they stand (the first also in small letters), and to the last ones in front of a number.
_TITLES = "Mr|Mrs|Ms|Messrs|Dr|Prof|Jr|Sr|St|Inc|Ltd|Corp|vs|etc|cf|al"
_ABBREVIATIONS = (
    "Rev|Hon|Fr|Ste|Mt|Ft|Gen|Col|Maj|Capt|Cmdr|Lt|Sgt|Cpl|Adm|Gov|Sen|Rep|Pres|Supt|Det|Esq|"
    "Co|Bros|Cos|Mfg|Assn|Dept|Univ|Inst|Ave|Blvd|Rd|Hwy|viz|approx|est|ed|eds|trans|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|Hr|Frl|Hrn|Dipl|Ing|bzw|ca|evtl|ggf|inkl|usw|usf|vgl|sog|geb|gest|Str|Tel|"
    "Mme|Mlle|Mgr|Sra|Srta|Dra|Avda|Sig|Dott|Avv|гг|др|пр|ул|им"
)
_BEFORE_NUMBERS = "No|Nos|Nr|Art|Abs|Fig|Figs|Eq|Eqs|Sec|Ch|Vol|Bd|Kap|pp|par|стр|рис"

_X = r"[[\p{M}\p{C}\uFFFD]--[\s]]*+"  # what goes with the letter before it, to be seen or not
_KANA_AND_HAN = r"\p{Han}\p{Hiragana}\p{WB=Katakana}"
_L = rf"(?:[[\p{{L}}\p{{N}}\p{{Pc}}]--[{_KANA_AND_HAN}\p{{LB=SA}}]]{_X})"  # a letter or digit
_NO_MORE = r"(?![\p{L}\p{N}\p{Pc}])"
_APOSTROPHE = "['’＇]"
_OWN = rf"{_APOSTROPHE}[sS]{_X}{_NO_MORE}"
_HELD = "|".join((  # what holds two letters together
    r"[-‐‑&·‧]",
    rf"(?!{_OWN}){_APOSTROPHE}",
    rf"(?<!(?:\p{{Ll}}|\p{{Nd}}){_X})\.|\.(?!\p{{Lu}})",
    rf"(?<=\p{{Nd}}{_X})[,٫٬](?=\p{{Nd}})",
    rf"(?<=\p{{Hebrew}}{_X})[\"״](?=\p{{Hebrew}})",
))  # fmt: skip
_LISTED = rf"(?:(?i:{_TITLES})|{_ABBREVIATIONS})\.|(?:{_BEFORE_NUMBERS})\.(?=\s*\p{{Nd}})"
_INITIAL = rf"[\p{{Lu}}\p{{Ll}}]{_X}\.(?=\s+[\p{{L}}\p{{N}}]|\s*[,;:)\p{{Pd}}])"
_IN_URLS = rf"[^\s()\[\]{_KANA_AND_HAN}<>“”«»„＂、。，！？；：（）《》「」]"
_HOST = rf"[\p{{L}}\p{{N}}]{_L}{{0,62}}(?:[.-]{_L}{{1,63}}){{1,9}}"

_WORD = regex.compile(
    "|".join((
        rf"(?:(?:https?|ftp)://|www\.|{_HOST}/)(?:\({_IN_URLS}*\)|{_IN_URLS})+(?<![.,;:!?…'’\"}}])",
        rf"{_L}{{1,64}}(?:[.+-]{_L}{{1,64}}){{0,9}}@{_HOST}",
        rf"(?<!{_L})(?:{_LISTED}){_NO_MORE}",
        rf"(?<!{_L}|{_L}[-.'’])(?:\p{{L}}{_X}){{1,2}}(?:\.(?:\p{{L}}{_X}){{1,2}})+\.{_NO_MORE}",  # D.C., Ph.D.
        rf"(?<!{_L}|{_L}[-.'’])(?:(?:\p{{Lu}}{_X}\.-?)+\p{{Lu}}{_X}\.|{_INITIAL}){_NO_MORE}",  # J.-P., J.
        rf"(?<={_L}){_OWN}",
        rf"{_L}++(?:(?:{_HELD}){_L}++)*+",
        rf"[{_KANA_AND_HAN}--\p{{WB=Katakana}}]{_X}",
        rf"(?:\p{{WB=Katakana}}{_X})++",
        rf"(?:[\p{{LB=SA}}&&\p{{L}}]{_X})++",
        r"(?![\s\p{C}])\X",
    )),
    regex.VERSION1,
)  # fmt: skip
_SEEN = regex.compile(r"[\p{L}\p{N}]")
_UNSEEN = regex.compile(r"[\p{C}\uFFFD]")
_ALIKE = str.maketrans({"’": "'", "＇": "'", "‐": "-", "‑": "-"})


def spans(text: str, whole: Sequence[Span] = ()) -> list[Span]:
    """Where the words and marks of a text stand: (start, end exclusive). `whole` are spans that are one each, like a blank.

    >>> text = "J. K. O'Neill’s state-of-the-art café in D.C.?"
    >>> [text[start:end] for start, end in spans(text)]
    ['J.', 'K.', "O'Neill", '’s', 'state-of-the-art', 'café', 'in', 'D.C.', '?']
    """
    covered = text
    for start, end in whole:  # ideographs, as each of them stands by itself between any two words
        covered = covered[:start] + "一" * (end - start) + covered[end:]
    inside = {place for start, end in whole for place in range(start, end)}
    found = [match.span() for match in _WORD.finditer(covered) if match.start() not in inside]
    return sorted([*found, *(span for span in whole if span[0] < span[1])])


def is_word(written: str) -> bool:
    """Whether it has a letter or a digit: what has none is a mark."""
    return _SEEN.search(written) is not None


def folded(written: str) -> str:
    """What two spellings of one word share: case, kind of apostrophe, normal form, invisible characters and the stop of an abbreviation left out.

    >>> folded("Don’t") == folded("don't"), folded("café") == folded("cafe")
    (True, False)
    """
    bare = _UNSEEN.sub("", unicodedata.normalize("NFD", written).translate(_ALIKE))
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", bare).casefold().rstrip(".") or bare)


def found(text: str, wanted: str, whole: Sequence[Span] = (), wanted_whole: Sequence[Span] = ()) -> list[Span]:
    """Where a word, or several in a row, stand in a text as whole words, whatever their case; between them any white space.

    >>> found("I can, can’t I? New\\nYork, New Yorkers", "can"), found("New\\nYork, New Yorkers", "new york")
    ([(2, 5)], [(0, 8)])
    """
    of_text, of_wanted = _sequence(text, whole), _sequence(wanted, wanted_whole)
    n, found_spans, at = len(of_wanted), [], 0
    while n and at + n <= len(of_text):
        row = of_text[at : at + n]
        if all(
            here[1] == there[1] and (index == 0 or here[2] == there[2])
            for index, (here, there) in enumerate(zip(row, of_wanted, strict=True))
        ):
            found_spans.append((row[0][0][0], row[-1][0][1]))
            at += n
        else:
            at += 1
    return found_spans


def _sequence(text: str, whole: Sequence[Span]) -> list[tuple[Span, str, bool]]:
    """Each span with its folded text, and whether white space stands before it."""
    return [
        ((start, end), folded(text[start:end]), start > 0 and text[start - 1].isspace()) for start, end in spans(text, whole)
    ]
