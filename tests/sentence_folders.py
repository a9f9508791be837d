"""Sentence-transformers folders around a checkpoint, as small as that is, for the tests."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from bertviz_app import load
from bertviz_app.engine.sentence_vectors import sentence_vectors

TEXTS = (
    "A man is eating food.",
    "The girl is carrying a baby.",
    "The cat sat on the mat, and the bank of the river was muddy.",
)
KIND = "sentence_transformers.models."


def written(folder: Path, name: str, content: object) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(content))


def trained(
    root: Path,
    encoder: Path,
    *,
    pooling: dict[str, Any],
    dense: bool = False,
    normalize: bool = False,
    inner: str = "",
    **more: Any,
) -> Path:
    """A sentence-transformers folder around an encoder."""
    shutil.copytree(encoder, root / inner)
    modules = [("", inner, "Transformer"), ("1_Pooling", "1_Pooling", "Pooling")]
    written(root, "1_Pooling/config.json", {"word_embedding_dimension": 32} | pooling)
    if dense:
        torch.manual_seed(1)
        n_in = 32 * (len(pooling.get("pooling_mode", [0])) if isinstance(pooling.get("pooling_mode"), list) else 1)
        bend = "torch.nn.modules.activation.Tanh"
        written(
            root, "2_Dense/config.json", {"in_features": n_in, "out_features": 20, "bias": True, "activation_function": bend}
        )
        save_file(
            {"linear.weight": torch.randn(20, n_in), "linear.bias": torch.randn(20)}, root / "2_Dense" / "model.safetensors"
        )
        modules.append(("2_Dense", "2_Dense", "Dense"))
    if normalize:
        modules.append(("3_Normalize", "3_Normalize", "Normalize"))
    written(
        root,
        "modules.json",
        [{"idx": i, "name": str(i), "path": path, "type": KIND + kind} for i, (_, path, kind) in enumerate(modules)],
    )
    for name, content in more.items():
        written(root / (inner if name.startswith("sentence_") else ""), f"{name}.json", content)
    return root


def vectors_of(folder: Path, prompt: str = "") -> np.ndarray:
    model = load(str(folder))
    recipe = model.info.recipe
    assert recipe is not None
    forwards = [model.run(model.encode(recipe.prepared(text, prompt), max_tokens=recipe.max_tokens)) for text in TEXTS]
    return sentence_vectors(model, forwards, n_prompt=model.encode(prompt).n_tokens - 1 if prompt else 0)
