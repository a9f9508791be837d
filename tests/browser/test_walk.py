"""Walks through the pages, as a visitor takes them: nothing on the screen may be about another text, another page, or another model.

Each walk is a session of its own; at every stop each box, choice and sentence is compared with the text that stands above it.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from bertviz_app.workspace.page_list import PAGES

from .walking import FIRST, SECOND, choose, options, several

ORDERS = {
    "as they stand": [*PAGES],
    "backwards": [*reversed(PAGES)],
    "by leaps": [*[*PAGES][::2], *[*PAGES][1::2]],
}
LISTS = (
    ("tokens", "Step by step", "Word"),
    ("interventions", "Map of heads", "Prediction"),
    ("attribution", "", "Answer to explain"),
)  # a page, a view of it, and a list there


@pytest.mark.parametrize("order", ORDERS)
def test_the_text_is_on_every_page(walk: Any, order: str) -> None:
    first, *others = ORDERS[order]
    visit = walk("tokens")
    visit.type(FIRST)
    visit.go(first)
    visit.is_about(FIRST)
    for place, key in enumerate(others):
        visit.go(key)
        visit.is_about(FIRST if place < len(others) // 2 else SECOND)
        if place + 1 == len(others) // 2:
            visit.go("embeddings")
            visit.type(SECOND)
            visit.is_about(SECOND)


def test_the_sample_is_in_the_box_until_something_is_typed(walk: Any) -> None:
    visit = walk()
    sample = visit.box.input_value()
    for key in ("tokens", "forward_pass", "embeddings", "kinds_of_heads", "home"):
        visit.go(key)
        visit.is_about(sample)
        visit.main.get_by_role("button", name="Show", exact=True).click()
        visit.settle()
        visit.is_about(sample)


def test_an_example_closes_its_list_and_survives_a_reload_and_the_way_back(walk: Any) -> None:
    visit = walk("tokens")
    visit.main.get_by_role("button", name="Examples").click()
    visit.page.get_by_role("button", name="Short and loud").click()
    visit.page.locator("[data-testid=stPopoverBody]").wait_for(state="detached")
    visit.settle()
    visit.is_about("I love AI!")
    visit.go("attention")
    visit.page.reload()
    visit.arrive("attention")
    visit.is_about("I love AI!")
    visit.page.go_back()
    visit.arrive("tokens")
    visit.is_about("I love AI!")


def test_what_a_page_writes_into_its_address_is_no_step_of_the_visitor(walk: Any) -> None:
    """A page that is come to again writes what was chosen there; Back goes to the page before, and nothing that was chosen is lost."""
    visit = walk("attention", "?layer=3&head=5")
    visit.pick("One head")
    visit.go("tokens")
    visit.go("attention")
    expect(visit.page).to_have_url(re.compile(r"attention_view=One\+head.*layer=3&head=5"))
    visit.page.go_back()
    visit.arrive("tokens")
    visit.go("attention")
    assert visit.view() == ["One head"]
    assert [slider.evaluate("slider => slider.value") for slider in visit.main.get_by_role("slider").all()] == ["3", "5"]


def test_the_numbers_stay_in_the_address_with_another_model(walk: Any) -> None:
    visit = walk("attention", "?layer=1&head=2")
    model = visit.page.locator("[data-testid=stSidebar]").get_by_role("combobox")
    model.fill("tiny-bert")
    visit.page.get_by_role("option", name="tiny-bert").first.click()
    visit.settle()
    expect(visit.page).to_have_url(re.compile(r"model=tiny-bert"))
    expect(visit.page).to_have_url(re.compile(r"layer=1&head=2"))


def test_what_is_followed_and_looked_into_is_of_these_texts(walk: Any) -> None:
    visit = walk("tasks")
    visit.type(FIRST)
    choose(visit, "The name to follow", "Tim Cook")
    visit.type(SECOND)
    visit.is_about(SECOND)
    visit.shows(True, lambda: visit.chosen()["The name to follow"].startswith("Marie Curie"))
    visit.pick("Similarity")
    several(visit, "Texts", [FIRST, "It rains."])
    choose(visit, "Text to look into", "It rains")
    several(visit, "Texts", [SECOND, "The sun shines."])
    visit.is_about(SECOND)
    assert visit.chosen()["Text to look into"].startswith("1")


def test_each_list_offers_what_it_shows(walk: Any) -> None:
    """Whatever was chosen for another text, what a list shows is one of its options."""
    visit = walk("tokens")
    for key, view, label in LISTS:
        visit.go(key)
        if view:
            visit.pick(view)
        for text in (FIRST, SECOND):
            visit.type(text)
            visit.is_about(text)
            offered = options(visit, label)
            visit.shows(True, lambda label=label, offered=offered: visit.chosen()[label] in offered)
            choose(visit, label, offered[-1])


def test_hidden_words_travel(walk: Any) -> None:
    hidden = ["[CLS]", "i", "[MASK]", "ai", "!", "[SEP]"]
    visit = walk("fill_in_the_blank")
    visit.type("I love AI!")
    visit.main.locator("button.token", has_text="love").click()
    visit.settle()
    visit.tokens_are(hidden)
    for key in ("attention_summed_up", "tokens", "logit_lens", "home"):
        visit.go(key)
        expect(visit.box).to_have_value("I love AI!")
        if key == "attention_summed_up":
            visit.pick("One token")
        visit.tokens_are(hidden)
    visit.page.reload()
    visit.arrive("home")
    visit.tokens_are(hidden)
    visit.main.get_by_role("button", name="Show hidden").click()
    visit.settle()
    visit.tokens_are(visit.cut("I love AI!"))
    visit.go("fill_in_the_blank")
    visit.tokens_are(visit.cut("I love AI!"))


def test_another_model_on_the_way(walk: Any) -> None:
    """Its tokens and its two layers, on every page that shows them; then the first model again."""
    visit = walk("attention", "?layer=6&head=12")
    visit.type("I love AI!")
    model = visit.page.locator("[data-testid=stSidebar]").get_by_role("combobox")
    for name, layers in (("tiny-bert", "2"), ("Embedded BERT", "6")):
        model.fill(name)  # the list is long, and the browser holds only what is in sight of it
        visit.page.get_by_role("option", name=name).first.click()
        visit.settle()
        for key in ("tokens", "logit_lens", "embeddings", "attention"):
            visit.go(key)
            expect(visit.box).to_have_value("I love AI!")
        visit.shows(layers, lambda: visit.main.get_by_role("slider").first.evaluate("slider => slider.max"))


def test_a_page_that_is_built_into_another_has_no_sidebar(walk: Any) -> None:
    visit = walk("glossary", "?embed=true")
    expect(visit.page.locator("[data-testid=stSidebar]")).not_to_be_visible()


def test_a_long_text_gets_a_box_of_several_lines(walk: Any) -> None:
    visit = walk("tokens")
    long = "The old grey cat watches the street from its window and thinks about fish. " * 6
    visit.type(long.strip())
    expect(visit.box).to_have_value(long.strip())
    lines = "box => box.clientHeight / parseFloat(getComputedStyle(box).lineHeight)"
    assert visit.box.evaluate("box => box.scrollWidth <= box.clientWidth + 1") and visit.box.evaluate(lines) > 3
    visit.box.press("End")
    visit.page.keyboard.type(" Yes.")
    hint = visit.main.get_by_test_id("InputInstructions").first
    if hint.is_visible():
        top = hint.bounding_box()["y"]
        assert top >= visit.box.bounding_box()["y"] + visit.box.bounding_box()["height"] - 1
    visit.type("Short again.")
    visit.is_about("Short again.")
