"""How an attribution is asked for: the method, its baseline and steps, what that will cost, and the work itself, in portions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bertviz_app.chapters.attribution import measures
from bertviz_app.chapters.attribution.measures import METHODS, AttributionMethod
from bertviz_app.chapters.attribution.view_target import ChosenTarget
from bertviz_app.records.attributions import Attribution, Baseline, MethodKey, Target, Way, replaceable
from bertviz_app.records.forward import Encoding
from bertviz_app.records.interventions import NOTHING, Intervention
from bertviz_app.workspace import choices, costs, jobs, memory
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.examples import BLANK, REVIEW
from bertviz_app.workspace.jobs import Job, Progress
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page

STEPS = (16, 64, 256)


def suggest(page: Page, subject: Subject) -> None:
    """A sample that this model has something to say about, until something is typed."""
    if not memory.has_text():
        page.sample = (
            (BLANK, "") if subject.model.info.fills_blanks and "sentiment" not in subject.model.info.labels else (REVIEW, "")
        )


def at_once(method: AttributionMethod) -> bool:
    """Whether a single pass and its gradient do: then nobody is asked."""
    return not method.work


def attribution_job(model: Model, what: ChosenTarget, way: Way) -> Job[Attribution]:
    """What a method gives that takes more than a single pass and its gradient."""
    doing = f"{way.n_steps} steps from the baseline to this input" if way.n_steps else "Replacing one token at a time"
    return Job(doing, explained, (model, what.encoding, what.target, way), expected(model, what, [way]))


def comparison_job(model: Model, what: ChosenTarget, ways: Sequence[Way]) -> Job[dict[MethodKey, Attribution]]:
    """What each of several methods gives, by its key."""
    seconds = expected(model, what, ways)
    return Job(f"Asking {len(ways)} methods", all_explained, (model, what.encoding, what.target, tuple(ways)), seconds)


def expected(model: Model, what: ChosenTarget, ways: Sequence[Way], *, more: int = 0) -> float:
    """Seconds that these methods and `more` passes will take."""
    with_gradient = sum(way.n_steps for way in ways)
    away = int(replaceable(what.encoding).sum()) if any(METHODS[way.method].work == "tokens" for way in ways) else 0
    return costs.expected(model, costs.GRADIENT * with_gradient + away + more, what.encoding.n_tokens)


def choose_way() -> Way:
    """Method, and, where it has them, baseline and steps."""
    names = {method.name: method for method in METHODS.values()}
    name = choices.view(Choice.ATTRIBUTION_METHOD, list(names), label="Method")
    method: AttributionMethod = names[name]
    if not method.has_baseline:
        return Way(method.key)
    with st.popover("Settings"):
        baseline = choose_baseline()
        steps = choose_steps() if method.work == "steps" else 0
    return Way(method.key, baseline, steps)


def choose_ways() -> list[Way]:
    """Every method, all with the same baseline."""
    with st.popover("Settings"):
        baseline, n_steps = choose_baseline(), choose_steps()
    return [
        Way(method.key, baseline if method.has_baseline else "mask", n_steps if method.work == "steps" else 0)
        for method in METHODS.values()
    ]


def choose_baseline() -> Baseline:
    """What stands in for the words that are taken away."""
    keys = {name: key for key, name in measures.BASELINE_NAMES.items()}
    return keys[choices.one_of(Choice.ATTRIBUTION_BASELINE, "Replace words with", list(keys))]


def choose_steps() -> int:
    """At how many places between the baseline and the input the gradient is taken."""
    return int(choices.one_of(Choice.ATTRIBUTION_STEPS, "Steps", [str(n) for n in STEPS], index=1))


def of_one_pass(
    model: Model, encoding: Encoding, target: Target, method: MethodKey, switched_off: Intervention = NOTHING
) -> Attribution:
    """What a method gives that needs one pass and its gradient; without what is switched off."""
    from bertviz_app.engine.gradients import TargetFunction, attributed

    return attributed(TargetFunction(model, encoding, target, switched_off=switched_off), method)


def explained_without(
    model: Model, what: tuple[Encoding, Target], way: Way, switched_off: Intervention, progress: Progress
) -> Attribution:
    """What a method gives, in portions, for an input and what is asked of it; without what is switched off. `progress` is told the share done."""
    from bertviz_app.engine.gradients import TargetFunction, attributed

    encoding, target = what
    rows = costs.rows(model, encoding.n_tokens, weight=costs.GRADIENT if way.n_steps else 1)
    asked = TargetFunction(model, encoding, target, way.baseline, switched_off=switched_off)
    return attributed(asked, way.method, n_steps=way.n_steps, batch_size=rows, progress=progress)


def explained(model: Model, encoding: Encoding, target: Target, way: Way, progress: Progress) -> Attribution:
    """The same of the whole model."""
    return explained_without(model, (encoding, target), way, NOTHING, progress)


def all_explained(
    model: Model, encoding: Encoding, target: Target, ways: tuple[Way, ...], progress: Progress
) -> dict[MethodKey, Attribution]:
    """What each method gives, those at hand included; `progress` is told the share done."""
    found = {}
    for number, way in enumerate(ways):
        if at_once(METHODS[way.method]):
            found[way.method] = once(of_one_pass, model, encoding, target, way.method)
        else:
            one = Job("", explained, (model, encoding, target, way), 0)
            found[way.method] = jobs.part_of(progress, one, number / len(ways), 1 / len(ways))
        progress((number + 1) / len(ways))
    return found
