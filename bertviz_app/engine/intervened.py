"""Encoder passes with parts switched off or vectors exchanged; the hooks that do it are in `hooks.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bertviz_app.engine.hooks import Switches, switched
from bertviz_app.engine.model import Model
from bertviz_app.records.forward import Encoding, FinalState, ForwardPass
from bertviz_app.records.interventions import Intervention
from bertviz_app.serving.portions import MOST, Portions


def run_without(model: Model, encoding: Encoding, what: Intervention) -> ForwardPass:
    """One pass with heads off and layers skipped, and all that it computed.

    The weights of a head that is off are in the record, though nothing reads what it gathers; so are those of a layer that is skipped.
    Raises `Busy` when no place became free in time, and `ValueError` for patches, which need a donor.
    """
    if what.patches:
        raise ValueError("patches need a donor: see `intervened`")
    from bertviz_app.serving.pass_queue import pass_queue

    with pass_queue().turn(), switched(Switches(model.info, [what], None)):
        return replace(model.batch_passes([encoding])[0], switched_off=what)


def intervened(
    model: Model,
    encoding: Encoding,
    interventions: Sequence[Intervention],
    *,
    donor: ForwardPass | None = None,
    batch_size: int | None = None,
) -> Iterator[FinalState]:
    """The last layer of one encoding under each intervention, in order. Patched vectors are taken from `donor`.

    Each batch takes its own turn, so that the passes of one visitor do not lock out the others; unless a size is given, batches are as
    large as `Portions` makes them. Raises `Busy` when no place became free in time, and `ValueError` for a donor that does not fit.
    """
    if donor is not None and (donor.model.key, donor.encoding.n_tokens) != (model.key, encoding.n_tokens):
        raise ValueError("a donor is a pass of the same model over as many tokens")
    from bertviz_app.serving.pass_queue import pass_queue

    portions = Portions(len(interventions), most=batch_size or MOST, fixed=batch_size is not None)
    for place in portions:
        rows = interventions[place]
        with pass_queue().turn(), portions.timed(), switched(Switches(model.info, rows, donor)):
            states = model.batch_states([encoding] * len(rows))
        yield from states
