from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

from bertviz_app.chapters.fill_in_the_blank.measures import fill
from bertviz_app.chapters.logit_lens import figures, scores, snippet
from bertviz_app.chapters.logit_lens import measures as lens
from bertviz_app.drawing import colors, plots

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

TEXT = "The capital of France is [MASK]."


def read(model: Model, forward: ForwardPass, positions: Any, followed: Any = ()) -> Any:
    states = forward.hidden_states[:, positions]
    last = model.vocabulary_logits(states[-1])
    return lens.stacked(
        lens.says(scores.scored(model.vocabulary_logits(rows)), scores.scored(last), followed=followed) for rows in states
    )


@pytest.fixture(scope="module")
def capital(model: Model) -> Any:
    return model.run(model.encode(TEXT))


def test_one_layer_by_hand() -> None:
    """Half, a quarter and two eighths against a quarter each: 1.75 bits, and KL = 2 − 1.75 of it from the even one."""
    last = np.log(np.array([[1, 1, 1, 1]], dtype=np.float32) / 4)
    layer = np.log(np.array([[2, 4, 1, 1]], dtype=np.float32) / 8)
    said = lens.says(scores.scored(layer), scores.scored(last), k=2, followed=(0, 2))
    assert said.token_ids.tolist() == [[1, 0]]
    assert said.probabilities[0] == pytest.approx([0.5, 0.25])
    assert said.entropy[0] == pytest.approx(1.75)
    # Σ ¼ log₂(¼ / P): 0 for the quarter, −1 for the half, +1 for each eighth, all over four.
    assert said.divergence[0] == pytest.approx(0.25)
    assert said.ranks.tolist() == [[2, 3]] and said.shares[0] == pytest.approx([0.25, 0.125])


def test_the_laws(model: Model, capital: Any) -> None:
    said = read(model, capital, range(capital.encoding.n_tokens), followed=(100, 2000))
    assert (said.divergence >= -1e-9).all() and (said.divergence[-1] == 0).all()
    assert said.ranks.min() >= 1 and said.ranks.max() <= model.info.vocab_size
    assert (said.entropy >= 0).all() and (said.entropy <= np.log2(model.info.vocab_size)).all()
    assert (np.diff(said.probabilities, axis=-1) <= 0).all()
    assert said.token_ids.shape == (model.info.n_layers + 1, capital.encoding.n_tokens, 5)


def test_the_best_word_has_rank_one(model: Model, capital: Any) -> None:
    said = read(model, capital, [6])
    best = int(said.token_ids[3, 0, 0])
    followed = read(model, capital, [6], followed=(best,))
    assert followed.ranks[3, 0, 0] == 1 and followed.shares[3, 0, 0] == pytest.approx(said.probabilities[3, 0, 0])


def test_the_last_layer_says_what_fills_the_blank(model: Model, capital: Any) -> None:
    said = read(model, capital, [6])
    (blank,) = fill(model.vocabulary_logits(capital.hidden_states[-1][[6]]), [6], model.reader.token, k=5)
    assert said.token_ids[-1, 0].tolist() == list(blank.token_ids)
    assert np.abs(said.probabilities[-1, 0] - blank.probabilities).max() < 1e-6


def test_every_layer_equals_plain_transformers(model: Model, capital: Any) -> None:
    """Parity: the checkpoint's own network, its head on its own hidden states; largest differences 2e-6 in P and 3e-5 bits in KL."""
    network = AutoModelForMaskedLM.from_pretrained("bertviz_app/embedded").eval()
    inputs = AutoTokenizer.from_pretrained("bertviz_app/embedded")(TEXT, return_tensors="pt")
    with torch.no_grad():
        hidden = torch.cat(network(**inputs, output_hidden_states=True).hidden_states)
        logs = network.cls(hidden).double().log_softmax(dim=-1)  # [state, position, vocab]
    said = read(model, capital, range(capital.encoding.n_tokens))
    theirs = logs.exp().gather(-1, torch.tensor(said.token_ids)).numpy()
    kl = ((logs[-1].exp() * (logs[-1] - logs)).sum(dim=-1) / np.log(2)).numpy()
    assert np.abs(said.probabilities - theirs).max() < 1e-5
    assert np.abs(said.divergence - kl).max() < 1e-4


@pytest.mark.parametrize(("text", "pair", "hide"), [(TEXT, None, False), ("I love AI!", "So do I.", True)])
def test_the_python_on_the_page_gives_the_numbers_on_the_page(model: Model, text: Any, pair: Any, hide: Any) -> None:
    encoding = model.encode(text, pair)
    position = lens.first_position(encoding)
    hidden = lens.hides(encoding, position) if hide else ()
    shown = model.run(model.reader.masked(encoding, hidden))
    said = read(model, shown, [position], followed=(2000, 3000))
    scope: dict[str, Any] = {}
    exec(snippet.followed_code(model.info, encoding, position, (2000, 3000), hidden), scope)
    # Two words that are equally likely but for rounding may change places.
    assert scope["ranks"].numpy() == pytest.approx(said.ranks[:, 0], abs=1)
    assert scope["kl"].numpy() == pytest.approx(said.divergence[:, 0], abs=1e-4)


@pytest.mark.parametrize(("ranks", "five", "one"), [([7, 5, 2, 1], 1, 3), ([1, 9, 1], 0, 0), ([8, 6], None, None)])
def test_where_a_word_first_appears(ranks: Any, five: Any, one: Any) -> None:
    assert lens.first_state(np.array(ranks), 5) == five and lens.first_state(np.array(ranks), 1) == one


def said_of(choices: Any, ranks: Any = (), kl: Any = None) -> Any:
    """A stacked record whose first choices are given as [state, position], and ranks of one word as [state]."""
    choices = np.array(choices)
    n_states, n = choices.shape
    empty = np.zeros((n_states, n))
    ranks = np.array(ranks or [1] * n_states).reshape(n_states, 1, 1)
    divergence = empty if kl is None else np.array(kl, dtype=float).reshape(n_states, 1)
    return lens.Said(choices[..., None], empty[..., None] + 0.5, empty, divergence, ranks, np.full(ranks.shape, 0.5))


def test_a_position_settles_when_its_choice_no_longer_changes() -> None:
    # Settled from the start; at the last moment; right, wrong, and right again from state 2 on.
    assert lens.settled(said_of([[7, 1, 4], [7, 2, 9], [7, 3, 4], [7, 9, 4]])).tolist() == [0, 3, 2]


def test_the_notices_follow_the_numbers(model: Model) -> None:
    encoding = model.encode("I love AI!")
    said = lens.every_token_notice(said_of([[7, 1, 4], [7, 2, 9], [7, 3, 4], [7, 9, 4]]), encoding, [1, 2, 3])
    assert said.startswith("From layer 2 on, the first choice at 2 of 3 tokens")
    assert said.endswith("“love” is the last to settle, at layer 3 itself.")
    assert lens.every_token_notice(said_of([[7], [7]]), encoding, [1]) == (
        "From the embeddings on, the first choice at “i” is that of the last layer."
    )
    tied = lens.every_token_notice(said_of([[7, 1, 4, 1], [7, 2, 4, 2], [7, 2, 4, 2]]), encoding, [1, 2, 3, 4])
    assert tied.endswith("2 tokens settle only at layer 1.")
    path = lens.one_token_notice(said_of([[7]] * 4, ranks=[900, 4, 1, 1], kl=[3, 9.25, 1, 0]), ["cat"])
    assert "“cat”, the last layer’s choice with 50 %, enters the best 5 at layer 1 and is on top from layer 2 on." in path
    assert path.endswith("Farthest from the last layer: layer 1, 9.2 bits.")
    falls = lens.one_token_notice(said_of([[7]] * 3, ranks=[1, 40, 1]), ["cat"])
    assert "on top from the embeddings, but not throughout: it falls to rank 40 in between" in falls


def test_it_begins_at_the_blank_or_the_last_word(model: Model) -> None:
    assert lens.first_position(model.encode(TEXT)) == 6
    encoding = model.encode("I love watching starlings murmurate.")
    assert encoding.tokens[lens.first_position(encoding)] == "murmur"
    assert lens.hides(encoding, lens.first_position(encoding)) == (6, 7)
    assert lens.hides(encoding, 0) == () and lens.hides(model.encode(TEXT), 6) == ()
    assert lens.first_position(model.encode("?!")) == 2


@pytest.mark.parametrize(
    ("n", "around", "first", "last"), [(9, 3, 0, 8), (100, 2, 0, 15), (100, 50, 42, 57), (100, 99, 84, 99)]
)
def test_a_long_text_is_seen_through_a_window(n: Any, around: Any, first: Any, last: Any) -> None:
    positions = lens.window(n, around)
    assert (positions[0], positions[-1]) == (first, last) and around in positions


def test_the_picture_shows_each_layers_choice_and_its_probability(model: Model, capital: Any) -> None:
    positions = list(range(9))
    said = read(model, capital, positions)
    figure = figures.every_token_figure(said, capital.encoding, positions, colors.DARK, token=model.reader.token)
    heatmap, words = figure.data
    assert np.array_equal(np.array(heatmap.z), said.probabilities[..., 0].T)
    assert words.text[6 * 7 + 6] == plots.label(model.reader.token(said.token_ids[6, 6, 0]))
    assert heatmap.customdata[6][6].count("<br>") == 5
    assert figure.layout.yaxis.ticktext[6] == "[MASK]"


def test_many_layers_are_thinned_and_both_ends_kept() -> None:
    assert figures.drawn_states(7) == list(range(7)) and figures.drawn_states(13) == list(range(13))
    drawn = figures.drawn_states(25)
    assert len(drawn) == 13 and drawn[0] == 0 and drawn[-1] == 24


def test_the_paths_are_the_ranks(model: Model, capital: Any) -> None:
    said = read(model, capital, [6], followed=(2605, 3000))
    figure = figures.one_token_figure(said, ["<b>", "x"], colors.LIGHT, title="t")
    assert [list(line.y) for line in figure.data[:2]] == said.ranks[:, 0].T.tolist()
    assert figure.data[0].name == "&lt;b&gt;"
    assert list(figure.data[2].y) == said.divergence[:, 0].tolist()


def test_the_table_has_a_row_for_each_cell(model: Model, capital: Any) -> None:
    said = read(model, capital, [5, 6])
    table = lens.columns(said, capital.encoding, [5, 6], model.reader.token)
    assert {len(column) for column in table.values()} == {14}
    assert table["token"][:2] == ["is", "[MASK]"] and table["token number"][:2] == [6, 7]
