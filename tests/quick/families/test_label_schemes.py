"""How labels of words are read, with given labels: no model is asked."""

from __future__ import annotations

from typing import Any

import pytest

from bertviz_app.families.label_schemes import called, scheme_of

NAMES = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")


@pytest.mark.parametrize(
    ("labels", "key", "kinds", "of_names"),
    [
        (NAMES, "iob", ("PER", "LOC"), True),
        (("B_PER", "I_PER", "O"), "iob", ("PER",), True),
        (("PER-B", "PER-I", "O"), "iob", ("PER",), True),
        (("PER_B", "PER_I", "ORG_B", "ORG_I", "O"), "iob", ("PER", "ORG"), True),
        (("b-person", "i-person", "o"), "iob", ("person",), True),
        (("O", "B-geo-loc", "I-geo-loc"), "iob", ("geo-loc",), False),
        (("O", "B-PER", "I-PER", "L-PER", "U-PER"), "iob", ("PER",), True),
        (("O", "B-PER", "I-PER", "E-PER", "S-PER"), "iob", ("PER",), True),
        (("B-X", "M-X", "E-X", "W-X", "O"), "iob", ("X",), False),
        (("I-PER", "I-LOC", "O"), "iob", ("PER", "LOC"), True),
        (("O", "B-Drug", "I-Drug", "B-Dose", "I-Dose"), "iob", ("Drug", "Dose"), False),
        (("O", "B-PER", "I-PER", "B-DATE", "I-DATE"), "iob", ("PER", "DATE"), False),
        (("B", "I", "O"), "iob", ("",), False),
        (("O", "DRUG", "DOSE"), "plain", ("DRUG", "DOSE"), False),
        (("O", "PER", "ORG"), "plain", ("PER", "ORG"), True),
        (("O", "B_cell", "T_cell"), "plain", ("B_cell", "T_cell"), False),
        (("O", "S-bahn", "U-bahn"), "plain", ("S-bahn", "U-bahn"), False),
        (("NOUN", "VERB", "X"), "every word", ("NOUN", "VERB", "X"), False),
        (("LABEL_0", "LABEL_1"), "every word", ("LABEL_0", "LABEL_1"), False),
        (("O",), "plain", (), False),
    ],
)
def test_a_label_set_is_of_a_scheme_as_a_whole(labels: Any, key: Any, kinds: Any, of_names: Any) -> None:
    scheme = scheme_of(labels)
    assert (scheme.key, scheme.kinds, scheme.of_names) == (key, kinds, of_names)
    assert set(scheme.parts) == set(labels) and scheme.method


@pytest.mark.parametrize(
    ("labels", "words", "expected"),
    [
        (NAMES, "O O", []),
        (NAMES, "", []),
        (NAMES, "B-PER I-PER O", [("PER", 0, 1)]),
        (NAMES, "B-PER B-PER", [("PER", 0, 0), ("PER", 1, 1)]),
        # What conlleval does with an I- that goes on with nothing: it begins a name.
        (NAMES, "I-PER I-PER", [("PER", 0, 1)]),
        (NAMES, "O I-LOC", [("LOC", 1, 1)]),
        (NAMES, "B-PER I-LOC", [("PER", 0, 0), ("LOC", 1, 1)]),
        (NAMES, "B-PER O I-PER", [("PER", 0, 0), ("PER", 2, 2)]),
        (("B_PER", "I_PER", "O"), "B_PER I_PER O B_PER", [("PER", 0, 1), ("PER", 3, 3)]),
        (("PER-B", "PER-I", "O"), "PER-B PER-I PER-B", [("PER", 0, 1), ("PER", 2, 2)]),
        (("O", "B-X", "I-X", "L-X", "U-X"), "B-X I-X L-X U-X L-X O I-X", [("X", 0, 2), ("X", 3, 3), ("X", 4, 4), ("X", 6, 6)]),
        (("O", "B-ORG", "I-ORG", "E-ORG", "S-ORG"), "B-ORG E-ORG I-ORG S-ORG", [("ORG", 0, 1), ("ORG", 2, 2), ("ORG", 3, 3)]),
        (("B", "I", "O"), "B I O B", [("", 0, 1), ("", 3, 3)]),
        (("O", "DRUG", "DOSE"), "DRUG DRUG DOSE O DRUG", [("DRUG", 0, 1), ("DOSE", 2, 2), ("DRUG", 4, 4)]),
        (("NOUN", "VERB"), "NOUN NOUN VERB", [("NOUN", 0, 0), ("NOUN", 1, 1), ("VERB", 2, 2)]),
    ],
)
def test_stretches_by_hand(labels: Any, words: Any, expected: Any) -> None:
    assert scheme_of(labels).spans(words.split()) == expected


def test_a_stretch_never_reaches_into_the_second_text() -> None:
    assert scheme_of(NAMES).spans(["B-PER", "I-PER"], [0, 1]) == [("PER", 0, 0), ("PER", 1, 1)]
    assert scheme_of(("O", "DRUG")).spans(["DRUG", "DRUG"], [0, 1]) == [("DRUG", 0, 0), ("DRUG", 1, 1)]


@pytest.mark.parametrize(
    ("labels", "kinds", "said", "nothing"),
    [
        (NAMES, ["PER"], "1 name", "No name"),
        (NAMES, ["PER", "LOC"], "2 names", "No name"),
        (("O", "DRUG", "DOSE"), ["DRUG", "DOSE", "DRUG"], "2 DRUG and 1 DOSE", "No DRUG or DOSE"),
        (("B", "I", "O"), ["", ""], "2 stretches", "No stretch"),
        (("B", "I", "O"), [""], "1 stretch", "No stretch"),
        (tuple("ABCDEFG"), list("AABCDEFG"), "2 A, 1 B, 1 C, 1 D, 1 E and 2 more kinds", "Nothing of 7 kinds"),
        (tuple("ABCDEF"), list("ABCDEF"), "1 A, 1 B, 1 C, 1 D, 1 E and 1 more kind", "Nothing of 6 kinds"),
    ],
)
def test_what_is_found_is_called_by_its_labels(labels: Any, kinds: Any, said: Any, nothing: Any) -> None:
    scheme = scheme_of(labels)
    assert (scheme.counted(kinds), scheme.nothing) == (said, nothing)


def test_only_kinds_of_names_have_other_words() -> None:
    assert (called("PER"), called("gpe"), called("DRUG"), called("")) == ("person", "country, city or state", "DRUG", "stretch")
