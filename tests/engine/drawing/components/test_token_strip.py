from __future__ import annotations

from typing import TYPE_CHECKING

from bertviz_app.drawing import colors
from bertviz_app.drawing.components.token_strip import strip_data

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass


def test_tokens_carry_colour_class_and_a_sentence_for_screen_readers(pair_forward: ForwardPass) -> None:
    encoding = pair_forward.encoding
    data = strip_data(encoding, colors.LIGHT, hint="Click a word", chosen=(1,))
    first, second, last = data["tokens"][0], data["tokens"][1], data["tokens"][-1]
    assert first["text"] == "[CLS]" and first["color"] == colors.LIGHT.kinds["cls"] and "special" in first["classes"]
    assert (
        second["classes"] == ["word", "chosen"] and second["title"] == "the: token 2 of 17, id 1996, a word or the start of one"
    )
    b = encoding.tokens.index("he")
    assert data["tokens"][b]["color"] == colors.LIGHT.segments[1] != second["color"]
    assert "chosen" not in last["classes"]


def test_spans_cut_the_text_into_what_the_tokens_stand_for(model: Model) -> None:
    encoding = model.encode("Ünï 😀 AI!", "second")
    texts = strip_data(encoding, colors.DARK, with_text=True)["texts"]
    assert ["".join(text["characters"]) for text in texts] == ["Ünï 😀 AI!", "second"]
    pieces = ["".join(texts[0]["characters"][start:stop]) for start, stop, _ in texts[0]["spans"]]
    assert "".join(pieces) == "Ünï😀AI!"
    assert all(encoding.segment_ids[position] == 1 for _, _, position in texts[1]["spans"])


def test_without_text_nothing_is_sent_twice(forward: ForwardPass) -> None:
    data = strip_data(forward.encoding, colors.LIGHT)
    assert data["texts"] == [] and all(token["below"] == "" for token in data["tokens"])
