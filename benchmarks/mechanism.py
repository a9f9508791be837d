"""What the pages under the hood cost, as multiples of one forward pass over the same text: heads, patching, logit lens, kinds of heads.

python -m benchmarks.mechanism
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.ratio import ratio
from benchmarks.waiting import WORDS
from bertviz_app import load
from bertviz_app.chapters.interventions.patching import MOST_TOKENS
from bertviz_app.chapters.interventions.view_head_map import states_under
from bertviz_app.chapters.kinds_of_heads import measures as head_kinds
from bertviz_app.chapters.logit_lens import measures as logit_lens
from bertviz_app.chapters.logit_lens import scores
from bertviz_app.engine.model import Model
from bertviz_app.records.forward import Encoding, ForwardPass
from bertviz_app.records.interventions import Intervention, each_head, each_vector
from bertviz_app.workspace.predictions import predictions

YARDSTICK = 20


def switched(model: Model, forward: ForwardPass, whats: tuple[Intervention, ...]) -> None:
    """Passes in portions and every prediction of each, as the page makes them."""
    for state in states_under(model, forward.encoding, whats, lambda _: None, donor=forward):
        predictions(model, forward.encoding, state)


def read_layers(model: Model, forward: ForwardPass) -> None:
    """The logit lens at every token, or at as many as one picture shows."""
    positions = logit_lens.window(forward.encoding.n_tokens, 1)
    states = forward.hidden_states[:, positions]
    last = scores.scored(model.vocabulary_logits(states[-1]))
    logit_lens.stacked(logit_lens.says(scores.scored(model.vocabulary_logits(rows)), last) for rows in states)


def passes(model: Model, encoding: Encoding) -> None:
    """As many plain passes as make a fair yardstick for work of seconds: one alone is over before the noise is."""
    for _ in range(YARDSTICK):
        model.run(encoding)


def methods(model: Model, forward: ForwardPass) -> Iterator[tuple[str, Callable[[], object], int]]:
    """Name, work, and how often it is timed."""
    n_tokens, heads = forward.encoding.n_tokens, each_head(model.info)
    yield f"map of heads, {len(heads)} passes", partial(switched, model, forward, heads), 5
    if n_tokens <= MOST_TOKENS:
        vectors = each_vector(model.info, n_tokens)
        yield f"patching, {len(vectors)} passes", partial(switched, model, forward, vectors), 5
    yield "logit lens", partial(read_layers, model, forward), 15
    yield "kinds of heads", partial(head_kinds.measured, forward), 15


def main() -> None:
    """A line for each method and length."""
    logging.disable(logging.WARNING)  # the bar of a page has no page here
    model = load("embedded")
    for n_tokens in (10, MOST_TOKENS, 128):
        encoding = model.encode("[MASK] " + WORDS * 50, max_tokens=n_tokens)
        for name, work, rounds in methods(model, model.run(encoding)):
            ours, theirs, times = ratio(work, partial(passes, model, encoding), rounds=rounds)
            one = f"one pass {1000 * theirs / YARDSTICK:.1f} ms"
            sys.stdout.write(f"{n_tokens:3} tokens: {name} {1000 * ours:.0f} ms, {one}: {times * YARDSTICK:.2f} × a pass\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
