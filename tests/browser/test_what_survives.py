"""What is there again after a reload, from a link, or when the server was gone: what was typed, and what was chosen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from .conftest import free_port, running_app
from .walking import FIRST, PATIENCE, SETTLED, Walk

VIEWS = {"models": "Families", "embeddings": "Similarity", "tokens": "Side by side", "forward_pass": "Norms"}
# The position of the token that the keyboard is on.
HELD = "() => { let at = document.activeElement; while (at.shadowRoot) at = at.shadowRoot.activeElement; return at.dataset.position }"


def test_what_is_switched_off_survives_a_reload(walk: Any) -> None:
    visit = walk("interventions")
    visit.main.get_by_label("Layers to skip").click()
    visit.page.get_by_role("option", name="4", exact=True).click()
    visit.settle()
    before = visit.main.locator("[data-testid=stMultiSelect]").nth(1).inner_text()
    assert "4" in before
    visit.page.reload()
    visit.arrive("interventions")
    visit.shows(before, visit.main.locator("[data-testid=stMultiSelect]").nth(1).inner_text)
    link = visit.page.url
    other = walk("interventions", link[link.index("?") :])
    other.shows(before, other.main.locator("[data-testid=stMultiSelect]").nth(1).inner_text)


def test_views_survive_a_reload_and_travel_by_links(walk: Any) -> None:
    """On the page that is loaded again, and on the others that the visitor comes back to."""
    first, *_, last = VIEWS
    visit, links = walk(first), {}
    for key, view in VIEWS.items():
        if key != first:
            visit.go(key)
        visit.pick(view)
        links[key] = visit.page.url
    visit.page.reload()
    visit.arrive(last)
    for key, view in reversed(VIEWS.items()):
        if key != last:
            visit.go(key)
        visit.shows(True, lambda view=view: view in visit.view())
    other = walk("glossary")
    for key, view in VIEWS.items():
        other.page.goto(links[key])
        other.arrive(key)
        other.shows(True, lambda view=view: view in other.view())


def test_a_token_chosen_by_key_keeps_the_focus_and_survives_a_reload(walk: Any) -> None:
    visit = walk("logit_lens", "?lens_view=One+token")
    visit.type("I love AI!")
    visit.main.locator("button.token", has_text="ai").focus()
    visit.page.keyboard.press("Enter")
    chosen = visit.main.locator("button.token[aria-pressed=true]")
    expect(chosen).to_have_text("ai", timeout=PATIENCE * 1000)  # the run that a key or a click starts may not have begun yet
    visit.settle()
    assert visit.page.evaluate(HELD) == chosen.get_attribute("data-position")
    visit.main.locator("button.token", has_text="love").click()
    expect(chosen).to_have_text("love", timeout=PATIENCE * 1000)
    visit.settle()
    visit.page.reload()
    visit.arrive("logit_lens")
    expect(chosen).to_have_text("love")


def test_what_was_submitted_last_is_there_when_the_server_comes_back(visitor: Any) -> None:
    """The browser first sends what it had answered before; that is older."""
    port = free_port()
    with running_app(port=port) as url:
        page = visitor(f"{url}/fill_in_the_blank")
        visit = Walk(page)
        visit.arrive("fill_in_the_blank")
        visit.type(FIRST)
        page.reload()  # what is answered now is the first text
        visit.arrive("fill_in_the_blank")
        visit.type("I love AI!")
        visit.main.locator("button.token", has_text="love").click()
        visit.settle()
    with running_app(port=port):
        page.locator(f"{SETTLED}[data-test-connection-state=CONNECTED]").wait_for()
        visit.settle()
        expect(visit.box).to_have_value("I love AI!")
        expect(visit.main.locator("button.token", has_text="[MASK]")).to_be_visible()
        visit.tokens_are(["[CLS]", "i", "[MASK]", "ai", "!", "[SEP]"])
