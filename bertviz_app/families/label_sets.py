"""The names of a classifier's outputs: how they are read from a config, and what a whole known set of them says the classifier is about.

A set is known or it is not: no label is searched for a word, and a label more or less makes another set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bertviz_app.families.tasks import TASKS

UNNAMED = 2  # outputs that transformers takes a config without names to have
LONGEST = 80  # characters of a label that are shown


def normalised(label: str) -> str:
    """A label as sets are compared.

    >>> normalised("Not_Equivalent")
    'not equivalent'
    """
    return " ".join(label.casefold().replace("_", " ").replace("-", " ").split())


_SETS = {(task.architecture, frozenset(row.split(" | "))): task.key for task in TASKS.values() for row in task.label_sets}
_GENERAL = {task.architecture: task.key for task in TASKS.values() if task.general}


def subject_of(labels: Sequence[str], architecture: str = TASKS["classes"].architecture) -> str:
    """What the labels, as a whole, say that a head of this architecture is about, as a key of `tasks.TASKS`; its general row where they say nothing.

    >>> subject_of(("NEGATIVE", "POSITIVE")), subject_of(("negligible", "positive")), subject_of(("duplicate",))
    ('sentiment', 'classes', 'classes')
    """
    names = frozenset(map(normalised, labels))
    known = _SETS.get((architecture, names)) if len(names) == len(labels) else None
    return known or _GENERAL[architecture]


@dataclass(frozen=True)
class Labels:
    """A name for each output, no two alike. `remark` says in a sentence what was odd about those in the config; `given` is how many it named;
    `fits`: for transformers it names as many as there are (two, where it names none)."""

    names: tuple[str, ...]
    remark: str = ""
    given: int = 0
    fits: bool = True


def read_labels(id2label: object, n_outputs: int) -> Labels:
    """The names in a config's `id2label` for a head with so many outputs; where one is missing it is LABEL_ and its number, as in transformers."""
    titles = _titles(id2label)
    names = [titles.get(index, f"LABEL_{index}") for index in range(n_outputs)]
    given = sum(index in titles and titles[index] != f"LABEL_{index}" for index in range(n_outputs))
    remarks = []
    if titles and len(titles) != n_outputs:
        remarks.append(f"The config names {_counted(len(titles), 'label')}, the head has {_counted(n_outputs, 'output')}")
        remarks[-1] += ": the rest is called by number." if len(titles) < n_outputs else ": the names beyond are not used."
    if len(set(names)) < n_outputs:
        names = _told_apart(names)
        remarks.append("Some outputs have the same name in the config: their numbers, from 0, tell them apart.")
    return Labels(tuple(names), " ".join(remarks), given, fits=(len(titles) or UNNAMED) == n_outputs)


def _titles(id2label: object) -> dict[int, str]:
    """What can be read of an `id2label`: a mapping with whole numbers, or a list. Labels that are no strings are written as Python writes them."""
    pairs = id2label.items() if isinstance(id2label, Mapping) else enumerate(id2label) if isinstance(id2label, list) else ()
    found = {}
    for index, label in pairs:
        text = " ".join(str(label).split())
        if str(index).isdecimal() and label is not None and text:
            found[int(index)] = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return found


def _told_apart(names: Sequence[str]) -> list[str]:
    seen = Counter(names)
    told = [f"{name} ({index})" if seen[name] > 1 else name for index, name in enumerate(names)]
    # One of them may already have been called what another is called now.
    return told if len(set(told)) == len(told) else [f"{name} ({index})" for index, name in enumerate(names)]


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' if n != 1 else ''}"


def listed(labels: Sequence[str], most: int = 6) -> str:
    """Labels in a sentence.

    >>> listed(("ham", "spam")), listed(tuple("abcdefgh"), most=3)
    ('“ham” and “spam”', '“a”, “b”, “c” and 5 more')
    """
    quoted = [f"“{label}”" for label in labels]
    if len(quoted) > most:
        return f"{', '.join(quoted[:most])} and {len(quoted) - most:,} more"
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
