from __future__ import annotations

import threading

import pytest
from cachetools import LRUCache

from bertviz_app import settings
from bertviz_app.models import turnstile
from bertviz_app.workspace import caches


@pytest.fixture
def small_cache():
    yield caches.passes
    caches.passes.clear()


def test_the_same_text_is_the_same_record(model, small_cache):
    first = caches.forward_pass(model, model.encode("The same text."))
    before = turnstile().passed
    assert caches.forward_pass(model, model.encode("The same text.")) is first
    assert turnstile().passed == before


def test_sixteen_at_once_make_one_pass(model, small_cache):
    before, records = turnstile().passed, []
    encoding = model.encode("Everybody asks for this one at the same time.")
    threads = [threading.Thread(target=lambda: records.append(caches.forward_pass(model, encoding))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert turnstile().passed == before + 1 and len({id(record) for record in records}) == 1


def test_the_cache_is_bounded_in_bytes(model, small_cache):
    limit = settings.current().cache_megabytes * 1_000_000
    assert caches.passes.maxsize == limit
    long = "word " * 300
    for index in range(24):  # 24 records of 27 MB: more than fits
        caches.forward_pass(model, model.encode(f"{index} {long}"))
        assert sum(record.n_bytes for record in caches.passes.values()) == caches.passes.currsize <= limit
    assert len(caches.passes) < 24


def test_last_layers_are_kept_and_found(model, monkeypatch):
    monkeypatch.setattr(caches, "final_states", LRUCache(100_000, getsizeof=lambda state: state.last_hidden_state.nbytes))
    encoding = model.encode("A last layer.")
    assert caches.final_state(model, encoding) is None
    ((_, state),) = model.final_states([encoding])
    assert caches.keep_final_state(model, state) is caches.final_state(model, encoding)
    ((_, large),) = model.final_states([model.encode("word " * 100)])
    assert caches.keep_final_state(model, large) is large and caches.final_state(model, large.encoding) is None
