"""Gradients towards the input: their laws, Captum called independently on plain transformers, and that no thread touches another's."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tiny
import torch

from bertviz_app import load
from bertviz_app.analysis.probability import softmax
from bertviz_app.engine.gradients import (
    TargetFunction,
    attention_times_gradient,
    attributed,
    gradient_times_input,
    integrated_gradients,
    log_odds,
    occlusion,
)
from bertviz_app.records.attributions import Target, probability, replaceable

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

TEXT = "the man went to the [MASK]."
PAIR = "he bought a gallon of milk."


def a_target(model: Model, encoding: Any) -> Target:
    """Something that this model can be asked: a blank, or, of a discriminator, whether a token was replaced."""
    if model.info.fills_blanks:
        return Target("masked_words", 11, encoding.positions("mask")[0])
    return Target("replaced_tokens", 1, 2)


def every_target(model: Model, encoding: Any) -> list[Target]:
    """One target for each head of `heads`, on a question in A and a passage in B."""
    passage = tuple(np.flatnonzero((encoding.segment_ids == 1) & (encoding.offsets[:, 1] > 0)).tolist())
    blank = encoding.positions("mask")[0]
    return [
        Target("masked_words", 10, blank),
        Target("next_sentence", 0),
        Target("sentiment", 1),
        Target("pairs", 2),
        Target("entities", 3, passage[0]),
        Target("answers", 0, passage[1], passage),
        Target("answers", 1, passage[2], passage),
    ]


def read_off(model: Model, forward: ForwardPass, target: Target) -> float:
    """The log-odds of a target by the way that all other pages go: rows of the record, softmax in NumPy."""
    rows = forward.hidden_states[-1]
    if target.task == "masked_words":
        logits = model.vocabulary_logits(rows[[target.position]])[0]
    elif target.task == "replaced_tokens":
        (logit,) = model.replacement_logits(rows[[target.position]])
        return float(logit if target.output else -logit) / math.log(2)
    elif target.candidates:
        logits = model.token_logits(target.task, rows[list(target.candidates)])[:, target.output]
        target = Target(target.task, target.candidates.index(target.position))
    elif target.position is not None:
        logits = model.token_logits(target.task, rows[[target.position]])[0]
    else:
        logits = model.class_logits(target.task, forward.class_vector)
    p = softmax(logits.astype(np.float64))[target.output]
    return float(np.log2(p / (1 - p)))


def test_log_odds_worked_by_hand() -> None:
    """P = 0.8, 0.1, 0.1: odds of 4 to 1 are 2 bits, and 1 to 9 are −3.17."""
    logits = torch.tensor([[0.8, 0.1, 0.1]]).log() + 5  # what all have in common does not count
    assert log_odds(logits, 0).item() == pytest.approx(2, abs=1e-5)
    assert log_odds(logits, 2).item() == pytest.approx(-math.log2(9), abs=1e-5)
    assert probability(log_odds(logits, 0).item()) == pytest.approx(0.8)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_vectors_instead_of_ids_are_the_same_pass_in_every_family(tiny_families: dict[str, Path], family: Any) -> None:
    """Typed padding too, which some count as no place. Largest difference seen: 1.1e-6 bits."""
    model = load(str(tiny_families[family]))
    for typed in ("the man [MASK] went", f"the {model.reader.token(model.reader.pad_id)} man [MASK] went"):
        encoding = model.encode(typed, PAIR)
        target = a_target(model, encoding)
        whole, _ = TargetFunction(model, encoding, target).ends()
        assert whole == pytest.approx(read_off(model, model.run(encoding), target), abs=1e-4)


def test_every_head_is_asked_what_the_other_pages_ask(many_heads: Model) -> None:
    encoding = many_heads.encode("i love [MASK] cat?", "ann of bonn sat on a mat.")
    forward = many_heads.run(encoding)
    for target in every_target(many_heads, encoding):
        whole, _ = TargetFunction(many_heads, encoding, target).ends()
        assert whole == pytest.approx(read_off(many_heads, forward, target), abs=1e-4), target


@pytest.mark.parametrize("baseline", ["mask", "pad"])
@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_integrated_gradients_add_up_in_every_family(tiny_families: dict[str, Path], family: Any, baseline: Any) -> None:
    """Completeness (Sundararajan et al. 2017, proposition 1). Largest gap seen with 256 steps: 2e-6 bits."""
    model = load(str(tiny_families[family]))
    encoding = model.encode(TEXT, PAIR)
    found = integrated_gradients(
        TargetFunction(model, encoding, a_target(model, encoding), baseline), n_steps=256, batch_size=64
    )
    assert found.total == pytest.approx(found.change, abs=1e-3)
    assert not found.values[~replaceable(encoding)].any()  # what the baseline leaves alone has no part


def test_integrated_gradients_add_up_for_every_head(many_heads: Model) -> None:
    encoding = many_heads.encode("i love [MASK] cat?", "ann of bonn sat on a mat.")
    for target in every_target(many_heads, encoding):
        found = integrated_gradients(TargetFunction(many_heads, encoding, target), n_steps=128, batch_size=32)
        assert found.total == pytest.approx(found.change, abs=1e-3), target


def test_of_a_linear_model_all_three_give_the_exact_contributions(many_heads: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """bits = Σ w · x, so token t contributes w · x_t, and, from the baseline, w · (x_t − b_t). Gradient, path and loss cannot differ."""
    encoding = many_heads.encode("i love the cat")
    asked = TargetFunction(many_heads, encoding, Target("sentiment", 1))
    weights = torch.linspace(-1, 1, asked.vectors.shape[-1])
    monkeypatch.setattr(asked, "bits", lambda vectors: (vectors @ weights).sum(dim=-1))
    simple = gradient_times_input(asked)
    alone = occlusion(asked, batch_size=2)
    assert np.allclose(alone.values, ((asked.vectors - asked.blank)[0] @ weights).numpy(), atol=1e-5)
    assert np.allclose(simple.values, (asked.vectors[0] @ weights).numpy(), atol=1e-5)
    path = integrated_gradients(asked, n_steps=3)
    assert np.allclose(path.values, ((asked.vectors - asked.blank)[0] @ weights).numpy(), atol=1e-5)
    assert path.total == pytest.approx(path.change, abs=1e-5)
    assert simple.total == pytest.approx(simple.whole, abs=1e-5)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_occlusion_is_what_the_record_of_the_changed_input_says(tiny_families: dict[str, Path], family: Any) -> None:
    """Each word's id replaced, a whole pass over it, no Captum. Largest difference seen: 1.1e-6 bits."""
    model = load(str(tiny_families[family]))
    encoding = model.encode(TEXT, PAIR)
    target = a_target(model, encoding)
    found = occlusion(TargetFunction(model, encoding, target), batch_size=3)
    whole = read_off(model, model.run(encoding), target)
    for position in np.flatnonzero(replaceable(encoding)).tolist():
        without = model.reader.masked(encoding, [position])
        assert found.values[position] == pytest.approx(whole - read_off(model, model.run(without), target), abs=1e-4)
    assert not found.values[~replaceable(encoding)].any()


def test_the_parts_of_two_pieces_that_are_replaced_alone_are_not_what_the_word_is_worth(model: Model) -> None:
    """What the page says of occlusion in whole words: their sum is not the loss without both."""
    encoding = model.encode("The starlings were superb.")
    pieces = [encoding.tokens.index("star"), encoding.tokens.index("##lings")]
    target = Target("sentiment", 1)
    found = occlusion(TargetFunction(model, encoding, target))
    both = read_off(model, model.run(encoding), target) - read_off(
        model, model.run(model.reader.masked(encoding, pieces)), target
    )
    assert abs(found.values[pieces].sum() - both) > 0.05


def test_a_token_that_is_ignored_has_no_part(many_heads: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    encoding = many_heads.encode("i love the cat")
    asked = TargetFunction(many_heads, encoding, Target("sentiment", 1))
    bits = asked.bits

    def without_the_third(vectors: Any) -> Any:
        return bits(torch.cat([vectors[:, :2], asked.vectors[:, 2:3].expand(len(vectors), -1, -1), vectors[:, 3:]], dim=1))

    monkeypatch.setattr(asked, "bits", without_the_third)
    for found in (occlusion(asked), integrated_gradients(asked, n_steps=8), gradient_times_input(asked)):
        # Not exactly 0: a row's last bit depends on the batch that it is computed in.
        assert abs(found.values[2]) < 1e-5 < abs(found.values[3])


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_attention_times_gradient_of_every_family(tiny_families: dict[str, Path], family: Any) -> None:
    model = load(str(tiny_families[family]))
    encoding = model.encode(TEXT, PAIR)
    found = attention_times_gradient(TargetFunction(model, encoding, a_target(model, encoding)))
    assert found.values.min() >= 0 and found.values.max() > 0


def test_the_slope_towards_attention_is_that_of_the_answer(model: Model) -> None:
    """The last layer's part worked again from its record, by moving single weights: no autograd. Largest difference seen: 5e-5 of 0.54."""
    from bertviz_app.engine.layers import layers

    encoding = model.encode("The acting is superb.")
    forward, target = model.run(encoding), Target("sentiment", 0)
    asked, last = TargetFunction(model, encoding, target), layers(model)[-1]
    states = torch.tensor(forward.hidden_states[-2])

    def bits(weights: np.ndarray) -> float:
        with torch.no_grad():
            final = last.output(states, last.context(states, torch.tensor(weights)))
            pooled = model.parts.part(model.parts.family.pooler)(final[None])
            logits = model.parts.head("sentiment")(pooled).double()
            return float(log_odds(logits, 0))

    weights = forward.attentions[-1]
    moved = np.zeros(encoding.n_tokens)
    for head in range(model.info.n_heads):
        for key in range(encoding.n_tokens):  # the head reads the first token alone: its row
            up, down = weights.copy(), weights.copy()
            up[head, 0, key] += 0.01
            down[head, 0, key] -= 0.01
            moved[key] += max(0.0, weights[head, 0, key] * (bits(up) - bits(down)) / 0.02)
    vectors = asked.vectors.clone().requires_grad_()
    output = asked.encoded(vectors, output_attentions=True)
    (slopes,) = torch.autograd.grad(asked.said(output).sum(), output.attentions[-1:])
    products = (output.attentions[-1] * slopes)[0, :, 0].clamp(min=0).sum(dim=0).detach().numpy()
    assert np.allclose(products, moved, atol=5e-4)


def test_captum_on_plain_transformers_gives_the_same(model: Model) -> None:
    """The embedded model's sentiment, loaded and differentiated without this program. Largest difference seen: 1.2e-7 bits."""
    from captum.attr import FeatureAblation, InputXGradient, IntegratedGradients
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    text = "The acting is superb, but the story is painfully slow."
    tokenizer = AutoTokenizer.from_pretrained("bertviz_app/embedded")
    plain = AutoModelForSequenceClassification.from_pretrained("bertviz_app/embedded/sentiment", attn_implementation="eager")
    plain.eval()
    inputs = tokenizer(text, return_tensors="pt")

    def bits(vectors: Any) -> Any:
        logits = plain(inputs_embeds=vectors, attention_mask=inputs.attention_mask.expand(len(vectors), -1)).logits
        return (logits[:, 0] - logits[:, 1]) / math.log(2)

    words = plain.get_input_embeddings()
    vectors = words(inputs.input_ids).detach().requires_grad_()
    blank = torch.full_like(inputs.input_ids, tokenizer.mask_token_id)
    blank[0, [0, -1]] = inputs.input_ids[0, [0, -1]]
    asked = TargetFunction(model, model.encode(text), Target("sentiment", 0))
    simple = InputXGradient(bits).attribute(vectors).sum(dim=-1)[0].detach().numpy()
    assert np.abs(gradient_times_input(asked).values - simple).max() < 1e-5
    alone = FeatureAblation(bits).attribute(
        vectors.detach(), baselines=words(blank).detach(), feature_mask=torch.arange(len(blank[0]))[None, :, None]
    )
    assert np.abs(occlusion(asked, batch_size=5).values - alone[0, :, 0].numpy()).max() < 1e-5
    path = IntegratedGradients(bits).attribute(vectors, baselines=words(blank).detach(), n_steps=64).sum(dim=-1)[0]
    assert np.abs(integrated_gradients(asked, n_steps=64, batch_size=5).values - path.detach().numpy()).max() < 1e-5


def test_each_batch_of_steps_takes_turns_of_its_own_and_says_how_far_it_is(many_heads: Model) -> None:
    from bertviz_app.serving.pass_queue import pass_queue

    said: list[float] = []
    asked = TargetFunction(many_heads, many_heads.encode("i love the cat"), Target("sentiment", 1))
    before = pass_queue().passed
    integrated_gradients(asked, n_steps=10, batch_size=4, progress=said.append)
    assert said == [0.4, 0.8, 1.0]
    assert pass_queue().passed == before + 8  # of three batches the passes and the gradients, and the two ends


def test_each_batch_of_occlusions_takes_its_own_turn_and_says_how_far_it_is(many_heads: Model) -> None:
    from bertviz_app.serving.pass_queue import pass_queue

    said: list[float] = []
    asked = TargetFunction(many_heads, many_heads.encode("i love the cat"), Target("sentiment", 1))
    before = pass_queue().passed
    occlusion(asked, batch_size=4, progress=said.append)
    # The input as it is; four words, and those that stay as one.
    assert said == pytest.approx([1 / 6, 5 / 6, 1]) and pass_queue().passed == before + 5


def test_who_is_stopped_in_between_holds_no_place(many_heads: Model) -> None:
    from bertviz_app.serving.pass_queue import pass_queue

    class Stopped(BaseException):
        pass

    def stop(_: float) -> None:
        raise Stopped

    asked = TargetFunction(many_heads, many_heads.encode("i love the cat"), Target("sentiment", 1))
    with pytest.raises(Stopped):
        integrated_gradients(asked, n_steps=10, batch_size=4, progress=stop)
    assert pass_queue().under_way == 0


def test_twelve_at_once_get_their_own_and_leave_nothing_on_the_weights(many_heads: Model) -> None:
    encoding = many_heads.encode("i love [MASK] cat?", "ann of bonn sat on a mat.")
    targets = every_target(many_heads, encoding)
    methods = ("integrated_gradients", "occlusion", "attention_x_gradient", "gradient_x_input") * 2
    alone = [
        attributed(TargetFunction(many_heads, encoding, target), method, n_steps=8).values
        for target, method in zip(targets, methods, strict=False)
    ]
    plain = many_heads.run(encoding).hidden_states
    start = threading.Barrier(12)

    def work(i: int) -> float:
        start.wait(timeout=30)
        if i >= len(targets):
            return float(np.abs(many_heads.run(encoding).hidden_states - plain).max())
        asked = TargetFunction(many_heads, encoding, targets[i])
        return max(float(np.abs(attributed(asked, methods[i], n_steps=8).values - alone[i]).max()) for _ in range(4))

    with ThreadPoolExecutor(12) as pool:
        assert max(pool.map(work, range(12))) < 1e-5
    parameters = [*many_heads.parts.network.parameters()]
    parameters += [p for head in many_heads.parts.task_heads.values() for p in head.layers.parameters()]
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in parameters)
