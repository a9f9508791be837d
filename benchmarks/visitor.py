"""A visitor without a browser: speaks the protocol of Streamlit's front end over a websocket, and answers what the page asks of a browser."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

MEMORY = "inside_bert.memory"  # the component that asks the browser for what it kept
OVER = (0, 1, 2)  # a run that ended; any other end is the beginning of the next


class Visitor:
    """One session. `text` is what the visitor's browser kept: the sentence that all pages read."""

    def __init__(self, port: int, text: str) -> None:
        self._port, self._text = port, text
        self._page = ""
        self._widgets: dict[str, str] = {}  # the answers that every later run is sent again
        self._seen: list[ForwardMsg] = []
        self.session = ""
        self.primary_color = ""  # of the light theme that the server is set up with

    async def come(self, page: str, *, patience: float = 600) -> float:
        """Open a page by its address as a new visitor. Seconds until it is complete, the answer to its question included."""
        self._connection = await websockets.connect(
            f"ws://127.0.0.1:{self._port}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            max_size=None,
            open_timeout=60,
            proxy=None,
            ping_interval=None,
        )
        began = time.monotonic()
        await self._run(page, patience)
        asks = next((one for one in self._components() if one.component_name == MEMORY and '"question"' in one.json), None)
        if asks is not None:
            kept = json.dumps({"texts": {"text": self._text}, "hidden": None})
            answer = {"question": json.loads(asks.json)["question"], "texts": kept, "choices": "", "screen": "light wide"}
            self._widgets = {asks.id: json.dumps({"saved": json.dumps(answer)})}
            await self._run(page, patience)
        return time.monotonic() - began

    async def go(self, page: str, *, patience: float = 600) -> float:
        """Go to another page. Seconds until it is complete."""
        self._widgets = {}
        began = time.monotonic()
        await self._run(page, patience)
        return time.monotonic() - began

    async def leave(self) -> None:
        """Close the browser."""
        await self._connection.close()

    @property
    def screen(self) -> str:
        """All that the last run drew, as text."""
        return "\n".join(str(message.delta) for message in self._seen if message.WhichOneof("type") == "delta")

    @property
    def title(self) -> str:
        """The first heading that the last run drew."""
        drawn = [message.delta.new_element for message in self._seen if message.WhichOneof("type") == "delta"]
        return next((element.heading.body for element in drawn if element.WhichOneof("type") == "heading"), "")

    @property
    def errors(self) -> list[str]:
        """What the last run drew as an error."""
        drawn = [message.delta.new_element for message in self._seen if message.WhichOneof("type") == "delta"]
        red = [element.alert.body for element in drawn if element.WhichOneof("type") == "alert" and element.alert.format == 1]
        return red + [element.exception.message for element in drawn if element.WhichOneof("type") == "exception"]

    def _components(self) -> list[Any]:
        drawn = [message.delta.new_element for message in self._seen if message.WhichOneof("type") == "delta"]
        return [element.bidi_component for element in drawn if element.WhichOneof("type") == "bidi_component"]

    async def _run(self, page: str, patience: float) -> None:
        """One run of a page, from the question to its end."""
        ask = BackMsg()
        ask.rerun_script.page_name = page
        ask.rerun_script.query_string = ""
        ask.rerun_script.context_info.url = f"http://127.0.0.1:{self._port}/{page}"
        ask.rerun_script.context_info.color_scheme = "light"
        for name, value in self._widgets.items():
            ask.rerun_script.widget_states.widgets.add(id=name, json_value=value)
        await self._connection.send(ask.SerializeToString())
        async with asyncio.timeout(patience):
            while True:
                told = ForwardMsg()
                told.ParseFromString(await self._connection.recv(decode=False))
                kind = told.WhichOneof("type")
                if kind == "new_session":
                    self._seen = []
                    self.session = told.new_session.initialize.session_id or self.session
                    self.primary_color = told.new_session.custom_theme.light.primary_color
                self._seen.append(told)
                if kind == "script_finished" and told.script_finished in OVER:
                    return
