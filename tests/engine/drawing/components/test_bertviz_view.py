from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.chapters.attention.snippet import bertviz_code
from bertviz_app.drawing.components import bertviz_view

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

# BertViz leaves the files it reads to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


def params(page: Any) -> Any:
    """The numbers and names that the page's own script reads."""
    (line,) = re.findall(r"const params = (.*);\n", page.html)
    return json.loads(line)


@pytest.mark.parametrize("view", [bertviz_view.head_view, bertviz_view.model_view])
def test_nothing_is_fetched_and_both_libraries_are_there(forward: ForwardPass, view: Any) -> None:
    html = view(forward).html
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)", html)
    # jQuery, d3, what stands for require.js, BertViz, and, for the wide view, what fits it to the page
    assert html.count("</script>") == (5 if view is bertviz_view.model_view else 4)
    assert "jQuery v2.2.4" in html and "d3js.org v5.7.0" in html and "window.requirejs=" in html


@pytest.mark.parametrize("view", [bertviz_view.head_view, bertviz_view.model_view])
def test_the_numbers_are_those_of_the_forward_pass(pair_forward: ForwardPass, view: Any) -> None:
    found = params(view(pair_forward))
    whole, a_a, b_b, a_b, b_a = (np.array(part["attn"]) for part in found["attention"])
    weights, start = pair_forward.attentions, int(pair_forward.encoding.segment_ids.argmax())
    assert np.abs(whole - weights).max() < 1e-6
    assert np.abs(a_b - weights[:, :, :start, start:]).max() < 1e-6 and np.abs(b_b - weights[:, :, start:, start:]).max() < 1e-6
    assert a_a.shape[2:] == (start, start) and b_a.shape[3] == start
    assert found["attention"][0]["left_text"] == list(pair_forward.encoding.tokens)


def test_the_numbers_are_those_that_bertviz_writes(forward: ForwardPass) -> None:
    names: dict[str, object] = {}
    exec(bertviz_code(forward.model, forward.encoding, "head_view"), names)
    html = names["page"].data
    theirs = json.loads(html.split("const params = ")[1].split("; // HACK")[0])
    ours = params(bertviz_view.head_view(forward))
    difference = np.array(theirs["attention"][0]["attn"]) - np.array(ours["attention"][0]["attn"])
    assert np.abs(difference).max() < 1e-6 and theirs["attention"][0]["left_text"] == ours["attention"][0]["left_text"]


def test_layers_and_heads_count_from_one(forward: ForwardPass) -> None:
    model_view = params(bertviz_view.model_view(forward))
    assert model_view["include_layers"] == [1, 2, 3, 4, 5, 6] and model_view["include_heads"] == list(range(1, 13))
    head_view = params(bertviz_view.head_view(forward, layer=3))
    assert head_view["layer"] == 4 and head_view["include_layers"] == [1, 2, 3, 4, 5, 6]


def test_one_layer_alone(forward: ForwardPass) -> None:
    found = params(bertviz_view.head_view(forward, layer=4, only=True))
    assert found["include_layers"] == [5] and found["layer"] == 5
    assert np.abs(np.array(found["attention"][0]["attn"]) - forward.attentions[4:5]).max() < 1e-6


def test_the_same_input_gives_the_same_page(forward: ForwardPass) -> None:
    assert bertviz_view.head_view(forward) == bertviz_view.head_view(forward)


@pytest.mark.parametrize(
    "token", ["</script><script>alert(1)</script>", "<!--<script>", '"; alert(1); //', "; // HACK: ", "\u2028"]
)
def test_a_token_cannot_leave_its_string(forward: ForwardPass, token: Any) -> None:
    tokens = (*forward.encoding.tokens[:2], token, *forward.encoding.tokens[3:])
    odd = replace(forward, encoding=replace(forward.encoding, tokens=tokens))
    page = bertviz_view.head_view(odd)
    assert params(page)["attention"][0]["left_text"] == list(tokens)
    (line,) = re.findall(r"const params = (.*);\n", page.html)
    assert "<" not in line and page.html.count("</script>") == 4


def test_what_a_browser_bears(model: Model) -> None:
    sizes = {}
    for n in (32, 48, 64, 65, 128):
        forward = model.run(model.encode("word " * 200, max_tokens=n))
        sizes[n] = bertviz_view.head_view_layers(forward), bertviz_view.bears_model_view(forward)
    assert sizes == {32: (6, True), 48: (6, True), 64: (1, False), 65: (0, False), 128: (0, False)}
    assert len(bertviz_view.model_view(model.run(model.encode("word " * 200, max_tokens=48))).html) < 2_500_000
