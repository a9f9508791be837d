"""The wheel, installed where nothing of the sources is, and started from another folder: every page opens, and looks as it should."""

from __future__ import annotations

import http.client
import os
import site
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loops import in_a_loop

from benchmarks.visitor import Visitor
from bertviz_app.workspace.page_list import PAGES

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment with the wheel in it. What it depends on is lent by the one that runs the tests."""
    here = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = ["wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--wheel-dir", str(here)]
    subprocess.run([*pip, *build], check=True)
    venv.create(here / "environment", symlinks=True)
    python = here / "environment" / "bin" / "python"
    (wheel,) = here.glob("*.whl")
    subprocess.run([*pip, "--python", str(python), "install", "--no-deps", "--no-index", "--quiet", str(wheel)], check=True)
    (packages,) = (here / "environment").glob("lib/*/site-packages")
    (packages / "lent.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    return python.parent


@pytest.fixture(scope="module")
def port(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """`inside-bert --port …`, from an empty folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    server = subprocess.Popen(
        [str(installed / "inside-bert"), "--port", str(number)],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=os.environ | {"STREAMLIT_SERVER_HEADLESS": "true", "PYTHONPATH": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(240):
            assert server.poll() is None, "it stopped"
            if answers("127.0.0.1", number):
                break
            time.sleep(0.25)
        yield number
    finally:
        server.terminate()
        server.wait(timeout=30)


def answers(address: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection((address, port), timeout=5).close()
    except OSError:
        return False
    return True


def test_every_page_opens_without_an_error(port: Any) -> Any:
    async def walk() -> dict[str, tuple[str, list[str]]]:
        visitor = Visitor(port, "I love AI!")
        await visitor.come("")
        found = {"home": (visitor.title, visitor.errors)}
        for key in list(PAGES)[1:]:
            await visitor.go(key)
            found[key] = visitor.title, visitor.errors
        await visitor.leave()
        return found

    expected: dict[str, tuple[str, list[str]]]
    expected = {key: (entry.title, []) for key, entry in PAGES.items()}
    assert in_a_loop(walk()) == expected | {"home": ("Inside BERT", [])}


def test_it_looks_and_is_limited_as_in_the_sources(port: Any) -> Any:
    async def begin() -> Visitor:
        visitor = Visitor(port, "I love AI!")
        await visitor.come("glossary")
        await visitor.leave()
        return visitor

    visitor = in_a_loop(begin())
    assert visitor.primary_color == "#9A5B00"


def test_it_answers_this_machine_alone(port: Any) -> None:
    assert answers("127.0.0.1", port) and not answers("127.0.0.2", port)


@pytest.mark.parametrize(("host", "status"), [("localhost", 101), ("127.0.0.1", 101), ("evil.example", 403)])
def test_a_page_elsewhere_cannot_reach_it_under_a_name_of_its_own(port: Any, host: Any, status: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Host": f"{host}:{port}", "Connection": "Upgrade", "Upgrade": "websocket", "Origin": f"http://{host}:{port}"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    connection.request("GET", "/_stcore/stream", headers=headers | key)
    assert connection.getresponse().status == status
    connection.close()


def test_it_says_what_is_installed(installed: Any, tmp_path: Path) -> None:
    said = subprocess.run(
        [str(installed / "inside-bert"), "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith("Inside BERT ")
    with_types = "import importlib.resources as r; assert r.files('bertviz_app').joinpath('py.typed').is_file()"
    subprocess.run([str(installed / "python"), "-c", with_types], cwd=tmp_path, check=True)
