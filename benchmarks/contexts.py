"""Words in context against one forward pass over one of its sentences: ten sentences in batches, and the sample that random words come from.

python -m benchmarks.contexts
"""

from __future__ import annotations

import sys
import threading
import time

from benchmarks.ratio import ratio
from bertviz_app import load
from bertviz_app.analysis import sample
from bertviz_app.chapters.words_in_context import measures as lens
from bertviz_app.chapters.words_in_context.view_contexts import sample_baseline
from bertviz_app.engine.batches import all_states
from bertviz_app.engine.model import Model
from bertviz_app.serving.pass_queue import pass_queue
from bertviz_app.uploads.texts import typed_rows


def longest_wait(model: Model) -> float:
    """Seconds that another visitor waits for the only place while the sample is read five times over."""
    line, texts, waits = pass_queue(), [model.encode(text) for text in sample.sentences()] * 5, []
    line.limit = 1
    job = threading.Thread(target=lambda: list(all_states(model, texts)))
    job.start()
    while job.is_alive():
        began = time.perf_counter()
        with line.turn():
            waits.append(time.perf_counter() - began)
        time.sleep(0.02)
    return max(waits)


def main() -> None:
    """Ten sentences, then the sample, each against one pass; then how long others wait."""
    model = load("embedded")
    encodings = [model.encode(line.text) for line in lens.read_lines(typed_rows("\n".join(lens.LINES)))]

    def one_pass() -> None:
        model.run(encodings[0])

    works = {
        f"{len(encodings)} sentences": lambda: list(all_states(model, encodings)),
        "40 sentences of the sample and the baseline": lambda: sample_baseline(model),
    }
    for name, work in works.items():
        ours, theirs, times = ratio(work, one_pass)
        sys.stdout.write(
            f"{name}: {1000 * ours:.0f} ms, one pass over {encodings[0].n_tokens} tokens {1000 * theirs:.1f} ms: {times:.1f} × a pass\n"
        )
    sys.stdout.write(f"another visitor waits at most {1000 * longest_wait(model):.0f} ms (limit 100)\n")


if __name__ == "__main__":
    main()
