"""The sums of `sizes` against the parameters of the networks themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tiny
import transformers

from bertviz_app import load
from bertviz_app.checkpoints.catalog import PACKAGE
from bertviz_app.checkpoints.sizes import sizes


def config_of(folder: Any) -> dict[str, Any]:
    return json.loads((folder / "config.json").read_text())


def part_of(tensor: str) -> str:
    """Which part of an encoder a tensor belongs to, by its name."""
    if tensor.startswith("pooler"):
        return "pooler"
    return "embeddings" if tensor.startswith("embeddings") or "embedding_hidden_mapping_in" in tensor else "layers"


@pytest.mark.parametrize("name", tiny.FAMILIES)
def test_the_total_is_that_of_the_network(tiny_families: dict[str, Path], name: Any) -> None:
    folder = tiny_families[name]
    network = getattr(transformers, tiny.FAMILIES[name].architecture).from_pretrained(folder)
    assert sizes(config_of(folder)).total == sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize("name", tiny.FAMILIES)
def test_each_part_is_that_of_its_module(tiny_families: dict[str, Path], name: Any) -> None:
    folder = tiny_families[name]
    network = getattr(transformers, tiny.FAMILIES[name].architecture).from_pretrained(folder)
    found, encoder = sizes(config_of(folder)), network.base_model
    parts: dict[str, int] = {}
    for tensor, parameter in encoder.named_parameters():
        part = part_of(tensor)
        parts[part] = parts.get(part, 0) + parameter.numel()
    assert found.embeddings == parts["embeddings"]
    assert found.pooler == parts.get("pooler", 0)
    assert found.layer * found.n_stored + found.shared == parts["layers"]


def test_the_embedded_model() -> None:
    config = config_of(PACKAGE / "embedded")
    assert sizes(config).total == load("embedded").info.n_parameters


@pytest.mark.parametrize(
    "changes", [{"hidden_size": "wide"}, {"vocab_size": -1}, {"num_hidden_layers": None}, {"hidden_size": True}]
)
def test_a_number_that_is_none_is_said(tiny_families: dict[str, Path], changes: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        sizes(config_of(tiny_families["bert"]) | changes)


def test_a_monstrous_config_is_weighed_at_once(tiny_families: dict[str, Path]) -> None:
    assert sizes(config_of(tiny_families["bert"]) | {"num_hidden_layers": 10**12}).n_bytes > 10**15
