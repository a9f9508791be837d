"""The feed-forward neurons of one token at one layer, with the words that they promote, against one forward pass over the same text.

python -m benchmarks.neurons
"""

from __future__ import annotations

import sys
from functools import partial

from benchmarks.ratio import ratio
from bertviz_app import load
from bertviz_app.chapters.logit_lens import neurons as lens
from bertviz_app.engine.neurons import feed_forward
from bertviz_app.records.forward import ForwardPass

SHORT, LONG = (
    "I love watching starlings murmurate.",
    "The quick brown fox jumps over a lazy dog while seven wizards watch. " * 9,
)


def main() -> None:
    """Both texts, a line each."""
    model = load("embedded")
    for text in (SHORT, LONG):
        encoding = model.encode(text)
        forward = model.run(encoding)

        def neurons(forward: ForwardPass = forward) -> None:
            found = feed_forward(model, forward, 4, 1)
            model.vocabulary_logits(lens.directions(found, lens.strongest(found), 4.0))

        ours, theirs, times = ratio(neurons, partial(model.run, encoding))
        sys.stdout.write(
            f"{encoding.n_tokens} tokens: neurons {1000 * ours:.1f} ms, pass {1000 * theirs:.1f} ms: {times:.2f} × a pass\n"
        )


if __name__ == "__main__":
    main()
