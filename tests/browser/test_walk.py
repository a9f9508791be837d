"""Walks through the pages, as a visitor takes them: nothing on the screen may be about another text, another page, or another model.

One server and one browser for all walks. Each walk is a session of its own; at every stop each box, choice and sentence is compared
with the text that stands above it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import tiny
from playwright.sync_api import Locator, Page, expect
from tokenizers import Tokenizer

from bertviz_app.workspace.page_list import PAGES

from .conftest import ROOT, free_port, running_app

# Two texts with other names: a name of one, on a page about the other, is stale.
FIRST, SECOND = "Angela Merkel met Tim Cook of Apple in Paris.", "Marie Curie knew Albert Einstein from Brussels."
WORDS = {text: re.findall(r"[A-Z]\w{2,}", text) for text in (FIRST, SECOND)}
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
WHOLE = "[class*=st-key-_browser_memory_choices]"  # the last thing on a page: a first visit begins with a run that only asks the browser
PATIENCE = 20  # seconds
ORDERS = {
    "as they stand": [*PAGES],
    "backwards": [*reversed(PAGES)],
    "by leaps": [*[*PAGES][::2], *[*PAGES][1::2]],
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that also offers a tiny model of two layers, with words of its own."""
    folder = tiny.save("bert", tmp_path_factory.mktemp("walk") / "tiny-bert")
    with running_app(INSIDE_BERT_CHECKPOINTS=str(folder)) as address:
        yield address


@dataclass
class Walk:
    """A visitor's way: where they go, what they do, and what they see."""

    page: Page

    @property
    def main(self) -> Locator:
        return self.page.locator("[data-testid=stMain]")

    @property
    def box(self) -> Locator:
        return self.main.get_by_label(re.compile(r"^Sentence( A)?$"))

    def settle(self) -> None:
        """Wait until the page is drawn and stays as it is."""
        self.page.wait_for_function(
            """settled => new Promise(done => {
                const quiet = () => document.querySelector(settled) !== null && document.querySelector('[data-stale=true]') === null;
                let since = null;
                const look = () => {
                    if (!quiet()) since = null; else if (since === null) since = performance.now();
                    if (since !== null && performance.now() - since > 150) done(true); else setTimeout(look, 30);
                };
                look();
            })""",
            arg=SETTLED,
        )
        assert self.page.locator("[data-testid=stException]").count() == 0

    def go(self, key: str) -> None:
        """To another page by the sidebar."""
        link = self.page.locator("[data-testid=stSidebar]").get_by_role("link", name=PAGES[key].title, exact=True)
        link.click()
        self.arrive(key)

    def arrive(self, key: str) -> None:
        title = "Inside BERT" if key == "home" else PAGES[key].title
        self.page.get_by_role("heading", name=title, exact=True, level=1).wait_for()
        self.page.locator(WHOLE).wait_for(state="attached")
        self.settle()

    def type(self, text: str) -> None:
        """Into the sentence box, and submit."""
        self.box.fill(text)
        self.main.get_by_role("button", name="Show", exact=True).first.click()
        self.settle()

    def pick(self, option: str, *, among: str = "radio") -> None:
        """One of a row of options."""
        self.main.get_by_role(among, name=option, exact=True).click()
        self.settle()

    @staticmethod
    def cut(text: str) -> list[str]:
        """The tokens of the embedded model, as the library cuts them by itself."""
        return Tokenizer.from_file(str(ROOT / "bertviz_app" / "embedded" / "tokenizer.json")).encode(text).tokens

    def strips(self) -> list[list[str]]:
        return [
            [token.split("\n")[0] for token in strip.locator(".token").all_inner_texts()]
            for strip in self.main.locator(".strip").all()
        ]

    def chosen(self) -> dict[str, str]:
        """What each closed list shows, by its label."""
        boxes = self.main.locator("[data-testid=stSelectbox]")
        return {box.locator("label").inner_text(): box.get_by_role("combobox").input_value() for box in boxes.all()}

    def view(self) -> list[str]:
        """Which option of each row is on."""
        return self.main.get_by_role("radio", checked=True).all_inner_texts()

    def shows(self, expected: object, seen: Callable[[], object]) -> None:
        """What is seen is this, at the latest when the last component has drawn what it was sent."""
        last = time.monotonic() + PATIENCE
        while seen() != expected and time.monotonic() < last:
            self.page.wait_for_timeout(100)
        assert seen() == expected

    def tokens_are(self, expected: Sequence[str]) -> None:
        self.shows(list(expected), lambda: self.strips()[0])

    def is_about(self, text: str) -> None:
        """Every box, choice and sentence of the page belongs to this text."""
        if self.box.count():
            expect(self.box).to_have_value(text, timeout=PATIENCE * 1000)
            if self.strips():
                self.tokens_are(self.cut(text))
        self.shows([], lambda: self.stale_words(text))

    def stale_words(self, text: str) -> list[str]:
        """Words of another text that stand somewhere on the page."""
        typed = [box.input_value() for box in self.main.locator("input[type=text], textarea").all()]
        seen = "\n".join([self.main.inner_text(), *typed, *self.chosen().values()])
        return [word for other in WORDS if other != text for word in WORDS[other] if re.search(rf"\b{word}\b", seen)]


@pytest.fixture
def walk(visitor: Callable[..., Page], url: str) -> Callable[..., Walk]:
    """Begins a walk at a page, as a new visitor."""

    def begin(key: str = "home", query: str = "") -> Walk:
        page = visitor(f"{url}{query}" if key == "home" else f"{url}/{key}{query}")
        walk = Walk(page)
        walk.arrive(key)
        return walk

    return begin


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


def test_an_example_a_reload_and_the_way_back(walk: Any) -> None:
    visit = walk("tokens")
    visit.main.get_by_role("button", name="Examples").click()
    visit.page.get_by_role("button", name="Short and loud").click()
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


def test_the_name_to_follow_is_one_of_this_text(walk: Any) -> None:
    visit = walk("tasks")
    visit.type(FIRST)
    choose(visit, "The name to follow", "Tim Cook")
    visit.type(SECOND)
    visit.is_about(SECOND)
    visit.shows(True, lambda: visit.chosen()["The name to follow"].startswith("Marie Curie"))


def test_the_text_to_look_into_is_one_of_these(walk: Any) -> None:
    visit = walk("tasks", "?task=Similarity")
    several(visit, "Texts", [FIRST, "It rains."])
    choose(visit, "Text to look into", "It rains")
    several(visit, "Texts", [SECOND, "The sun shines."])
    visit.is_about(SECOND)
    assert visit.chosen()["Text to look into"].startswith("1")


@pytest.mark.parametrize(
    ("key", "query", "label"),
    [
        ("tokens", "?tokens_view=Step+by+step", "Word"),
        ("interventions", "?interventions_view=Map+of+heads", "Prediction"),
        ("attribution", "", "Answer to explain"),
    ],
)
def test_each_list_offers_what_it_shows(walk: Any, key: str, query: str, label: str) -> None:
    """Whatever was chosen for another text, what a list shows is one of its options."""
    visit = walk(key, query)
    for text in (FIRST, SECOND):
        visit.type(text)
        visit.is_about(text)
        offered = options(visit, label)
        visit.shows(True, lambda offered=offered: visit.chosen()[label] in offered)
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


@pytest.mark.parametrize(
    ("key", "view"),
    [("models", "Families"), ("embeddings", "Similarity"), ("tokens", "Side by side"), ("forward_pass", "Norms")],
)
def test_a_view_survives_a_reload_and_travels_by_a_link(walk: Any, key: str, view: str) -> None:
    visit = walk(key)
    visit.pick(view)
    visit.page.reload()
    visit.arrive(key)
    visit.shows(True, lambda: view in visit.view())
    link = visit.page.url
    other = walk(key, link[link.index("?") :])
    other.shows(True, lambda: view in other.view())


def test_a_clicked_token_survives_a_reload(walk: Any) -> None:
    visit = walk("logit_lens", "?lens_view=One+token")
    visit.type("I love AI!")
    visit.main.locator("button.token", has_text="love").click()
    chosen = visit.main.locator("button.token[aria-pressed=true]")
    expect(chosen).to_have_text("love", timeout=PATIENCE * 1000)  # the run that a click starts may not have begun yet
    visit.settle()
    visit.page.reload()
    visit.arrive("logit_lens")
    expect(chosen).to_have_text("love")


def test_a_layer_and_a_head_that_do_not_exist_are_said(walk: Any) -> None:
    visit = walk("attention", "?layer=99&head=77")
    visit.main.get_by_text("“Layer 99”").wait_for()
    visit.main.get_by_text("“Head 77”").wait_for()


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
    visit = walk("tokens", "?embed=true")
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


def choose(visit: Walk, label: str, option: str) -> None:
    """An option of a closed list, by a part of its name."""
    box, wanted = visit.main.get_by_role("combobox", name=label), visit.page.get_by_role("option", name=option).first
    box.scroll_into_view_if_needed()
    visit.settle()
    box.click()
    if not wanted.is_visible():  # a page that scrolls meanwhile closes the list again
        box.press("ArrowDown")
    wanted.click()
    visit.settle()


def options(visit: Walk, label: str) -> Sequence[str]:
    """What a closed list offers."""
    visit.main.get_by_role("combobox", name=label).click()
    visit.page.get_by_role("option").first.wait_for()
    found = visit.page.get_by_role("option").all_inner_texts()
    visit.page.keyboard.press("Escape")
    return found


def several(visit: Walk, label: str, texts: Sequence[str]) -> None:
    """Texts into the box of a view that has its own."""
    visit.main.get_by_role("textbox", name=re.compile(label)).fill("\n".join(texts))
    visit.main.get_by_role("button", name="Show", exact=True).first.click()
    visit.settle()
