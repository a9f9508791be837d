"""Sixteen visitors at once: each gets the numbers of their own text, and no more passes run at once than are allowed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bertviz_app import models, settings
from bertviz_app.models import turnstile
from bertviz_app.workspace import caches

TEXTS = [f"Visitor number {i} writes {'very ' * i}slowly." for i in range(16)]


@pytest.fixture
def together():
    """Runs a function in sixteen threads that all start at the same moment."""

    def run(work):
        start = threading.Barrier(16)

        def wait_and_work(index: int):
            start.wait(timeout=30)
            return work(index)

        with ThreadPoolExecutor(16) as pool:
            return list(pool.map(wait_and_work, range(16)))

    return run


def test_each_gets_the_numbers_of_their_own_text(model, together):
    alone = [model.run(model.encode(text)) for text in TEXTS]
    turnstile().peak = 0
    at_once = together(lambda i: model.run(model.encode(TEXTS[i])))
    for text, mine, theirs in zip(TEXTS, at_once, alone, strict=True):
        assert mine.encoding.text == text
        assert np.abs(mine.attentions - theirs.attentions).max() < 1e-6
        assert np.abs(mine.hidden_states - theirs.hidden_states).max() < 1e-5
    assert 1 <= turnstile().peak <= settings.current().max_forwards and turnstile().under_way == 0


def test_the_same_through_the_shared_cache(model, together):
    before = turnstile().passed
    texts = [f"{text} Cached." for text in TEXTS]
    records = together(lambda i: [caches.forward_pass(model, model.encode(texts[(i + k) % 16])) for k in range(3)])
    for i, mine in enumerate(records):
        assert [record.encoding.text for record in mine] == [texts[(i + k) % 16] for k in range(3)]
    assert turnstile().passed == before + 16
    assert len({id(record) for mine in records for record in mine}) == 16


def test_a_tokenizer_shared_by_all_mixes_up_nothing(model, together):
    """Cutting is a state of the tokenizer: long and short texts in turns would cut each other."""

    def work(i: int):
        return [model.encode("word " * (700 if (i + k) % 2 else 5)) for k in range(8)]

    for i, encodings in enumerate(together(work)):
        assert [encoding.n_tokens for encoding in encodings] == [512 if (i + k) % 2 else 7 for k in range(8)]


def test_predictions_at_once_are_those_made_alone(model, together):
    forwards = [model.run(model.encode(text)) for text in TEXTS]
    rows = [forward.hidden_states[-1][[1]] for forward in forwards]
    alone = [
        (model.vocabulary_logits(row), model.class_logits("sentiment", f.pooler_output))
        for row, f in zip(rows, forwards, strict=True)
    ]
    at_once = together(lambda i: (model.vocabulary_logits(rows[i]), model.class_logits("sentiment", forwards[i].pooler_output)))
    for mine, theirs in zip(at_once, alone, strict=True):
        assert all(np.abs(a - b).max() < 1e-5 for a, b in zip(mine, theirs, strict=True))


def test_many_texts_of_one_visitor_are_kept_apart_from_those_of_another(model, together):
    def work(i: int):
        encodings = [model.encode(f"{TEXTS[i]} Line {k}.") for k in range(3)]
        return [state.encoding.text for _, state in sorted(model.final_states(encodings, batch_size=2))]

    assert together(work) == [[f"{text} Line {k}." for k in range(3)] for text in TEXTS]


def test_a_model_is_loaded_once_for_all(tiny_checkpoint, monkeypatch, together):
    folder, loads, real = str(tiny_checkpoint()), [], models.load
    monkeypatch.setattr(models, "load", lambda name: loads.append(name) or real(name))

    def borrow(_):
        with caches.borrowed_model(folder) as model:
            return model

    loaded = together(borrow)
    assert loads == [folder] and all(one is loaded[0] for one in loaded)


def test_a_load_does_not_spoil_a_pass_under_way(model, tiny_checkpoint, together):
    folder, expected = str(tiny_checkpoint()), model.run(model.encode("I love AI!")).hidden_states

    def work(i: int):
        if i % 4 == 0:
            models.load(folder)
        return model.run(model.encode("I love AI!")).hidden_states

    assert max(np.abs(found - expected).max() for found in together(work)) < 1e-5
