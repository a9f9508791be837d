"""The interactive parts of Attention summed up: the maps of a text, side by side, one of them, one token, and how far they agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from bertviz_app.analysis.agreement import Doubles, rank_agreement
from bertviz_app.analysis.head_readings import merged
from bertviz_app.chapters.attention_summed_up import figures, flow, measures, rollout, sentences, snippet
from bertviz_app.chapters.attention_summed_up.sentences import FLOW, MEAN, METHODS, NORMS, ROLLOUT, ZEROING
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.plots import shown
from bertviz_app.errors import Busy, UnsupportedModel
from bertviz_app.records.forward import Encoding, ForwardPass
from bertviz_app.serving.pass_queue import FairQueue
from bertviz_app.workspace import choices, costs, jobs, whole_words
from bertviz_app.workspace.caches import Keyed, once
from bertviz_app.workspace.jobs import Job, Progress
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.scene import Choice
from bertviz_app.workspace.subject import Subject
from bertviz_app.workspace.whole_words import Shown

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.workspace.page import Page

MOST_TOKENS = {ZEROING.name: 128, FLOW.name: 64}  # of the methods that cost more than a pass, and wait for a click
PASSES_PER_TOKEN = 0.6  # that value zeroing is worth: a layer without its scores, for each token
ALL_LAYERS = "mean of all"
# A flow is Python and keeps every other thread from it: one at a time, whoever asked for it, in the order of arrival.
ONE_FLOW = FairQueue(limit=1, patience=60)
PER_ROW = 3  # small maps beside each other


Maps = tuple[Keyed[Doubles], ...]  # each by its name and the pass that it is of


@dataclass(frozen=True)
class Summed:
    """The maps of a subject by their names in `METHODS`, of what `shown` says, and why each of the others cannot be had."""

    subject: Subject
    shown: Shown
    maps: Mapping[str, Doubles]
    missing: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.maps)

    def keyed(self, *names: str) -> Maps:
        """Some of the maps, or all, for what is drawn of them once."""
        of = self.subject.model.key, self.subject.encoding.key, self.shown.are_words
        return tuple(Keyed((name, of), self.maps[name]) for name in names or self.names)


def summed_up(page: Page, subject: Subject) -> Summed:
    """All maps that cost next to nothing, and those that were asked for. One that the model does not give is said."""
    maps, missing, asked_for = {}, {}, []
    with st.container(horizontal=True):  # the buttons of those that cost more, in one row
        for name in METHODS:
            try:
                if name not in MOST_TOKENS or _asked_for(subject, name):
                    asked_for.append(name)
            except (UnsupportedModel, Busy) as error:
                missing[name] = str(error)
    for name in asked_for:
        try:
            maps[name] = _map(subject, name)
        except (UnsupportedModel, Busy) as error:
            missing[name] = str(error)
    for name, why in missing.items():
        st.caption(plain(f"{name} is missing. {why}"))
    with page.controls:
        shown = whole_words.choose(subject.encoding)
    return Summed(subject, shown, {name: merged(one, shown.groups) for name, one in maps.items()}, missing)


def _asked_for(subject: Subject, name: str) -> bool:
    """Whether a map that costs more was asked for; if not, a button that says what it costs, or why it cannot be had."""
    n, most = subject.encoding.n_tokens, MOST_TOKENS[name]
    if n > most:
        st.caption(f"{METHODS[name].name} is offered for up to {most} tokens; this text has {n}.")
        return False
    return jobs.asked(_job(subject, name), f"add_{_key(name)}", f"Add {METHODS[name].spoken}")


def _job(subject: Subject, name: str) -> Job[Doubles]:
    """What makes a map that costs more than a pass."""
    n, forward, doing = subject.encoding.n_tokens, subject.forward, f"Computing {METHODS[name].spoken}"
    if name == FLOW.name:
        return Job(doing, flow_map, (forward,), flow.seconds(rollout.with_residual(forward.attentions)))
    return Job(doing, zeroing_map, (subject.model, forward), costs.expected(subject.model, PASSES_PER_TOKEN * n, n))


def _map(subject: Subject, name: str) -> Doubles:
    """One map by its name: [query, key], rows sum to 1."""
    if name in MOST_TOKENS:
        return jobs.result(_job(subject, name), f"add_{_key(name)}")
    return once(AT_ONCE[name], subject.model, subject.forward)


def side_by_side(page: Page, summed: Summed) -> snippet.Table:
    """Small maps on one scale, three in a row; below each other on a phone."""
    encoding = summed.shown.encoding
    page.notice(sentences.maps_sentence(summed.maps, encoding))
    more = figures.thinned(encoding.n_tokens)
    st.caption(
        f"Each row: where this {encoding.unit}’s information comes from. Rows sum to 1, and all maps share one scale{'; ' + more if more else ''}."
    )
    charts = once(_side_figures, encoding, summed.keyed(), page.theme)
    for start in range(0, len(charts), PER_ROW):
        row = list(zip(summed.names, charts, strict=True))[start : start + PER_ROW]
        for column, (name, chart) in zip(st.columns(PER_ROW), row, strict=False):
            with column:
                page.show(chart, name=f"map_{_key(name)}", alt=f"{name}: heatmap of tokens × tokens")
                st.caption(f"Scale: {METHODS[name].scaled}.")
    with page.fold("Table"):
        page.table(sentences.mean_columns(summed.maps, encoding), name="summed-up")
    return snippet.means_table(summed.names, encoding.unit)


def one_map(page: Page, summed: Summed) -> snippet.Table:
    """One map, large; of the norm-based one also each layer by itself, in lengths."""
    with page.controls:
        name = choices.one_of(Choice.SUMMED_METHOD, "Method", summed.names)
    layer, options = None, [ALL_LAYERS, *map(str, range(1, summed.subject.model.info.n_layers + 1))]
    if name == NORMS.name:
        with page.controls:
            at = options.index(choices.one_on_scale(Choice.SUMMED_LAYER, "Layer", options))
        layer = at - 1 if at else None
    encoding = summed.shown.encoding if layer is None else summed.subject.encoding  # lengths of vectors do not add up to words
    if layer is None:
        values = summed.maps[name]
        said = sentences.map_sentence(name, values, encoding)
        chart = once(_large_figure, encoding, summed.keyed(name), page.theme)
    else:
        values = once(_lengths, summed.subject.model, summed.subject.forward, layer)
        said = sentences.lengths_sentence(values, summed.subject.forward.attentions[layer], encoding, layer)
        chart = once(_lengths_figure, summed.subject.model, summed.subject.forward, layer, page.theme)
    if more := figures.thinned(encoding.n_tokens, figures.LARGE_CELLS):
        st.caption(f"{more[0].upper()}{more[1:]}.")
    page.show(chart, name="summed_map", alt="Heatmap", notice=said)
    with page.fold("Table"):
        page.table(sentences.map_columns(values, encoding), name=_key(name))
    return snippet.map_table(name, encoding.unit, layer)


def one_token(page: Page, summed: Summed) -> snippet.Table:
    """What the clicked token draws on: the blank or the first token before a click, and for another text."""
    encoding = summed.shown.encoding
    kept = choices.clicked_token(Choice.SUMMED_TOKEN, encoding)
    position = sentences.default_token(encoding) if kept is None else kept
    hint = f"Click a {encoding.unit} to see where its information comes from."
    clicked = page.strip(encoding, key="summed", hint=hint, chosen=(position,))
    if clicked is not None and clicked != position:
        choices.click_token(Choice.SUMMED_TOKEN, encoding, clicked)
        st.rerun()
    chart = once(_token_figure, encoding, summed.keyed(), position, page.theme)
    page.show(chart, name="summed_token", alt="Bars", notice=sentences.token_sentence(summed.maps, encoding, position))
    with page.fold("Table"):
        page.table(sentences.token_columns(summed.maps, encoding, position), name="one-token")
    return snippet.token_table(summed.names, encoding.unit, position)


def agreement(page: Page, summed: Summed) -> snippet.Table:
    """How alike the order is in which two methods put the tokens, for each two."""
    found = rank_agreement(summed.maps)
    figure = figures.agreement_figure(found, summed.names, page.theme)
    page.show(figure, name="agreement", alt="Heatmap", notice=sentences.agreement_sentence(found, summed.names))
    with page.fold("Table"):
        page.table(sentences.agreement_columns(found, summed.names), name="agreement")
    return snippet.agreement_table()


def _mean_map(_: Model, forward: ForwardPass) -> Doubles:
    return measures.mean_weights(forward.attentions)


def _rollout_map(_: Model, forward: ForwardPass) -> Doubles:
    return rollout.rollout(rollout.with_residual(forward.attentions))


def _norm_map(model: Model, forward: ForwardPass) -> Doubles:
    n_layers, total = forward.model.n_layers, np.zeros((forward.encoding.n_tokens,) * 2)
    for layer in range(n_layers):  # one at a time: many tokens take memory
        total += rollout.rows_to_one(_lengths(model, forward, layer))
    return total / n_layers


AT_ONCE: dict[str, Callable[[Model, ForwardPass], Doubles]] = {
    MEAN.name: _mean_map,
    ROLLOUT.name: _rollout_map,
    NORMS.name: _norm_map,
}


def flow_map(forward: ForwardPass, progress: Progress) -> Doubles:
    """The largest flow from each token to each, rows made to sum to 1; a turn of the only line for flows each."""
    return rollout.rows_to_one(flow.flows(rollout.with_residual(forward.attentions), progress, ONE_FLOW.turn))


def zeroing_map(model: Model, forward: ForwardPass, progress: Progress) -> Doubles:
    """How much each token's output turns without another's values, all layers together."""
    from bertviz_app.engine.value_mixing import value_zeroing

    return rollout.rollout(rollout.rows_to_one(value_zeroing(model, forward, progress)))


def _lengths(model: Model, forward: ForwardPass, layer: int) -> Doubles:
    from bertviz_app.engine.value_mixing import value_products

    return measures.mixed_norms(forward.attentions[layer], value_products(model, forward, layer))


def _side_figures(encoding: Encoding, maps: Maps, theme: Theme) -> list[go.Figure]:
    values, tokens = _by_name(maps), encoding.tokens
    limit = figures.shared_limit(values)
    return [figures.small_figure(weights, tokens, theme, title=name, limit=limit) for name, weights in values.items()]


def _large_figure(encoding: Encoding, maps: Maps, theme: Theme) -> go.Figure:
    ((name, values),) = _by_name(maps).items()
    return figures.map_figure(values, encoding.tokens, theme, title=name)


def _lengths_figure(model: Model, forward: ForwardPass, layer: int, theme: Theme) -> go.Figure:
    norms = once(_lengths, model, forward, layer)
    return figures.lengths_figure(norms, forward.encoding.tokens, theme, title=f"Layer {shown(layer)}")


def _token_figure(encoding: Encoding, maps: Maps, position: int, theme: Theme) -> go.Figure:
    return figures.bars_figure(_by_name(maps), encoding.tokens, position, theme)


def _by_name(maps: Maps) -> dict[str, Doubles]:
    return {one.key[0]: one.value for one in maps}


def _key(name: str) -> str:
    return name.lower().replace(" ", "_")
