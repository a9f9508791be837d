from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from alignments import aligned, any_alignment, attention, onto_itself
from laws import broken_laws

from bertviz_app.analysis import differences_said as said
from bertviz_app.analysis.alignment import Alignment
from bertviz_app.analysis.differences import both_merged, head_changes, summed_difference
from bertviz_app.analysis.pairing import paired_layers
from bertviz_app.analysis.state_differences import layer_alikeness, state_cosines

APART = aligned([((0,), ()), ((), (0,))])


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_compared_the_sentences_keep_to_the_laws(seed: Any) -> None:
    chance = np.random.default_rng(seed)
    alignment = any_alignment(chance, int(chance.integers(1, 9)))
    n, m = (len(tokens) for tokens in alignment.tokens)
    ours, theirs = attention(chance, 2, 2, n, n), attention(chance, 2, 2, m, m)
    if seed % 4 == 0:  # hardly a change
        alignment, theirs = onto_itself(n), ours + 1e-6 * np.roll(ours, 1, axis=0)
    before, after = (chance.normal(size=(3, side.shape[-1], 5)).round(seed % 3) for side in (ours, theirs))
    cosines = state_cosines(before, after, alignment)
    sentences = [
        said.weights_notice(*both_merged(ours[0, 0], theirs[0, 0], alignment), alignment),
        said.heads_notice(head_changes(ours, theirs, alignment)),
        *(said.states_notice(cosines, alignment, state=state) for state in range(3)),
        said.values_notice(summed_difference(ours[0, 0, 0], theirs[0, 0, 0], alignment), alignment, "bits"),
        said.layers_notice(layer_alikeness(before, after, alignment, paired_layers(2, 2)), paired_layers(2, 2)),
    ]
    if (partners := said.partners_notice(alignment)) or not alignment.is_shared.all():
        sentences.append(partners)
    assert {sentence: laws for sentence in sentences if (laws := broken_laws(sentence))} == {}


def test_an_input_and_itself_are_said_to_be_the_same() -> None:
    chance = np.random.default_rng(1)
    itself, weights, states = onto_itself(4), attention(chance, 2, 2, 4, 4), chance.normal(size=(3, 4, 5))
    assert said.weights_notice(*both_merged(weights[0, 0], weights[0, 0], itself), itself) == said.SAME
    assert said.heads_notice(head_changes(weights, weights, itself)) == said.SAME
    assert said.states_notice(state_cosines(states, states, itself), itself, state=2) == said.SAME
    assert said.values_notice(np.zeros(5), itself, "bits") == said.SAME
    assert said.partners_notice(itself) == ""


def named(*tokens: str) -> Alignment:
    return Alignment(tuple(((at,), (at,)) for at in range(len(tokens))), (tokens, tokens))


def test_the_largest_change_of_attention() -> None:
    its = named("the", "bank", "the")
    before = np.array([[0.5, 0.5, 0, 0], [0.12, 0.88, 0, 0], [1.0, 0, 0, 0]])
    after = before.copy()
    after[1] = [0.3, 0.7, 0, 0]
    after[2] = [0.9, 0.1, 0, 0]
    assert said.weights_notice(before, after, its) == "No weight changes by more than 0.18."  # two do, as much as each other
    after[1] = [0.3, 0.6, 0.02, 0.08]
    assert said.weights_notice(before, after, its) == (
        "The largest change: “bank” looks less at “bank” in the variant, 60 % where it was 88 %."
    )
    after[1] = [0.12, 0.48, 0, 0.4]
    after[1, 1] = 0.88
    assert said.weights_notice(before, after, its) == (
        "The largest change: “bank” looks more at tokens without a partner in the variant, 40 % where it was 0 %."
    )
    after[1], after[2] = before[1], [0.994, 0.0, 0, 0]
    assert said.weights_notice(before, after, its).endswith(
        "looks less at “the” (token 1) in the variant, 99.4 % where it was 100 %."
    )
    assert said.weights_notice(before[:1, :2], before[:1, :2], APART) == said.NOTHING_SHARED


def test_the_head_that_changed_most() -> None:
    changes = np.array([[0.1, 0.2], [0.6, np.nan]])
    assert (
        said.heads_notice(changes)
        == "On average over 3 heads, rows differ by 0.300 bits; those of head 2.1 changed most, by 0.600 bits."
    )
    changes[0, 0] = 0.6
    assert said.heads_notice(changes) == "On average over 3 heads, rows differ by 0.467 bits."
    assert said.heads_notice(np.array([[0.25]])) == "The rows of the head differ by 0.250 bits."
    assert said.heads_notice(np.full((2, 2), 1e-5)) == "No head changes by more than 0.001 bits."
    assert said.heads_notice(np.full((1, 1), np.nan)).startswith("No head")


def test_the_token_that_moved_most() -> None:
    cosines = np.array([[1, 1, 1.0], [0.9, 0.3, 0.9]])
    its = named("a", "bank", "a")
    assert said.states_notice(cosines, its, state=1) == (
        "After layer 1, the mean cosine of 3 shared tokens is 0.70; “bank” moved most, to a cosine of 0.30."
    )
    assert said.states_notice(cosines, its, state=0) == "In the embeddings, the mean cosine of 3 shared tokens is 1.00."
    assert said.states_notice(cosines[:, :2], APART, state=0) == said.NOTHING_SHARED


def test_values_and_layers() -> None:
    its = named("a", "b", "c")
    assert said.values_notice(np.array([0.5, -2.0, 0.1]), its, "bits") == "The largest change: “b”, −2.00 bits."
    assert said.values_notice(np.array([2.0, -2.0, 0.1]), its, "bits") == "No token changes by more than 2.00 bits."
    pairs = ((0, 0), (1, 2), (2, 4))
    assert said.layers_notice(np.array([0.9, 0.4, 0.8]), pairs) == (
        "The embeddings of both: CKA 0.90; layer 2 of the original and layer 4 of the variant: CKA 0.80. "
        "Least alike: layer 1 of the original and layer 2 of the variant: CKA 0.40."
    )
    assert "Least" not in said.layers_notice(np.array([0.9, 0.8, 0.8]), pairs)


def test_what_has_no_partner() -> None:
    one = Alignment((((0,), (0,)), ((1,), ())), (("the", "time"), ("the",)))
    assert said.partners_notice(one) == "“time” of the original has no partner."
    both = Alignment((((0,), ()), ((), (0,))), (("time",), ("money",)))
    assert said.partners_notice(both) == "“time” of the original and “money” of the variant have no partner."
    many = Alignment(tuple(((at,), ()) for at in range(5)), (tuple("abcde"), ()))
    assert said.partners_notice(many) == "“a”, “b”, “c” and 2 other tokens of the original have no partner."
