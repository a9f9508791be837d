"""How long others wait: visitors have many passes made, and another asks for a small one again and again.

Beside one such visitor and beside two, which is as many as a server with the default settings has places.

python -m benchmarks.waiting                 every job
python -m benchmarks.waiting "kinds of"      those whose name begins so
"""

from __future__ import annotations

import contextlib
import logging
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from benchmarks.ratio import seconds
from bertviz_app import load, settings
from bertviz_app.chapters.attention_summed_up.view_maps import flow_map, zeroing_map
from bertviz_app.chapters.attribution.view_request import explained
from bertviz_app.chapters.interventions.patching import MOST_TOKENS
from bertviz_app.chapters.interventions.view_head_map import all_effects
from bertviz_app.chapters.interventions.view_patching import differences
from bertviz_app.chapters.kinds_of_heads.view_maps import sample_measures
from bertviz_app.chapters.words_in_context.view_contexts import sample_baseline
from bertviz_app.engine.model import Model
from bertviz_app.records.attributions import Target, Way
from bertviz_app.records.forward import Encoding
from bertviz_app.serving.pass_queue import many_passes, pass_queue
from bertviz_app.workspace import caches
from bertviz_app.workspace.jobs import Job

ASKED = 60  # small passes, alone and beside each job
PAUSE = 0.02  # seconds between two of them
SAMPLES = 400  # looks at the places, a hundredth of a second apart
ALLOWED = 100  # milliseconds
WORDS = "The quick brown fox jumps over a lazy dog while seven wizards watch . "
OF_THE_SAMPLE = 10  # tokens: what reads the bundled sample has no length of its own, and stands with the shortest


def asked(model: Model, go_on: Callable[[], bool] = lambda: True) -> list[float]:
    """Milliseconds of each small pass, from the question to the record, its wait at the turnstile included."""
    encoding = model.encode("I love AI!")
    found: list[float] = []
    while go_on() and len(found) < ASKED:
        found.append(1000 * seconds(lambda: model.run(encoding)))
        time.sleep(PAUSE)
    return found


class Over(BaseException):
    """Raised in a job between two of its steps, when enough was measured."""


def jobs(model: Model, encoding: Encoding) -> Iterator[tuple[str, Job[object]]]:
    """The long jobs of the pages, by name."""
    own, n = caches.forward_pass(model, encoding), encoding.n_tokens
    yield "map of heads", Job("", all_effects, (model, own), 0)
    if n <= MOST_TOKENS:
        yield "patching", Job("", differences, (model, own, own), 0)
        yield "flow", Job("", flow_map, (own,), 0)
    if n <= 128:
        yield "value zeroing", Job("", zeroing_map, (model, own), 0)
    way = Way("integrated_gradients", "mask", 64)
    yield "integrated gradients", Job("", explained, (model, encoding, Target("sentiment", 0), way), 0)
    yield "texts in batches", Job("", caches.read_final_states, (model, (encoding,) * 64), 0)
    if n == OF_THE_SAMPLE:
        yield "kinds of heads: the sample", Job("", sample_measures, (model, False), 0)
        yield "words in context: the sample", Job("", sample_baseline, (model,), 0)


@contextlib.contextmanager
def under_way(job: Job[object], n_jobs: int) -> Iterator[Callable[[], bool]]:
    """Within the block other threads do this work over and over; yields whether all of them still do."""
    over = threading.Event()

    def tick(_: float) -> None:
        if over.is_set():
            raise Over

    def again() -> None:
        with contextlib.suppress(Over), many_passes():
            while True:
                job.work(*job.arguments, tick)

    threads = [threading.Thread(target=again) for _ in range(n_jobs)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)  # until all are under way
    try:
        yield lambda: all(thread.is_alive() for thread in threads)
    finally:
        over.set()
        for thread in threads:
            thread.join()


def all_places_held() -> float:
    """The share of looks at which whoever came would have had to wait."""
    full = 0
    for _ in range(SAMPLES):
        full += pass_queue().is_full
        time.sleep(0.01)
    return full / SAMPLES


def line(name: str, alone: Sequence[float], found: Sequence[float]) -> str:
    """What one row of the measurement says."""
    usual, middle, most = statistics.median(alone), statistics.median(found), max(found)
    return (
        f"{name}: alone {usual:.0f} ms (largest {max(alone):.0f}), beside {middle:.0f} ms (largest {most:.0f}), "
        f"so {middle - usual:.0f} ms longer, at most {most - usual:.0f} (limit {ALLOWED}); {middle / usual:.1f} ×"
    )


def main(begins: str = "") -> None:
    """A line for each job, length and number of visitors."""
    logging.disable(logging.WARNING)
    model = load("embedded")
    asked(model)
    for n_tokens in (OF_THE_SAMPLE, MOST_TOKENS, 128, 512):
        encoding = model.encode("[MASK] " + WORDS * 50, max_tokens=n_tokens)
        one = min(seconds(lambda: list(model.final_states([encoding]))) for _ in range(5))  # noqa: B023 - used in this round
        sys.stdout.write(f"{n_tokens} tokens: one pass, which cannot be divided, takes {1000 * one:.0f} ms at best\n")
        for name, job in jobs(model, encoding):
            if not name.startswith(begins):
                continue
            for n_jobs in range(1, settings.current().max_forwards + 1):
                alone = asked(model)
                with under_way(job, n_jobs) as go_on:
                    found, held = asked(model, go_on), all_places_held()
                said = line(f"{n_jobs} × {name}, {n_tokens} tokens", alone, found)
                sys.stdout.write(f"{said}; all places held at {held:.0%} of the looks\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
