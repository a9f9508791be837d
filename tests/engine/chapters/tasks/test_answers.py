from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tokenizers_of_all_kinds import reader

from bertviz_app.analysis import written_words as written
from bertviz_app.chapters.tasks import answers as lens
from bertviz_app.chapters.tasks.answer_words import pieced_words, reads_as, word_offsets
from bertviz_app.chapters.tasks.answers_figures import MOST_NAMES, strip_figure
from bertviz_app.drawing import colors, plots
from bertviz_app.errors import EmptyText

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

QUESTION, PASSAGE = "Who sat?", "The cat sat on the mat."


def logits_for(part: lens.Window, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(part.encoding.n_tokens, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def short(model: Model) -> Any:
    return lens.windows(model.encode(QUESTION, PASSAGE, whole=True), max_tokens=512)


@pytest.fixture(scope="module")
def long(model: Model) -> Any:
    passage = " ".join(f"word{i} is here." for i in range(150))
    return lens.windows(model.encode(QUESTION, passage, whole=True), max_tokens=512)


def test_a_short_passage_is_one_window_and_the_whole_encoding(short: Any, model: Model) -> None:
    (window,) = short
    whole = model.encode(QUESTION, PASSAGE)
    assert window.encoding.tokens == whole.tokens and np.array_equal(window.encoding.token_ids, whole.token_ids)
    assert [window.encoding.tokens[p] for p in window.positions] == ["the", "cat", "sat", "on", "the", "mat", "."]


def test_windows_overlap_cover_the_passage_and_are_those_of_the_tokenizer(long: Any, model: Model) -> None:
    from transformers import AutoTokenizer

    passage = long[0].encoding.pair
    tokenizer = AutoTokenizer.from_pretrained("bertviz_app/embedded")
    batch = tokenizer(
        QUESTION, passage, truncation="only_second", max_length=lens.WINDOW, stride=lens.STRIDE, return_overflowing_tokens=True
    )
    assert [window.encoding.token_ids.tolist() for window in long] == batch["input_ids"] and len(long) > 2
    for before, after in itertools.pairwise(long):
        assert before.first + len(before.positions) - after.first == lens.STRIDE
        assert after.encoding.source_text(after.positions[0]) == before.encoding.source_text(
            before.positions[after.first - before.first]
        )
    n = long[-1].first + len(long[-1].positions)
    assert n == len(tokenizer(passage, add_special_tokens=False, verbose=False)["input_ids"])


def test_a_long_question_is_cut_and_leaves_room_for_the_passage(model: Model) -> None:
    parts = lens.windows(model.encode("why " * 300, PASSAGE, whole=True), max_tokens=512)
    assert len(parts) == 1 and parts[0].encoding.tokens.count("why") == lens.MAX_QUESTION
    small = lens.windows(model.encode("why " * 300, PASSAGE, whole=True), max_tokens=12)
    assert all(part.encoding.n_tokens <= 12 and len(part.positions) for part in small) and len(small) > 1


@pytest.mark.parametrize("passage", ["  ", "\u200b", "[SEP]"])
def test_an_empty_passage_is_a_sentence(model: Model, passage: Any) -> None:
    with pytest.raises(EmptyText, match="in the passage"):
        lens.windows(model.encode(QUESTION, passage, whole=True), max_tokens=512)


def test_max_context_by_hand() -> None:
    """Two windows of four tokens, two of them shared: each keeps what stands nearer to its middle."""
    windows = [lens.Window(None, first, np.arange(4)) for first in (0, 2)]
    # contexts 0 1 1 0 and 0 1 1 0: token 2 is 1 from the edge in the first, token 3 is 1 from the edge in the second.
    assert lens.max_context(windows).tolist() == [0, 0, 0, 1, 1, 1]


def test_the_best_answers_by_hand() -> None:
    start, end = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.2, 0.7])
    offsets = np.array([[0, 3], [4, 7], [8, 11]])
    answers = lens.best_answers(start, end, offsets, "one two six", k=4)
    assert [(a.text, round(a.probability, 3)) for a in answers] == [
        ("one two six", 0.35), ("two six", 0.21), ("six", 0.14), ("one two", 0.1),
    ]  # fmt: skip
    assert all(a.first <= a.last and "one two six"[a.start : a.end] == a.text for a in answers)


def test_an_end_before_the_start_and_an_endless_answer_do_not_count() -> None:
    n = 40
    start, end = np.full(n, 1e-4), np.full(n, 1e-4)
    start[5], end[2], end[39] = 0.9, 0.9, 0.8  # before it, and 35 tokens on
    offsets = np.stack([np.arange(n) * 2, np.arange(n) * 2 + 1], axis=-1)
    best = lens.best_answers(start, end, offsets, "a b c d e f g h i j k l m n o p q r s t " * 2, k=3)[0]
    assert best.first <= best.last < best.first + lens.MAX_ANSWER and (best.first, best.last) != (5, 39)


def test_answers_that_read_the_same_are_named_once() -> None:
    start = end = np.array([0.5, 0.5])
    answers = lens.best_answers(start, end, np.array([[0, 1], [2, 3]]), "a a", k=5)
    assert [answer.text for answer in answers] == ["a", "a a"]


def test_answers_begin_and_end_at_words_and_what_reads_the_same_is_merged(model: Model) -> None:
    passage = "The code is at huggingface/transformers, says J. K. Rowling’s friend (huggingface). It’s in St. Louis."
    parts = lens.windows(model.encode("Where is the code?", passage, whole=True), max_tokens=512)
    tokens = [parts[0].encoding.tokens[p] for p in parts[0].positions]
    face, end = tokens.index("##face"), tokens.index("transformers")
    logits = np.zeros((parts[0].encoding.n_tokens, 2), dtype=np.float32)
    for token, side, value in (
        (face, 0, 9),
        (face - 1, 0, 8),
        (end, 1, 9),
        (tokens.index("j"), 0, 7),
        (tokens.index("row"), 1, 7),
    ):
        logits[parts[0].positions[token], side] = value
    reading = lens.read(parts, [logits], k=9)
    texts = [answer.text for answer in reading.answers]
    assert texts[0] == "huggingface/transformers" and texts.count("huggingface/transformers") == 1
    assert (reading.best.first, reading.best.last) == (face, end)
    assert reading.best.probability == pytest.approx(float(reading.start[face] * reading.end[end]))
    assert "J. K. Rowling" in texts
    words = {passage[a:b] for a, b in written.spans(passage)}
    for answer in reading.answers:
        assert passage[answer.start : answer.end] == answer.text
        assert {passage[a:b] for a, b in written.spans(answer.text) for a, b in [(a + answer.start, b + answer.start)]} <= words
    assert len({reads_as(text) for text in texts}) == len(texts)


def test_words_of_more_than_one_token() -> None:
    encoding = reader("embedded WordPiece").encode("q", "starlings of O'Neill [MASK].", whole=True)
    places = np.flatnonzero((encoding.segment_ids == 1) & (encoding.offsets[:, 1] > 0))
    whole = word_offsets(encoding.offsets[places], [encoding])
    texts = [(encoding.pair or "")[a:b] for a, b in whole.tolist()]
    assert texts == ["starlings", "starlings", "of", *["O'Neill"] * 3, "[MASK]", "."]
    assert pieced_words(whole) == [(0, 1), (3, 5)]


def test_probabilities_sum_to_one_over_the_passage_alone(short: Any) -> None:
    logits = np.zeros((short[0].encoding.n_tokens, 2), dtype=np.float32)
    logits[0] = 50  # [CLS] has no say where the model cannot abstain
    logits[short[0].positions[1], 0] = logits[short[0].positions[1], 1] = 5
    reading = lens.read(short, [logits])
    assert reading.start.sum() == pytest.approx(1, abs=1e-6) and reading.no_answer is None and reading.margin is None
    expected = np.exp(5) / (np.exp(5) + 6)
    assert reading.best.text == "cat" and reading.best.probability == pytest.approx(expected**2, abs=1e-5)
    assert f"“cat” has {plots.percent(expected**2)}" in lens.notice(reading)


def test_a_model_that_may_abstain_says_so_at_cls(short: Any) -> None:
    logits = np.zeros((short[0].encoding.n_tokens, 2), dtype=np.float32)
    logits[0] = 5
    reading = lens.read(short, [logits], abstains=True)
    share = np.exp(5) / (np.exp(5) + 7)
    assert reading.no_answer == pytest.approx(share**2, abs=1e-5) and reading.margin == pytest.approx(-10)
    assert reading.start.sum() == pytest.approx(1 - share, abs=1e-5)
    assert lens.notice(reading).startswith(
        "No answer is given: the best stretch, “The”, has a score 10.00 below that of no answer."
    )


def test_the_threshold_for_the_score_is_the_visitor_s(short: Any) -> None:
    logits = np.zeros((short[0].encoding.n_tokens, 2), dtype=np.float32)
    logits[short[0].positions[1]] = 2  # cat: 4 in all, no answer: 0
    reading = lens.read(short, [logits], abstains=True)
    assert (
        reading.margin == pytest.approx(4)
        and [reading.gives_answer(tau) for tau in (-5, 0, 3.9, 4, 5)] == [True] * 3 + [False] * 2
    )
    assert "its score is 4.00 above that of no answer" in lens.notice(reading, 3)
    said = lens.notice(reading, 5)
    assert (
        said
        == "No answer is given: the best stretch, “cat”, has a score 4.00 above that of no answer; you ask for more than 5.00 above it."
    )


def test_the_threshold_of_a_model_that_always_names_a_stretch_is_a_probability(short: Any) -> None:
    logits = np.zeros((short[0].encoding.n_tokens, 2), dtype=np.float32)
    logits[short[0].positions[1]] = 2
    reading = lens.read(short, [logits])
    chance = reading.best.probability
    assert [reading.gives_answer(at) for at in (0, chance, chance + 1e-6, 1)] == [True, True, False, False]
    assert lens.notice(reading) == lens.notice(reading, chance) and "No answer" not in lens.notice(reading)
    assert lens.notice(reading, 0.9) == (
        f"No answer is given: the best stretch, “cat”, has {plots.percent(chance)}, less than the 90 % that you ask for."
    )


def test_over_several_windows_each_token_is_read_once_and_the_answer_lies_in_the_passage(long: Any) -> None:
    rng = np.random.default_rng(0)
    logits = [logits_for(part, rng) for part in long]
    at = len(long[0].positions) - 3  # shared by the first two; nearer to the middle of the second
    logits[1][long[1].positions[at - long[1].first]] = 30
    logits[0][long[0].positions[at]] = -30
    reading = lens.read(long, logits)
    assert reading.best.first == reading.best.last == at and reading.window[at] == 1
    assert reading.start.sum() == pytest.approx(1, abs=1e-5)
    passage = long[0].encoding.pair
    assert reading.tokens[at].removeprefix("##") in passage[reading.best.start : reading.best.end].lower()


def test_of_several_windows_the_one_that_doubts_least_speaks_for_all(long: Any) -> None:
    logits = [np.zeros((part.encoding.n_tokens, 2), dtype=np.float32) for part in long]
    logits[0][0] = 50
    assert lens.read(long, logits, abstains=True).no_answer < 1e-3


def test_the_figure_shows_both_rows_and_frames_the_answer(short: Any) -> None:
    logits = logits_for(short[0], np.random.default_rng(1))
    reading = lens.read(short, [logits])
    figure = strip_figure(reading, colors.DARK)
    assert figure.data[0].z == pytest.approx(np.stack([reading.start, reading.end]))
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (reading.best.first - 0.5, reading.best.last + 0.5)
    assert list(lens.columns(reading)["rank"]) == [1, 2, 3, 4, 5]


def test_the_axis_names_the_answer_and_no_two_names_overlap(long: Any) -> None:
    rng = np.random.default_rng(0)
    reading = lens.read(long, [logits_for(part, rng) for part in long])
    ticks = list(strip_figure(reading, colors.LIGHT).layout.xaxis.tickvals)
    apart = len(reading.tokens) / MOST_NAMES
    assert reading.best.first in ticks and len(ticks) <= MOST_NAMES
    assert all(after - before >= apart for before, after in itertools.pairwise(ticks))
