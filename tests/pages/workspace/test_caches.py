from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from cachetools import LRUCache

from bertviz_app import settings
from bertviz_app.chapters.home import measures as home
from bertviz_app.checkpoints.folders import weighed
from bertviz_app.drawing import colors
from bertviz_app.errors import TooLarge
from bertviz_app.serving.model_pool import ModelPool
from bertviz_app.serving.pass_queue import pass_queue
from bertviz_app.workspace import caches

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


@pytest.fixture
def small_cache() -> Iterator[Any]:
    yield caches.passes
    caches.passes.clear()


def test_the_same_text_is_the_same_record(model: Model, small_cache: Any) -> None:
    first = caches.forward_pass(model, model.encode("The same text."))
    before = pass_queue().passed
    assert caches.forward_pass(model, model.encode("The same text.")) is first
    assert pass_queue().passed == before


def test_sixteen_at_once_make_one_pass(model: Model, small_cache: Any) -> None:
    before, records = pass_queue().passed, []
    encoding = model.encode("Everybody asks for this one at the same time.")
    threads = [threading.Thread(target=lambda: records.append(caches.forward_pass(model, encoding))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pass_queue().passed == before + 1 and len({id(record) for record in records}) == 1


def test_the_cache_is_bounded_in_bytes(model: Model, small_cache: Any) -> None:
    limit = settings.current().cache_megabytes * 1_000_000
    assert caches.passes.maxsize == limit
    long = "word " * 300
    for index in range(24):  # 24 records of 27 MB: more than fits
        caches.forward_pass(model, model.encode(f"{index} {long}"))
        assert sum(record.n_bytes for record in caches.passes.values()) == caches.passes.currsize <= limit
    assert len(caches.passes) < 24


def test_the_budget_of_models_holds_while_they_are_switched_50_times(
    tiny_families: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [str(folder) for folder in tiny_families.values()]
    largest = max(weighed(folder) for folder in tiny_families.values())
    monkeypatch.setattr(caches, "models", ModelPool(3 * largest))
    alive: list[weakref.ref[Any]] = []
    for switch in range(50):
        with caches.borrowed_model(folders[switch * 5 % len(folders)]) as model:
            alive = [*(ref for ref in alive if ref() is not None and ref() is not model), weakref.ref(model)]
            model.encode("I love AI!")
            assert [held.n_users for held in caches.models.held][-1] == 1
        del model
        gc.collect()
        in_memory = sum(ref().info.n_bytes for ref in alive if ref() is not None)
        assert in_memory <= caches.models.n_bytes <= caches.models.budget
    assert 3 <= len(caches.models.held) < len(folders)


def test_a_model_that_a_page_is_using_is_never_let_go(tiny_families: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = map(str, tiny_families.values())
    monkeypatch.setattr(caches, "models", ModelPool(3 * max(weighed(folder) for folder in tiny_families.values())))
    with caches.borrowed_model(first) as model:
        for other in others:
            with caches.borrowed_model(other):
                pass
        with caches.borrowed_model(first) as again:
            assert again is model


def test_a_model_beyond_the_budget_is_refused_before_it_is_loaded(
    tiny_families: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "models", ModelPool(1_000))
    monkeypatch.setattr("bertviz_app.engine.loading.load", lambda _: pytest.fail("it was loaded"))
    with pytest.raises(TooLarge), caches.borrowed_model(str(tiny_families["bert"])):
        pass


def test_last_layers_are_kept_and_found(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "final_states", LRUCache(100_000, getsizeof=lambda state: state.last_hidden_state.nbytes))
    encoding = model.encode("A last layer.")
    assert caches.final_state(model, encoding) is None
    ((_, state),) = model.final_states([encoding])
    assert caches.keep_final_state(model, state) is caches.final_state(model, encoding)
    ((_, large),) = model.final_states([model.encode("word " * 100)])
    assert caches.keep_final_state(model, large) is large and caches.final_state(model, large.encoding) is None


@pytest.fixture
def no_results() -> Iterator[Any]:
    caches.results.clear()
    yield caches.results
    caches.results.clear()


def test_a_figure_is_drawn_once_for_the_same_values(model: Model, no_results: Any) -> None:
    first, same, other = (model.run(model.encode(text)) for text in ("Drawn once.", "Drawn once.", "Drawn again."))
    drawn = caches.once(home.vectors_figure, first, colors.LIGHT)
    assert caches.once(home.vectors_figure, same, colors.LIGHT) is drawn
    assert caches.once(home.vectors_figure, first, colors.DARK) is not drawn
    assert caches.once(home.vectors_figure, other, colors.LIGHT) is not drawn
    # A record with a field called `key`, which does not tell all of it.
    heads = [caches.once(home.attention_figure, first, home.Glance(0, head, 1, 2, 0.5), colors.LIGHT) for head in (0, 1)]
    assert (heads[0].data[0].z != heads[1].data[0].z).any()


def test_results_of_two_models_are_kept_apart(model: Model, tiny_checkpoint: Callable[..., Path], no_results: Any) -> None:
    with caches.borrowed_model(str(tiny_checkpoint())) as tiny:
        records = [one.run(one.encode("the cat sat")) for one in (model, tiny)]
    heads = [caches.once(home.firmest_head, record) for record in records]
    assert heads == [home.firmest_head(record) for record in records] and len(no_results) == 2


def test_what_cannot_be_told_apart_by_plain_values_is_refused(no_results: Any) -> None:
    with pytest.raises(TypeError, match="unhashable"):
        caches.once(home.prediction_figure, ("a", "b"), np.ones(2), colors.LIGHT)
    assert not no_results


def test_results_are_bounded_in_bytes_and_a_larger_one_is_handed_through(no_results: Any) -> None:
    limit = settings.current().cache_megabytes * 125_000
    assert no_results.maxsize == limit
    for kilobytes in range(6_000, 6_020):
        assert caches.once(_zeros, kilobytes).nbytes == 1_000 * kilobytes
        assert 0 < no_results.currsize <= limit
    assert len(no_results) < 20
    assert caches.once(_zeros, limit // 1_000 + 1).nbytes > limit


def _zeros(kilobytes: Any) -> Any:
    return np.zeros(1_000 * kilobytes, dtype=np.uint8)


def test_after_the_warm_up_what_was_imported_is_no_business_of_the_garbage_collector() -> None:
    caches.warm_up().join()
    assert gc.isenabled() and gc.get_freeze_count() > 100_000
    assert caches.warm_up() is caches.warm_up()


def test_what_a_result_is_told_apart_by_is_asked_without_torch() -> None:
    """A page that asks before any model is there must not import torch beside the thread that does."""
    code = (
        "import sys\n"
        "from bertviz_app.workspace.caches import key_of\n"
        "assert key_of(lambda: None, 'plain', (1, 2))[-1] == (1, 2)\n"
        "assert 'torch' not in sys.modules and 'transformers' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
