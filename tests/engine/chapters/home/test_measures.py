from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.analysis.probability import softmax
from bertviz_app.chapters.home import snippet as code
from bertviz_app.chapters.home.measures import (
    MOST,
    Glance,
    attention_figure,
    firmest_head,
    glance_notice,
    prediction_figure,
    vectors_figure,
)
from bertviz_app.drawing import colors

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass


def test_firmest_head_names_the_weight_it_points_to(forward: ForwardPass) -> None:
    glance = firmest_head(forward)
    weight = forward.attentions[glance.layer, glance.head, glance.query, glance.key]
    assert glance.weight == pytest.approx(weight) and glance.query != glance.key
    assert not forward.encoding.is_special[[glance.query, glance.key]].any()
    # No other head has a larger mean over its rows of the strongest weight on another real token.
    real = np.flatnonzero(~forward.encoding.is_special)
    inner = forward.attentions[:, :, real][:, :, :, real].copy()
    inner[..., range(len(real)), range(len(real))] = 0
    firmness = inner.max(-1).mean(-1)
    assert firmness[glance.layer, glance.head] == firmness.max()


def test_one_token_is_enough(model: Model) -> None:
    glance = firmest_head(model.run(model.encode("Hi")))
    assert glance.query == glance.key == 1


def test_repeated_tokens_carry_their_number_and_a_token_looks_at_itself(model: Model) -> None:
    encoding = model.encode("J. K.")
    said = glance_notice(encoding, Glance(0, 2, 2, 1, 0.5))
    assert said == "In layer 1, head 3, “.” (token 3) puts 50 % of its attention on “j”."
    assert glance_notice(encoding, Glance(0, 2, 1, 1, 0.5)).endswith("“j” puts 50 % of its attention on itself.")


def test_of_a_long_text_what_is_said_can_be_seen(model: Model) -> None:
    words = (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    )
    forward = model.run(model.encode(f"{words}. {words}."))
    glance = firmest_head(forward)
    assert max(glance.query, glance.key) < MOST
    for figure in (attention_figure(forward, glance, colors.LIGHT), vectors_figure(forward, colors.LIGHT)):
        assert f"(the first {MOST} of {forward.encoding.n_tokens} tokens)" in figure.layout.title.text
        assert len(figure.data[0].z) == MOST
    short = model.run(model.encode("I love AI!"))
    assert "first" not in vectors_figure(short, colors.LIGHT).layout.title.text


def test_a_text_that_begins_with_special_tokens_alone_has_a_glance(model: Model) -> None:
    glance = firmest_head(model.run(model.encode("[SEP] " * 20 + "end")))
    assert max(glance.query, glance.key) < MOST


def test_figures_show_the_numbers_of_the_record(forward: ForwardPass) -> None:
    glance = firmest_head(forward)
    attention = attention_figure(forward, glance, colors.LIGHT).data[0]
    assert np.array_equal(attention.z, forward.attentions[glance.layer, glance.head]) and attention.zmax == 1
    assert np.array_equal(vectors_figure(forward, colors.DARK).data[0].z, forward.hidden_states[-1])


def test_bars_stand_in_order_and_names_are_never_markup() -> None:
    figure = prediction_figure(["<b>x</b>", "$y$"], np.array([0.2, 0.8], dtype=np.float32), colors.LIGHT, title="Likeliest")
    assert list(figure.data[0].text) == ["80 %", "20 %"]
    assert list(figure.layout.yaxis.ticktext) == ["&#36;y&#36;", "&lt;b&gt;x&lt;/b&gt;"]


@pytest.mark.parametrize(
    ("text", "pair", "task"),
    [("I love AI!", None, "sentiment"), ("I [MASK] it.", "It is [MASK].", "fill_mask"), ("I love AI!", None, None)],
)
def test_the_python_code_gives_the_same_numbers(model: Model, text: Any, pair: Any, task: Any) -> None:
    forward = model.run(model.encode(text, pair))
    names: dict[str, Any]
    glance, names = firmest_head(forward), {}
    exec(code.python_code(model.info, forward.encoding, glance, task=task), names)
    assert names["token_ids"].tolist() == forward.encoding.token_ids.tolist()
    assert np.abs(names["vectors"].numpy() - forward.hidden_states[-1]).max() < 1e-4
    assert np.abs(names["weights"].numpy() - forward.attentions[glance.layer, glance.head]).max() < 1e-5
    if task is None:
        assert not {"probabilities", "values"} & names.keys()
        return
    blank = forward.encoding.positions("mask")[:1]
    logits = (
        model.vocabulary_logits(forward.hidden_states[-1][blank])[0]
        if task == "fill_mask"
        else model.class_logits("sentiment", forward.pooler_output)
    )
    assert np.abs(names["probabilities" if task == "fill_mask" else "values"].numpy() - softmax(logits)).max() < 1e-5
