from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny
from snippets import gives

from bertviz_app import load
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.chapters.interventions import patching as lens
from bertviz_app.chapters.interventions import snippet as code
from bertviz_app.drawing import colors
from bertviz_app.engine.intervened import intervened
from bertviz_app.records.interventions import Intervention, each_vector
from bertviz_app.workspace.predictions import predictions

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


def answer(*logits: Any, title: Any = "t", **options: Any) -> Any:
    return Prediction("sentiment", title, np.array(logits, dtype=np.float32), **options)


KEYS = "The keys on the table [MASK] old.", "The key on the table [MASK] old."


def restored_by(model: Model, a: Any, b: Any, whats: Any = None) -> Any:
    """[state, position], the prediction and what is compared, for two texts; or a share for each of `whats`."""
    encodings = tuple(model.encode(text) for text in (a, b))
    forwards = [model.run(encoding) for encoding in encodings]
    (pair, *_) = lens.common(*(predictions(model, e, f) for e, f in zip(encodings, forwards, strict=True)))
    contrast = lens.contrast(*pair)
    states = intervened(model, encodings[1], whats or each_vector(model.info, encodings[1].n_tokens), donor=forwards[0])
    titles = [[one for one in predictions(model, encodings[1], state) if one.place == pair[0].place] for state in states]
    found = np.array([contrast.difference(one) for (one,) in titles], dtype=np.float32)
    return encodings, pair, contrast, contrast.restored(found if whats else found.reshape(model.info.n_layers + 1, -1))


def test_the_share_that_is_restored_by_hand() -> None:
    one = lens.Contrast(0, 1, of_a=3, of_b=-1)
    assert one.span == 4 and one.restored(np.array([-1, 3, 1, -2])).tolist() == [0, 1, 0.5, -0.25]
    assert one.difference(answer(5, 2)) == 3


def test_where_both_choose_the_same_the_largest_contrast_is_taken() -> None:
    found = lens.contrast(answer(5, 1, 0), answer(5, 0, 3))
    assert (found.a, found.b, found.span) == (1, 2, 4)


def test_only_predictions_of_both_in_the_same_place_are_compared() -> None:
    mine, theirs = ([answer(1, position=at) for at in places] for places in ((3, 5), (5, 7)))
    assert [pair[0].position for pair in lens.common(mine, theirs)] == [5]


@pytest.mark.parametrize("family", ["embedded", *tiny.FAMILIES])
def test_all_positions_of_a_state_give_a_and_none_gives_b(model: Model, tiny_families: dict[str, Path], family: Any) -> None:
    """The law. Largest distance seen: 4e-7 from 1, 2e-7 from 0; none at all in the small ones."""
    model = model if family == "embedded" else load(str(tiny_families[family]))
    a, b = KEYS if family == "embedded" else same_length(model)
    if not lens.common(*(predictions(model, model.encode(text), model.run(model.encode(text))) for text in (a, b))):
        pytest.skip("this checkpoint has no head whose answers can be compared")
    n_states, n = model.info.n_layers + 1, model.encode(a).n_tokens
    whole = [Intervention(patches=frozenset((state, p) for p in range(n))) for state in range(n_states)]
    *_, restored = restored_by(model, a, b, [*whole, Intervention()])
    assert restored[:-1] == pytest.approx(1, abs=1e-4) and restored[-1] == pytest.approx(0, abs=1e-4)


def test_the_only_token_that_differs_carries_all_of_it_and_hands_it_on(model: Model) -> None:
    (_, b), pair, _, restored = restored_by(model, *KEYS)
    assert [pair[0].name(one.best, model.reader.token) for one in pair] == ["were", "was"]
    noun, blank = 2, b.positions("mask")[0]
    assert restored[0, noun] == pytest.approx(1, abs=1e-4) and restored[-1, blank] == pytest.approx(1, abs=1e-4)
    assert restored[1:, blank].argmax() == model.info.n_layers - 1 and restored[0, blank] == pytest.approx(0, abs=1e-4)


def test_in_the_last_layer_only_the_blank_counts(model: Model) -> None:
    (_, b), _, _, restored = restored_by(model, "He drank a cup of [MASK].", "He read a book of [MASK].")
    blank = b.positions("mask")[0]
    assert restored[-1, blank] == pytest.approx(1, abs=1e-4)
    assert np.delete(restored[-1], blank) == pytest.approx(0, abs=1e-4)
    same = [p for p in range(b.n_tokens) if p not in (2, 4)]  # the embeddings of tokens that A and B share
    assert restored[0, same] == pytest.approx(0, abs=1e-4)
    assert abs(restored[0, [2, 4]]).max() > 0.1
    names = lens.places(b, model.encode("He drank a cup of [MASK]."))
    assert names[2] == "drank → read" and "where the prediction is read" in lens.notice(
        restored, names, ("coffee", "literature")
    )


def test_the_notice_by_hand() -> None:
    names = ["[CLS]", "x → y", "[MASK]"]
    restored = np.array([[0, 0.6, 0], [0, 0.5, 0.4], [0.1, 0.2, 0.9], [0, 0, 1]], dtype=np.float32)
    said = lens.notice(restored, names, ("p", "q"))
    assert "“x → y” alone brings back 60 % at the embeddings and 50 % after layer 1" in said
    assert "From layer 2 on, “[MASK]”" in said and "brings back most: 90 % after layer 2" in said
    assert "no other place ever brings back more" in lens.notice(restored[2:], names, ("p", "q"))
    assert "after layer 0" not in lens.notice(restored[[0, 2, 3]], names, ("p", "q"))
    # It comes back to where it was: not the same as never having been elsewhere.
    assert "From layer 2 on, “[MASK]”" in lens.notice(restored[[3, 1, 2]], names, ("p", "q"))
    assert lens.columns(restored, names)["embeddings"][1] == pytest.approx(0.6)


def test_before_anything_is_patched_the_two_answers_are_named() -> None:
    def name(output: Any) -> Any:
        return "xyz"[output]

    two, same = (answer(3, 1, 0), answer(0, 1, 4)), (answer(5, 1, 0), answer(5, 0, 3))
    assert "A gets “x”" in lens.before_notice(two, lens.contrast(*two), name)
    said = lens.before_notice(same, lens.contrast(*same), name)
    assert said.startswith("Both get “x”") and "“y” against “z”" in said


def test_the_sentence_about_two_lengths_says_both_and_what_to_do() -> None:
    assert "A has 9 tokens and sentence B has 6" in lens.unequal(9, 6) and "sentence A 3 tokens shorter" in lens.unequal(9, 6)
    assert lens.unequal(6, 5).endswith("sentence A one token shorter, or sentence B one longer.")
    assert lens.unequal(5, 6).endswith("sentence B one token shorter, or sentence A one longer.")
    assert [lens.share(value) for value in (-0.004, -0.05, 1.04)] == ["0 %", "−5 %", "104 %"]


@pytest.mark.parametrize("theme", [colors.LIGHT, colors.theme("dark", narrow=True)])
def test_the_figure_shows_zero_as_paper(theme: Any) -> None:
    (cells,) = lens.patching_figure(np.array([[0, 1.5], [-0.2, 1]], dtype=np.float32), ["<a>", "b"], theme).data
    assert cells.zmax == -cells.zmin == 1.5 and np.asarray(cells.z).tolist()[1] == [1.5, 1.0]
    assert cells.hovertext[0][1] == "&lt;a&gt;, layer 1: −20 %"


def test_every_row_of_a_long_text_has_its_name() -> None:
    chart = lens.patching_figure(np.zeros((3, lens.MOST_TOKENS), dtype=np.float32), ["x"] * lens.MOST_TOKENS, colors.LIGHT)
    assert len(chart.layout.yaxis.ticktext) == lens.MOST_TOKENS and chart.layout.height < 1200


def test_the_python_gives_the_same_shares(model: Model) -> None:
    """Plain transformers, one pass a place. Largest difference seen: 1.3e-6."""
    encodings, pair, contrast, mine = restored_by(model, "He drank [MASK].", "He read [MASK].")
    a, b = encodings
    scope = gives(code.patching_code(model.info, encodings, pair[0], contrast), lens.columns(mine, lens.places(b, a)))
    assert np.abs(scope["restored"].numpy() - mine).max() < 1e-5


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_the_python_gives_the_same_shares_for_every_family(tiny_families: dict[str, Path], family: Any) -> None:
    """Largest difference seen: 2.3e-6, where the two sentences' LD are 0.46 apart."""
    model = load(str(tiny_families[family]))
    encodings, pair, contrast, mine = restored_by(model, *same_length(model))
    scope: dict[str, Any] = {}
    exec(code.patching_code(model.info, encodings, pair[0], contrast), scope)
    # A share of a difference of logits: their own error, over that difference.
    assert np.abs(scope["restored"].numpy() - mine).max() < 1e-5 * max(1, 1 / contrast.span)


def same_length(model: Model) -> Any:
    """Two texts with a blank in the same place, whatever pieces this tokenizer makes of words."""
    mask = model.info.special.mask
    a, *others = (f"{mask} {word}" for word in ("cat", "mat", "sat", "man", "i", "the", "of"))
    n_tokens = model.encode(a).n_tokens
    return a, next(text for text in others if model.encode(text).n_tokens == n_tokens)
