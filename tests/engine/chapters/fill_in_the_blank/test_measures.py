from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from transformers import AutoModelForMaskedLM, AutoTokenizer, pipeline

from bertviz_app.analysis.words import word_positions
from bertviz_app.chapters.fill_in_the_blank import measures as lens
from bertviz_app.chapters.fill_in_the_blank import snippet as fill_in_the_blank_code
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

TEXTS = [
    ("The capital of France is [MASK].", None),
    ("[MASK] is a colour and so is [MASK].", None),
    ("She opened the [MASK].", "It was full of letters."),
]


@pytest.fixture(scope="module")
def fill_mask() -> Any:
    network = AutoModelForMaskedLM.from_pretrained("bertviz_app/embedded")
    return pipeline("fill-mask", model=network, tokenizer=AutoTokenizer.from_pretrained("bertviz_app/embedded"), top_k=7)


def filled(model: Model, encoding: Any, k: Any = 5) -> Any:
    blanks = encoding.positions("mask")
    logits = model.vocabulary_logits(model.run(encoding).hidden_states[-1][blanks])
    return lens.fill(logits, blanks, model.reader.token, k=k)


@pytest.mark.parametrize(
    "text", ["The capital of France is [MASK].", "[MASK] is a colour and so is [MASK].", "He sat [MASK] on the river bank."]
)
def test_the_same_as_the_pipeline(model: Model, fill_mask: Any, text: Any) -> None:
    answers = fill_mask(text)
    answers = answers if isinstance(answers[0], list) else [answers]
    blanks = filled(model, model.encode(text), k=7)
    assert len(blanks) == len(answers)
    for blank, expected in zip(blanks, answers, strict=True):
        assert blank.token_ids == tuple(answer["token"] for answer in expected)
        assert blank.probabilities == pytest.approx([answer["score"] for answer in expected], abs=1e-5)


@pytest.mark.parametrize("text, pair", TEXTS)
def test_the_python_on_the_page_gives_the_numbers_on_the_page(
    model: Model, capsys: pytest.CaptureFixture[str], text: Any, pair: Any
) -> None:
    scope: dict[str, Any] = {}
    exec(fill_in_the_blank_code.python_code(model.info, model.encode(text, pair)), scope)
    for row, blank in zip(scope["probabilities"].numpy(), filled(model, model.encode(text, pair)), strict=True):
        assert row[list(blank.token_ids)] == pytest.approx(blank.probabilities, abs=1e-5)
    assert blank.tokens[0] in capsys.readouterr().out


def test_the_python_without_a_blank(model: Model) -> None:
    scope: dict[str, Any] = {}
    exec(fill_in_the_blank_code.python_code(model.info, model.encode("I love AI!")), scope)
    forward = model.run(model.encode("I love AI!"))
    logits = model.vocabulary_logits(forward.hidden_states[-1])
    expected = lens.softmax(logits)[np.arange(6), forward.encoding.token_ids]
    assert scope["seen"].numpy() == pytest.approx(expected, abs=1e-5)


def test_top_k_by_hand() -> None:
    logits = np.log(np.array([[0.1, 0.6, 0.3], [0.5, 0.2, 0.3]], dtype=np.float32))
    first, second = lens.fill(logits, [4, 7], "abc".__getitem__, k=2)
    assert (first.position, first.tokens, first.token_ids) == (4, ("b", "c"), (1, 2))
    assert first.probabilities == pytest.approx([0.6, 0.3])
    assert second.tokens == ("a", "c")
    assert lens.most_confident([first, second]) is first


def test_a_click_hides_the_whole_word_and_only_that(model: Model) -> None:
    encoding = model.encode("starlings murmurate", "starlings")
    assert encoding.tokens[1:5] == ("star", "##lings", "murmur", "##ate")
    assert word_positions(encoding, 2) == (1, 2)
    assert word_positions(encoding, 0) == (0,)
    assert word_positions(encoding, 6) == (6, 7)


def test_a_pair_and_fifty_blanks_equal_the_pipeline_s_network(model: Model, fill_mask: Any) -> None:
    """The pipeline takes no pairs: its own network and softmax are asked instead, and the pipeline itself for fifty blanks."""
    encoding = model.encode("She opened the [MASK].", "It was full of [MASK].")
    inputs = fill_mask.tokenizer("She opened the [MASK].", "It was full of [MASK].", return_tensors="pt")
    expected = fill_mask.model(**inputs).logits[0, encoding.positions("mask")].softmax(dim=-1).detach().numpy()
    for row, blank in zip(expected, filled(model, encoding, k=20), strict=True):
        assert np.abs(row[list(blank.token_ids)] - blank.probabilities).max() < 1e-5
    text = "it is [MASK] . " * 50
    blanks = filled(model, model.encode(text), k=7)
    assert len(blanks) == 50
    for blank, answer in zip(blanks, fill_mask(text), strict=True):
        assert blank.probabilities == pytest.approx([guess["score"] for guess in answer], abs=1e-5)


def test_more_words_than_the_vocabulary_has_are_not_shown() -> None:
    (blank,) = lens.fill(np.log(np.array([[0.25, 0.75]], dtype=np.float32)), [1], "ab".__getitem__, k=20)
    assert blank.tokens == ("b", "a")


def test_a_blank_that_was_cut_off_is_no_blank_in_the_python(model: Model) -> None:
    encoding = model.encode("a " * 600 + "[MASK]")
    assert "seen =" in fill_in_the_blank_code.python_code(model.info, encoding)


def test_what_was_hidden_is_looked_up_in_the_guesses(model: Model) -> None:
    encoding = model.encode("I love AI!")
    logits = np.zeros((2, model.info.vocab_size), dtype=np.float32)
    logits[0, encoding.token_ids[2]] = 20
    logits[1, :3] = 20  # three others are likelier
    right, wrong = lens.originals(logits, encoding, (2, 3))
    assert (right.token, right.rank, wrong.token, wrong.rank) == ("love", 1, "ai", 4)
    assert right.probability == pytest.approx(1, abs=1e-3) and wrong.probability == pytest.approx(np.exp(-20) / 3, rel=1e-3)
    assert lens.originals(logits[:0], encoding, ()) == ()


def test_the_notices_follow_the_numbers(model: Model) -> None:
    def blank(position: Any, *words: Any) -> Any:
        tokens, probabilities = zip(*words, strict=True)
        return lens.Blank(position, tokens, tuple(range(len(words))), np.array(probabilities, dtype=np.float32))

    first, second = blank(2, ("cat", 0.6), ("dog", 0.3)), blank(5, ("mat", 0.9), ("hat", 0.05))
    assert lens.blanks_notice([first], ()) == "BERT puts 60 % on “cat”. The next best, “dog”, gets 30 %."
    hidden = lens.Original(2, "cow", 0.0012, 1234)
    assert lens.blanks_notice([first], [hidden]).endswith("What was hidden, “cow”, gets 0.1 %: place 1,234 of its list.")
    found = lens.Original(5, "mat", 0.9, 1)
    said = lens.blanks_notice([first, second], [hidden, found])
    assert "90 % on “mat” for token 6, one of 2 blanks" in said and "right for 1 of the 2 hidden" in said
    encoding = model.encode("the cat the")
    said = lens.seen_notice(encoding, (1, 2, 3), np.array([1.0, 0.5, 0.3], dtype=np.float32))
    assert said.startswith("Unhidden, each word gets 60 % on average; least goes to “the” (token 4), 30 %.")
    assert "least" not in lens.seen_notice(encoding, (1, 2), np.array([1.0, 0.5], dtype=np.float32))


def test_a_token_in_its_place(model: Model) -> None:
    encoding = model.encode("The cat sat on the mat.")
    assert lens.around(encoding, 3, width=1) == "… cat «sat» on …"
    assert lens.around(encoding, 0, width=2) == "«[CLS]» the cat …"
    assert lens.around(encoding, 7, width=9) == "[CLS] the cat sat on the mat «.» [SEP]"


def test_twenty_words_for_fifty_blanks_are_not_drawn_all() -> None:
    many = lens.fill(np.zeros((50, 40), dtype=np.float32), range(50), str, k=20)
    assert len(lens.blanks_figure(many, colors.LIGHT).data) == len(lens.drawn(many)) == 2
    figure = lens.blanks_figure(lens.fill(np.zeros((50, 40), dtype=np.float32), range(50), str, k=5), colors.LIGHT)
    assert len(figure.data) == lens.MOST_BLANKS


def test_blanks_share_one_scale() -> None:
    logits = np.log(np.array([[0.9, 0.1], [0.6, 0.4]], dtype=np.float32))
    figure = lens.blanks_figure(lens.fill(logits, [1, 2], "ab".__getitem__, k=2), colors.DARK)
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range


def test_figures_show_every_bar_and_no_markup(model: Model) -> None:
    blanks = filled(model, model.encode("[MASK] and [MASK]"))
    figure = lens.blanks_figure(blanks, colors.LIGHT)
    assert [list(bar.x) for bar in figure.data] == [list(blank.probabilities) for blank in blanks]
    encoding = model.encode("<b> $x$")
    tokens = lens.tokens_figure(encoding, [1, 2], np.array([0.1, 0.2], dtype=np.float32), colors.DARK, title="t")
    assert tokens.layout.xaxis.ticktext[0] == "&lt;"
