"""The modules of a sentence-transformers folder: read from its modules.json and the folders that it names; no code of it runs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from bertviz_app.checkpoints.weight_files import WEIGHTS, json_object
from bertviz_app.errors import BrokenCheckpoint, cause
from bertviz_app.families.pooling import POOLINGS, Dense, Recipe

MODULES = "modules.json"
BENDS = ("Identity", "Tanh", "ReLU", "GELU", "Sigmoid")
IDLE = ("Transformer", "Dropout")  # the encoder itself, and what does nothing once training is over


@dataclass(frozen=True)
class SentenceModules:
    """The recipe, and its dense layers."""

    recipe: Recipe
    dense: torch.nn.Sequential


def sentence_modules(encoder: Path) -> SentenceModules | None:
    """What stands around an encoder, or None where it is not a sentence-transformers one. Raises `BrokenCheckpoint`."""
    home = next((place for place in (encoder, encoder.parent) if _leads_to(place, encoder)), None)
    if home is None:
        return None
    recipe, layers = _settings(home, encoder), torch.nn.Sequential()
    for module in _modules(home):
        kind, path = module["type"].rpartition(".")[2], str(module.get("path") or "")
        place = Path(os.path.normpath(home / path))
        if not place.is_relative_to(home):
            raise BrokenCheckpoint(f"“{home.name}/{MODULES}” points outside of its folder: refused.")
        if kind == "Pooling":
            recipe = _pooled(recipe, json_object(place, "config.json"))
        elif kind == "Normalize":
            recipe = replace(recipe, normalises=True)
        elif kind == "Dense":
            one, layer = _dense(place, path)
            recipe = replace(recipe, dense=(*recipe.dense, one))
            layers.extend([layer, getattr(torch.nn, one.bend)()])
        elif kind not in IDLE:
            recipe = replace(recipe, unread=recipe.unread or kind[:80])
    if not recipe.poolings:
        recipe = replace(recipe, unread=recipe.unread or "no pooling")
    return SentenceModules(recipe, layers.eval().requires_grad_(False))


def _leads_to(home: Path, encoder: Path) -> bool:
    """Whether this is the folder whose modules begin with that encoder."""
    if not (home / MODULES).is_file():
        return False
    first = next((module for module in _modules(home) if module["type"].endswith("Transformer")), None)
    return first is not None and Path(os.path.normpath(home / str(first.get("path") or ""))) == Path(os.path.normpath(encoder))


def _modules(home: Path) -> list[dict[str, Any]]:
    try:
        modules = json.loads((home / MODULES).read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise BrokenCheckpoint(f"“{home.name}/{MODULES}” is not readable JSON: {cause(error)}.") from None
    if not isinstance(modules, list) or not all(
        isinstance(module, dict) and isinstance(module.get("type"), str) for module in modules
    ):
        raise BrokenCheckpoint(f"“{home.name}/{MODULES}” should be a list of modules, each with its type.")
    return modules


def _settings(home: Path, encoder: Path) -> Recipe:
    """Length, lower case, prompts and similarity: what does not stand in a module's own folder."""
    file = next((path.name for path in sorted(encoder.glob("sentence_*_config.json")) if path.is_file()), None)
    reads = json_object(encoder, file) if file else {}
    name = "config_sentence_transformers.json"
    says = json_object(home, name) if (home / name).is_file() else {}
    prompts = says.get("prompts") or {}
    if not isinstance(prompts, dict):
        raise BrokenCheckpoint(f"“{home.name}/{name}” should name its prompts.")
    longest = reads.get("max_seq_length")
    return Recipe(
        poolings=(),
        max_tokens=longest if isinstance(longest, int) and longest > 2 else None,
        lower_cases=bool(reads.get("do_lower_case")),
        prompts={str(key): str(text) for key, text in prompts.items() if text},
        default_prompt=str(says.get("default_prompt_name") or ""),
        similarity=str(says.get("similarity_fn_name") or "cosine"),
    )


def _pooled(recipe: Recipe, config: Mapping[str, Any]) -> Recipe:
    """Older files have a switch for each pooling, newer ones its name, or several."""
    named = config.get("pooling_mode") or []
    switches = ("pooling_mode_{}", "pooling_mode_{}_token", "pooling_mode_{}_tokens")
    switched = [name for name in POOLINGS if any(config.get(switch.format(name)) for switch in switches)]
    asked = (
        [str(name).removesuffix("_tokens") for name in ([named] if isinstance(named, str) else named)] or switched or ["mean"]
    )
    unread = next((name[:80] for name in asked if name not in POOLINGS), "")
    return replace(
        recipe,
        poolings=tuple(name for name in asked if name in POOLINGS),
        pools_prompt=bool(config.get("include_prompt", True)),
        unread=recipe.unread or (unread and f"pooling “{unread}”"),
    )


def _dense(place: Path, path: str) -> tuple[Dense, torch.nn.Linear]:
    config = json_object(place, "config.json")
    bend = str(config.get("activation_function", "torch.nn.modules.activation.Tanh")).rpartition(".")[2]
    if bend not in BENDS:
        raise BrokenCheckpoint(f"“{place.name}” bends its numbers by {bend[:80]}; this version knows: {', '.join(BENDS)}.")
    if not (place / WEIGHTS).is_file():
        raise BrokenCheckpoint(f"“{place.name}” has no {WEIGHTS}: save the model again with a newer sentence-transformers.")
    try:
        tensors = {name.removeprefix("linear."): tensor.float() for name, tensor in load_file(place / WEIGHTS).items()}
        n_out, n_in = tensors["weight"].shape
        layer = torch.nn.Linear(n_in, n_out, bias="bias" in tensors)
        layer.load_state_dict(tensors)
    except Exception as error:  # the library has kinds of its own, and shapes may disagree
        raise BrokenCheckpoint(f"“{place.name}” does not load: {cause(error)}.") from error
    return Dense(path, n_in, n_out, bend), layer
