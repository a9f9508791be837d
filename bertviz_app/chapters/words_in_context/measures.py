"""One word in many sentences: the lines that were typed, the places of the word in them, and what there is to notice.

A line may begin with the sense that the word has in it, set off by a bar: `river | We sat on the bank.` The measures are in
`contextuality.py`; what counts as a word, and where it is found, in `words.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis.phrases import decimal, leader, listed, raised, trailer
from bertviz_app.analysis.similarity import cosine_matrix
from bertviz_app.chapters.words_in_context.contextuality import Baseline, Measures, adjusted
from bertviz_app.drawing.numbering import layers, state_name
from bertviz_app.records.forward import Floats, Integers
from bertviz_app.uploads.texts import TextRow

WORD = "bank"
LINES = (
    "money | The bank raised its interest rates again.",
    "money | She took her savings to the bank on Friday.",
    "money | He works for a small bank in the city.",
    "money | The bank refused to lend them the money.",
    "river | They had a picnic on the bank of the river.",
    "river | The boat drifted towards the muddy bank.",
    "river | Old trees grow along the bank of the stream.",
    "river | He swam to the far bank and climbed out.",
    "cloud | A bank of fog rolled in from the sea.",
    "cloud | The sun went down behind a dark bank of clouds.",
)
MAX_WORD = 60  # characters
MAX_TOKENS = 64  # of each sentence
MAX_PLACES = 40
NEIGHBOUR = 10  # letters of a neighbouring word beside a point
SAME = 0.99995  # a cosine that rounds to 1.0000
LONGEST_SENSE = 20  # characters in front of a bar; what is longer is a part of the sentence


@dataclass(frozen=True)
class Line:
    """One typed line: its number from 1, the sense in front of its bar, if there is one, and its sentence."""

    number: int
    sense: str
    text: str

    @property
    def name(self) -> str:
        """Number, sense and sentence, for legends and tables."""
        return f"{self.number} · {' '.join(self.text.split())}"


@dataclass(frozen=True, eq=False)
class Places:
    """Where a word was read: `of` [place] says in which of the sentences; what each layer makes of it, and of the sentences.

    vectors  [place, layer + 1, d_model]    0 the embeddings
    intra    [sentence, layer + 1]          intra-sentence similarity, of the sentences with the word
    near     [place]                        the word between its neighbours, such as "…river bank…"; empty where that is not known
    """

    of: Integers
    vectors: Floats
    intra: Floats
    near: tuple[str, ...] = ()


def read_lines(rows: Sequence[TextRow]) -> tuple[Line, ...]:
    """Lines and their senses.

    >>> read_lines([TextRow(3, "river | The bank.")])
    (Line(number=3, sense='river', text='The bank.'),)
    """
    return tuple(Line(row.number, *_parted(row.text.strip())) for row in rows)


def between_neighbours(text: str, start: int, end: int) -> str:
    """A stretch of a text between the words next to it, cut to `NEIGHBOUR` letters each.

    >>> between_neighbours("We sat on the river bank.", 20, 24), between_neighbours("Bank of fog", 0, 4)
    ('…river bank.', 'Bank of…')
    >>> between_neighbours("The bank closed", 4, 8)
    'The bank closed'
    """
    before, after = text[:start].split(), text[end:].split()
    touching = after[:1] if after and not text[end : end + 1].isspace() else []  # a mark that follows at once
    left = f"{before[-1][-NEIGHBOUR:]} " if before and text[start - 1 : start].isspace() else "".join(before[-1:])[-NEIGHBOUR:]
    right = touching[0][:NEIGHBOUR] if touching else f" {after[0][:NEIGHBOUR]}" if after else ""
    # An ellipsis stands for something.
    more_before = len(before) > 1 or len("".join(before)) > NEIGHBOUR
    more_after = len(after) > 1 or len("".join(after)) > NEIGHBOUR
    return f"{'…' if more_before else ''}{left}{text[start:end]}{right}{'…' if more_after else ''}"


def place_names(lines: Sequence[Line], of: Integers) -> list[str]:
    """A name for each place: the number of its line, with a letter where the word stands in it more than once.

    >>> place_names([Line(1, "", "a"), Line(3, "", "b")], np.array([0, 1, 1]))
    ['1', '3a', '3b']
    """
    counts = [int((of[:place] == index).sum()) for place, index in enumerate(of)]
    return [
        f"{lines[index].number}{chr(ord('a') + count) if (of == index).sum() > 1 else ''}"
        for index, count in zip(of, counts, strict=True)
    ]


def same_sense(lines: Sequence[Line], of: Integers) -> NDArray[np.bool_] | None:
    """Which pairs of places have the same sense, [place, place]; None unless every line has one and there is something to compare."""
    senses = np.array([lines[index].sense for index in of])
    same: NDArray[np.bool_] = senses[:, None] == senses[None]
    apart = ~np.eye(len(of), dtype=bool)
    return same if all(senses) and not same.all() and (same & apart).any() else None


@dataclass(frozen=True)
class LeftOut:
    """Numbers of lines: in which nothing is read, the word does not stand, or one of its places is not read, or is read with its neighbour."""

    empty: tuple[int, ...] = ()
    without: tuple[int, ...] = ()
    beyond: tuple[int, ...] = ()
    joined: tuple[int, ...] = ()


def left_out(word: str, lines: LeftOut, max_tokens: int) -> list[str]:
    """A sentence for each reason why a line, or a place in it, is not compared as it was written.

    >>> left_out("bank", LeftOut(without=(2,), beyond=(3, 5)), 64)[1]
    'Beyond the first 64 tokens, where reading stops, “bank” occurs in lines 3 and 5: those places are left out.'
    """
    said = []
    if lines.empty:
        said.append(f"The tokenizer reads nothing in {_numbered(lines.empty)}.")
    if lines.without:
        said.append(f"“{word}” does not occur in {_numbered(lines.without)}, as a word of its own.")
    if lines.beyond:
        those = "those places are" if len(lines.beyond) > 1 else "that place is"
        said.append(
            f"Beyond the first {max_tokens} tokens, where reading stops, “{word}” occurs in {_numbered(lines.beyond)}: {those} left out."
        )
    if lines.joined:
        said.append(
            f"In {_numbered(lines.joined)} one token covers “{word}” together with what is next to it: the vector is that of both."
        )
    return said


def _numbered(numbers: Sequence[int]) -> str:
    named = [str(number) for number in numbers]
    return f"lines {', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else f"line {named[0]}"


def places_notice(word: str, lines: Sequence[Line], places: Places, state: int, baseline: Baseline | None) -> str:
    """What to notice at one layer: how alike places of one sense are against others, or which two are the least and the most alike."""
    cosines, same = cosine_matrix(places.vectors[:, state]), same_sense(lines, places.of)
    apart = ~np.eye(len(cosines), dtype=bool)
    among = "" if baseline is None else f" Two random words have {decimal(baseline.cosine[state])}."
    if same is not None:
        within, between = cosines[same & apart].mean(), cosines[~same].mean()
        nearest = np.where(apart, cosines, -2).argmax(axis=1)
        n_same = int(same[np.arange(len(same)), nearest].sum())
        return (
            f"At {state_name(state)}, two occurrences of “{word}” in the same sense have a cosine of {decimal(within)} on average, in different "
            f"senses {decimal(between)}; the most similar occurrence has the same sense for {n_same} of {len(same)}.{among}"
        )
    names = place_names(lines, places.of)
    rows, columns = np.triu_indices(len(cosines), k=1)
    pairs, at = cosines[rows, columns], raised(f"at {state_name(state)}")
    if len(pairs) == 1:
        return f"{at}, the two occurrences of “{word}” have a cosine of {decimal(pairs[0])}.{among}"
    ends = [
        f"those in {names[rows[pair]]} and {names[columns[pair]]} are {how} alike (cosine {decimal(pairs[pair])})"
        for how, pair in (("least", trailer(pairs, decimal)), ("most", leader(pairs, decimal)))
        if pair is not None
    ]
    between = f"the cosines lie between {decimal(pairs.min())} and {decimal(pairs.max())}"
    if pairs.min() > SAME:
        between = "all have the same vector: nothing of their context is in it"
    return f"{at}, of {len(names)} occurrences of “{word}”, {listed(ends) or between}.{among}"


def layers_notice(word: str, measures: Measures, baseline: Baseline | None) -> str:
    """What to notice over the layers: where the word is least like itself, and how much of that any two random words have."""
    own = measures.own
    said = f"“{word}” begins with a self-similarity of {decimal(own[0])}"
    lowest = trailer(own, decimal)
    said += (
        f" and ends with {decimal(own[-1])}."
        if lowest is None
        else f"; it is least like itself at {state_name(lowest)}, with {decimal(own[lowest])}."
    )
    if baseline is None:
        return said
    left = own - baseline.cosine
    said += f" Without what random words share, it goes from {decimal(left[0])} to {decimal(left[-1])} at {state_name(len(left) - 1)}"
    alike = leader(baseline.cosine, decimal)
    if alike is None:
        return f"{said}."
    return f"{said}; random words are most alike at {state_name(alike)} ({decimal(baseline.cosine[alike])})."


def places_columns(lines: Sequence[Line], places: Places, state: int) -> dict[str, list[object]]:
    """The cosine of every two places, as a table."""
    names = place_names(lines, places.of)
    cosines = cosine_matrix(places.vectors[:, state])
    table: dict[str, list[object]] = {"place": list(names), "sentence": [lines[index].text for index in places.of]}
    if any(line.sense for line in lines):
        table["sense"] = [lines[index].sense for index in places.of]
    return table | {f"cosine with {name}": row.tolist() for name, row in zip(names, cosines, strict=True)}


def layers_columns(measures: Measures, baseline: Baseline | None, n_places: int) -> dict[str, list[object]]:
    """The measures at every layer, as a table."""
    titles = {
        "own": "self-similarity",
        "intra": "intra-sentence similarity",
        "explained": "maximum explainable variance",
    }
    table: dict[str, list[object]] = {"layer": [*layers(len(measures.own))]}
    table |= {title: getattr(measures, name).tolist() for name, title in titles.items()}
    if baseline is None:
        return table
    left = adjusted(measures, baseline, n_places)
    table |= {"random words": baseline.cosine.tolist()}
    return table | {f"{title}, adjusted": getattr(left, name).tolist() for name, title in titles.items()}


def _parted(line: str) -> tuple[str, str]:
    sense, bar, text = (part.strip() for part in line.partition("|"))
    return (sense, text) if bar and text and 0 < len(sense) <= LONGEST_SENSE else ("", line)
