"""The laws of interventions, against plain torch and against the plain pass, and that no visitor sees another's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny
import torch

from bertviz_app import load
from bertviz_app.engine.intervened import intervened, run_without
from bertviz_app.records.interventions import Intervention, each_head, each_vector

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

TEXT = "the man went to the store."


@pytest.fixture(params=tiny.FAMILIES)
def family_model(request: pytest.FixtureRequest, tiny_families: dict[str, Path]) -> Any:
    return load(str(tiny_families[request.param]))


def heads_of(layer: int, n_heads: int) -> Intervention:
    return Intervention(heads=frozenset((layer, head) for head in range(n_heads)))


def one(model: Model, encoding: Any, intervention: Any, donor: Any = None) -> Any:
    (state,) = intervened(model, encoding, [intervention], donor=donor)
    return state


def test_nothing_switched_off_is_the_plain_pass(model: Model) -> None:
    encoding = model.encode("The cat sat on the [MASK].")
    ((_, plain),) = model.final_states([encoding])
    state = one(model, encoding, Intervention())
    assert np.array_equal(state.last_hidden_state, plain.last_hidden_state)
    assert np.array_equal(state.pooler_output, plain.pooler_output)


def test_a_whole_record_of_a_pass_without_parts_says_what_its_last_layer_says(family_model: Any) -> None:
    """The states of every layer are those after the change: a layer that is skipped hands on what it was given."""
    encoding, n = family_model.encode(TEXT), family_model.info.n_layers
    plain = family_model.run(encoding)
    for what in (Intervention(heads=frozenset([(0, 1)])), Intervention(layers=frozenset([n - 1]))):
        record, state = run_without(family_model, encoding, what), one(family_model, encoding, what)
        assert np.abs(record.hidden_states[-1] - state.last_hidden_state).max() < 1e-5
        assert np.abs(record.class_vector - state.class_vector).max() < 1e-5
        assert record.key != plain.key and record.switched_off == what
    assert np.abs(record.hidden_states[-1] - plain.hidden_states[-2]).max() < 1e-6  # the last layer skipped
    record = run_without(family_model, encoding, Intervention(layers=frozenset([0])))
    assert np.abs(record.hidden_states[1] - record.hidden_states[0]).max() < 1e-6
    assert np.array_equal(record.hidden_states[0], plain.hidden_states[0])
    with pytest.raises(ValueError, match="donor"):
        run_without(family_model, encoding, Intervention(patches=frozenset([(0, 0)])))


def test_of_what_is_switched_off_only_what_a_smaller_model_has_counts(model: Model) -> None:
    info = model.info
    what = Intervention(heads=frozenset([(0, 1), (info.n_layers, 0), (0, info.n_heads)]), layers=frozenset([1, info.n_layers]))
    assert what.within(info) == Intervention(heads=frozenset([(0, 1)]), layers=frozenset([1]))


def test_skipping_the_last_layers_leaves_the_states_before_them(family_model: Any) -> None:
    encoding = family_model.encode(TEXT)
    forward, n = family_model.run(encoding), family_model.info.n_layers
    for first in range(n + 1):
        state = one(family_model, encoding, Intervention(layers=frozenset(range(first, n))))
        assert np.abs(state.last_hidden_state - forward.hidden_states[first]).max() < 1e-6


def test_patching_a_whole_state_gives_the_donors_prediction_and_nothing_gives_ones_own(family_model: Any) -> None:
    donor = family_model.run(family_model.encode("the cat sat on the mat."))
    encoding = family_model.encode("the cat sat on the cat.")
    own = family_model.run(encoding)
    if own.encoding.n_tokens != donor.encoding.n_tokens:
        pytest.skip("this tokenizer cuts the two into different numbers of tokens")
    assert np.abs(own.hidden_states[-1] - donor.hidden_states[-1]).max() > 1e-3
    for state in range(family_model.info.n_layers + 1):
        whole = Intervention(patches=frozenset((state, position) for position in range(encoding.n_tokens)))
        patched = one(family_model, encoding, whole, donor)
        assert np.abs(patched.last_hidden_state - donor.hidden_states[-1]).max() < 1e-5
    untouched = one(family_model, encoding, Intervention(), donor)
    assert np.abs(untouched.last_hidden_state - own.hidden_states[-1]).max() < 1e-5


def test_all_heads_of_a_family_off_change_the_states_and_each_head_does(family_model: Any) -> None:
    encoding = family_model.encode(TEXT)
    plain = family_model.run(encoding).hidden_states[-1]
    each = list(intervened(family_model, encoding, each_head(family_model.info), batch_size=3))
    assert len(each) == family_model.info.n_layers * family_model.info.n_heads
    assert all(np.abs(state.last_hidden_state - plain).max() > 1e-5 for state in each)


def test_the_heads_of_a_layer_off_leave_the_bias_worked_by_hand(tiny_checkpoint: Callable[..., Path]) -> None:
    """Two layers; in the second, attention gives its bias alone. Written out with the layer's own matrices."""
    folder = tiny_checkpoint()
    model, network = load(str(folder)), _plain(folder)
    encoding = model.encode("i love the cat")
    state = one(model, encoding, heads_of(1, model.info.n_heads))
    layer, x = network.bert.encoder.layer[1], torch.tensor(model.run(encoding).hidden_states[1])
    with torch.inference_mode():
        attended = layer.attention.output.LayerNorm(layer.attention.output.dense.bias + x)
        inner = torch.nn.functional.gelu(attended @ layer.intermediate.dense.weight.T + layer.intermediate.dense.bias)
        expected = layer.output.LayerNorm(inner @ layer.output.dense.weight.T + layer.output.dense.bias + attended)
    assert np.abs(state.last_hidden_state - expected.numpy()).max() < 1e-5


def test_one_head_off_worked_by_hand(tiny_checkpoint: Callable[..., Path]) -> None:
    """Attention as a sum over heads: the weights of the record times that head's values and its slice of the mixing matrix, left out."""
    folder = tiny_checkpoint()
    model, network = load(str(folder)), _plain(folder)
    encoding = model.encode("i love the cat")
    forward, width = model.run(encoding), model.info.d_model // model.info.n_heads
    layer, x = network.bert.encoder.layer[1], torch.tensor(forward.hidden_states[1])
    with torch.inference_mode():
        kept = slice(0, width)  # head 0 stays, head 1 goes
        values = (x @ layer.attention.self.value.weight.T + layer.attention.self.value.bias)[:, kept]
        mixing = layer.attention.output.dense
        summed = torch.tensor(forward.attentions[1, 0]) @ values @ mixing.weight[:, kept].T + mixing.bias
        attended = layer.attention.output.LayerNorm(summed + x)
        expected = layer.output(layer.intermediate(attended), attended)
    state = one(model, encoding, Intervention(heads=frozenset([(1, 1)])))
    assert np.abs(state.last_hidden_state - expected.numpy()).max() < 1e-5


def test_rows_of_a_batch_keep_apart(model: Model) -> None:
    encoding = model.encode("The cat sat on the [MASK].")
    many = [Intervention(), heads_of(2, 12), Intervention(layers=frozenset([3])), Intervention(heads=frozenset([(0, 1)]))]
    alone = [one(model, encoding, what).last_hidden_state for what in many]
    together = [state.last_hidden_state for state in intervened(model, encoding, many)]
    assert max(np.abs(a - b).max() for a, b in zip(alone, together, strict=True)) < 1e-5
    assert np.abs(together[0] - together[1]).max() > 1e-3


def test_a_donor_has_as_many_tokens(model: Model, forward: ForwardPass) -> None:
    with pytest.raises(ValueError, match="as many tokens"):
        one(model, model.encode("I love AI very much!"), Intervention(patches=frozenset([(0, 0)])), forward)


def test_each_vector_counts_states_and_positions(model: Model) -> None:
    assert len(each_vector(model.info, 5)) == 7 * 5


def test_sixteen_at_once_half_of_them_intervening_each_get_their_own(model: Model) -> None:
    encoding = model.encode("The cat sat on the [MASK].")
    plain = model.run(encoding).hidden_states[-1]
    whats = [heads_of(i % 6, 12) if i % 4 == 0 else Intervention(layers=frozenset([i % 6])) for i in range(0, 16, 2)]
    alone = [one(model, encoding, what).last_hidden_state for what in whats]
    assert all(np.abs(state - plain).max() > 1e-3 for state in alone)
    start = threading.Barrier(16)

    def work(i: int) -> float:
        start.wait(timeout=30)
        largest = 0.0
        for _ in range(6):
            if i % 2:
                mine, expected = model.run(encoding).hidden_states[-1], plain
            else:
                mine, expected = one(model, encoding, whats[i // 2]).last_hidden_state, alone[i // 2]
            largest = max(largest, float(np.abs(mine - expected).max()))
        return largest

    with ThreadPoolExecutor(16) as pool:
        assert max(pool.map(work, range(16))) < 1e-5


def test_an_intervention_that_fails_leaves_nothing_behind(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    encoding = model.encode("The cat sat on the [MASK].")
    ((_, before),) = model.final_states([encoding])
    with monkeypatch.context() as patch:
        patch.setattr(type(model), "batch", lambda *_: {})
        with pytest.raises(ValueError, match="input_ids"):
            one(model, encoding, heads_of(0, 12))
    ((_, after),) = model.final_states([encoding])
    assert np.array_equal(before.last_hidden_state, after.last_hidden_state)


def _plain(folder: Any) -> Any:
    import transformers

    return transformers.BertForPreTraining.from_pretrained(folder, attn_implementation="eager").eval()
