"""The server: stopped at its start by a setting without sense, and bounded in what it keeps of uploads."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from bertviz_app import server
from bertviz_app.server import BoundedUploads

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MAX_FORWARDS", "two", "INSIDE_BERT_MAX_FORWARDS must be a whole number; it is 'two'."),
        ("MAX_FORWARD", "2", "INSIDE_BERT_MAX_FORWARD is no setting of this program: did you mean INSIDE_BERT_MAX_FORWARDS?"),
        ("MODEL", "no-such-model", "no-such-model"),
    ],
)
def test_a_setting_without_sense_stops_the_server_at_its_start_with_a_sentence(name, value, said):
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
def test_what_cannot_be_is_said_before_the_first_visitor_comes(name, value, said, monkeypatch):
    import torch

    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setenv(f"INSIDE_BERT_{name}", value)
    with pytest.raises(SystemExit) as caught:
        server.check_settings()
    assert said in str(caught.value)


def test_settings_as_they_come_let_it_start():
    server.check_settings()


class Uploads:
    """A session's uploads through the middleware, as Streamlit keeps them."""

    def __init__(self, monkeypatch, n_bytes: int) -> None:
        self.manager = MemoryUploadedFileManager("/upload")
        self.most = 0
        monkeypatch.setattr(runtime, "get_instance", type("", (), {"uploaded_file_mgr": self.manager}))
        self.bounded = BoundedUploads(self._keep, n_bytes)

    async def _keep(self, scope, receive, send) -> None:
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


def test_the_files_of_a_session_are_bounded_in_sum_and_the_newest_are_kept(monkeypatch):
    uploads = Uploads(monkeypatch, 3_000)
    asyncio.run(uploads.send(*map(str, range(60))))  # all at once
    assert list(uploads.manager.file_storage["a"]) == ["57", "58", "59"]
    assert uploads.kept("a") == 3_000 and uploads.most == 4_000


def test_the_files_of_one_visitor_do_not_push_out_those_of_another(monkeypatch):
    uploads = Uploads(monkeypatch, 2_000)
    asyncio.run(uploads.send("1", session="b"))
    asyncio.run(uploads.send(*map(str, range(9)), session="a"))
    assert uploads.kept("b") == 1_000 and uploads.kept("a") == 2_000


def test_a_file_that_alone_is_larger_is_kept_until_the_next(monkeypatch):
    uploads = Uploads(monkeypatch, 500)
    asyncio.run(uploads.send("1"))
    assert list(uploads.manager.file_storage["a"]) == ["1"]
    asyncio.run(uploads.send("2"))
    assert list(uploads.manager.file_storage["a"]) == ["2"]


def test_other_requests_are_handed_on():
    seen = []

    async def page(scope, receive, send) -> None:
        seen.append(scope["type"])

    async def ask() -> None:
        bounded = BoundedUploads(page, 1)
        for scope in (
            {"type": "lifespan"},
            {"type": "websocket", "path": "/_stcore/stream"},
            {"type": "http", "path": "/", "method": "GET"},
        ):
            await bounded(scope, None, None)

    asyncio.run(ask())
    assert seen == ["lifespan", "websocket", "http"]
