"""`Model.run_many` against a loop over `Model.run`: the sentences of the bundled sample, again and again, each with all its internals.

python -m benchmarks.many_texts
"""

from __future__ import annotations

import sys
from itertools import cycle, islice

from benchmarks.ratio import ratio
from bertviz_app import load
from bertviz_app.analysis.sample import sentences

N_TEXTS = 64


def main() -> None:
    model = load("embedded")
    texts = list(islice(cycle(sentences()), N_TEXTS))
    lengths = [model.encode(text).n_tokens for text in texts]

    def loop() -> object:
        return [model.run(text) for text in texts]

    ours, theirs, times = ratio(lambda: list(model.run_many(texts)), loop, rounds=15)
    sys.stdout.write(
        f"{N_TEXTS} texts of {min(lengths)} to {max(lengths)} tokens: run_many {1000 * ours:.0f} ms, a loop over run "
        f"{1000 * theirs:.0f} ms: {1 / times:.1f} × faster (at least 3 wanted)\n"
    )


if __name__ == "__main__":
    main()
