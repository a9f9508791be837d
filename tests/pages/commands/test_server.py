"""The server: stopped at its start by what makes no sense or is not there, honest about being ready, and bounded in what it keeps of uploads."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from loops import in_a_loop
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from bertviz_app.commands import server
from bertviz_app.commands.server import BoundedUploads
from bertviz_app.serving.model_pool import ModelPool
from bertviz_app.workspace import caches

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MAX_FORWARDS", "two", "INSIDE_BERT_MAX_FORWARDS must be a whole number; it is 'two'."),
        (
            "MAX_FORWARD",
            "2",
            "INSIDE_BERT_MAX_FORWARD is not a setting of this program: did you mean INSIDE_BERT_MAX_FORWARDS?",
        ),
        ("MODEL", "no-such-model", "no-such-model"),
    ],
)
def test_a_setting_without_sense_stops_the_server_at_its_start_with_a_sentence(name: Any, value: Any, said: Any) -> None:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true", "--server.port", "0"]
    environment = os.environ | {f"INSIDE_BERT_{name}": value}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert ended.returncode != 0 and "Inside BERT cannot start. " in ended.stderr and said in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("DEVICE", "gpu", "must be auto, cuda, mps or cpu"), ("DEVICE", "mps", "does not find"), ("CACHE_MEGABYTES", "0", "at least 1"),
     ("MODEL", "bert-large-cased", "bert-large-cased")],
)  # fmt: skip
def test_what_cannot_be_is_said_before_the_first_visitor_comes(
    name: Any, value: Any, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setenv(f"INSIDE_BERT_{name}", value)
    with pytest.raises(SystemExit) as caught:
        server.check()
    assert said in str(caught.value)


def test_settings_as_they_come_let_it_start() -> None:
    server.check()


ONE_FOLDER = "import os, tempfile\ntempfile._candidate_tempdir_list = lambda: [os.environ['TMPDIR']]\n"  # /tmp is always there


@pytest.fixture
def command(tmp_path: Path) -> Any:
    """How to start a server, and its environment: the folder `temporary` is the only one for temporary files."""
    (tmp_path / "sitecustomize.py").write_text(ONE_FOLDER, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path / "temporary"), "HF_HUB_OFFLINE": "1"}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    start = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true", "--server.port", port]
    return start, environment, f"http://127.0.0.1:{port}{server.READY}"


def test_without_a_folder_for_temporary_files_the_server_does_not_start(command: Any) -> None:
    start, environment, _ = command
    ended = subprocess.run(start, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert ended.returncode != 0 and "Inside BERT cannot start. This server has no folder for temporary files" in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_it_says_when_it_is_ready_and_when_it_is_no_more(command: Any, tmp_path: Path) -> None:
    start, environment, address = command
    folder = tmp_path / "temporary"
    folder.mkdir()

    def says(status: int, words: str) -> None:
        said = (0, "")
        for _ in range(600):
            try:
                with urllib.request.urlopen(address, timeout=30) as answer:
                    said = (answer.status, answer.read().decode())
            except urllib.error.HTTPError as answer:
                said = (answer.code, answer.read().decode())
            except OSError:
                pass  # it does not answer yet
            if said[0] == status and words in said[1]:
                return
            time.sleep(0.2)
        pytest.fail(f"it says {said}")

    running = subprocess.Popen(start, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        says(503, "The first model is being loaded.")
        says(200, "ready")
        shutil.rmtree(folder)
        says(503, "no folder for temporary files")
        folder.mkdir()
        says(200, "ready")
    finally:
        running.terminate()
        running.wait(timeout=30)


def test_a_first_model_that_does_not_load_is_no_readiness(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = threading.Event()
    ready.set()
    monkeypatch.setattr(server, "_warm", ready)
    monkeypatch.setattr(caches, "models", ModelPool(1_000))
    assert server.not_ready() == "No model could be loaded so far; the pages say why."


def test_the_server_lets_the_first_visitor_in_before_it_imports_torch(monkeypatch: pytest.MonkeyPatch) -> Any:
    begun = threading.Event()
    idle = threading.Thread(target=lambda: None)
    idle.start()
    monkeypatch.setattr(caches, "warm_up", lambda: (begun.set(), idle)[1])
    monkeypatch.setattr(server, "keep_rounds_short", lambda: None)
    monkeypatch.setattr(server, "FIRST_VISITOR", 0.5)

    async def start() -> tuple[bool, bool]:
        async with server.lifespan(None):
            at_once = await asyncio.to_thread(begun.wait, 0.2)
            return at_once, await asyncio.to_thread(begun.wait, 30)

    assert in_a_loop(start()) == (False, True)


class Uploads:
    """A session's uploads through the middleware, as Streamlit keeps them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, n_bytes: int) -> None:
        self.manager = MemoryUploadedFileManager("/upload")
        self.most = 0
        monkeypatch.setattr(runtime, "get_instance", type("", (), {"uploaded_file_mgr": self.manager}))
        self.bounded = BoundedUploads(self._keep, n_bytes)

    async def _keep(self, scope: Any, receive: Any, send: Any) -> None:
        session, file = scope["path"].split("/")[-2:]
        await asyncio.sleep(0)
        self.manager.add_file(session, UploadedFileRec(file, f"{file}.csv", "text/csv", bytes(1_000)))
        self.most = max(self.most, self.kept(session))

    def kept(self, session: str) -> int:
        return sum(len(file.data) for file in self.manager.file_storage.get(session, {}).values())

    async def send(self, *files: str, session: str = "a", method: str = "PUT") -> None:
        await asyncio.gather(
            *(
                self.bounded({"type": "http", "method": method, "path": f"/_stcore/upload_file/{session}/{file}"}, None, None)
                for file in files
            )
        )


def test_the_files_of_a_session_are_bounded_in_sum_and_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads(monkeypatch, 3_000)
    in_a_loop(uploads.send(*map(str, range(60))))  # all at once
    assert list(uploads.manager.file_storage["a"]) == ["57", "58", "59"]
    assert uploads.kept("a") == 3_000 and uploads.most == 4_000


def test_the_files_of_one_visitor_do_not_push_out_those_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads(monkeypatch, 2_000)
    in_a_loop(uploads.send("1", session="b"))
    in_a_loop(uploads.send(*map(str, range(9)), session="a"))
    assert uploads.kept("b") == 1_000 and uploads.kept("a") == 2_000


def test_an_upload_that_does_not_end_keeps_no_other_visitor_waiting(monkeypatch: pytest.MonkeyPatch) -> Any:
    uploads = Uploads(monkeypatch, 2_000)

    async def ask() -> tuple[int, int]:
        never = asyncio.Event()

        async def keep(scope: Any, receive: Any, send: Any) -> None:
            if scope["path"].endswith("/slow"):
                await never.wait()
            if scope["method"] == "PUT":
                await uploads._keep(scope, receive, send)

        uploads.bounded = BoundedUploads(keep, 2_000)
        slow = [asyncio.create_task(uploads.send(file, session="a")) for file in ("slow", "behind")]
        await asyncio.wait_for(uploads.send("1", "2", "3", session="b"), 30)
        await asyncio.wait_for(uploads.send("page", session="b", method="GET"), 30)
        meanwhile = uploads.kept("b")
        slow[0].cancel()  # the browser was closed: who waits behind in the same session goes on
        await asyncio.wait_for(slow[1], 30)
        return meanwhile, uploads.kept("a")

    assert in_a_loop(ask()) == (2_000, 1_000)


def test_a_file_that_alone_is_larger_is_kept_until_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads(monkeypatch, 500)
    in_a_loop(uploads.send("1"))
    assert list(uploads.manager.file_storage["a"]) == ["1"]
    in_a_loop(uploads.send("2"))
    assert list(uploads.manager.file_storage["a"]) == ["2"]


def test_other_requests_are_handed_on() -> None:
    seen = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    async def ask() -> None:
        bounded = BoundedUploads(page, 1)
        for scope in (
            {"type": "lifespan"},
            {"type": "websocket", "path": "/_stcore/stream"},
            {"type": "http", "path": "/", "method": "GET"},
        ):
            await bounded(scope, None, None)

    in_a_loop(ask())
    assert seen == ["lifespan", "websocket", "http"]
