"""A running app and a browser. Without a Chromium these tests are skipped, and say how to get one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import tiny
from playwright.sync_api import Browser, Error, Page, sync_playwright

from .walking import Walk

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

TINY = {"tiny-bert": 2, "deeper-bert": 3}  # how many layers they have


@pytest.fixture(scope="session")
def a_browser() -> Iterator[Callable[[], Browser]]:
    """The browser of all these tests. If it broke down, those that follow get a new one."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    opened: list[Browser] = []

    def open_one() -> Browser:
        if not opened or not opened[-1].is_connected():
            opened.append(playwright.chromium.launch(executable_path=path, args=FLAGS))
        return opened[-1]

    with sync_playwright() as playwright:
        yield open_one
        for browser in opened:
            browser.close()


@pytest.fixture
def browser(a_browser: Callable[[], Browser]) -> Browser:
    """Ready to open pages."""
    try:
        return a_browser()
    except Error:
        pytest.skip("no Chromium: install Debian's `chromium`, run `playwright install chromium`, or set CHROMIUM to its path")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_app(*, port: int | None = None, **environment: str) -> Iterator[str]:
    """A fresh server, on a free port unless one is given, with these settings; yields its address."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless", "true"]
    server = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                break
            except OSError:
                assert server.poll() is None, "the server stopped before it was healthy"
                time.sleep(0.25)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:  # a busy machine; whether a server stops as it should has a test of its own
            server.kill()
            server.wait()


@pytest.fixture(scope="session")
def a_server() -> Iterator[Callable[[], str]]:
    """The server of all these tests. If it broke down, those that follow get a new one."""
    urls: list[str] = []

    def running() -> str:
        try:
            urllib.request.urlopen(f"{urls[-1]}/_stcore/health", timeout=60).close()
        except (IndexError, OSError):
            urls.append(servers.enter_context(running_app()))
        return urls[-1]

    with ExitStack() as servers:
        yield running


@pytest.fixture
def app_url(a_server: Callable[[], str]) -> str:
    """The address of a server that is there."""
    return a_server()


@pytest.fixture(scope="session")
def models_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that also offers tiny models of two and of three layers, with words of their own."""
    root = tmp_path_factory.mktemp("models")
    folders = [tiny.save("bert", root / name, num_hidden_layers=n) for name, n in TINY.items()]
    with running_app(INSIDE_BERT_CHECKPOINTS=os.pathsep.join(map(str, folders))) as address:
        yield address


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page as a new visitor; at the end, no exception may stand on any page or in its scripts, and no request may have left the machine."""
    contexts: list[Any] = []
    pages: list[Page] = []
    outside: list[str] = []
    broken: list[str] = []

    def watch(request: Any) -> None:
        if request.url.startswith("http") and urllib.parse.urlparse(request.url).hostname != "127.0.0.1":
            outside.append(request.url)

    def visit(url: str, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}} | options)
        context.set_default_timeout(90_000)
        page = context.new_page()
        page.on("request", watch)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(url)
        contexts.append(context)
        pages.append(page)
        return page

    yield visit
    # Closed whatever is found, so that nothing of this test is left to the next.
    try:
        on_the_screen = [
            page.url for page in pages if not page.is_closed() and page.locator("[data-testid=stException]").count()
        ]
    finally:
        for context in contexts:
            context.close()
    assert on_the_screen == []
    assert outside == []
    assert broken == []


@pytest.fixture
def walk(visitor: Callable[..., Page], models_url: str) -> Callable[..., Walk]:
    """Begins a walk at a page, as a new visitor."""

    def begin(key: str = "home", query: str = "") -> Walk:
        page = visitor(f"{models_url}{query}" if key == "home" else f"{models_url}/{key}{query}")
        walk = Walk(page)
        walk.arrive(key)
        return walk

    return begin
