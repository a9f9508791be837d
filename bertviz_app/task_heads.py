"""The heads that a checkpoint was fine-tuned with: its own, and those in folders beside the encoder's file.

    architecture of config.json     labels                                    task          reads
    …ForSequenceClassification      entailment, contradiction, paraphrase …   pairs         the class vector
    …ForSequenceClassification      negative, positive, stars, LABEL_0 …      sentiment     the class vector
    …ForTokenClassification         any                                       entities      rows of the last layer
    …ForQuestionAnswering           start, end                                answers       rows of the last layer

A head whose tensors are not in the files does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from bertviz_app.checkpoints import json_object, weight_files
from bertviz_app.errors import BrokenCheckpoint
from bertviz_app.family import Family

# A sequence classifier is about pairs when one of its labels says so; it is about sentiment when each of them does, or when they say
# nothing (LABEL_0).
PAIR_LABELS = ("entail", "contradict", "paraphrase", "equivalent", "duplicate")
SENTIMENT_LABELS = ("neg", "pos", "neutral", "star", "label_")
ANSWER_LABELS = ("start", "end")


@dataclass(frozen=True)
class TaskHead:
    """What a vector goes through (linear layers, an activation between them), and the names of the outputs.

    `of_rows`: it reads each row of the last layer, not the class vector. `beside` is the folder below the checkpoint's own that it was
    saved in; empty for the checkpoint's own.
    """

    layers: torch.nn.Sequential
    labels: tuple[str, ...]
    of_rows: bool
    beside: str


def task_heads(folder: Path, family: Family, network: Any, *, has_class_vector: bool) -> Mapping[str, TaskHead]:
    """The trained heads by task. Raises `BrokenCheckpoint` when one cannot be read or does not fit the encoder."""
    found: dict[str, TaskHead] = {}
    homes = [folder, *sorted(path.parent for path in folder.glob("*/config.json"))]
    for home in homes:
        try:
            for task, head in _heads(home, family, "" if home == folder else home.name):
                width = head.layers[0].in_features
                if width != network.config.hidden_size:
                    raise ValueError(f"it reads {width} numbers, the encoder gives {network.config.hidden_size}")
                if head.of_rows or has_class_vector:
                    head.layers.to(network.device)
                    found.setdefault(task, head)
        except (
            AttributeError,
            RuntimeError,
            TypeError,
            ValueError,
        ) as error:  # labels that are no labels, shapes that do not fit
            raise BrokenCheckpoint(f"The classifier of “{home.name}” does not load: {str(error)[:300]}") from error
    return found


def _heads(home: Path, family: Family, beside: str) -> Iterator[tuple[str, TaskHead]]:
    """The one head of a folder, if it has one, with its task."""
    config = json_object(home, "config.json")
    architecture = str(config.get("architectures"))
    if "ForSequenceClassification" in architecture:
        layers = _layers(home, family.classifier, family.activation)
        labels = _labels(config, layers)
        if task := _sequence_task(labels):
            yield task, TaskHead(layers, labels, of_rows=False, beside=beside)
    elif "ForTokenClassification" in architecture:
        layers = _layers(home, ("classifier",))
        if labels := _labels(config, layers):
            yield "entities", TaskHead(layers, labels, of_rows=True, beside=beside)
    elif "ForQuestionAnswering" in architecture:
        layers = _layers(home, ("qa_outputs",))
        if len(_labels({}, layers)) == len(ANSWER_LABELS):
            yield "answers", TaskHead(layers, ANSWER_LABELS, of_rows=True, beside=beside)


def _sequence_task(labels: Sequence[str]) -> str | None:
    names = [label.lower() for label in labels]
    if any(word in name for name in names for word in PAIR_LABELS):
        return "pairs"
    return "sentiment" if names and all(any(word in name for word in SENTIMENT_LABELS) for name in names) else None


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


def _labels(config: Mapping[str, Any], layers: torch.nn.Sequential) -> tuple[str, ...]:
    if not len(layers):
        return ()
    titles = {int(index): str(label) for index, label in (config.get("id2label") or {}).items()}
    return tuple(titles.get(index, f"LABEL_{index}") for index in range(layers[-1].out_features))


def _tensor(path: Path, name: str) -> torch.Tensor:
    with safe_open(path, framework="pt") as file:
        tensor: torch.Tensor = file.get_tensor(name)
    return tensor
