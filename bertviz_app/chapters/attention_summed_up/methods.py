"""The methods of Attention summed up: a row each, with what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bertviz_app.analysis.agreement import Doubles


@dataclass(frozen=True)
class MapMethod:
    """One way to sum up.

    name, spoken  what it is called, and within a sentence
    scaled        how its rows come to sum to 1
    how           its formula and source, as text of a page
    most_tokens   of a method that costs more than a pass and waits for a click, the longest text that it is offered for
    """

    name: str
    spoken: str
    scaled: str
    how: str
    most_tokens: int | None = None

    @property
    def key(self) -> str:
        """Its name in those of buttons and files."""
        return self.name.lower().replace(" ", "_")

    @property
    def variable(self) -> str:
        """Its name in Python."""
        return self.key.replace("-", "_")


MEAN = MapMethod(
    "Mean",
    "the mean",
    "rows sum to 1 as they are",
    "the mean over all layers and heads of the attention weights.",
)
ROLLOUT = MapMethod(
    "Rollout",
    "rollout",
    "rows sum to 1 as they are",
    r"$\tilde A_L \cdots \tilde A_1$ with $\tilde A = \tfrac12 A + \tfrac12 I$, $A$ the mean over heads: what reaches a token's last vector "
    "from each token of the input, on all paths through the layers. The half of the identity stands for the residual connection. "
    "Abnar and Zuidema (2020), section 3.",
)
NORMS = MapMethod(
    "Norm-based",
    "norms",
    "each layer's rows divided by their sum, then the mean over the layers",
    r"$\lVert \sum_h \alpha_h f_h(x) \rVert$ with $f_h(x) = (x W_V + b_V) W_O$: the length of the vector that actually arrives. A large "
    "weight on a short vector moves little. Kobayashi et al. (2020), section 3, look at each layer by itself, as “One map” does on "
    "request; the mean over the layers is ours. The residual connection is not in it.",
)
ZEROING = MapMethod(
    "Value zeroing",
    "value zeroing",
    "each layer's rows divided by their sum, then rolled out over the layers, without the identity",
    "in each layer, the values of one token are set to zero and the rest of the layer is run again; the entry is the cosine distance "
    "of each token's new output to what it was. The residual connection and the feed-forward network are part of the layer, so "
    "nothing stands for them in the roll-out. Mohebbi et al. (2023), section 3.",
    most_tokens=128,
)
FLOW = MapMethod(
    "Flow",
    "flow",
    "each row divided by its sum; unscaled, each entry is a flow of at most 1",
    r"the layers as a network of pipes, as wide as $\tilde A = \tfrac12 A + \tfrac12 I$: the most that can flow from a token of the input to a "
    "token's last vector, on all paths together. Many tokens reach nearly 1, as there are many paths. Abnar and Zuidema (2020), section 3.",
    most_tokens=64,
)
METHODS = (MEAN, ROLLOUT, NORMS, ZEROING, FLOW)
METHOD = (
    "Each row shows where a token’s information comes from, and is scaled to sum to 1.\n\n"
    + "\n\n".join(f"*{method.name}*: {method.how} Scale: {method.scaled}." for method in METHODS)
    + "\n\n*Agreement*: Spearman's rank correlation between two maps' rows, the mean over the rows, all tokens counted: 1 the same order, 0 "
    "none, −1 the reverse. The methods answer different questions; where they disagree, none of them is the truth."
)

Maps = Mapping[MapMethod, Doubles]  # each [query, key]
