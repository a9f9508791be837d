"""The heads that a checkpoint was fine-tuned with: its own, and those in folders beside the encoder's file.

The architecture in a head's config.json says which rows of `tasks.TASKS` it can be, its `problem_type` how it is decoded. A classifier of whole inputs
is about what the folder beside the encoder is called, if that is a row, else what its label set as a whole says; else it is classes and no more. What a
head over words finds is told apart in the same way.
A head whose tensors are not in the files does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from bertviz_app.checkpoints.weight_files import json_object, weight_files
from bertviz_app.errors import BrokenCheckpoint, cause
from bertviz_app.families.decodings import decoding_of
from bertviz_app.families.family import Family
from bertviz_app.families.label_sets import Labels, listed, read_labels, subject_of
from bertviz_app.families.tasks import TASKS, Task, TaskFacts

# Architectures that end so have a pre-training head or none.
OTHERS = ("Model", "ForPreTraining", "ForMaskedLM", "ForNextSentencePrediction")


@dataclass(frozen=True)
class TaskHead:
    """What a vector goes through (linear layers, an activation between them), and what is known of it."""

    layers: torch.nn.Sequential
    facts: TaskFacts


def task_heads(folder: Path, family: Family, network: Any, *, has_class_vector: bool) -> Mapping[str, TaskHead]:
    """The trained heads, each by its `TaskFacts.key`; the checkpoint's own comes first. Raises `BrokenCheckpoint` when one cannot be read or does not fit the encoder."""
    found: dict[str, TaskHead] = {}
    for home in [folder, *_beside(folder)]:
        try:
            for head in _heads(home, family, "" if home == folder else home.name):
                width = head.layers[0].in_features
                if width != network.config.hidden_size:
                    raise ValueError(f"it reads {width} numbers, the encoder gives {network.config.hidden_size}")
                if head.facts.row.of_rows or has_class_vector:
                    head.layers.to(network.device)
                    facts = replace(head.facts, again=head.facts.task in found)
                    found[facts.key] = replace(head, facts=facts)
        except (
            AttributeError,
            RuntimeError,
            TypeError,
            ValueError,
        ) as error:  # labels that are no labels, shapes that do not fit
            raise BrokenCheckpoint(f"The classifier of “{home.name}” does not load: {cause(error)}.") from error
    return found


def unread(folder: Path, ignored: Sequence[str], heads: Iterable[TaskHead]) -> str:
    """What a checkpoint brings that may be a head and is not among those that are read: its architecture, or else the tensors that were `ignored`,
    and the folders beside it that name an architecture with a head; empty where all is read.
    """
    known = (*OTHERS, *(task.architecture for task in TASKS.values()))
    named = [name for name in _architectures(folder) if not name.endswith(known)]
    own = named[:1] or sorted({name.partition(".")[0][:80] for name in ignored})
    read = {head.facts.beside for head in heads}
    beside = [
        home.name[:80]
        for home in _beside(folder)
        if home.name not in read and not all(name.endswith(OTHERS) for name in _architectures(home))
    ]
    return listed([*own, *(f"{name}/" for name in beside)])


def _beside(folder: Path) -> list[Path]:
    """The folders below a checkpoint's own that have a config."""
    return sorted(path.parent for path in folder.glob("*/config.json"))


def _architectures(home: Path) -> list[str]:
    named = json_object(home, "config.json").get("architectures")
    return [str(name)[:80] for name in named] if isinstance(named, list) else []


def _heads(home: Path, family: Family, beside: str) -> Iterator[TaskHead]:
    """The one head of a folder, if it has one."""
    config = json_object(home, "config.json")
    rows = [row for row in TASKS.values() if row.architecture in str(config.get("architectures"))]
    if rows:
        kind = rows[0]  # what those of one architecture read, and from which tensors, is the same
        layers = _layers(home, kind.tensors) if kind.tensors else _layers(home, family.classifier, family.activation)
        if len(layers) and (not kind.outputs or layers[-1].out_features == len(kind.outputs)):
            yield TaskHead(layers, _facts(rows, config, layers[-1].out_features, beside))


def _facts(rows: Sequence[Task], config: Mapping[str, Any], n_outputs: int, beside: str) -> TaskFacts:
    """What is known of a head that can be any of some rows: the folder says which, else its labels as a whole."""
    kind = rows[0]
    labels = Labels(kind.outputs, given=n_outputs) if kind.outputs else read_labels(config.get("id2label"), n_outputs)
    task, told_by = beside, "folder"
    if beside not in (row.key for row in rows):
        task = subject_of(labels.names, kind.architecture)
        told_by = "" if TASKS[task].general else "labels"
    return TaskFacts(
        task,
        labels.names,
        decoding="softmax" if kind.of_rows else decoding_of(config.get("problem_type"), n_outputs),
        beside=beside,
        told_by=told_by if len(rows) > 1 else "",
        remark=labels.remark,
        is_named=labels.given > 0,
        fits=labels.fits,
    )


def _layers(home: Path, names: Sequence[str], activation: str = "") -> torch.nn.Sequential:
    """The linear layers of these names with an activation between them; empty when a tensor is missing."""
    files = weight_files(home)
    layers: list[torch.nn.Module] = []
    if all(f"{name}.{part}" in files for name in names for part in ("weight", "bias")):
        for name in names:
            weight, bias = (_tensor(files[f"{name}.{part}"], f"{name}.{part}").float() for part in ("weight", "bias"))
            layer = torch.nn.Linear(*reversed(weight.shape))
            layer.load_state_dict({"weight": weight, "bias": bias})
            layers += [layer, getattr(torch.nn, activation or "Identity")()]
    return torch.nn.Sequential(*layers[:-1]).eval().requires_grad_(False)


def _tensor(path: Path, name: str) -> torch.Tensor:
    with safe_open(path, framework="pt") as file:
        tensor: torch.Tensor = file.get_tensor(name)
    return tensor
