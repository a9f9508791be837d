"""The model in the sidebar, in the address, and in the line below it are one and the same, on whatever way a visitor comes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import tiny
from playwright.sync_api import expect

from .conftest import running_app

LAYERS = {"one": 2, "other": 3}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    root = tmp_path_factory.mktemp("models")
    folders = [tiny.save("bert", root / name, num_hidden_layers=n) for name, n in LAYERS.items()]
    with running_app(INSIDE_BERT_CHECKPOINTS=os.pathsep.join(map(str, folders))) as address:
        yield address


def box(page: Any) -> Any:
    return page.get_by_test_id("stSidebar").get_by_role("combobox")


def choose(page: Any, name: Any) -> None:
    box(page).click()
    page.get_by_role("option", name=name, exact=True).click()


def is_on(page: Any, key: Any, name: Any) -> None:
    """On this page with this model, in the address, in the box, and in what was loaded."""
    expect(page).to_have_url(re.compile(rf"/{key}\?(.*&)?model={name}(&|$)"))
    expect(box(page)).to_have_value(name)
    expect(page.get_by_test_id("stSidebar").get_by_text(f"{LAYERS[name]} layers ×")).to_be_visible(timeout=60_000)
    page.locator("[data-test-script-state=notRunning]").wait_for()


def test_the_sidebar_says_what_the_address_says(visitor: Any, url: Any) -> None:
    page = visitor(f"{url}/tokens?model=one")
    is_on(page, "tokens", "one")
    choose(page, "other")
    is_on(page, "tokens", "other")
    page.go_back()
    is_on(page, "tokens", "one")
    page.go_forward()
    is_on(page, "tokens", "other")
    page.reload()
    is_on(page, "tokens", "other")


def test_a_model_that_is_picked_on_the_way_to_another_page_comes_along(visitor: Any, url: Any) -> None:
    page = visitor(f"{url}/tokens?model=one")
    is_on(page, "tokens", "one")
    for key, name in (("Embeddings", "other"), ("Tokens", "one"), ("Embeddings", "other")):
        choose(page, name)
        page.get_by_role("link", name=key, exact=True).first.click()
        is_on(page, key.lower(), name)


def test_visitors_with_different_models_do_not_see_each_others(visitor: Any, url: Any) -> None:
    names = [*LAYERS, *LAYERS]
    pages = [visitor(f"{url}/attribution?model={name}") for name in names]
    for _ in range(2):
        for page, name in zip(pages, names, strict=True):
            is_on(page, "attribution", name)
        for page in pages:
            page.reload(wait_until="commit")
