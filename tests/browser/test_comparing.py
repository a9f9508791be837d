"""Two things side by side, as visitors come to them: from a question on Home, by the button, over a reload, on other pages."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from bertviz_app.drawing import colors
from bertviz_app.workspace.examples import EXAMPLES, QUESTIONS

from .test_every_view import goes_over_to, violations

# What answers each question, on the page that it opens.
ANSWERS = {
    "Do two senses of “bank” get different vectors?": ("embeddings", "“bank” moved most"),
    "Which head looks at the previous token?": ("attention", "on the previous token"),
    "What does BERT look at to fill a blank?": ("fill_in_the_blank", "the blank looks"),
    "Why does this review sound negative?": ("attribution", "NEGATIVE"),
    "What changes without head 4.9?": ("fill_in_the_blank", "goes from"),
    "What does another model say?": ("fill_in_the_blank", "What differs"),
}


def differs(visit: Any) -> Any:
    """The sentence about the difference."""
    return visit.main.locator("p").filter(has_text="What differs.")


def test_every_question_has_an_answer() -> None:
    assert {one.label: one.page for one in EXAMPLES if one.group == QUESTIONS} == {
        key: page for key, (page, _) in ANSWERS.items()
    }


@pytest.mark.parametrize("question", ANSWERS)
def test_a_question_takes_two_actions_from_home(walk: Any, question: str) -> None:
    page, answer = ANSWERS[question]
    visit = walk("home")
    actions = 0
    for name in ("Examples", question):
        visit.page.get_by_role("button", name=name, exact=name == question).first.click()
        actions += 1
    visit.arrive(page)
    expect(visit.main).to_contain_text(answer, timeout=60_000)
    assert actions == 2


def test_what_is_compared_stays_over_reload_pages_and_the_way_back(walk: Any) -> None:
    visit = walk("fill_in_the_blank")
    visit.type("He opened the [MASK] with a key.")
    visit.main.get_by_role("button", name="Compare", exact=True).click()
    visit.settle()
    box = visit.main.get_by_label("Sentence of the variant", exact=True)
    expect(box).to_have_value("He opened the [MASK] with a key.")
    box.fill("She opened the [MASK] with a smile.")
    box.press("Enter")
    said = differs(visit)
    expect(said).to_contain_text("bits", timeout=30_000)
    first = said.inner_text()
    visit.go("attention")
    expect(differs(visit)).to_contain_text("bits", timeout=30_000)
    visit.go("fill_in_the_blank")
    expect(said).to_have_text(first, timeout=30_000)
    visit.page.reload()
    visit.arrive("fill_in_the_blank")
    expect(box).to_have_value("She opened the [MASK] with a smile.")
    expect(said).to_have_text(first, timeout=30_000)
    assert "smile" not in visit.page.url and "compared=sentence" in visit.page.url
    visit.type("He closed the [MASK] with a key.")  # the original changes, the variant stays
    expect(box).to_have_value("She opened the [MASK] with a smile.")
    visit.main.get_by_role("button", name="Compare", exact=True).click()
    visit.settle()
    expect(said).to_have_count(0)
    visit.is_about("He closed the [MASK] with a key.")


def test_both_pictures_and_what_differs_are_above_the_fold_and_below_each_other_on_a_phone(walk: Any) -> None:
    visit = walk("fill_in_the_blank", "?compared=sentence")
    visit.type("He opened the [MASK] with a key.")
    visit.page.set_viewport_size({"width": 1280, "height": 720})
    visit.settle()
    charts = visit.main.locator(".js-plotly-plot")
    places = [charts.nth(index).bounding_box() for index in range(2)]
    assert places[0]["y"] == pytest.approx(places[1]["y"], abs=2) and places[0]["x"] < places[1]["x"]
    assert all(place["y"] + place["height"] <= 760 for place in places)  # but for the last of the margin below the bars
    assert differs(visit).bounding_box()["y"] < places[0]["y"]
    for theme in (colors.LIGHT, colors.DARK):
        goes_over_to(visit.page, theme)
        # Streamlit draws the hints of its buttons outside of the page.
        assert {rule: place for rule, place in violations(visit.page).items() if "OverlayPortal" not in place} == {}
    for width in (1000, 390):
        visit.page.set_viewport_size({"width": width, "height": 844})
        visit.settle()
        upper, lower = (charts.nth(index).bounding_box() for index in range(2))
        assert lower["y"] >= upper["y"] + upper["height"] and upper["x"] + upper["width"] <= width
