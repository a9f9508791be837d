"""Many visitors at once: how long each waits for a page, while all of them go through five pages with a sentence of their own.

python -m benchmarks.load                       a server of its own; 16, 32 and 64 visitors, without a pause between two pages
python -m benchmarks.load 16,32 8501 8502       servers that run already, in turn, for as many visitors each time
THINKING=5 python -m benchmarks.load 64         some five seconds of reading between two pages
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import statistics
import sys
import time
import urllib.request
from collections import Counter
from urllib.parse import urlparse

from benchmarks.browser import fresh_server
from benchmarks.visitor import Visitor

PAGES = ("attention", "fill_in_the_blank", "embeddings", "logit_lens", "")
NOUNS = [
    "river",
    "piano",
    "doctor",
    "engine",
    "garden",
    "soldier",
    "planet",
    "kitchen",
    "window",
    "teacher",
    "bridge",
    "forest",
    "camera",
    "island",
    "castle",
    "market",
]


def name_and_sentence(seed: str) -> tuple[str, str]:
    """A word that no other visitor has, and a sentence with it."""
    chance = random.Random(seed)
    name = "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(6))
    first, second, third = chance.sample(NOUNS, 3)
    return name, f"The {first} of {name} saw a {second} near the {third} and the [MASK] at {chance.randint(10, 99)}."


class Walk:
    """One visitor's walk: the seconds of each page, and what was wrong on it."""

    def __init__(self, port: int, seed: str, first: int) -> None:
        self.name, text = name_and_sentence(seed)
        self._visitor, self._chance = Visitor(port, text), random.Random(seed)
        self._pages = PAGES[first:] + PAGES[:first]
        self.seconds: list[tuple[str, float]] = []
        self.wrong: list[str] = []

    async def run(self, others: set[str], thinking: float) -> None:
        """All pages, one after the other."""
        for index, page in enumerate(self._pages):
            if index and thinking:
                await asyncio.sleep(self._chance.expovariate(1 / thinking))
            took = await (self._visitor.go(page) if index else self._visitor.come(page))
            self.seconds.append((page or "home", took))
            self.wrong += self._visitor.errors
            screen = self._visitor.screen
            if not self._visitor.errors and self.name not in screen:
                self.wrong.append(f"{page}: without its own text")
            self.wrong += [f"{page}: the text of somebody else" for other in others - {self.name} if other in screen]
        await self._visitor.leave()


def line(walks: list[Walk], wall: float) -> str:
    """What a number of visitors found."""
    took = sorted(seconds for walk in walks for _, seconds in walk.seconds)
    wrong = Counter(said for walk in walks for said in walk.wrong)
    pages = ", ".join(
        f"{page or 'home'} {statistics.median(s for walk in walks for name, s in walk.seconds if name == (page or 'home')):.1f}"
        for page in PAGES
    )
    return (
        f"{len(walks)} visitors: median {statistics.median(took):.1f} s, 95 % {took[int(0.95 * len(took))]:.1f}, "
        f"longest {took[-1]:.1f}, mean {statistics.mean(took):.1f}; {len(took) / wall:.2f} pages a second ({pages})"
        + "".join(f"\n    {n} × {said}" for said, n in wrong.items())
    )


async def together(port: int, n: int, thinking: float) -> str:
    """So many visitors who come at the same moment."""
    walks = [Walk(port, f"{time.time()}-{index}", index % len(PAGES)) for index in range(n)]
    names, began = {walk.name for walk in walks}, time.monotonic()
    await asyncio.gather(*(walk.run(names, thinking) for walk in walks))
    return line(walks, time.monotonic() - began)


async def warmed(port: int) -> None:
    """Wait for the server and its model: one visitor sees every page."""
    for _ in range(480):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
            break
        await asyncio.sleep(0.25)
    await Walk(port, "the first", 0).run(set(), 0)


async def measure(ports: list[int], sizes: list[int], thinking: float) -> None:
    """Each number of visitors at each server, one server at a time."""
    for port in ports:
        await warmed(port)
    for n in sizes:
        for port in ports:
            sys.stdout.write(f"{port}: {await together(port, n, thinking)}\n")
            sys.stdout.flush()


def main(sizes: str = "16,32,64", *ports: str) -> None:
    """A line for each number of visitors and each server."""
    numbers, thinking = [int(n) for n in sizes.split(",")], float(os.environ.get("THINKING", "0"))
    if ports:
        asyncio.run(measure([int(port) for port in ports], numbers, thinking))
        return
    with fresh_server() as (url, _):
        asyncio.run(measure([urlparse(url).port or 0], numbers, thinking))


if __name__ == "__main__":
    main(*sys.argv[1:])
