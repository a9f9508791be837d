"""What the attention explorer costs the server, against one forward pass over the same text: thumbnails of all heads, an opened head, its neurons.

python -m benchmarks.explorer
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from benchmarks.neurons import LONG, SHORT
from benchmarks.ratio import ratio
from bertviz_app import load
from bertviz_app.analysis.head_readings import HeadReading
from bertviz_app.chapters.attention.thumbnails import thumbnails
from bertviz_app.chapters.attention.view_explorer import ExplorerRequest, sent
from bertviz_app.drawing import colors


def main() -> None:
    """Three lengths, a line for each part."""
    model, reading = load("embedded"), HeadReading()
    for text in (SHORT, LONG, LONG * 5):
        encoding = model.encode(text)
        forward = model.run(encoding)
        parts: dict[str, Callable[[], object]] = {
            "thumbnails of all heads": partial(thumbnails, forward, reading),
            "packing them with an opened head": partial(
                sent, model, forward, colors.LIGHT, ExplorerRequest(((4, 2),), reading, "Lines", "")
            ),
            "packing them with its queries and keys": partial(
                sent, model, forward, colors.LIGHT, ExplorerRequest(((4, 2),), reading, "Neurons", "")
            ),
        }
        for name, work in parts.items():
            ours, theirs, times = ratio(work, partial(model.run, encoding), rounds=10)
            sys.stdout.write(
                f"{encoding.n_tokens} tokens: {name} {1000 * ours:.1f} ms, pass {1000 * theirs:.1f} ms: {times:.2f} × a pass\n"
            )


if __name__ == "__main__":
    main()
