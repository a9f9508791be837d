"""Whether a folder can be opened: everything that loading it would find out, without loading it.

Loading asks here first, and so does the page Models: what one of them promises the other keeps. The network is built on torch's device
"meta", where a tensor has a shape and no numbers, and is compared with the headers of the files; the numbers themselves are only looked
through for those that are none.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import safe_open

from bertviz_app import settings
from bertviz_app.checkpoints.folders import validated_config, weighed
from bertviz_app.checkpoints.weight_files import tensor_shapes, weight_files
from bertviz_app.engine.reader import Reader
from bertviz_app.engine.sentence_modules import sentence_modules
from bertviz_app.engine.task_heads import task_heads
from bertviz_app.errors import BrokenCheckpoint, UnsupportedModel, cause
from bertviz_app.families.family import Family
from bertviz_app.families.rows import family_of
from bertviz_app.families.spelling import KINDS
from bertviz_app.serving.temporary_folder import require_temporary_folder

# While transformers builds a network, it makes every tensor of the process an empty one: two at once spoil each other.
one_at_a_time = threading.Lock()
MOST_WRITTEN = 10_000  # letters that all replacements of a normaliser may make of one
TASK_LAYERS = ("classifier", "qa_outputs")


@dataclass(frozen=True)
class Inspection:
    """What is known of a folder that can be opened.

    n_bytes  what it will take in memory
    ignored  tensors in its files that nothing here reads, by name
    """

    family: Family
    n_bytes: int
    ignored: tuple[str, ...]


def inspected(folder: Path) -> Inspection:
    """Raises `BrokenCheckpoint`, `UnsupportedModel` or `Unfit`, with the first reason why the folder cannot be opened."""
    require_temporary_folder()
    config = validated_config(folder)
    shapes = tensor_shapes(folder)
    family = family_of(config, shapes)
    network = _skeleton(folder, family)
    expected = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    homes = {name: place for name in shapes if (place := _place(name, family, expected))}
    for name, place in homes.items():
        if shapes[name] != expected[place]:
            raise BrokenCheckpoint(
                f"“{folder.name}” does not fit its own config: the tensor {name} is {list(shapes[name])}, the config makes it {list(expected[place])}."
            )
    heads = task_heads(folder, family, network, has_class_vector=True)
    own = (*family.classifier, *TASK_LAYERS) if any(not head.facts.beside for head in heads.values()) else ()
    read = {name for name in shapes if name in homes or name.rpartition(".")[0] in own}
    sentence_modules(folder)
    _refuse_what_is_no_number(folder, read)
    network_config = network.config
    load_reader(folder, network_config.vocab_size, network_config.max_position_embeddings - family.traits.first_position)
    return Inspection(family, weighed(folder), tuple(name for name in shapes if name not in read))


def load_reader(folder: Path, vocab_size: int, max_positions: int) -> Reader:
    """The folder's tokenizer. Raises `BrokenCheckpoint` when it does not fit the model."""
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, use_fast=True)
        ids = tokenizer.get_vocab().values()
    except BaseException as error:  # a panic in the library, which is written in Rust, is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise BrokenCheckpoint(f"The tokenizer of “{folder.name}” does not load: {cause(error)}.") from error
    if len(tokenizer) > vocab_size or len(tokenizer) < vocab_size // 2 or max(ids, default=0) >= vocab_size:
        raise BrokenCheckpoint(
            f"The tokenizer of “{folder.name}” has {len(tokenizer):,} tokens with ids up to {max(ids, default=0):,}, its model {vocab_size:,} rows: "
            "they do not belong together."
        )
    if tokenizer.mask_token is None or tokenizer.pad_token is None:
        raise BrokenCheckpoint(f"The tokenizer of “{folder.name}” names no mask or padding token.")
    if (kind := type(tokenizer.backend_tokenizer.model).__name__) not in KINDS:
        raise UnsupportedModel(
            f"The tokenizer of “{folder.name}” is of the kind {kind}; this version reads: {', '.join(KINDS)}."
        )
    _refuse_floods(folder, tokenizer, max_positions)
    return Reader(tokenizer, max_tokens=max_positions, max_characters=settings.current().max_characters)


def _skeleton(folder: Path, family: Family) -> Any:
    """The network of a folder's config, all shapes and no numbers."""
    try:
        config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True, **family.traits.options)
        with one_at_a_time, torch.device("meta"):
            return getattr(transformers, family.traits.loads_as).from_config(config, attn_implementation="eager")
    except Exception as error:  # transformers raises a dozen kinds for a bad config; all mean the same to the visitor
        raise BrokenCheckpoint(f"“{folder.name}/config.json” describes no network: {cause(error)}.") from error


def _place(name: str, family: Family, expected: Mapping[str, object]) -> str:
    """The tensor of the network that a tensor of a file is loaded into; empty where there is none. As transformers does it: a bare
    encoder is saved without its own name, and the first checkpoints called a LayerNorm's weight and bias gamma and beta.
    """
    name = name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
    return next((place for place in (name, f"{family.encoder}.{name}") if place in expected), "")


def _refuse_what_is_no_number(folder: Path, names: set[str]) -> None:
    files = weight_files(folder)
    for path in sorted({files[name] for name in names}):
        with safe_open(path, framework="pt") as file:
            for name in sorted(name for name in names if files[name] == path):
                tensor = file.get_tensor(name)
                if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
                    raise BrokenCheckpoint(
                        f"“{folder.name}” holds a weight that is not a number: {name} has a NaN or an infinity in it. Its training went wrong, or its "
                        "file was damaged."
                    )


def _refuse_floods(folder: Path, tokenizer: Any, max_positions: int) -> None:
    """A tokenizer that writes more than it reads would take all memory with a few letters."""
    backend = tokenizer.backend_tokenizer
    written = json.loads(backend.normalizer.__getstate__()) if backend.normalizer else {}
    steps = written.get("normalizers", [written])
    texts = [str(step.get("content") or step.get("prepend") or "") for step in steps]
    if prod(len(text) + 1 for text in texts if len(text) > 1) > MOST_WRITTEN:
        raise BrokenCheckpoint(f"The tokenizer of “{folder.name}” can make more than {MOST_WRITTEN:,} letters of one. Refused.")
    if (added := max(map(tokenizer.num_special_tokens_to_add, (False, True)))) > max_positions // 2:
        raise BrokenCheckpoint(
            f"The tokenizer of “{folder.name}” adds {added:,} special tokens to a text, and its model reads {max_positions:,}. Refused."
        )
