"""From a model's name to a folder that is safe to open, without ever asking the network.

A folder is checked before transformers sees it, because what transformers does with a bad one is worse than an error:
a missing head is invented at random, a tokenizer that does not fit turns every word into [UNK], and a pickle runs code.
"""

from __future__ import annotations

import hashlib
import re
from math import prod
from pathlib import Path
from typing import Any

from bertviz_app import settings
from bertviz_app.checkpoints.catalog import CATALOG, Checkpoint
from bertviz_app.checkpoints.sizes import BYTES, sizes
from bertviz_app.checkpoints.weight_files import json_object, refuse_odd_files, tensor_shapes
from bertviz_app.errors import BrokenCheckpoint, ModelNotHere, UnknownModel, UnsupportedModel
from bertviz_app.families.rows import MODEL_TYPES, ROWS
from bertviz_app.records.model_info import ENCODER

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
        return Checkpoint(name, folder.name, str(encoder_folder(folder)), _fingerprint(folder), "unknown", _megabytes(folder))
    if name in settings.current().checkpoints and HUB_NAME.fullmatch(name):
        return Checkpoint(name, name, name, None, "unknown", None)
    some, shown = ", ".join(list(CATALOG)[:3]), name.rstrip("/").rpartition("/")[2] if name.startswith("/") else name
    raise UnknownModel(
        f"No model is called “{shown[:80]}”, and no folder has that name. Known are {some} and {len(CATALOG) - 3} more, "
        "which the page Models lists."
    )


def folder_of(checkpoint: Checkpoint) -> Path:
    """Where the checkpoint lies on this machine: the pinned revision, or, where that was never downloaded, another one that was.

    Looks at the disk only: the answer is immediate. Raises `ModelNotHere` when there is none.
    """
    if folder := _found(checkpoint):
        return folder
    size = f" ({disk_megabytes(checkpoint):,} MB)" if checkpoint.config else ""
    raise ModelNotHere(
        f"{checkpoint.title} is not on this machine, and the app itself never reaches out to the internet. "
        f"Download it once{size} with:  python -m bertviz_app.fetch {checkpoint.name}"
    )


def revision_of(checkpoint: Checkpoint) -> str:
    """The revision that is opened: of a downloaded checkpoint its commit, which need not be the pinned one. Raises as `folder_of` does."""
    folder = folder_of(checkpoint)
    return checkpoint.revision or folder.name if Path(checkpoint.source).is_dir() else folder.name


def _found(checkpoint: Checkpoint) -> Path | None:
    """The folder that `folder_of` gives, without a sentence where there is none: the sidebar asks for the whole catalogue in every run."""
    folder = Path(checkpoint.source)
    return folder if folder.is_dir() else next(iter(_snapshots(checkpoint)), None)


def _snapshots(checkpoint: Checkpoint) -> list[Path]:
    """The downloaded revisions, whole ones first: the pinned one, then the one its branch stood at, then the newest."""
    if not HUB_NAME.fullmatch(checkpoint.source):
        return []
    from huggingface_hub import constants

    home = Path(constants.HF_HUB_CACHE) / f"models--{checkpoint.source.replace('/', '--')}"
    if not home.is_dir():
        return []
    branch = home / "refs" / "main"
    main = branch.read_text(encoding="ascii", errors="replace").strip() if branch.is_file() else ""
    folders = [folder for folder in home.glob("snapshots/*") if (folder / "config.json").is_file()]

    def rank(folder: Path) -> tuple[bool, bool, bool, float]:
        is_whole = any(True for _ in folder.glob("*.safetensors"))
        return is_whole, folder.name == checkpoint.revision, folder.name == main, folder.stat().st_mtime

    return sorted(folders, key=rank, reverse=True)


def disk_megabytes(checkpoint: Checkpoint) -> int:
    """What its weights take on disk: as stated, or, where nobody stated it, as its config says for float32."""
    return checkpoint.megabytes or round(sizes(checkpoint.config).n_bytes / 1e6)


def is_here(checkpoint: Checkpoint) -> bool:
    """Whether the checkpoint can be opened without a download."""
    folder = _found(checkpoint)
    return folder is not None and (folder / "config.json").is_file()


def validated_config(folder: Path) -> dict[str, Any]:
    """The folder's config.json, once everything that can be checked without loading the weights has been.

    Raises `BrokenCheckpoint` or `UnsupportedModel`, naming the file and what is wrong with it.
    """
    refuse_odd_files(folder)
    config = json_object(folder, "config.json")
    model_type = config.get("model_type")
    if not isinstance(model_type, str) or model_type not in MODEL_TYPES:
        known = ", ".join(dict.fromkeys(row.traits.family.split(",")[0] for row in ROWS))
        stated = str(model_type)[:40] if model_type else "model of no stated type"
        raise UnsupportedModel(f"“{folder.name}” is a {stated}; this version opens: {known}.")
    if not any((folder / name).is_file() for name in TOKENIZERS):
        raise BrokenCheckpoint(f"“{folder.name}” has no tokenizer: tokenizer.json is missing.")
    tensor_shapes(folder)
    weighed(folder)
    return config


def weighed(folder: Path) -> int:
    """Bytes of memory that the folder's model will take, from its config and the headers of its weights: nothing is loaded.

    Raises `BrokenCheckpoint` when its config describes a larger encoder than its files hold.
    """
    config, held_shapes = json_object(folder, "config.json"), tensor_shapes(folder)
    held = sum(map(prod, held_shapes.values()))
    try:
        described = sizes(config, tuple(held_shapes))
    except ValueError as error:
        raise BrokenCheckpoint(f"“{folder.name}/config.json” makes no sense: {error}.") from None
    if described.encoder > held:
        raise BrokenCheckpoint(
            f"“{folder.name}” is incomplete: its config describes {described.encoder:,} parameters, its files hold {held:,}."
        )
    # Beside its parameters a network keeps, for each place, its number and a segment, eight bytes each.
    return max(described.n_bytes, BYTES * held) + 16 * int(config.get("max_position_embeddings", 512))


def encoder_folder(folder: Path) -> Path:
    """Where the encoder of a folder lies: in older sentence-transformers folders it has a folder of its own."""
    inner = folder / ENCODER
    return inner if not (folder / "config.json").exists() and (inner / "config.json").exists() else folder


def _is_folder(name: str) -> bool:
    # Some names cannot even be asked about: with a NUL in them, or longer than a path may be.
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _fingerprint(folder: Path) -> str:
    """A revision for a folder: changes when a file does that is read of it, so that caches never serve an older model."""
    read = sorted({path for pattern in FILES for place in (pattern, f"*/{pattern}") for path in folder.glob(place)})
    stats = [(path.name, path.stat()) for path in read if path.is_file()]
    facts = ";".join(f"{name}:{stat.st_size}:{stat.st_mtime_ns}" for name, stat in stats)
    return hashlib.sha256(facts.encode()).hexdigest()[:12] if stats else "empty"


def _megabytes(folder: Path) -> int:
    return round(sum(path.stat().st_size for path in folder.glob("*.safetensors")) / 1e6)
