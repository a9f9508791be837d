"""The model in the sidebar, in the address, and in the line below it are one and the same, on whatever way a visitor comes."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from .conftest import TINY


def box(page: Any) -> Any:
    return page.get_by_test_id("stSidebar").get_by_role("combobox")


def choose(page: Any, name: Any) -> None:
    box(page).click()
    page.get_by_role("option", name=name, exact=True).click()


def is_on(page: Any, key: Any, name: Any) -> None:
    """On this page with this model, in the address, in the box, and in what was loaded."""
    expect(page).to_have_url(re.compile(rf"/{key}\?(.*&)?model={name}(&|$)"))
    expect(box(page)).to_have_value(name, timeout=60_000)  # the first visitor of a server waits for imports
    expect(page.get_by_test_id("stSidebar").get_by_text(f"{TINY[name]} layers ×")).to_be_visible(timeout=60_000)
    page.locator("[data-test-script-state=notRunning]").wait_for()


def test_the_sidebar_says_what_the_address_says(visitor: Any, models_url: Any) -> None:
    page = visitor(f"{models_url}/tokens?model=tiny-bert")
    is_on(page, "tokens", "tiny-bert")
    choose(page, "deeper-bert")
    is_on(page, "tokens", "deeper-bert")
    page.go_back()
    is_on(page, "tokens", "tiny-bert")
    page.go_forward()
    is_on(page, "tokens", "deeper-bert")
    page.reload()
    is_on(page, "tokens", "deeper-bert")


def test_a_model_that_is_picked_on_the_way_to_another_page_comes_along(visitor: Any, models_url: Any) -> None:
    page = visitor(f"{models_url}/tokens?model=tiny-bert")
    is_on(page, "tokens", "tiny-bert")
    for key, name in (("Embeddings", "deeper-bert"), ("Tokens", "tiny-bert"), ("Embeddings", "deeper-bert")):
        choose(page, name)
        page.get_by_role("link", name=key, exact=True).first.click()
        is_on(page, key.lower(), name)


def test_visitors_with_different_models_do_not_see_each_others(visitor: Any, models_url: Any) -> None:
    names = [*TINY, *TINY]
    pages = [visitor(f"{models_url}/attribution?model={name}") for name in names]
    for page, name in zip(pages, names, strict=True):
        is_on(page, "attribution", name)
    for page in pages:
        page.reload(wait_until="commit")
    for page, name in zip(pages, names, strict=True):
        is_on(page, "attribution", name)
