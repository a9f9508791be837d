"""What only a browser shows: deep links on a cold server, texts that survive, clicks, and BertViz drawing."""

from __future__ import annotations

import re
import urllib.parse
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from settling import settled, whole

from bertviz_app.drawing.plots import percent

from .conftest import running_app
from .layout import FITS, wrong_on_arrival

if TYPE_CHECKING:
    from bertviz_app.records.forward import ForwardPass


def sentence_box(page: Any) -> Any:
    return page.get_by_label(re.compile(r"^Sentence( A)?$")).first


def type_sentence(page: Any, text: Any) -> None:
    box = sentence_box(page)
    box.fill(text)
    box.press("Enter")


def strip(page: Any) -> Any:
    return [token.split("\n")[0] for token in page.locator(".strip .token").all_inner_texts()]


def address(page: Any) -> Any:
    """What the address says beyond the page."""
    return dict(urllib.parse.parse_qsl(urllib.parse.urlparse(page.url).query))


# The first page of all, one that begins with the model, one with heads of its own, one that asks for no model, and one whose drawing is ours. What a page
# imports and sets up is tested for each in `pages/test_first_of_a_process.py`, and all are opened by deep links in `test_every_view`.
@pytest.mark.parametrize("key", ["home", "tokens", "tasks", "models", "attention"])
def test_a_page_cold_by_deep_link(visitor: Any, browser: Any, key: Any) -> None:
    with running_app() as url:
        page = visitor(url if key == "home" else f"{url}/{key}")
        whole(page, key)
        assert not any(wrong_on_arrival(page, key).values())


def test_a_token_lights_up_its_text_and_a_sentence_is_kept_across_pages_and_over_a_reload(visitor: Any, app_url: Any) -> None:
    page = visitor(app_url)
    page.get_by_text("turned into a prediction").wait_for()
    page.locator(".strip .token", has_text="love").first.hover()
    assert page.locator(".text span.lit").all_inner_texts() == ["loves"]
    type_sentence(page, "Hello <b>$x$</b> world")
    page.locator(".strip .token", has_text="hello").first.wait_for()
    assert strip(page)[1:5] == ["hello", "<", "b", ">"]
    page.get_by_role("link", name="Fill in the blank").first.click()
    page.get_by_text("Click a word to hide it").first.wait_for()
    assert "hello" in strip(page)
    page.reload()
    page.locator(".strip .token", has_text="hello").first.wait_for()
    expect(sentence_box(page)).to_have_value("Hello <b>$x$</b> world")
    assert "Hello" not in page.url


def test_a_click_or_a_key_hides_a_word_and_a_second_one_brings_it_back(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/fill_in_the_blank")
    page.locator("button.token", has_text="brother").click()
    page.get_by_text("BERT puts").wait_for()
    page.locator("button.token", has_text="[MASK]").click()
    page.get_by_text("Unhidden, each word gets").wait_for()
    page.locator("button.token", has_text="brother").wait_for()
    chip = page.locator("button.token", has_text="loves")
    assert "token 4 of 11" in (chip.get_attribute("aria-label") or "")
    chip.focus()
    page.keyboard.press("Enter")
    page.get_by_text("BERT puts").wait_for()


def test_two_browsers_each_get_their_own(visitor: Any, app_url: Any) -> None:
    pages = [visitor(f"{app_url}/tokens"), visitor(f"{app_url}/tokens")]
    words = ["zebra", "violin"]
    for page, word in zip(pages, words, strict=True):
        page.locator(".strip .token", has_text="[CLS]").first.wait_for()
        type_sentence(page, f"A {word} again.")
    for page, word in zip(pages, words, strict=True):
        page.locator(".strip .token", has_text=word).first.wait_for()
        assert strip(page)[:3] == ["[CLS]", "a", word]


def test_a_link_carries_the_layer_and_an_unknown_model_is_said(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/embeddings?state=3&model=no-such-model")
    page.get_by_text("does not offer").wait_for()
    page.get_by_text("The tokens at layer 3").first.wait_for()


def test_a_copied_link_opens_what_was_shown(visitor: Any, app_url: Any) -> None:
    """The first layer and head are Streamlit's defaults, which it leaves out of the address: who opened such a link saw another head."""
    page = visitor(f"{app_url}/attention?layer=1&head=1")
    opened(page, "Head 1.1")
    settled(page)
    assert address(page) == {"layer": "1", "head": "1"}
    other = visitor(page.url)
    opened(other, "Head 1.1")
    fresh = visitor(f"{app_url}/attention")  # opens a head that is worth a look, and says which in its address
    fresh.locator(".explorer[data-ready]").wait_for()
    settled(fresh)
    assert address(fresh) == dict(
        zip(("layer", "head"), fresh.locator(".explorer").get_attribute("data-ready")[5:].split("."), strict=True)
    )
    page.locator("canvas.thumbnails").press("ArrowDown")
    opened(page, "Head 2.1")
    settled(page)
    assert address(page) == {"layer": "2", "head": "1"}
    page.get_by_role("link", name="Glossary").first.click()
    page.get_by_text("WordPiece").first.wait_for()
    settled(page)
    assert address(page) == {}


def test_a_link_to_a_layer_and_a_head_that_do_not_exist_is_put_right(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/attention?layer=99&head=77")
    opened(page, "Head 6.12")
    page.get_by_text("“Layer 99” does not exist here").wait_for()
    page.get_by_text("“Head 77” does not exist here").wait_for()
    settled(page)
    assert address(page) == {"layer": "6", "head": "12"}
    page.get_by_role("link", name="Embeddings", exact=True).first.click()
    page.get_by_text("The tokens at layer 6").first.wait_for()
    settled(page)
    assert address(page) == {"state": "6"}


def test_the_theme_of_the_figures_follows_the_visitor(visitor: Any, app_url: Any) -> None:
    page = visitor(app_url, color_scheme="dark")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    background = page.locator(".js-plotly-plot .main-svg").first.evaluate("svg => svg.style.background")
    assert background == "rgb(20, 23, 31)"


def square(layer: Any, head: Any, side: Any) -> Any:
    """Where a head's square is in the thumbnails, both counted from 1."""
    return {"x": 30 + (head - 0.5) * side, "y": 42 + (layer - 0.5) * side}


def opened(page: Any, *names: Any) -> None:
    page.locator(f'.explorer[data-ready="{names[0]}"]').wait_for()
    expect(page.locator(".chip")).to_have_text([names[0], *(f"{name} ×" for name in names[1:])])


def test_heads_are_opened_by_hand_and_by_keyboard_and_laid_over_each_other(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/attention?layer=5&head=10")
    opened(page, "Head 5.10")
    squares = page.locator("canvas.thumbnails")
    side = (squares.bounding_box()["width"] - 32) / 12
    squares.click(position=square(2, 3, side))
    opened(page, "Head 2.3")
    page.wait_for_url(re.compile("head=3&layer=2|layer=2&head=3"))
    squares.press("ArrowDown")
    squares.press("ArrowRight")
    opened(page, "Head 3.4")
    squares.click(position=square(6, 1, side), modifiers=["Shift"])
    opened(page, "Head 3.4", "Head 6.1")
    page.get_by_role("button", name="Remove Head 6.1").click()
    opened(page, "Head 3.4")


def test_the_numbers_of_the_explorer_are_those_of_the_model(visitor: Any, app_url: Any, forward: ForwardPass) -> None:
    page = visitor(f"{app_url}/attention?layer=5&head=3")
    opened(page, "Head 5.3")
    type_sentence(page, forward.encoding.text)
    page.locator(f'.explorer[data-tokens="{forward.encoding.n_tokens}"]').wait_for()
    head, said = page.locator("canvas.head"), page.locator(".readout")
    weights, tokens = forward.attentions[4, 2], forward.encoding.tokens
    expect(said).to_contain_text("Point at a token")
    head.press("ArrowDown")
    head.press("ArrowDown")
    expect(said).to_have_text(
        f"Head 5.3: “{tokens[1]}” looks most at “{tokens[weights[1].argmax()]}”, {percent(weights[1].max())}"
    )
    head.press("Escape")
    page.get_by_role("radio", name="Matrix").or_(page.get_by_role("button", name="Matrix")).first.click()
    page.locator(".explorer[data-mode=Matrix]").wait_for()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        head.press(key)
    expect(said).to_have_text(f"Head 5.3: “{tokens[1]}” looks at “{tokens[1]}”, {percent(weights[1, 1])}")
    page.get_by_role("radio", name="Neurons").or_(page.get_by_role("button", name="Neurons")).first.click()
    page.locator(".explorer[data-mode=Neurons]").wait_for()
    expect(said).to_contain_text("Click a token to make it the query")
    head.hover(position={"x": 10, "y": 76 + 2.5 * 30})
    expect(said).to_have_text(re.compile(f"“{tokens[1]}” → “{tokens[2]}”: q · k / √32 = .+, softmax {percent(weights[1, 2])}$"))


def test_a_head_of_a_long_text_comes_when_it_is_asked_for(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/attention?layer=1&head=1")
    opened(page, "Head 1.1")
    type_sentence(page, "word " * 600)
    page.get_by_role("button", name="Open Head 1.1").click()
    page.locator(".explorer[data-mode=Lines]").wait_for()
    assert page.locator(".spacer").evaluate("spacer => spacer.getBoundingClientRect().height") > 512 * 27
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(FITS)


def test_a_term_is_one_click_from_its_line_in_the_glossary(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/attention")
    page.locator(".explorer[data-ready]").wait_for()
    page.get_by_role("button", name="Words used here").click()
    page.get_by_role("link", name="Key", exact=True).click()
    page.get_by_text("The vector by which a token is found").wait_for()
    expect(page.get_by_label("Find a term")).to_have_value("Key")
    expect(page).to_have_url(re.compile("term=Key"))


def test_a_reload_in_the_middle_of_a_long_job_breaks_nothing(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/fill_in_the_blank")
    page.get_by_text("Click a word to hide it").first.wait_for()
    type_sentence(page, "Every word of this long text is hidden in its turn. " * 8)
    page.locator(".strip .token", has_text="every").first.wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()  # or the fold is drawn anew, closed
    page.get_by_text("How sure BERT is of each word when that word is hidden").click()
    page.get_by_role("button", name="Hide each of").click()
    for _ in range(3):
        page.reload(wait_until="domcontentloaded")
    page.locator(".strip .token", has_text="every").first.wait_for()
    page.get_by_role("button", name="PNG").first.wait_for()
    assert page.locator("[data-testid=stAlertContentError]").count() == 0


def test_a_click_in_the_map_of_heads_opens_that_head(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/kinds_of_heads")
    cell = page.locator(".js-plotly-plot .scatterlayer .point").nth(12 + 4)
    cell.wait_for(state="attached")
    box = cell.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile(r"/attention\?.*layer=2.*head=5|/attention\?.*head=5.*layer=2"))
    page.get_by_text("Head 2.5").first.wait_for()
    page.get_by_role("link", name="Kinds of heads").first.click()
    page.get_by_text("heads in this text").wait_for()  # and stays there


def test_a_long_attribution_is_stopped_by_a_click(visitor: Any, app_url: Any) -> None:
    page = visitor(f"{app_url}/attribution?attribution_view=Faithfulness")
    page.get_by_text("What to notice.").first.wait_for()
    type_sentence(page, "The acting is superb, but the story is painfully slow. " * 12)
    page.locator(".strip .token").nth(120).wait_for()
    start = page.get_by_role("button", name=re.compile(r"^Measure how faithful they are \("))
    start.click()
    page.locator("[data-testid=stMain]").get_by_role("button", name="Stop").click()
    start.wait_for()
    assert page.locator("[data-testid=stException]").count() == 0
