"""From a checked folder to the parts of a model, keeping only the heads that were trained.

transformers gives a checkpoint without the head that is asked for a random one and a line in a log. Here such a head does not exist.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers

from bertviz_app import settings
from bertviz_app.engine.hooks import attach
from bertviz_app.engine.inspection import inspected, one_at_a_time
from bertviz_app.engine.sentence_modules import SentenceModules, sentence_modules
from bertviz_app.engine.task_heads import TaskHead, task_heads, unread
from bertviz_app.errors import BrokenCheckpoint, SettingsError, cause
from bertviz_app.families.family import Family
from bertviz_app.families.objectives import PAIRS

# What the load report of transformers would say on every start is checked here instead.
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
logging.getLogger("transformers").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Parts:
    """The network and which of its parts hold trained weights; `heads` by objective, `task_heads` by task; `unread` as in `ModelInfo`."""

    family: Family
    network: Any
    has_pooler: bool
    heads: Mapping[str, tuple[str, ...]]
    task_heads: Mapping[str, TaskHead]
    unread: str = ""
    sentences: SentenceModules | None = None

    @property
    def encoder(self) -> Any:
        return self.part(self.family.encoder)

    def part(self, path: str) -> Any:
        """A module of the network by its path."""
        return self.family.part(self.network, path)

    def head(self, task: str) -> Any:
        """The layers of a trained head, one after the other: rows of hidden states, or class vectors, → logits.

        `task` is a key of `heads` or of `task_heads`.
        """
        if task not in self.heads:
            return self.task_heads[task].layers
        modules = [self.part(path) for path in self.heads[task]]
        if self.family.needs_words:
            return lambda rows: modules[0](rows, self.encoder.get_input_embeddings())
        return torch.nn.Sequential(*modules)


def pick_device() -> torch.device:
    """cuda, else mps, else cpu, unless the settings name one."""
    chosen = settings.current().device
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if chosen != "auto":
        if not there[chosen]:
            raise SettingsError(f"INSIDE_BERT_DEVICE is {chosen}, which PyTorch does not find on this machine.")
        return torch.device(chosen)
    return torch.device(next(device for device in ("cuda", "mps", "cpu") if there[device]))


def load_parts(folder: Path, device: torch.device) -> Parts:
    """The network of a folder on a device, in float32. Raises `BrokenCheckpoint` or `UnsupportedModel`."""
    inspection = inspected(folder)
    family = inspection.family
    try:
        with one_at_a_time:
            network, report = getattr(transformers, family.traits.loads_as).from_pretrained(
                folder,
                attn_implementation="eager",  # the only one that hands its weights back
                dtype=torch.float32,
                use_safetensors=True,
                local_files_only=True,
                output_loading_info=True,
                **family.traits.options,
            )
    except Exception as error:  # transformers raises a dozen kinds for a bad folder; all mean the same to the visitor
        raise BrokenCheckpoint(f"“{folder.name}” does not load: {cause(error)}.") from error
    # Nobody trains here: a gradient towards the inputs then keeps nothing for the weights, which all threads share.
    network = network.eval().requires_grad_(False).to(device)
    missing = set(report["missing_keys"])
    without_pooler = {key for key in missing if not family.pooler or not key.startswith(family.pooler)}
    if lost := sorted(key for key in without_pooler if key.startswith(f"{family.encoder}.")):
        raise BrokenCheckpoint(f"“{folder.name}” is incomplete: its weights lack {lost[0]}.")
    attach(family.part(network, family.encoder), family.traits.layers.mix)
    has_pooler = bool(family.pooler) and without_pooler == missing
    reads_pooler = has_pooler or not family.pooler
    heads = task_heads(folder, family, network, has_class_vector=reads_pooler)
    return Parts(
        family=family,
        network=network,
        has_pooler=has_pooler,
        heads={
            objective: modules
            for objective, modules in family.heads.items()
            if _is_trained(network, modules, missing) and (reads_pooler or objective not in PAIRS)
        },
        task_heads=heads,
        sentences=_on(sentence_modules(folder), device),
        unread=unread(folder, inspection.ignored, heads.values()),
    )


def _on(modules: SentenceModules | None, device: torch.device) -> SentenceModules | None:
    if modules is not None:
        modules.dense.to(device)
    return modules


def _is_trained(network: Any, modules: tuple[str, ...], missing: set[str]) -> bool:
    held = [name for name in network.state_dict() if name.startswith(modules)]
    return bool(held) and not missing.intersection(held)
