"""What each way to attribute a prediction costs, as a multiple of one plain pass over the same text; the median of paired rounds.

python -m benchmarks.attribution
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from benchmarks.ratio import ratio
from bertviz_app import load
from bertviz_app.chapters.attribution import faithfulness
from bertviz_app.chapters.attribution.measures import METHODS
from bertviz_app.engine.gradients import N_STEPS, TargetFunction, attributed, without
from bertviz_app.records.attributions import Attribution, Target
from bertviz_app.records.forward import Encoding

TEXT = "The acting is superb, but the story is painfully slow. "


def inputs_without(encoding: Encoding) -> NDArray[np.bool_]:
    """What is read for the curves of four methods that agree on nothing: [input, position], true for what is away."""
    generator = np.random.default_rng(1)
    found = {method: Attribution(generator.normal(size=encoding.n_tokens).astype(np.float32), 0.0, 0.0) for method in METHODS}
    away = faithfulness.removed(encoding, faithfulness.orders(encoding, found))
    return np.unique(away.reshape(-1, encoding.n_tokens), axis=0)


def main() -> None:
    model = load("embedded")
    for repeats, rounds in ((1, 15), (10, 5)):
        encoding = model.encode(TEXT * repeats, max_tokens=128)
        asked = TargetFunction(model, encoding, Target("sentiment", 0))
        away = inputs_without(encoding)
        ways = {
            "gradient × input": lambda: attributed(asked, "gradient_x_input"),  # noqa: B023 - used in this round
            "attention × gradient": lambda: attributed(asked, "attention_x_gradient"),  # noqa: B023
            f"integrated gradients, {N_STEPS} steps": lambda: attributed(asked, "integrated_gradients", batch_size=4),  # noqa: B023
            "occlusion": lambda: attributed(asked, "occlusion", batch_size=4),  # noqa: B023
            f"faithfulness of four methods, {len(away)} inputs": lambda: without(asked, away, batch_size=4),  # noqa: B023
        }
        for name, way in ways.items():
            ours, one, times = ratio(way, lambda: model.run(encoding), rounds=rounds)  # noqa: B023
            sys.stdout.write(
                f"{encoding.n_tokens:4} tokens, {name}: {1000 * ours:7.1f} ms, one pass {1000 * one:6.1f} ms, {times:.1f} ×\n"
            )


if __name__ == "__main__":
    main()
