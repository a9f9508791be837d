from __future__ import annotations

import itertools
import random
import time
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from odd_texts import NFD_TEXTS, ODD_TEXTS
from tokenizers_of_all_kinds import KINDS, reader

from bertviz_app.analysis import written_words
from bertviz_app.analysis.alignment import Alignment, align
from bertviz_app.analysis.typed_characters import NOWHERE, Read, decisive, seen
from bertviz_app.analysis.words import as_words
from bertviz_app.errors import EmptyText
from bertviz_app.records.blanks import Blanked, blanked

SEED = 12


def read(kind: str, text: str, pair: str | None = None, *, hide: Sequence[str] = ()) -> Read:
    """A text as one kind of tokenizer reads it, with some of its words hidden: a blank for each of their tokens, as on the pages."""
    its = reader(kind)
    whole = its.encode(text, pair)
    spans = {}
    for word in hide:
        start, end = text.index(word), text.index(word) + len(word)
        inside = (whole.offsets[:, 0] >= start - 1) & (whole.offsets[:, 1] <= end) & (whole.offsets[:, 1] > start)
        spans[start, end] = int((inside & (whole.segment_ids == 0)).sum()) or 1
    first = blanked(text, spans, its.mask_token)
    return Read(its.encode(first.text, pair), (text, pair), (first, Blanked(pair or "")))


def spelled(alignment: Alignment) -> list[tuple[str, str]]:
    return [(alignment.spelled(group, 0), alignment.spelled(group, 1)) for group in range(len(alignment.groups))]


def shared(alignment: Alignment) -> list[tuple[str, str]]:
    return [(a, b) for a, b in spelled(alignment) if a and b]


# ── Laws ──────────────────────────────────────────────────────────────────────────────────────────


def every_token_is_in_one_group_in_reading_order(alignment: Alignment) -> bool:
    for side in (0, 1):
        if [at for group in alignment.groups for at in group[side]] != list(range(len(alignment.tokens[side]))):
            return False
    return all(original or variant for original, variant in alignment.groups)


def stands_for(side: Read, positions: Sequence[int]) -> str:
    """The typed text of some tokens, as two spellings of it are compared; what is special and was not typed by what it is."""
    spans = [side.span(at) for at in positions if side.span(at) != NOWHERE]
    segment = int(side.encoding.segment_ids[positions[0]])
    assert len({int(side.encoding.segment_ids[at]) for at in positions}) == 1
    if not spans:
        kinds = {side.encoding.kinds[at] for at in positions} & {"cls", "sep"}
        return f"{segment} {kinds or [side.encoding.tokens[at] for at in positions]}"
    text = side.text(segment)
    places = sorted({place for span in spans for place in seen(text, span)})
    # Accents apart: one tokenizer drops them, another has a token of its own for one that stands by itself.
    letters = unicodedata.normalize("NFD", "".join(text[place] for place in decisive(text, places)))
    bare = "".join(letters[place] for place in decisive(letters, range(len(letters))))
    return f"{segment} {written_words.folded(bare)}"


def broken(a: Read, b: Read) -> list[str]:
    """The laws that the alignment of two inputs breaks, by name."""
    there, back = align(a, b), align(b, a)
    wrong = [] if every_token_is_in_one_group_in_reading_order(there) else ["a token is not in one group"]
    for original, variant in there.groups:
        if original and variant:
            ours, theirs = stands_for(a, original), stands_for(b, variant)
            blank = {a.encoding.kinds[at] for at in original} == {b.encoding.kinds[at] for at in variant} == {"mask"}
            if ours != theirs and not blank:
                wrong.append(f"{ours!r} met {theirs!r}")
        if any(
            side.encoding.kinds[at] == "pad" and side.span(at) == NOWHERE
            for side, group in ((a, original), (b, variant))
            for at in group
            if original and variant
        ):
            wrong.append("padding met something")
    if set(back.groups) != {(variant, original) for original, variant in there.groups}:
        wrong.append("exchanging the inputs does not exchange the sides")
    return wrong


def readable(kind: str, text: str, pair: str | None = None) -> Read | None:
    try:
        return Read.plain(reader(kind).encode(text, pair))
    except EmptyText:
        return None


@pytest.mark.parametrize("kind", KINDS)
def test_an_input_meets_itself_token_by_token(kind: Any) -> None:
    for text in (*ODD_TEXTS, *NFD_TEXTS)[::2]:
        for pair in (None, "Dr. O'Neill’s [MASK]"):
            if its := readable(kind, text, pair):
                assert align(its, its).groups == tuple(((at,), (at,)) for at in range(its.encoding.n_tokens)), text


@pytest.mark.parametrize(("one", "other"), itertools.combinations(KINDS, 2))
def test_two_tokenizers_meet_in_what_was_typed(one: Any, other: Any) -> None:
    n_met = 0
    for text in random.Random(SEED).sample((*ODD_TEXTS, *NFD_TEXTS), 60):
        a, b = readable(one, text, "And so on."), readable(other, text, "And so on.")
        if a and b:
            assert broken(a, b) == [], text
            n_met += len(align(a, b).shared) > 4
    assert n_met > 40


@pytest.mark.parametrize("kind", KINDS)
def test_two_texts_meet_in_their_words(kind: Any) -> None:
    chance = random.Random(SEED)
    for _ in range(50):
        first, second, third = chance.sample((*ODD_TEXTS, *NFD_TEXTS), 3)
        a = readable(kind, f"{first} the bank {second}")
        b = readable(
            chance.choice(list(KINDS)),
            chance.choice((f"{second} the bank {third}", f"{first} the Bank {third}")),
            third or None,
        )
        if a and b:
            assert broken(a, b) == [], (a.text(0), b.text(0))


def test_the_two_normal_forms_of_a_text_meet() -> None:
    for kind in KINDS:
        a, b = read(kind, "Anaïs met Gödel in Zürich"), read(kind, "Anai\u0308s met Go\u0308del in Zu\u0308rich")
        assert broken(a, b) == [] and len(align(a, b).shared) >= 7


# ── Worked by hand ────────────────────────────────────────────────────────────────────────────────


def test_pieces_of_one_tokenizer_meet_pieces_of_another() -> None:
    a, b = read("embedded WordPiece", "I love starlings"), read("bundled byte-level BPE", "I love starlings")
    assert a.encoding.tokens == ("[CLS]", "i", "love", "star", "##lings", "[SEP]")
    found = align(a, b)
    assert [(a, b.replace("␣", "")) for a, b in shared(found)][:3] == [("[CLS]", "<s>"), ("i", "I"), ("love", "love")]
    assert found.names[0] == "[CLS] → <s>" and found.names[2] == "love" and found.names[1] == "i → I"
    assert found.is_shared.all()


def test_a_hidden_word_meets_itself() -> None:
    a, b = read("embedded WordPiece", "The bank is closed"), read("embedded WordPiece", "The bank is closed", hide=["bank"])
    assert shared(align(a, b)) == [
        ("[CLS]", "[CLS]"),
        ("the", "the"),
        ("bank", "[MASK]"),
        ("is", "is"),
        ("closed", "closed"),
        ("[SEP]", "[SEP]"),
    ]
    assert align(a, b).names[2] == "bank → [MASK]"
    # Of several pieces, the blanks together; hidden on both sides, each.
    pieces = read("embedded WordPiece", "I love starlings", hide=["starlings"])
    assert pieces.encoding.positions("mask") == [3, 4]
    assert align(read("embedded WordPiece", "I love starlings"), pieces).groups[3] == ((3, 4), (3, 4))
    assert align(pieces, pieces).groups[3:5] == (((3,), (3,)), ((4,), (4,)))
    # In another text, and with another tokenizer.
    other = read("bundled byte-level BPE", "My bank is far", hide=["bank"])
    assert ("bank", "<mask>") in shared(align(a, other)) and broken(a, other) == []


def test_a_blank_that_was_typed_is_a_word_of_its_own() -> None:
    typed, hidden = read("embedded WordPiece", "I [MASK] AI"), read("embedded WordPiece", "I love AI", hide=["love"])
    assert ("[MASK]", "[MASK]") not in shared(align(typed, hidden))
    assert ("[MASK]", "<mask>") in shared(align(typed, read("small byte-level BPE", "You [MASK] AI")))


def test_words_that_differ_have_no_partner() -> None:
    found = align(read("embedded WordPiece", "I have no time today"), read("embedded WordPiece", "I have no money today"))
    assert spelled(found)[4:6] == [("time", ""), ("", "money")]
    assert found.names[4:6] == ("time", "money") and found.is_shared.tolist() == [True] * 4 + [False] * 2 + [True] * 2
    assert found.shared == (0, 1, 2, 3, 6, 7) and found.original[5] == () and found.variant[5] == (4,)


def test_a_word_is_the_same_in_another_case() -> None:
    found = align(read("embedded WordPiece", "Banks lend"), read("bundled byte-level BPE", "The banks lend"))
    assert found.is_shared.sum() == 4 and ("banks", "␣ban ks") in shared(found)
    assert found.names[2:4] == ("banks", "lend")  # no more than marks differ


def test_special_tokens_meet_by_their_role() -> None:
    one = read("embedded WordPiece", "I see", "You see")
    two = read("small byte-level BPE", "I see", "You see")
    assert two.encoding.positions("sep")[0] + 1 == two.encoding.positions("sep")[1]  # it sets two between the texts
    found = align(one, two)
    assert ("[SEP]", "</s> </s>") in shared(found) and ("[SEP]", "</s>") in shared(found)
    alone = align(one, read("embedded WordPiece", "I see"))
    assert [a for a, b in spelled(alone) if not b] == ["you", "see", "[SEP]"]
    padded = Read.plain(reader("embedded WordPiece").padded(one.encoding, 12))
    assert [a for a, b in spelled(align(padded, padded)) if not b] == ["[PAD]"] * padded.encoding.kinds.count("pad")
    assert broken(padded, padded) == [] and broken(padded, one) == []


def test_segments_meet_only_their_own() -> None:
    found = align(read("embedded WordPiece", "red green", "blue"), read("embedded WordPiece", "blue", "red green"))
    assert shared(found) == [("[CLS]", "[CLS]"), ("[SEP]", "[SEP]"), ("[SEP]", "[SEP]")]


def test_a_word_that_is_cut_off_is_no_partner_of_the_whole() -> None:
    whole = read("embedded WordPiece", "I love starlings")
    cut = Read.plain(reader("embedded WordPiece").encode("I love starlings", max_tokens=5))
    assert cut.encoding.tokens[3] == "star" and ("star", "star") in shared(align(whole, cut))
    other = Read.plain(reader("bundled byte-level BPE").encode("I love starlings"))
    assert broken(cut, other) == []


def test_words_in_the_place_of_tokens_are_aligned_as_well() -> None:
    one, two = (
        Read.plain(as_words(read(kind, "I love starlings").encoding)) for kind in ("embedded WordPiece", "small byte-level BPE")
    )
    assert [name.split()[0] for name in align(one, two).names] == ["[CLS]", "I", "love", "starlings", "[SEP]"]


def test_a_blank_spelled_longer_by_a_model_leaves_its_text_to_be_read_as_it_is() -> None:
    encoding = reader("embedded WordPiece").encode("I [MASK] AI")
    odd = Read(encoding, ("I [M] AI", None), (Blanked("I [M] AI"), Blanked("")))
    assert odd.text(0) == "I [MASK] AI" and odd.span(3) == (9, 11)
    assert align(odd, odd).is_shared.all()


@pytest.mark.parametrize("text", ["the x " * 250, "the " * 510, "a b " * 255])
def test_long_and_repetitive_texts_are_aligned_in_a_moment(text: Any) -> None:
    a, b = read("embedded WordPiece", text), read("embedded WordPiece", text.replace("x", "y") + "end")
    started = time.process_time()
    found = align(a, b)
    assert time.process_time() - started < 1.5
    assert len(found.shared) > 200 and np.array(found.is_shared).sum() == len(found.shared)
