"""Three published findings, measured again with the embedded model on the bundled sample: the table in docs/methods.md.

python -m scripts.findings        # writes the table; a test holds its numbers
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bertviz_app import load
from bertviz_app.analysis import sample
from bertviz_app.chapters.attention_summed_up.measures import mixed_norms
from bertviz_app.chapters.attention_summed_up.rollout import rows_to_one
from bertviz_app.chapters.words_in_context.view_contexts import sample_baseline
from bertviz_app.engine.model import Model
from bertviz_app.engine.value_mixing import value_products
from bertviz_app.records.forward import ForwardPass

PATH = Path(__file__).parents[1] / "docs" / "methods.md"
TABLE = re.compile(r"(?<=<!-- findings -->\n).*?(?=<!-- /findings -->)", re.DOTALL)
KINDS = ("sep", "cls")
Numbers = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Findings:
    """One number a layer.

    weight   by kind   [layer]       share of all attention on [SEP], on [CLS]; mean over texts, heads and queries
    length   by kind   [layer]       share of the lengths ‖Σ_h α_h f_h(x)‖ that comes from there
    vector   by kind   [layer]       mean length of its f_h(x) over that of all other tokens
    cosine             [layer + 1]   mean cosine of random words; 0 the embeddings
    """

    weight: dict[str, Numbers]
    length: dict[str, Numbers]
    vector: dict[str, Numbers]
    cosine: Numbers


def findings(model: Model) -> Findings:
    """All three, over the passages of the sample, each as a pair of sentences."""
    measured = [_of(model, model.run(model.encode(*passage))) for passage in sample.passages()]
    # passage × [measure, kind, layer] → [measure, kind, layer]
    weight, length, vector = np.mean(measured, axis=0)
    return Findings(_by_kind(weight), _by_kind(length), _by_kind(vector), sample_baseline(model).cosine)


def _by_kind(rows: Numbers) -> dict[str, Numbers]:
    return dict(zip(KINDS, rows, strict=True))


def _of(model: Model, forward: ForwardPass) -> Numbers:
    """[measure, kind, layer] of one text."""
    places = [forward.encoding.positions(kind) for kind in KINDS]
    others = np.flatnonzero(~forward.encoding.is_special)
    found = np.empty((3, len(KINDS), forward.model.n_layers))
    for layer, weights in enumerate(forward.attentions):  # [head, query, key]
        products = value_products(model, forward, layer)  # [position, head, head]
        lengths = rows_to_one(mixed_norms(weights, products))  # [query, key]
        vectors = np.sqrt(np.diagonal(products, axis1=1, axis2=2)).mean(axis=-1)  # [position]
        for kind, at in enumerate(places):
            found[0, kind, layer] = weights[..., at].sum(axis=-1).mean()
            found[1, kind, layer] = lengths[:, at].sum(axis=-1).mean()
            found[2, kind, layer] = vectors[at].mean() / vectors[others].mean()
    return found


def table(found: Findings) -> str:
    """The findings as Markdown: a row a measure, a column a layer."""
    n_layers = len(found.cosine) - 1
    lines = [
        "| measure | emb. | " + " | ".join(str(layer) for layer in range(1, n_layers + 1)) + " |",
        "|---" * (n_layers + 2) + "|",
    ]
    for kind in KINDS:
        name = f"[{kind.upper()}]"
        lines.append(_row(f"attention weight on {name}", [f"{100 * share:.0f} %" for share in found.weight[kind]]))
        lines.append(
            _row(f"share of the lengths that arrive from {name}", [f"{100 * share:.0f} %" for share in found.length[kind]])
        )
        lines.append(
            _row(f"length of the vectors of {name} against those of words", [f"{times:.2f} ×" for times in found.vector[kind]])
        )
    lines.append(
        _row("mean cosine of random words", [f"{value:.2f}" for value in found.cosine[1:]], first=f"{found.cosine[0]:.2f}")
    )
    return "\n".join(lines) + "\n"


def _row(name: str, cells: list[str], *, first: str = "") -> str:
    return f"| {name} | {first} | " + " | ".join(cells) + " |"


def main() -> None:
    written = table(findings(load("embedded")))
    PATH.write_text(TABLE.sub(lambda _: written, PATH.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(written)


if __name__ == "__main__":
    main()
