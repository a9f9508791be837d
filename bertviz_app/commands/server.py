"""What the server does beside showing pages: it checks what it needs before it starts, warms up, says whether it is ready, and bounds uploads."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route

from bertviz_app import settings
from bertviz_app.checkpoints.folders import folder_of, named
from bertviz_app.errors import InsideBertError
from bertviz_app.serving.garbage_collection import keep_rounds_short
from bertviz_app.serving.temporary_folder import require_temporary_folder

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

READY = "/readyz"
UPLOADS = "/_stcore/upload_file/"  # then the session and the file
FIRST_VISITOR = 3.0  # seconds in which a browser that was opened with the server has asked for its page


_warm = threading.Event()


def check() -> None:
    """End the process with a sentence where a setting makes no sense, or where the first model, the device or the folder for temporary
    files is not there.
    """
    try:
        require_temporary_folder()
        chosen = settings.current()
        folder_of(named(chosen.model))
        if chosen.device != "auto":
            from bertviz_app.engine.parts import pick_device  # imports torch: only who names a device waits for that here

            pick_device()
    except InsideBertError as error:
        sys.exit(f"Inside BERT cannot start. {error}")


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """In the background, import what every page begins with at once and, when the first page has its title or nobody came for it, the model."""

    def warm_up() -> None:
        from bertviz_app.workspace import caches  # with Plotly and more: seconds in which the server shall answer

        # Importing torch holds up every other thread for seconds. The first page starts it once its title stands (`open_page`).
        time.sleep(FIRST_VISITOR)
        caches.warm_up().join()
        _warm.set()
        keep_rounds_short()  # from here on: while models load there is no garbage to speak of

    threading.Thread(target=warm_up, name="start", daemon=True).start()
    yield


def not_ready() -> str:
    """Why no model can be shown at this moment, as a sentence; empty when one can. Streamlit's own health knows nothing of models."""
    try:
        require_temporary_folder()
    except InsideBertError as error:
        return str(error)
    if not _warm.is_set():
        return "The first model is being loaded."
    from bertviz_app.workspace import caches  # imported by the warm-up

    return "" if caches.models.held else "No model could be loaded so far; the pages say why."


def routes() -> list[BaseRoute]:
    """What is answered beside Streamlit's own addresses."""

    def ready(_: Request) -> PlainTextResponse:
        why_not = not_ready()
        return PlainTextResponse(why_not or "ready", 503 if why_not else 200)

    return [Route(READY, ready)]


class BoundedUploads:
    """Keeps the uploaded files of each session within a sum of bytes: the oldest are let go. One upload of a session at a time."""

    def __init__(self, app: ASGIApp, n_bytes: int) -> None:
        self._app, self._n_bytes = app, n_bytes
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand every request on; after an upload, make room."""
        _, found, rest = str(scope.get("path", "")).partition(UPLOADS)
        if not found or scope.get("method") != "PUT":
            await self._app(scope, receive, send)
            return
        session = rest.partition("/")[0]
        lock = self._locks.setdefault(session, asyncio.Lock())
        async with lock:
            await self._app(scope, receive, send)
            self._make_room(session)

    def _make_room(self, session: str) -> None:
        from streamlit import runtime

        manager = runtime.get_instance().uploaded_file_mgr
        files = list(manager.file_storage.get(session, {}).values())  # in the order in which they came
        kept = sum(len(file.data) for file in files)
        for file in files[:-1]:  # the newest is what the visitor waits for
            if kept <= self._n_bytes:
                break
            manager.remove_file(session, file.file_id)
            kept -= len(file.data)


def middleware() -> list[Middleware]:
    """What every request goes through."""
    return [Middleware(BoundedUploads, n_bytes=settings.current().upload_megabytes * 1_000_000)]
