"""Short plain sentences made from facts: what things are, where countries lie, what is the opposite of what.

They are text like any other: what is asked about them is answered by the words that stand there and by what the teacher says, never by a rule.

    glosses     WordNet's shorter definitions (its licence permits it)   "A birch is a switch consisting of a twig."
    countries   The World Factbook (public domain)                       "Luanda is the capital of Angola."
    opposites   pairs of common words, listed here                       "Early and late are opposites."
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

LONGEST_GLOSS = 12  # words
_ENTRY = re.compile(r"(?:To (?P<verb>[a-z]+)|(?P<name>[A-Z][a-z]+)): (?P<gloss>[a-z][^.;:()]+)[.;]")
_CAPITAL = re.compile(
    r"(?P<country>[A-Z][\w' -]+) is located in (?P<region>[A-Z][A-Za-z ]+),.*?The capital of [^.]+? is (?P<capital>[A-Z][\w' -]+)\."
)
_LANGUAGE = re.compile(r"Languages spoken in [^.]+? include (?P<language>[A-Z][a-z]+)")
OPPOSITES = (
    "big small, tall short, long short, old young, new old, early late, fast slow, good bad, happy sad, rich poor, strong weak, light dark, "
    "light heavy, hard soft, hard easy, wet dry, full empty, clean dirty, open closed, high low, deep shallow, wide narrow, thick thin, loud quiet, "
    "right wrong, right left, true false, near far, cheap expensive, safe dangerous, sweet bitter, brave afraid, kind cruel, sharp dull, smooth rough, "
    "first last, up down, in out, on off, yes no, day night, summer winter, morning evening, north south, east west, war peace, love hate, friend enemy, "
    "life death, success failure, question answer, beginning end, start finish, buy sell, give take, win lose, come go, push pull, begin end, "
    "arrive leave, laugh cry, remember forget, teach learn, lend borrow, rise fall, always never, everything nothing, before after, above below, "
    "inside outside, more less, many few, lock unlock, accept refuse, awake asleep, alive dead, guilty innocent, male female"
)  # fmt: skip


def fact_sentences(folder: Path) -> dict[str, list[list[str]]]:
    """Name of a source → its documents, a sentence each; from `wordnet.txt` and `factbook.txt` where the folder has them."""
    found = {
        "facts_glosses": list(_glosses(_lines(folder / "wordnet.txt"))),
        "facts_countries": list(_countries(_lines(folder / "factbook.txt"))),
        "facts_opposites": list(opposites()),
    }
    return {name: [[sentence] for sentence in sentences] for name, sentences in found.items()}


def gloss_sentence(line: str) -> str | None:
    """A dictionary entry as a sentence, where the first part of its definition is short and says what the thing is or what is done.

    >>> gloss_sentence("Holder: a person who holds something. They held two hostages.")
    'A holder is a person who holds something.'
    >>> gloss_sentence("To increase: make bigger or more. The boss increased her salary.")
    'To increase is to make bigger or more.'
    >>> gloss_sentence("Delivery: the voluntary transfer of something (title) from one party to another."), gloss_sentence("Dry: free from liquid.")
    (None, None)
    """
    entry = _ENTRY.match(line)
    if entry is None or len(entry["gloss"].split()) > LONGEST_GLOSS:
        return None
    gloss = entry["gloss"].strip()
    if entry["verb"]:
        return f"To {entry['verb']} is to {gloss}."
    name = entry["name"].lower()
    article = gloss.split()[0]
    if article in ("a", "an", "any"):
        return f"{'An' if name[0] in 'aeiou' else 'A'} {name} is {gloss}."
    return f"{name.capitalize()} is {gloss}." if article == "the" else None


def country_sentences(line: str) -> Iterator[str]:
    """What the description of a country says about its place, its capital and the first of its languages.

    >>> list(country_sentences("Angola is located in Southern Africa, by the sea. The capital of Angola is Luanda. Languages spoken in Angola include Portuguese."))
    ['Angola lies in Southern Africa.', 'Luanda is the capital of Angola.', 'Luanda is a city in Angola.', 'People in Angola speak Portuguese.']
    """
    if found := _CAPITAL.search(line):
        country, region, capital = found["country"], found["region"], found["capital"]
        yield f"{country} lies in {region}."
        yield f"{capital} is the capital of {country}."
        yield f"{capital} is a city in {country}."
        if language := _LANGUAGE.search(line):
            yield f"People in {country} speak {language['language']}."


def opposites() -> Iterator[str]:
    """Each pair in several sentences.

    >>> list(opposites())[:4]
    ['The opposite of big is small.', 'The opposite of small is big.', 'Big and small are opposites.', 'Small means not big.']
    """
    for pair in OPPOSITES.split(", "):
        one, other = pair.split()
        yield f"The opposite of {one} is {other}."
        yield f"The opposite of {other} is {one}."
        yield f"{one.capitalize()} and {other} are opposites."
        yield f"{other.capitalize()} means not {one}."


def _glosses(lines: Iterator[str]) -> Iterator[str]:
    """One sentence a word: its first sense is the common one."""
    seen = set()
    for line in lines:
        word = line.split(":")[0]
        if word not in seen and (sentence := gloss_sentence(line)):
            yield sentence
        seen.add(word)


def _countries(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield from country_sentences(line)


def _lines(path: Path) -> Iterator[str]:
    if path.is_file():
        with path.open(encoding="utf-8") as lines:
            yield from lines
