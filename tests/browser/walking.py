"""A visitor on the way through the pages: where they go, what they do, and what they see."""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from settling import settled
from tokenizers import Tokenizer

from bertviz_app.workspace.page_list import PAGES

from .layout import title

ROOT = Path(__file__).parents[2]
# Two texts with other names: a name of one, on a page about the other, is stale.
FIRST, SECOND = "Angela Merkel met Tim Cook of Apple in Paris.", "Marie Curie knew Albert Einstein from Brussels."
WORDS = {text: re.findall(r"[A-Z]\w{2,}", text) for text in (FIRST, SECOND)}
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
WHOLE = "[class*=st-key-_browser_memory_choices]"  # the last thing on a page: a first visit begins with a run that only asks the browser
PATIENCE = 20  # seconds


@functools.cache
def _tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(ROOT / "bertviz_app" / "embedded" / "tokenizer.json"))


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
        settled(self.page)
        assert self.page.locator("[data-testid=stException]").count() == 0

    def go(self, key: str) -> None:
        """To another page by the sidebar."""
        link = self.page.locator("[data-testid=stSidebar]").get_by_role("link", name=PAGES[key].title, exact=True)
        link.click()
        self.arrive(key)

    def arrive(self, key: str) -> None:
        self.page.get_by_role("heading", name=title(key), exact=True, level=1).wait_for()
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
        return _tokenizer().encode(text).tokens

    def strips(self) -> list[list[str]]:
        """The tokens of each strip."""
        read = (
            "strips => strips.map(strip => [...strip.querySelectorAll('.token')].map(token => token.innerText.split('\\n')[0]))"
        )
        found: list[list[str]] = self.main.locator(".strip").evaluate_all(read)
        return found

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
        boxes = self.main.locator("input[type=text], textarea, [role=combobox]")
        seen = "\n".join([self.main.inner_text(), *boxes.evaluate_all("boxes => boxes.map(box => box.value || '')")])
        return [word for other in WORDS if other != text for word in WORDS[other] if re.search(rf"\b{word}\b", seen)]


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
