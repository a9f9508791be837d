"""Models: the catalogue as a table, where a model's parameters are, and how the families differ.

Numbers of parameters follow from each config alone (`sizes`); memory is four bytes for each, as every model is held in float32.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import plotly.graph_objects as go

from bertviz_app.checkpoints.catalog import Checkpoint
from bertviz_app.checkpoints.sizes import Sizes, sizes
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.families.family import Family
from bertviz_app.families.objectives import OBJECTIVES, PAIRS
from bertviz_app.families.rows import ROWS, family_of
from bertviz_app.serving.model_pool import PooledModel

PARTS = ("embeddings", "layers", "pooler and heads")

SHOWN = 8  # names of tensors in one sentence

METHOD = (
    "Embeddings: one vector for each token of the vocabulary, each place and each segment. A layer: four square matrices for attention, two wide ones "
    "for the feed-forward part, biases, and two LayerNorms. The matrix of the head for blanks is the embeddings’ own and counts once. Memory is "
    "four bytes a parameter (float32), on disk as well unless a smaller file is stated; the numbers follow from each config.json."
)


def catalogue_columns(checkpoints: Sequence[Checkpoint], here: Mapping[str, str]) -> dict[str, list[object]]:
    """One row a checkpoint; `here` are those on this machine: by name, the revision that is opened."""
    measured = [sizes(checkpoint.config) for checkpoint in checkpoints]
    families = [family_of(checkpoint.config) for checkpoint in checkpoints]
    return {
        "model": [checkpoint.title for checkpoint in checkpoints],
        "here": [checkpoint.name in here for checkpoint in checkpoints],
        "parameters (M)": [round(size.total / 1e6, 1) for size in measured],
        "memory (MB)": [round(size.n_bytes / 1e6) for size in measured],
        "disk (MB)": [
            checkpoint.megabytes or round(size.n_bytes / 1e6) for checkpoint, size in zip(checkpoints, measured, strict=True)
        ],
        "layers": [checkpoint.config[family.names[1]] for checkpoint, family in zip(checkpoints, families, strict=True)],
        "width": [checkpoint.config[family.names[0]] for checkpoint, family in zip(checkpoints, families, strict=True)],
        "heads": [checkpoint.config[family.names[2]] for checkpoint, family in zip(checkpoints, families, strict=True)],
        "tokenizer": [family.traits.tokenizer for family in families],
        "does": [", ".join(checkpoint.tasks) or "its vectors only" for checkpoint in checkpoints],
        "licence": [checkpoint.licence for checkpoint in checkpoints],
        "pinned revision": [(checkpoint.revision or "not pinned")[:12] for checkpoint in checkpoints],
        "revision here": [here.get(checkpoint.name, "")[:12] for checkpoint in checkpoints],
        "name": [checkpoint.name for checkpoint in checkpoints],
        "note": [checkpoint.note for checkpoint in checkpoints],
    }


def parts_columns(checkpoints: Sequence[Checkpoint]) -> dict[str, list[object]]:
    """The parameters of each part of each checkpoint."""
    measured = [sizes(checkpoint.config) for checkpoint in checkpoints]
    return {
        "model": [checkpoint.title for checkpoint in checkpoints],
        "embeddings": [size.embeddings for size in measured],
        "one layer": [size.layer for size in measured],
        "layers stored": [size.n_stored for size in measured],
        "shared by layers": [size.shared for size in measured],
        "pooler": [size.pooler for size in measured],
        "heads": [size.heads for size in measured],
        "all": [size.total for size in measured],
    }


def family_columns(rows: Sequence[Family] = ROWS) -> dict[str, list[object]]:
    """How the families differ, one row a family."""
    known = list({row.traits.family: row for row in rows}.values())
    return {
        "family": [row.traits.family for row in known],
        "trained for": [", ".join(OBJECTIVES[name].name for name in row.traits.objectives) for row in known],
        "segments": ["yes" if row.traits.has_segments else "no" for row in known],
        "places": [row.traits.positions for row in known],
        "layers": ["one, used again and again" if row.traits.shares_layers else "each its own" for row in known],
        "pooler": ["yes" if row.pooler else "no" for row in known],
        "narrow embeddings": ["possible" if row.after else "no" for row in known],
        "tokenizer": [row.traits.tokenizer for row in known],
    }


def memory_columns(held: Sequence[PooledModel], titles: Mapping[str, str]) -> dict[str, list[object]]:
    """What is in memory now, last used first; `titles` by key."""
    return {
        "model": [titles.get(one.key, one.key) for one in reversed(held)],
        "memory (MB)": [round(one.n_bytes / 1e6) for one in reversed(held)],
        "pages using it": [one.n_users for one in reversed(held)],
    }


def memory_notice(held: Sequence[PooledModel], budget: int) -> str:
    """How full the pool is."""
    used = sum(one.n_bytes for one in held)
    count = "One model is" if len(held) == 1 else f"{len(held)} models are"
    return (
        f"{count} in memory and take {used / 1e6:,.0f} of the {budget / 1e6:,.0f} MB that this server gives its models. "
        "When room is needed the least recently used goes, never one that a page is using."
    )


def parts_figure(checkpoints: Sequence[Checkpoint], theme: Theme) -> go.Figure:
    """One bar a model, smallest on top: millions of parameters in embeddings, layers, and what stands above them."""
    measured = sorted(((sizes(checkpoint.config), checkpoint) for checkpoint in checkpoints), key=lambda pair: pair[0].total)
    chart = plots.figure(theme, height=110 + 30 * len(measured), title="Where the parameters are, in millions")
    colors = (theme.segments[0], theme.accent, theme.muted)
    names = [plots.label(checkpoint.title) for _, checkpoint in measured]
    for part, color in zip(PARTS, colors, strict=True):
        values = [_of(size, part) / 1e6 for size, _ in measured]
        hover = f"%{{y}}: %{{x:,.2f}} M in {part}<extra></extra>"
        chart.add_bar(orientation="h", y=names, x=values, name=part, marker_color=color, hovertemplate=hover)
    legend = {"y": 1.0, "yanchor": "bottom", "x": 1, "xanchor": "right", "traceorder": "normal"}
    chart.update_layout(barmode="stack", legend=legend, margin_t=140 if theme.narrow else 84)
    chart.update_yaxes(autorange="reversed", showgrid=False)
    chart.update_xaxes(title_text="millions", nticks=4 if theme.narrow else 8, tickangle=0)
    return chart


def parts_notice(checkpoints: Sequence[Checkpoint]) -> str:
    """Which model spends the largest share on its vocabulary, and which the smallest."""
    shares = {
        checkpoint.title: size.embeddings / size.total for checkpoint in checkpoints for size in [sizes(checkpoint.config)]
    }
    most, least = max(shares, key=lambda title: shares[title]), min(shares, key=lambda title: shares[title])
    return (
        f"{most} keeps {plots.percent(shares[most])} of its parameters in the table of embeddings, {least} "
        f"{plots.percent(shares[least])}: width and depth make layers grow, a large vocabulary makes the table grow."
    )


def catalogue_notice(checkpoints: Sequence[Checkpoint], here: Collection[str]) -> str:
    """How many are known, how many are here."""
    smallest = min(checkpoints, key=lambda checkpoint: sizes(checkpoint.config).total)
    unpinned = sum(checkpoint.revision is None for checkpoint in checkpoints)
    return (
        f"{len(here)} of {len(checkpoints)} known models {'is' if len(here) == 1 else 'are'} on this machine; the smallest of all is "
        f"{smallest.title}, with {sizes(smallest.config).total / 1e6:.1f} million parameters. For {unpinned} of them no revision is pinned: "
        "the download takes what the repository holds that day, and says which revision that was."
    )


def _of(size: Sizes, part: str) -> int:
    return {PARTS[0]: size.embeddings, PARTS[1]: size.layer * size.n_stored + size.shared}.get(part, size.pooler + size.heads)


def families_notice(rows: Sequence[Family] = ROWS) -> str:
    """What most families have in common, and who stands apart."""
    known = list({row.traits.family: row.traits for row in rows}.values())
    blanks = sum("masked_words" in traits.objectives for traits in known)
    sharing = [traits.family for traits in known if traits.shares_layers]
    paired = [traits.family for traits in known if set(PAIRS) & set(traits.objectives)]
    return (
        f"{blanks} of {len(known)} families were trained to fill blanks, only {' and '.join(paired)} on pairs of sentences; "
        f"{' and '.join(sharing)} stores one layer and runs it as often as others have layers."
    )


def opens(name: str, family: str, n_bytes: int) -> str:
    """What is said of a folder that can be opened."""
    return f"“{name}” can be opened, as a model of the kind {family}; it will take {n_bytes / 1e6:,.1f} MB of memory."


def ignored(names: Sequence[str]) -> str:
    """The tensors of a checkpoint that nothing here reads."""
    count = "1 tensor of its files is" if len(names) == 1 else f"{len(names)} tensors of its files are"
    shown, rest = ", ".join(names[:SHOWN]), len(names) - SHOWN
    return f"{count} not read here: {shown}{f' and {rest} more' if rest > 0 else ''}."
