"""Shapes against hooks on the plain network; the embedding sum, states and norms against the network's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForPreTraining

from bertviz_app.chapters.forward_pass import embedding_sum as sums
from bertviz_app.chapters.forward_pass import hidden_states as states
from bertviz_app.chapters.forward_pass import measures as lens
from bertviz_app.chapters.forward_pass import snippet as forward_pass_code
from bertviz_app.drawing import colors
from bertviz_app.records.forward import EmbeddingParts

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass


@pytest.fixture(scope="module")
def plain(model: Model) -> Any:
    return AutoModelForPreTraining.from_pretrained(model.info.source, attn_implementation="eager").eval()


def inputs(encoding: Any) -> dict[str, torch.Tensor]:
    names = {"input_ids": "token_ids", "token_type_ids": "segment_ids", "attention_mask": "attention_mask"}
    return {name: torch.tensor(getattr(encoding, column))[None] for name, column in names.items()}


def caught(plain: Any, encoding: Any) -> dict[str, torch.Tensor]:
    """What the modules of the plain network hand on, by module name."""
    found, hooks = {}, []
    for name, module in plain.named_modules():

        def hook(module: Any, args: Any, output: Any, name: Any = name) -> None:
            found[name] = output[0] if isinstance(output, tuple) else output

        hooks.append(module.register_forward_hook(hook))
    with torch.inference_mode():
        output = plain(**inputs(encoding), output_attentions=True)
    for handle in hooks:
        handle.remove()
    return found | {f"attention {i}": a for i, a in enumerate(output.attentions)}


@pytest.mark.parametrize("text", ["I love AI!", "word " * 600])
def test_shapes_equal_the_network(model: Model, plain: Any, text: str) -> None:
    encoding, info = model.encode(text), model.info
    found = caught(plain, encoding)
    shapes = {(step.layer, step.name): step.shape for step in lens.steps(info, encoding)}

    def shape(name: str) -> tuple[int, ...]:
        return tuple(found[name].shape[1:])

    for name, module in (("token vectors", "word"), ("segment vectors", "token_type"), ("position vectors", "position")):
        assert shapes.pop((None, name)) == shape(f"bert.embeddings.{module}_embeddings")
    assert shapes.pop((None, "hidden state 0")) == shape("bert.embeddings")
    assert shapes.pop((None, "token ids")) == (encoding.n_tokens,)
    for layer in range(info.n_layers):
        at = f"bert.encoder.layer.{layer}"
        heads = {}
        for name, module in (("queries", "query"), ("keys", "key"), ("values", "value")):
            n, d_model = shape(f"{at}.attention.self.{module}")
            heads[name] = (
                found[f"{at}.attention.self.{module}"][0].view(n, info.n_heads, d_model // info.n_heads).transpose(0, 1)
            )
            assert shapes.pop((layer, name)) == tuple(heads[name].shape)
        scores = heads["queries"] @ heads["keys"].transpose(1, 2) / heads["keys"].shape[-1] ** 0.5
        assert shapes.pop((layer, "scores")) == tuple(scores.shape)
        assert torch.abs(scores.softmax(-1) - found[f"attention {layer}"][0]).max() < 1e-5
        assert shapes.pop((layer, "attention")) == shape(f"attention {layer}")
        assert shapes.pop((layer, "context")) == shape(f"{at}.attention.self")
        assert shapes.pop((layer, "attention output")) == shape(f"{at}.attention.output")
        assert shapes.pop((layer, "intermediate")) == shape(f"{at}.intermediate")
        assert shapes.pop((layer, f"hidden state {layer + 1}")) == shape(at)
    assert shapes.pop((None, "pooled vector")) == shape("bert.pooler")
    assert shapes.pop((None, "vocabulary logits")) == shape("cls.predictions")
    assert shapes.pop((None, "next sentence logits")) == shape("cls.seq_relationship")
    assert shapes.pop((None, "sentiment logits")) == (2,) and shapes.pop((None, "pairs logits")) == (3,)
    assert shapes.pop((None, "entities logits")) == (encoding.n_tokens, 9)
    assert shapes.pop((None, "answers logits")) == (encoding.n_tokens, 2)
    assert not shapes


def test_shape_in_words(model: Model) -> None:
    found = {step.name: step.words for step in lens.layer_steps(model.info, model.encode("I love AI!"), 0)}
    assert found["scores"] == "[12 heads, 6 query, 6 key]"
    assert found["intermediate"] == "[6 tokens, 1,536 numbers]"
    assert "pooled vector" not in {step.name for step in lens.steps(model.info, model.encode("a"), has_pooler=False)}


@pytest.mark.parametrize("n_words", [5, 125, 126, 510])
def test_notice_names_the_largest(model: Model, n_words: int) -> None:
    encoding = model.encode("word " * n_words)
    sizes = {step.name: step.size for step in lens.layer_steps(model.info, encoding, 0)}
    largest = "intermediate" if sizes["intermediate"] > sizes["scores"] else "scores"
    assert f"“{largest}”" in lens.notice(model.info, encoding)
    assert ("from 128 tokens on" in lens.notice(model.info, encoding)) == (encoding.n_tokens < 128)


def test_layer_norm_by_hand() -> None:
    one = np.ones((1, 4), dtype=np.float32)
    parts = EmbeddingParts({"token": one}, scale=np.full(4, 2), shift=np.full(4, 0.5), epsilon=0.0)
    assert np.allclose(sums.layer_norm(np.float32([[1, 1, 3, 3]]), parts), [[-1.5, -1.5, 2.5, 2.5]])


@pytest.mark.parametrize("text", ["I love AI!", "word " * 600])
def test_embedding_sum_equals_hidden_state_0(model: Model, plain: Any, text: str) -> None:
    encoding = model.encode(text, "and a pair")
    with torch.inference_mode():
        first = plain.bert.embeddings(
            input_ids=inputs(encoding)["input_ids"], token_type_ids=inputs(encoding)["token_type_ids"]
        )[0].numpy()
    added = sums.embedding_sum(model.embedding_parts(encoding), first)
    assert added.difference < 1e-5
    assert np.abs(added.normalized - first).max() == pytest.approx(added.difference)
    rows = sums.sum_rows(added, 2)
    assert np.allclose(rows["token"] + rows["segment"] + rows["position"], rows["sum"], atol=1e-6)
    assert sums.sum_columns(added, 2)["after LayerNorm"] == rows["after LayerNorm"].tolist()


def test_python_equals_the_page(model: Model, pair_forward: ForwardPass) -> None:
    names: dict[str, Any]
    encoding, names = pair_forward.encoding, {}
    exec(forward_pass_code.python_code(model.info, encoding, 3), names)
    added = sums.embedding_sum(model.embedding_parts(encoding), pair_forward.hidden_states[0])
    for ours, theirs in (
        (pair_forward.hidden_states, names["hidden_states"]),
        (pair_forward.pooler_output, names["pooler_output"]),
        (added.normalized[3], names["embedded"]),
    ):
        assert np.abs(ours - theirs.numpy()).max() < 1e-5
    assert np.abs(states.norms(pair_forward) / names["norms"].numpy() - 1).max() < 1e-5


@pytest.mark.parametrize("text", ["a", "I love AI!", "word " * 600], ids=["one", "few", "many"])
@pytest.mark.parametrize("theme", [colors.LIGHT, colors.DARK], ids=lambda theme: theme.name)
def test_figures_stay_small(model: Model, text: str, theme: colors.Theme) -> None:
    forward = model.run(model.encode(text))
    tokens, last = forward.encoding.tokens, forward.hidden_states[-1]
    added = sums.embedding_sum(model.embedding_parts(forward.encoding), forward.hidden_states[0])
    drawn = {
        "shapes": lens.steps_figure(lens.steps(model.info, forward.encoding), theme),
        "sum": sums.sum_figure(added, 1, tokens[1], theme),
        "states": states.states_figure(last, tokens, theme),
        "pooled": states.pooled_figure(forward.pooler_output, theme),
        "norms": states.norms_figure(states.norms(forward), tokens, theme),
    }
    assert {name: len(figure.to_json()) for name, figure in drawn.items() if len(figure.to_json()) > 1_300_000} == {}
    assert np.array_equal(drawn["states"].data[0].z, last)
    assert np.array_equal(drawn["norms"].data[0].z, np.linalg.norm(forward.hidden_states, axis=-1))


def test_thinning_is_said() -> None:
    vectors = np.random.default_rng(0).normal(size=(512, 768)).astype(np.float32)
    drawn, step = states.thinned(vectors)
    assert step == 2 and drawn.size <= states.MAX_CELLS and np.array_equal(drawn, vectors[:, ::2])
    assert "every 2" in states.states_figure(vectors, ["a"] * 512, colors.LIGHT).layout.title.text
    assert states.thinned(vectors[:10])[1] == 1


def test_notices_by_hand() -> None:
    vectors = np.float32([[0, 5, 0], [0, -6, 1], [3, 0, 0]])
    assert states.states_notice(vectors, "abc").startswith(
        "Number 2 is the largest, sign aside, at 2 of 3 tokens; it reaches −6.00 at “b”"
    )
    assert states.states_notice(vectors[1:], "bc").startswith("No number is the largest at more tokens than all others.")
    assert states.norms_notice(np.float32([[3, 5, 4], [6, 4, 5]]), "aba") == (
        "The average length goes from 4.0 after the embeddings to 5.0 after the last layer, where “a” (token 1) has the longest vector: 6.0."
    )
    assert "Number 2 is the furthest from 0, at −0.95. 1 of 3 numbers lies beyond" in states.pooled_notice(
        np.float32([0.5, -0.95, 0.1])
    )


def test_tables(forward: ForwardPass) -> None:
    tokens, last = forward.encoding.tokens, forward.hidden_states[-1]
    assert states.states_columns(last, tokens)["number 384"] == last[:, 383].tolist()
    assert np.allclose(
        states.summary_columns(last, tokens)["norm"], states.norms_columns(states.norms(forward), tokens)["layer 6"]
    )
    assert len(lens.steps_columns(lens.steps(forward.model, forward.encoding))["shape"]) == 5 + 9 * 6 + 7
