"""How long others wait: visitors have many passes made, and another asks for a small one again and again.

Beside one such visitor and beside two, which is as many as a server with the default settings has places.

python -m benchmarks.waiting
"""

from __future__ import annotations

import contextlib
import logging
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.ratio import seconds
from bertviz_app import load, settings
from bertviz_app.attributing import Asked, attributed
from bertviz_app.attributions import Target
from bertviz_app.interventions import Intervention, each_head, each_vector
from bertviz_app.lenses.patching import MOST_TOKENS
from bertviz_app.lenses.token_flow import flows
from bertviz_app.lenses.token_maps import with_residual
from bertviz_app.mixing import value_zeroing
from bertviz_app.models import Model
from bertviz_app.records import Encoding
from bertviz_app.workspace.attribution import batch_rows
from bertviz_app.workspace.head_map import watched_states
from bertviz_app.workspace.predictions import predictions
from bertviz_app.workspace.token_maps import ONE_FLOW

ASKED = 60  # small passes, alone and beside each job
PAUSE = 0.02  # seconds between two of them
ALLOWED = 100  # milliseconds
WORDS = "The quick brown fox jumps over a lazy dog while seven wizards watch . "


def asked(model: Model, go_on: Callable[[], bool] = lambda: True) -> list[float]:
    """Milliseconds of each small pass, from the question to the record, its wait at the turnstile included."""
    encoding = model.encode("I love AI!")
    found: list[float] = []
    while go_on() and len(found) < ASKED:
        found.append(1000 * seconds(lambda: model.run(encoding)))
        time.sleep(PAUSE)
    return found


class Over(Exception):
    """Raised in a job between two of its steps, when enough was measured."""


Tick = Callable[[float], object]  # is called between two steps of a job


def jobs(model: Model, encoding: Encoding) -> dict[str, Callable[[Tick], object]]:
    """The long jobs of the pages, as the pages do them: portions, predictions, a bar."""
    donor = model.run(encoding)

    def switched(whats: Sequence[Intervention], tick: Tick) -> None:
        for state in watched_states(model, encoding, whats, donor=donor):
            predictions(model, encoding, state)
            tick(0)

    found: dict[str, Callable[[Tick], object]] = {"map of heads": partial(switched, each_head(model.info))}
    if encoding.n_tokens <= MOST_TOKENS:
        found["patching"] = partial(switched, each_vector(model.info, encoding.n_tokens))
        found["flow"] = partial(flows, with_residual(donor.attentions), turn=ONE_FLOW.turn)
    if encoding.n_tokens <= 128:
        found["value zeroing"] = partial(value_zeroing, model, donor)
    target = Target("sentiment", 0)
    rows = batch_rows(model, encoding, target)
    found["integrated gradients"] = lambda tick: attributed(
        Asked(model, encoding, target), "integrated_gradients", batch_size=rows, progress=tick
    )
    return found


def beside(model: Model, work: Callable[[Tick], object], *, n_jobs: int) -> list[float]:
    """The same while other threads do this work over and over."""
    over = threading.Event()

    def tick(_: float) -> None:
        if over.is_set():
            raise Over

    def job() -> None:
        with contextlib.suppress(Over):
            while True:
                work(tick)

    threads = [threading.Thread(target=job) for _ in range(n_jobs)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)  # until all are under way
    found = asked(model, lambda: all(thread.is_alive() for thread in threads))
    over.set()
    for thread in threads:
        thread.join()
    return found


def line(name: str, alone: Sequence[float], found: Sequence[float]) -> str:
    """What one row of the measurement says."""
    usual, middle, most = statistics.median(alone), statistics.median(found), max(found)
    return (
        f"{name}: alone {usual:.0f} ms (largest {max(alone):.0f}), beside {middle:.0f} ms (largest {most:.0f}), "
        f"so {middle - usual:.0f} ms longer, at most {most - usual:.0f} (limit {ALLOWED}); {middle / usual:.1f} ×\n"
    )


def main() -> None:
    """A line for each job, length and number of visitors."""
    logging.disable(logging.WARNING)  # the bar of a page has no page here
    model = load("embedded")
    asked(model)
    for n_tokens in (10, MOST_TOKENS, 128, 512):
        encoding = model.encode("[MASK] " + WORDS * 50, max_tokens=n_tokens)
        one = min(seconds(lambda: list(model.final_states([encoding]))) for _ in range(5))  # noqa: B023 - used in this round
        sys.stdout.write(f"{n_tokens} tokens: one pass, which cannot be divided, takes {1000 * one:.0f} ms at best\n")
        for name, work in jobs(model, encoding).items():
            for n_jobs in range(1, settings.current().max_forwards + 1):
                alone = asked(model)
                found = beside(model, work, n_jobs=n_jobs)
                sys.stdout.write(line(f"{n_jobs} × {name}, {n_tokens} tokens", alone, found))
                sys.stdout.flush()


if __name__ == "__main__":
    main()
