"""Many texts, read in batches of like length and handed out in their own order; what is held meanwhile stays within a sum of bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from bertviz_app.records.forward import Encoding, ForwardPass, ModelInfo
from bertviz_app.serving.pass_queue import pass_queue

T = TypeVar("T")

HELD_BYTES = 256_000_000  # of records that wait for others in front of them
BATCH_BYTES = 64_000_000  # of records that are made at once
BATCH = 32  # texts at once: with more, the processor's own caches are too small, and nothing is gained


def in_order(
    encodings: Iterable[Encoding], read: Callable[[Sequence[Encoding]], list[ForwardPass]], info: ModelInfo
) -> Iterator[ForwardPass]:
    """The record of each encoding, in order; `read` makes those of one batch, in a turn that is taken for it.

    A batch has texts of like length, so that little of it is padding. Raises `Busy` when no place became free in time.
    """
    for held in windows(encodings, lambda encoding: record_bytes(info, encoding.n_tokens), HELD_BYTES):
        sizes = [record_bytes(info, encoding.n_tokens) for encoding in held]
        shortest_first = sorted(range(len(held)), key=sizes.__getitem__)
        found: dict[int, ForwardPass] = {}
        for batch in windows(shortest_first, sizes.__getitem__, BATCH_BYTES, longest=BATCH):
            with pass_queue().turn():
                records = read([held[index] for index in batch])
            found |= zip(batch, records, strict=True)
        yield from (found.pop(index) for index in range(len(held)))


def record_bytes(info: ModelInfo, n_tokens: int) -> int:
    """What the record of one pass takes: [layer, head, query, key] and [layer + 1, position, d_model], four bytes each."""
    return 4 * n_tokens * (info.n_layers * info.n_heads * n_tokens + (info.n_layers + 1) * info.d_model)


def windows(things: Iterable[T], size: Callable[[T], int], most: int, *, longest: int | None = None) -> Iterator[list[T]]:
    """Things in stretches, in their order: each of a size of at most `most` together, and of at most `longest` things.

    One that is larger alone is a stretch of its own. No more is taken up than the stretch needs, and one thing to know that it is over.

    >>> list(windows([3, 4, 9, 1, 2, 1], lambda thing: thing, 7, longest=2))
    [[3, 4], [9], [1, 2], [1]]
    """
    held: list[T] = []
    taken = 0
    for thing in things:
        if held and (taken + size(thing) > most or len(held) == longest):
            yield held
            held, taken = [], 0
        held.append(thing)
        taken += size(thing)
    if held:
        yield held
