"""Sixteen visitors at once: each gets the numbers of their own text, and no more passes run at once than are allowed."""

from __future__ import annotations

import ast
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app import settings
from bertviz_app.drawing import colors
from bertviz_app.engine import loading
from bertviz_app.engine import model as models
from bertviz_app.errors import Busy
from bertviz_app.serving.model_pool import ModelPool
from bertviz_app.serving.pass_queue import FairQueue, pass_queue
from bertviz_app.workspace import caches, memory
from bertviz_app.workspace import page as page_module
from bertviz_app.workspace.page import Page

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from bertviz_app.engine.model import Model

ROOT = Path(__file__).parents[2]
TEXTS = [f"Visitor number {i} writes {'very ' * i}slowly." for i in range(16)]


@pytest.fixture
def together() -> Any:
    """Runs a function in sixteen threads that all start at the same moment."""

    def run(work: Any) -> Any:
        start = threading.Barrier(16)

        def wait_and_work(index: int) -> Any:
            start.wait(timeout=30)
            return work(index)

        with ThreadPoolExecutor(16) as pool:
            return list(pool.map(wait_and_work, range(16)))

    return run


def test_each_gets_the_numbers_of_their_own_text(model: Model, together: Any) -> None:
    alone = [model.run(model.encode(text)) for text in TEXTS]
    pass_queue().peak = 0
    at_once = together(lambda i: model.run(model.encode(TEXTS[i])))
    for text, mine, theirs in zip(TEXTS, at_once, alone, strict=True):
        assert mine.encoding.text == text
        assert np.abs(mine.attentions - theirs.attentions).max() < 1e-6
        assert np.abs(mine.hidden_states - theirs.hidden_states).max() < 1e-5
    assert 1 <= pass_queue().peak <= settings.current().max_forwards and pass_queue().under_way == 0


def test_the_same_through_the_shared_cache(model: Model, together: Any) -> None:
    before = pass_queue().passed
    texts = [f"{text} Cached." for text in TEXTS]
    records = together(lambda i: [caches.forward_pass(model, model.encode(texts[(i + k) % 16])) for k in range(3)])
    for i, mine in enumerate(records):
        assert [record.encoding.text for record in mine] == [texts[(i + k) % 16] for k in range(3)]
    assert pass_queue().passed == before + 16
    assert len({id(record) for mine in records for record in mine}) == 16


def test_a_tokenizer_shared_by_all_mixes_up_nothing(model: Model, together: Any) -> None:
    """Cutting is a state of the tokenizer: long and short texts in turns would cut each other."""

    def work(i: int) -> Any:
        return [model.encode("word " * (700 if (i + k) % 2 else 5)) for k in range(8)]

    for i, encodings in enumerate(together(work)):
        assert [encoding.n_tokens for encoding in encodings] == [512 if (i + k) % 2 else 7 for k in range(8)]


def test_predictions_at_once_are_those_made_alone(model: Model, together: Any) -> None:
    forwards = [model.run(model.encode(text)) for text in TEXTS]
    rows = [forward.hidden_states[-1][[1]] for forward in forwards]
    alone = [
        (model.vocabulary_logits(row), model.class_logits("sentiment", f.pooler_output))
        for row, f in zip(rows, forwards, strict=True)
    ]
    at_once = together(lambda i: (model.vocabulary_logits(rows[i]), model.class_logits("sentiment", forwards[i].pooler_output)))
    for mine, theirs in zip(at_once, alone, strict=True):
        assert all(np.abs(a - b).max() < 1e-5 for a, b in zip(mine, theirs, strict=True))


def test_many_texts_of_one_visitor_are_kept_apart_from_those_of_another(model: Model, together: Any) -> None:
    def work(i: int) -> Any:
        encodings = [model.encode(f"{TEXTS[i]} Line {k}.") for k in range(3)]
        return [state.encoding.text for _, state in sorted(model.final_states(encodings, batch_size=2))]

    assert together(work) == [[f"{text} Line {k}." for k in range(3)] for text in TEXTS]


def test_a_model_is_loaded_once_for_all(
    tiny_checkpoint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, together: Any
) -> None:
    folder, loads, real = str(tiny_checkpoint()), [], loading.load
    monkeypatch.setattr(loading, "load", lambda name: loads.append(name) or real(name))

    def borrow(_: Any) -> Any:
        with caches.borrowed_model(folder) as model:
            return model

    loaded = together(borrow)
    assert loads == [folder] and all(one is loaded[0] for one in loaded)


def test_a_load_does_not_spoil_a_pass_under_way(model: Model, tiny_checkpoint: Callable[..., Path], together: Any) -> None:
    folder, expected = str(tiny_checkpoint()), model.run(model.encode("I love AI!")).hidden_states

    def work(i: int) -> Any:
        if i % 4 == 0:
            loading.load(folder)
        return model.run(model.encode("I love AI!")).hidden_states

    assert max(np.abs(found - expected).max() for found in together(work)) < 1e-5


def test_a_long_job_of_one_visitor_lets_the_others_in_between(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    line = FairQueue(1, patience=60)
    monkeypatch.setattr(models, "pass_queue", lambda: line)
    encodings, under_way, done = [model.encode(f"Row {i} of a table.") for i in range(60)], threading.Event(), []

    def job() -> None:
        for index, _ in model.final_states(encodings, batch_size=1):
            done.append(index)
            under_way.set()

    thread = threading.Thread(target=job)
    thread.start()
    under_way.wait(30)
    at_first = len(done)
    model.run(model.encode("A visitor who came later."))
    # The pass that was under way, the visitor's own, and at most what the job did before the visitor stood in line.
    assert len(done) < at_first + 20
    thread.join(60)
    assert sorted(done) == list(range(60)) and line.peak == 1


def test_pages_are_run_to_their_end_in_the_order_of_arrival_however_many_passes_each_makes() -> None:
    """So nobody starves: who comes back for a second page stands behind all who wait for their first."""
    pages, passes, order = FairQueue(1, patience=60), FairQueue(2, patience=60), []

    def visitor(name: int, n_passes: int) -> None:
        for visit in range(2):
            with pages.turn():
                for _ in range(n_passes):
                    with passes.turn():
                        threading.Event().wait(0.002)
                order.append((visit, name))

    with pages.turn():
        threads = [threading.Thread(target=visitor, args=(name, n)) for name, n in enumerate((9, 1, 5, 1, 1))]
        for n_waiting, thread in enumerate(threads, 1):
            thread.start()
            while pages.waiting < n_waiting:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join(60)
    assert order == [(visit, name) for visit in range(2) for name in range(5)]


def test_one_page_can_draw_while_as_many_as_may_be_are_in_a_pass() -> None:
    limits = settings.Settings()
    assert limits.max_runs == limits.max_forwards + 1


@pytest.fixture
def slow(tiny_checkpoint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A checkpoint whose load does not end before an event is set, and that event."""
    caches.warm_up().join()  # loads are made one after the other: what the others look at is there already
    folder, go_on, real = str(tiny_checkpoint("slow")), threading.Event(), loading.load
    monkeypatch.setattr(loading, "load", lambda name: real(name) if name != folder or go_on.wait(60) else None)
    yield folder, go_on
    go_on.set()


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Pages without a session: they read the sample, and what they draw goes nowhere."""
    monkeypatch.setattr(page_module, "draw_model_line", lambda info: None)
    monkeypatch.setattr(memory, "recall", lambda name, default="": default)
    logging.disable(logging.WARNING)  # Streamlit says at each line drawn that nobody sees it
    yield
    logging.disable(logging.NOTSET)


def visit(model_name: Any, attribute: Any = "model") -> Any:
    """A visitor's run of a page, as far as it is about the model: in a thread, what it found in a list."""
    found: list[object] = []
    page = Page(model_name, colors.LIGHT)

    def run() -> None:
        with caches.runs.turn(), page.borrowed:
            try:
                found.append(page.model if attribute == "model" else getattr(page.subject, attribute))
            except Busy as error:
                found.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, found


def test_a_load_that_does_not_end_keeps_nobody_else_waiting(
    slow: Any, no_browser: Any, open_page: Callable[..., AppTest]
) -> None:
    """Neither by a lock that all pages share, nor by the places for pages, of which these visitors would take all."""
    folder, go_on = slow
    waiting = [visit(folder) for _ in range(settings.current().max_runs + 1)]
    for name in ("model", "encoding", "forward"):
        took = []
        for _ in range(5):  # the machine may be busy at any one of them
            began = time.perf_counter()
            thread, found = visit("embedded", name)
            thread.join(60)
            took.append(time.perf_counter() - began)
            assert found and not go_on.is_set(), name
        assert min(took) < 0.1
    app = open_page("attention", text="Somebody else loads a model for ever.")
    assert len(app.get("plotly_chart")) + len(app.get("bidi_component")) > 0 and not app.error
    assert all(thread.is_alive() for thread, _ in waiting)
    go_on.set()
    for thread, found in waiting:
        thread.join(60)
        assert found[0].info.name == folder
    assert caches.runs.under_way == 0


def test_who_waits_for_a_load_for_too_long_is_released_with_a_sentence(
    slow: Any, no_browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, go_on = slow
    monkeypatch.setattr(caches, "models", ModelPool(caches.models.budget, patience=0.05))
    thread, found = visit(folder)
    thread.join(60)
    assert str(found[0]).startswith("This model is still being loaded after 0 seconds. The load goes on")
    go_on.set()
    while not caches.models.held:
        threading.Event().wait(0.01)
    thread, found = visit(folder)
    thread.join(60)
    assert found[0].info.name == folder


def test_what_a_page_computes_is_computed_once_a_run(no_browser: Any) -> None:
    page = Page("embedded", colors.LIGHT)
    with page.borrowed:
        assert (
            page.model is page.model
            and page.subject.encoding is page.subject.encoding
            and page.subject.forward is page.subject.forward
        )
    assert Page("embedded", colors.LIGHT).__dict__.keys().isdisjoint({"model", "subject"})


def test_no_class_holds_one_lock_for_all_that_it_makes() -> None:
    """`functools.cached_property` does, in Python 3.11."""
    sources = [*(ROOT / "bertviz_app").rglob("*.py"), *(ROOT / "pages").glob("*.py"), *ROOT.glob("*.py")]
    assert len(sources) > 50
    for path in sources:
        names = [
            node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name | ast.Attribute | ast.alias)
        ]
        assert "cached_property" not in {
            getattr(n, "id", "") or getattr(n, "attr", "") or getattr(n, "name", "") for n in names
        }, path
