"""What is kept between reruns and shared by all visitors: models, forward passes, and what was computed and drawn from them.

Keys are plain values. A model is borrowed for one run of a page, and never let go while it is borrowed. The forward passes share a
budget in bytes (`INSIDE_BERT_CACHE_MEGABYTES`), least recently used go first, and so do, each with a part of it, last layers and
results; who asks for what another visitor has just started waits for that one.
"""

from __future__ import annotations

import gc
import pickle
import sys
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cachetools import LRUCache, cached

from bertviz_app import settings
from bertviz_app.drawing.colors import Theme
from bertviz_app.records.forward import Encoding, FinalState, ForwardPass
from bertviz_app.records.interventions import NOTHING, Intervention
from bertviz_app.serving.model_pool import ModelPool
from bertviz_app.serving.pass_queue import FairQueue
from bertviz_app.workspace import costs
from bertviz_app.workspace.examples import FIRST

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

T = TypeVar("T")

_limits = settings.current()
passes: LRUCache[object, ForwardPass] = LRUCache(_limits.cache_megabytes * 1_000_000, getsizeof=lambda record: record.n_bytes)
final_states: LRUCache[object, FinalState] = LRUCache(
    _limits.cache_megabytes * 250_000, getsizeof=lambda state: state.last_hidden_state.nbytes
)
_final_states_lock = threading.Lock()
results: LRUCache[object, Any] = LRUCache(_limits.cache_megabytes * 125_000, getsizeof=lambda result: len(pickle.dumps(result)))
models: ModelPool[Model] = ModelPool(_limits.model_megabytes * 1_000_000, _limits.load_seconds)
# Runs of pages are Python, of which a process computes one line at a time: many at once only take turns at the same processor, hold up
# the passes that need it in between, and all end late. So each is run to its end, in the order of arrival: as many as may be in a pass, and
# one that draws meanwhile. The place is left during every longer wait.
runs = FairQueue(_limits.max_runs, _limits.patience_seconds, what="pages")


@contextmanager
def borrowed_model(name: str, tell: Callable[[], object] = lambda: None) -> Iterator[Model]:
    """The checkpoint, loaded once for all visitors, for the length of a block. `tell` is called while it is waited for.

    Raises `ModelError` with a sentence, and `Busy` when the load takes too long, which goes on.
    """
    from bertviz_app.checkpoints.folders import folder_of, named, revision_of, validated_config, weighed

    checkpoint = named(name)
    key = f"{name}@{revision_of(checkpoint)}"

    def load() -> Model:
        from bertviz_app.engine.loading import load

        return load(name)

    def weigh() -> int:
        folder = folder_of(checkpoint)
        validated_config(folder)
        return weighed(folder)

    with nullcontext() if models.has(key) else runs.left():
        model = models.borrow(key, load, weigh, tell=tell)
    try:
        yield model
    finally:
        models.give_back(key)


def _key(model: Model, encoding: Encoding, what: Intervention = NOTHING) -> Hashable:
    return model.info.key, encoding.key, what


@cached(passes, key=_key, condition=threading.Condition())
def forward_pass(model: Model, encoding: Encoding, what: Intervention = NOTHING) -> ForwardPass:
    """One encoder pass, without what is switched off, or the one that was made for the same plain values before."""
    from bertviz_app.engine.intervened import run_without

    started = time.perf_counter()
    record = run_without(model, encoding, what) if what else model.run(encoding)
    costs.went(model, time.perf_counter() - started, encoding.n_tokens)
    return record


def known(model: Model, encoding: Encoding, what: Intervention = NOTHING) -> bool:
    """Whether a forward pass is at hand, so that nobody has to wait."""
    return _key(model, encoding, what) in passes


def final_state(model: Model, encoding: Encoding) -> FinalState | None:
    """The last layer for an encoding, if it is at hand."""
    with _final_states_lock:
        return final_states.get((model.info.key, encoding.key))


def read_final_states(model: Model, encodings: tuple[Encoding, ...], progress: Callable[[float], object]) -> list[FinalState]:
    """The last layer for each encoding, all of them kept; in batches, the shortest first. `progress` is told the share done."""
    found: dict[int, FinalState] = {}
    for index, state in model.final_states(encodings):
        found[index] = keep_final_state(model, state)
        progress(len(found) / len(encodings))
    return [found[index] for index in range(len(encodings))]


def read_passes(
    model: Model, encodings: tuple[Encoding, ...], what: Intervention, progress: Callable[[float], object]
) -> list[ForwardPass]:
    """A forward pass for each encoding, without what is switched off, those made before included. `progress` is told the share done."""
    found = []
    for encoding in encodings:
        found.append(forward_pass(model, encoding, what))
        progress(len(found) / len(encodings))
    return found


def keep_final_state(model: Model, state: FinalState) -> FinalState:
    """Put a last layer into the cache, unless it alone is larger than the whole of it; hands it back."""
    with _final_states_lock:
        if final_states.getsizeof(state) <= final_states.maxsize:
            final_states[model.info.key, state.encoding.key] = state
    return state


@dataclass(frozen=True, eq=False)
class Keyed(Generic[T]):
    """A value that cannot be told from others, such as an array, and the plain values that tell what it is."""

    key: tuple[Any, ...]
    value: T


def _plain(argument: Any) -> Any:
    """What tells an argument apart, as plain values. What is neither a record with a key nor hashable, such as an array, is refused."""
    if isinstance(argument, tuple):
        return tuple(map(_plain, argument))
    # Not imported here: that takes seconds, and a second thread that imports torch at the same time would find it half made.
    model = getattr(sys.modules.get("bertviz_app.engine.model"), "Model", Keyed)
    return argument.key if isinstance(argument, (Encoding, ForwardPass, Theme, Keyed, model)) else argument


def key_of(function: Callable[..., object], *arguments: Any) -> Hashable:
    """What a function of models, records, themes and plain values is told apart by, together with what it is given."""
    return (function.__code__.co_filename, function.__qualname__, *map(_plain, arguments))


@cached(results, key=key_of, condition=threading.Condition())
def once(function: Callable[..., T], *arguments: Any) -> T:
    """`function(*arguments)`, computed once for the same function and the same values: a figure, a sentence, numbers.

    For functions of models, records, themes and plain values that read nothing else and show nothing: neither a page nor a clock. What makes
    many passes is a job (`jobs.py`). All visitors get the same object: read it only.
    """
    return function(*arguments)


@cache
def warm_up() -> threading.Thread:
    """Import torch, load the default model and run it once, in the background, once per process.

    Touches nothing of Streamlit. After it, everything imported so far is taken out of the garbage collector's rounds:
    Streamlit collects after every script run, and walking through all of transformers would cost a third of a second each time.
    """

    def work() -> None:
        gc.disable()  # else a fifth of the imports' time goes into looking for garbage among what they bring
        try:
            with borrowed_model(settings.current().model) as loaded:
                loaded.run(loaded.encode(FIRST))  # the first of all takes longer than any other: nothing follows from it
                forward_pass(loaded, loaded.encode(FIRST))
        except Exception:  # whoever asks for the model gets the error, as a sentence, in their own run
            return
        finally:
            gc.enable()
            gc.collect()
            gc.freeze()

    thread = threading.Thread(target=work, name="warm-up", daemon=True)
    thread.start()
    return thread
