"""From a model's name to a folder that is safe to open, without ever asking the network.

A folder is checked before transformers sees it, because what transformers does with a bad one is worse than an error:
a missing head is invented at random, a tokenizer that does not fit turns every word into [UNK], and a pickle runs code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import prod
from pathlib import Path, PurePath
from typing import Any

from safetensors import SafetensorError, safe_open

from bertviz_app import settings
from bertviz_app.catalog import CATALOG, Checkpoint
from bertviz_app.errors import BrokenCheckpoint, ModelNotHere, UnknownModel, UnsupportedModel
from bertviz_app.families import MODEL_TYPES, ROWS
from bertviz_app.sizes import BYTES, sizes

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
FILES = ("*.safetensors", "*.json", "*.txt", "*.model")  # what is downloaded of a checkpoint, and what makes it complete
TOKENIZERS = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "spm.model",
    "sentencepiece.bpe.model",
)  # in the order of the years
HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")  # owner/name
PICKLES = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")


def named(name: str) -> Checkpoint:
    """The catalogue's entry for a name, or one made for a folder, or for a Hub repository that the settings allow.

    Raises `UnknownModel` when it is none of these.
    """
    if name in CATALOG:
        return CATALOG[name]
    for checkpoint in CATALOG.values():
        if name == checkpoint.source:
            return checkpoint
    if name and _is_folder(name):
        folder = Path(name).resolve()
        return Checkpoint(name, folder.name, str(folder), _fingerprint(folder), "unknown", _megabytes(folder))
    if name in settings.current().checkpoints and HUB_NAME.fullmatch(name):
        return Checkpoint(name, name, name, None, "unknown", None)
    some = ", ".join(list(CATALOG)[:3])
    raise UnknownModel(
        f"No model is called “{name[:80]}”, and no folder has that name. Known are {some} and {len(CATALOG) - 3} more, "
        "which the page Models lists."
    )


def folder_of(checkpoint: Checkpoint) -> Path:
    """Where the checkpoint lies on this machine. Looks at the disk only: the answer is immediate.

    Raises `ModelNotHere` when it was never downloaded.
    """
    if Path(checkpoint.source).is_dir():
        return Path(checkpoint.source)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        # Without a pinned revision it is the one that the download command recorded.
        folder = snapshot_download(
            checkpoint.source, revision=checkpoint.revision, allow_patterns=list(FILES), local_files_only=True
        )
        return Path(folder)
    except LocalEntryNotFoundError:
        size = f" ({disk_megabytes(checkpoint):,} MB)" if checkpoint.config else ""
        raise ModelNotHere(
            f"{checkpoint.title} is not on this machine, and the app itself never reaches out to the internet. "
            f"Download it once{size} with:  python -m bertviz_app.fetch {checkpoint.name}"
        ) from None


def disk_megabytes(checkpoint: Checkpoint) -> int:
    """What its weights take on disk: as stated, or, where nobody stated it, as its config says for float32."""
    return checkpoint.megabytes or round(sizes(checkpoint.config).n_bytes / 1e6)


def is_here(checkpoint: Checkpoint) -> bool:
    """Whether the checkpoint can be opened without a download."""
    try:
        return (folder_of(checkpoint) / "config.json").is_file()
    except ModelNotHere:
        return False


def validated_config(folder: Path) -> dict[str, Any]:
    """The folder's config.json, once everything that can be checked without loading the weights has been.

    Raises `BrokenCheckpoint` or `UnsupportedModel`, naming the file and what is wrong with it.
    """
    config = json_object(folder, "config.json")
    model_type = config.get("model_type")
    if not isinstance(model_type, str) or model_type not in MODEL_TYPES:
        known = ", ".join(dict.fromkeys(row.traits.family.split(",")[0] for row in ROWS))
        stated = str(model_type)[:40] if model_type else "model of no stated type"
        raise UnsupportedModel(f"“{folder.name}” is a {stated}; this version opens: {known}.")
    if not any((folder / name).is_file() for name in TOKENIZERS):
        raise BrokenCheckpoint(f"“{folder.name}” has no tokenizer: tokenizer.json is missing.")
    _check_weights(folder)
    weighed(folder)
    return config


def weighed(folder: Path) -> int:
    """Bytes of memory that the folder's model will take, from its config and the headers of its weights: nothing is loaded.

    Raises `BrokenCheckpoint` when its config describes a larger encoder than its files hold.
    """
    config, files = json_object(folder, "config.json"), weight_files(folder)
    held = sum(_n_parameters(path) for path in set(files.values()))
    try:
        described = sizes(config, tuple(files))
    except ValueError as error:
        raise BrokenCheckpoint(f"“{folder.name}/config.json” makes no sense: {error}.") from None
    if described.encoder > held:
        raise BrokenCheckpoint(
            f"“{folder.name}” is incomplete: its config describes {described.encoder:,} parameters, its files hold {held:,}."
        )
    # Beside its parameters a network keeps, for each place, its number and a segment, eight bytes each.
    return max(described.n_bytes, BYTES * held) + 16 * int(config.get("max_position_embeddings", 512))


def weight_files(folder: Path) -> Mapping[str, Path]:
    """Which file holds each tensor, by tensor name.

    Raises `BrokenCheckpoint` when a file is missing, unsafe or outside of the folder.
    """
    if (folder / WEIGHTS).is_file():
        return dict.fromkeys(_tensor_names(folder / WEIGHTS), folder / WEIGHTS)
    if (folder / INDEX).is_file():
        shards = json_object(folder, INDEX).get("weight_map")
        if not isinstance(shards, dict):
            raise BrokenCheckpoint(f"“{folder.name}/{INDEX}” has no weight_map.")
        return {name: _inside(folder, str(shard)) for name, shard in shards.items()}
    if any(True for pattern in PICKLES for _ in folder.glob(pattern)):
        raise BrokenCheckpoint(
            f"“{folder.name}” holds its weights only as a Python pickle, which can run any code when it is opened. "
            "Save it again with model.save_pretrained(folder), which writes safetensors."
        )
    raise BrokenCheckpoint(f"“{folder.name}” has no weights: {WEIGHTS} is missing.")


def json_object(folder: Path, name: str) -> dict[str, Any]:
    """What a JSON file of the folder holds. Raises `BrokenCheckpoint` when it is missing, unreadable or no object."""
    try:
        content = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BrokenCheckpoint(f"“{folder.name}” is not a checkpoint: {name} is missing.") from None
    except (ValueError, OSError, RecursionError) as error:
        raise BrokenCheckpoint(f"“{folder.name}/{name}” is not readable JSON: {error}.") from None
    if not isinstance(content, dict):
        raise BrokenCheckpoint(f"“{folder.name}/{name}” should hold a JSON object.")
    return content


def _check_weights(folder: Path) -> None:
    files = weight_files(folder)
    for path in sorted(set(files.values())):
        held = set(_tensor_names(path))
        missing = [name for name, its_path in files.items() if its_path == path and name not in held]
        if missing:
            raise BrokenCheckpoint(f"“{folder.name}/{path.name}” lacks the tensor {missing[0]} that the index promises.")


def _tensor_names(path: Path) -> list[str]:
    # safe_open checks that the header parses and that the file is exactly as long as the header says.
    try:
        with safe_open(path, framework="numpy") as file:
            return list(file.keys())
    except (SafetensorError, OSError) as error:
        raise BrokenCheckpoint(f"“{path.parent.name}/{path.name}” is corrupt or cut short: {error}.") from None


def _n_parameters(path: Path) -> int:
    with safe_open(path, framework="numpy") as file:
        return sum(prod(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118 - no dictionary


def _inside(folder: Path, shard: str) -> Path:
    # Our own heads share the encoder's file through "..": nobody else's checkpoint may point outside of its folder.
    ours = folder.resolve().is_relative_to(Path(CATALOG["embedded"].source).resolve())
    if not ours and (".." in PurePath(shard).parts or PurePath(shard).is_absolute()):
        raise BrokenCheckpoint(f"“{folder.name}/{INDEX}” points outside of its folder, to {shard}: refused.")
    if not (folder / shard).is_file():
        raise BrokenCheckpoint(f"“{folder.name}” is incomplete: {shard} is missing.")
    return folder / shard


def _is_folder(name: str) -> bool:
    # Some names cannot even be asked about: with a NUL in them, or longer than a path may be.
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _fingerprint(folder: Path) -> str:
    """A revision for a folder: changes when its weights do, so that caches never serve an older model."""
    stats = [path.stat() for path in sorted(folder.glob("*.safetensors"))]
    return "-".join(f"{stat.st_size:x}.{stat.st_mtime_ns:x}" for stat in stats) or "empty"


def _megabytes(folder: Path) -> int:
    return round(sum(path.stat().st_size for path in folder.glob("*.safetensors")) / 1e6)
