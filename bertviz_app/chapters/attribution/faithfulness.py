"""Faithfulness: does the prediction really hang on the tokens that an attribution names?

    deletion    P after the first m tokens of the order are replaced by the baseline's,      m = 0 … n; the faster it falls, the better
    insertion   P with the first m tokens put back into the baseline,                         m = 0 … n; the faster it rises, the better
    gain        how much lower (deletion) or higher (insertion) the curve is than that of random orders, the mean over m / n

An order goes from the token that speaks most for the answer to the one that speaks most against it. Without random orders beside it a curve says little:
it may fall fast in any order.
Sources: Petsiuk, Das and Saenko, RISE (2018), section 4.1 (deletion and insertion); DeYoung et al., ERASER (2020), section 4 (comprehensiveness and
sufficiency: how far the two curves are from P of the whole input).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bertviz_app.analysis.phrases import leader, lowered, signed, trailer
from bertviz_app.chapters.attribution.measures import METHODS
from bertviz_app.records.attributions import Attribution, MethodKey, probabilities, replaceable
from bertviz_app.records.forward import Encoding, Integers

MOST_STEPS = 15  # odd: what is away after some steps and what is left before the end then mirror each other
N_RANDOM = 10
SEED = 0

METHOD = (
    "Tokens are taken away one after the other, in the order of an attribution, from what speaks most for the answer to what speaks most against it, and the probability of the "
    "answer is read off each time (**deletion**); and they are put back in that order into an input of baselines alone (**insertion**). An order that names what the model "
    f"really uses makes the first fall fast and the second rise fast. The yardstick are {N_RANDOM} random orders of the same tokens, always the same ones: shown are their mean and, as a band, their "
    "extremes. A method’s gain is the area between its curve and that mean: how many percentage points it is ahead, on average. "
    f"Beyond {MOST_STEPS} tokens, several go at a time. The fall of the first curve is also called comprehensiveness, and what the second lacks of the "
    "whole input sufficiency. Sources: Petsiuk et al. (2018), section 4.1; DeYoung et al. (2020), section 4.\n\n"
    "Two warnings. An input full of baselines is unlike anything the model was trained on, and what it says of one may be arbitrary (Hooker et al. 2019). And occlusion takes "
    "tokens away just as this measurement does: it plays a home game here."
)


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """Curves of probabilities over the same steps.

    counts                [step]          tokens that are away (deletion) or back (insertion), from none to all
    deletion, insertion   by method       [step]
    random_deletion, random_insertion     [order, step]
    """

    counts: Integers
    deletion: Mapping[MethodKey, NDArray[np.float64]]
    insertion: Mapping[MethodKey, NDArray[np.float64]]
    random_deletion: NDArray[np.float64]
    random_insertion: NDArray[np.float64]

    def of(self, method: MethodKey) -> Faithfulness:
        """One method alone against the same random orders."""
        return replace(self, deletion={method: self.deletion[method]}, insertion={method: self.insertion[method]})

    def gains(self, method: MethodKey) -> tuple[float, float]:
        """How far deletion is below and insertion above the mean of random orders: the area between, in probability."""
        below = self.area(self.random_deletion.mean(axis=0) - self.deletion[method])
        return below, self.area(self.insertion[method] - self.random_insertion.mean(axis=0))

    def area(self, curve: NDArray[np.float64]) -> float:
        """The mean of a curve [step] over the share of tokens, by the trapezoid rule."""
        return float(np.trapezoid(curve, self.counts / self.counts[-1]))

    def beaten_by(self, method: MethodKey) -> int:
        """How many of the random orders have a better deletion curve."""
        mine = self.area(self.deletion[method])
        return sum(self.area(curve) < mine for curve in self.random_deletion)


def counts(n_tokens: int) -> Integers:
    """How many of n tokens are away at each step: each number, or, of more than `MOST_STEPS`, so many spread evenly.

    >>> counts(3).tolist()
    [0, 1, 2, 3]
    """
    steps = min(n_tokens, MOST_STEPS)
    found: Integers = np.round(np.arange(steps + 1) * n_tokens / steps).astype(np.int64)
    return found


def orders(encoding: Encoding, found: Mapping[MethodKey, Attribution]) -> list[Integers]:
    """The positions that can be taken away in the order of each method, and then in `N_RANDOM` random orders."""
    places = np.flatnonzero(replaceable(encoding))
    generator = np.random.default_rng(SEED)
    by_method = [places[np.argsort(-one.values[places], kind="stable")] for one in found.values()]
    return by_method + [generator.permutation(places) for _ in range(N_RANDOM)]


def removed(encoding: Encoding, sequence: Sequence[Integers]) -> NDArray[np.bool_]:
    """What is away: [order, (deletion, insertion), step, position].

    A random order is put back from its end: what is away is then what was away in its deletion, and no further pass is needed.
    """
    steps = counts(len(sequence[0]))
    away = np.zeros((len(sequence), 2, len(steps), encoding.n_tokens), dtype=np.bool_)
    first_random = len(sequence) - N_RANDOM
    for row, order in enumerate(sequence):
        back = order if row < first_random else order[::-1]
        for step, count in enumerate(steps):
            away[row, 0, step, order[:count]] = True
            away[row, 1, step, back[count:]] = True
    return away


def curves(methods: Sequence[MethodKey], steps: Integers, bits: NDArray[np.float32]) -> Faithfulness:
    """Log-odds [order, (deletion, insertion), step], methods first, then random orders → the curves."""
    found = probabilities(bits)
    n = len(methods)
    return Faithfulness(
        counts=steps,
        deletion={method: found[row, 0] for row, method in enumerate(methods)},
        insertion={method: found[row, 1] for row, method in enumerate(methods)},
        random_deletion=found[n:, 0],
        random_insertion=found[n:, 1],
    )


def n_passes(n_tokens: int, n_methods: int) -> int:
    """How many passes it takes at most: the ends are shared by all, and a random order's two curves by each other."""
    return 2 + (len(counts(n_tokens)) - 2) * (2 * n_methods + N_RANDOM) if n_tokens > 1 else 0


def gains_sentence(measured: Faithfulness, method: MethodKey) -> str:
    """The faithfulness of one method: "deletion +12, insertion −3 percentage points against random order"."""
    return "deletion {}, insertion {} percentage points against random order".format(*map(points, measured.gains(method)))


def all_gains(measured: Faithfulness) -> str:
    """The same for all methods, in percentage points of deletion and insertion."""
    rows = ((lowered(METHODS[method].name), measured.gains(method)) for method in measured.deletion)
    each = "; ".join(f"{name} {points(below)} and {points(above)}" for name, (below, above) in rows)
    return f"{each} percentage points of deletion and insertion against random order"


def notice(measured: Faithfulness, name: str) -> str:
    """What to notice: which method is ahead of chance by most, and which by least, where one is."""
    methods = list(measured.deletion)
    names = [lowered(METHODS[method].name) for method in methods]
    totals = [sum(measured.gains(method)) for method in methods]
    if len(methods) == 1:
        how = "is ahead of random order" if totals[0] > 0 else "is not ahead of random order here"
        below, above = map(points, measured.gains(methods[0]))
        faster = _beaten(measured, methods[0])
        return f"For “{name}”, {names[0]} {how}: deletion {below}, insertion {above} percentage points; {faster}."
    if max(totals) <= 0:
        return f"For “{name}”, no method is ahead of random order here: none of them names what this prediction depends on."
    best, least = leader(totals, points), trailer(totals, points)
    said = f"For “{name}”, "
    if len(methods) == 2 and points(totals[0]) != points(totals[1]):
        ahead = int(totals[1] > totals[0])
        said += f"{names[ahead]} is more faithful than {names[1 - ahead]}: {all_gains(measured)}"
    elif best is None:
        said += f"no method is ahead of all others: {all_gains(measured)}"
    else:
        said += f"{names[best]} is the most faithful: {gains_sentence(measured, methods[best])}"
    if least is not None:
        below, above = map(points, measured.gains(methods[least]))
        said += f". The least faithful is {names[least]} ({below} and {above}): {_beaten(measured, methods[least])}"
    return f"{said}."


def _beaten(measured: Faithfulness, method: MethodKey) -> str:
    n_better = measured.beaten_by(method)
    return f"{n_better} of {len(measured.random_deletion)} random orders {'brings' if n_better == 1 else 'bring'} the answer down faster"


def columns(measured: Faithfulness) -> dict[str, list[object]]:
    """A row a method: its two gains in percentage points, and the random orders that are better at deletion."""
    gains = [measured.gains(method) for method in measured.deletion]
    return {
        "method": [METHODS[method].name for method in measured.deletion],
        "deletion, points": [100 * below for below, _ in gains],
        "insertion, points": [100 * above for _, above in gains],
        f"of {len(measured.random_deletion)} random orders better": [
            measured.beaten_by(method) for method in measured.deletion
        ],
    }


def points(gain: float) -> str:
    """A gain in percentage points.

    >>> points(0.1234), points(-0.0004)
    ('+12.3', '0.0')
    """
    return signed(100 * gain, 1)
