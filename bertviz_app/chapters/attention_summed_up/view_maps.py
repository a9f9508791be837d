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
from bertviz_app.chapters.attention_summed_up.methods import FLOW, MEAN, METHODS, NORMS, ROLLOUT, MapMethod, Maps
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

PASSES_PER_TOKEN = 0.6  # that value zeroing is worth: a layer without its scores, for each token
ALL_LAYERS = "mean of all"
# A flow is Python and keeps every other thread from it: one at a time, whoever asked for it, in the order of arrival.
ONE_FLOW = FairQueue(limit=1, patience=60)
PER_ROW = 3  # small maps beside each other


KeyedMaps = tuple[Keyed[Doubles], ...]  # each by its method and the pass that it is of


@dataclass(frozen=True)
class Summed:
    """The maps of a subject by their methods, of what `shown` says, and why each of the others cannot be had."""

    subject: Subject
    shown: Shown
    maps: Maps
    missing: Mapping[MapMethod, str]

    @property
    def methods(self) -> tuple[MapMethod, ...]:
        return tuple(self.maps)

    def keyed(self, *methods: MapMethod) -> KeyedMaps:
        """Some of the maps, or all, for what is drawn of them once."""
        of = self.subject.model.key, self.subject.encoding.key, self.shown.are_words
        return tuple(Keyed((method, of), self.maps[method]) for method in methods or self.methods)


def summed_up(page: Page, subject: Subject) -> Summed:
    """All maps that cost next to nothing, and those that were asked for. One that the model does not give is said."""
    maps: dict[MapMethod, Doubles] = {}
    missing: dict[MapMethod, str] = {}
    asked_for = []
    with st.container(horizontal=True):  # the buttons of those that cost more, in one row
        for method in METHODS:
            try:
                if method.most_tokens is None or _asked_for(subject, method, method.most_tokens):
                    asked_for.append(method)
            except (UnsupportedModel, Busy) as error:
                missing[method] = str(error)
    for method in asked_for:
        try:
            maps[method] = _map(subject, method)
        except (UnsupportedModel, Busy) as error:
            missing[method] = str(error)
    for method, why in missing.items():
        st.caption(plain(f"{method.name} is missing. {why}"))
    with page.controls:
        shown = whole_words.choose(subject.encoding)
    return Summed(subject, shown, {method: merged(one, shown.groups) for method, one in maps.items()}, missing)


def _asked_for(subject: Subject, method: MapMethod, most: int) -> bool:
    """Whether a map that costs more was asked for; if not, a button that says what it costs, or why it cannot be had."""
    n = subject.encoding.n_tokens
    if n > most:
        st.caption(f"{method.name} is offered for up to {most} tokens; this text has {n}.")
        return False
    return jobs.asked(_job(subject, method), f"add_{method.key}", f"Add {method.spoken}")


def _job(subject: Subject, method: MapMethod) -> Job[Doubles]:
    """What makes a map that costs more than a pass."""
    n, forward, doing = subject.encoding.n_tokens, subject.forward, f"Computing {method.spoken}"
    if method == FLOW:
        return Job(doing, flow_map, (forward,), flow.seconds(rollout.with_residual(forward.attentions)))
    return Job(doing, zeroing_map, (subject.model, forward), costs.expected(subject.model, PASSES_PER_TOKEN * n, n))


def _map(subject: Subject, method: MapMethod) -> Doubles:
    """One map: [query, key], rows sum to 1."""
    costs_more = method.most_tokens is not None
    return jobs.result(_job(subject, method), f"add_{method.key}") if costs_more else map_at_once(subject, method)


def map_at_once(subject: Subject, method: MapMethod) -> Doubles:
    """One of the maps that cost next to nothing, a key of `AT_ONCE`."""
    return once(AT_ONCE[method], subject.model, subject.forward)


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
        row = list(zip(summed.methods, charts, strict=True))[start : start + PER_ROW]
        for column, (method, chart) in zip(st.columns(PER_ROW), row, strict=False):
            with column:
                page.show(chart, name=f"map_{method.key}", alt=f"{method.name}: heatmap of tokens × tokens")
                st.caption(f"Scale: {method.scaled}.")
    with page.fold("Table"):
        page.table(sentences.mean_columns(summed.maps, encoding), name="summed-up")
    return snippet.means_table(summed.methods, encoding.unit)


def one_map(page: Page, summed: Summed) -> snippet.Table:
    """One map, large; of the norm-based one also each layer by itself, in lengths."""
    with page.controls:
        names = [one.name for one in summed.methods]
        method = summed.methods[names.index(choices.one_of(Choice.SUMMED_METHOD, "Method", names))]
    layer, options = None, [ALL_LAYERS, *map(str, range(1, summed.subject.model.info.n_layers + 1))]
    if method == NORMS:
        with page.controls:
            at = options.index(choices.one_on_scale(Choice.SUMMED_LAYER, "Layer", options))
        layer = at - 1 if at else None
    encoding = summed.shown.encoding if layer is None else summed.subject.encoding  # lengths of vectors do not add up to words
    if layer is None:
        values = summed.maps[method]
        said = sentences.map_sentence(method, values, encoding)
        chart = once(_large_figure, encoding, summed.keyed(method), page.theme)
    else:
        values = once(_lengths, summed.subject.model, summed.subject.forward, layer)
        said = sentences.lengths_sentence(values, summed.subject.forward.attentions[layer], encoding, layer)
        chart = once(_lengths_figure, summed.subject.model, summed.subject.forward, layer, page.theme)
    if more := figures.thinned(encoding.n_tokens, figures.LARGE_CELLS):
        st.caption(f"{more[0].upper()}{more[1:]}.")
    page.show(chart, name="summed_map", alt="Heatmap", notice=said)
    with page.fold("Table"):
        page.table(sentences.map_columns(values, encoding), name=method.key)
    return snippet.map_table(method, encoding.unit, layer)


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
    return snippet.token_table(summed.methods, encoding.unit, position)


def agreement(page: Page, summed: Summed) -> snippet.Table:
    """How alike the order is in which two methods put the tokens, for each two."""
    found = rank_agreement(list(summed.maps.values()))
    figure = figures.agreement_figure(found, summed.methods, page.theme)
    page.show(figure, name="agreement", alt="Heatmap", notice=sentences.agreement_sentence(found, summed.methods))
    with page.fold("Table"):
        page.table(sentences.agreement_columns(found, summed.methods), name="agreement")
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


AT_ONCE: dict[MapMethod, Callable[[Model, ForwardPass], Doubles]] = {
    MEAN: _mean_map,
    ROLLOUT: _rollout_map,
    NORMS: _norm_map,
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


def _side_figures(encoding: Encoding, maps: KeyedMaps, theme: Theme) -> list[go.Figure]:
    values, tokens = _by_method(maps), encoding.tokens
    limit = figures.shared_limit(values)
    return [figures.small_figure(weights, tokens, theme, title=method.name, limit=limit) for method, weights in values.items()]


def _large_figure(encoding: Encoding, maps: KeyedMaps, theme: Theme) -> go.Figure:
    ((method, values),) = _by_method(maps).items()
    return figures.map_figure(values, encoding.tokens, theme, title=method.name)


def _lengths_figure(model: Model, forward: ForwardPass, layer: int, theme: Theme) -> go.Figure:
    norms = once(_lengths, model, forward, layer)
    return figures.lengths_figure(norms, forward.encoding.tokens, theme, title=f"Layer {shown(layer)}")


def _token_figure(encoding: Encoding, maps: KeyedMaps, position: int, theme: Theme) -> go.Figure:
    return figures.bars_figure(_by_method(maps), encoding.tokens, position, theme)


def _by_method(maps: KeyedMaps) -> dict[MapMethod, Doubles]:
    return {one.key[0]: one.value for one in maps}
