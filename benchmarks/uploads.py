"""How much memory one session's uploads take: sixty files of 5 MB, sent as a browser sends them, to a server of its own.

python -m benchmarks.uploads
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from benchmarks.visitor import Visitor

FILES, BODY = 60, b"text\n" + b"a fine film\n" * 416_000  # 5 MB
LOADED = 500  # megabytes: with the first model in memory the server has more than that


def resident(pid: int) -> float:
    """Megabytes of a process in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def upload(port: int, session: str, number: int) -> None:
    """One file, with the token that Streamlit asks for."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
        cookie = next(value for name, value in answer.getheaders() if name.lower() == "set-cookie").split(";")[0]
    head = f'--xyz\r\nContent-Disposition: form-data; name="file"; filename="{number}.csv"\r\nContent-Type: text/csv\r\n\r\n'
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/_stcore/upload_file/{session}/{number}",
        data=head.encode() + BODY + b"\r\n--xyz--\r\n",
        method="PUT",
        headers={
            "Cookie": cookie,
            "X-Xsrftoken": cookie.partition("=")[2],
            "Content-Type": "multipart/form-data; boundary=xyz",
        },
    )
    urllib.request.urlopen(request, timeout=60).close()


async def grows(pid: int) -> bool:
    """Whether the server is still loading."""
    before = resident(pid)
    await asyncio.sleep(5)
    return resident(pid) > before + 1


async def measured(port: int, pid: int) -> tuple[float, float]:
    """Megabytes before the uploads and after."""
    visitor = Visitor(port, "")
    await visitor.come("")
    while (before := resident(pid)) < LOADED or await grows(pid):
        pass
    for number in range(FILES):
        await asyncio.to_thread(upload, port, visitor.session, number)
    after = resident(pid)
    await visitor.leave()
    return before, after


def main() -> None:
    """One line."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless", "true"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(240):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            time.sleep(0.25)
        before, after = asyncio.run(measured(port, server.pid))
    finally:
        server.terminate()
        server.wait(timeout=20)
    sent = FILES * len(BODY) / 1e6
    sys.stdout.write(f"{sent:.0f} MB uploaded in one session: {before:.0f} MB before, {after - before:.0f} MB more after\n")


if __name__ == "__main__":
    main()
