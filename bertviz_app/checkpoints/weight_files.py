"""The files that hold a checkpoint's weights, looked at without loading them: which file holds which tensor, and its shape.

Every file of a folder is a file: a pipe or a device in its place would keep whoever opens it waiting for ever.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from safetensors import SafetensorError, safe_open

from bertviz_app.errors import BrokenCheckpoint, cause

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")
MAX_JSON = 100_000_000  # bytes; the largest tokenizers of the families take a fifth of it


def refuse_odd_files(folder: Path) -> None:
    """Raises `BrokenCheckpoint` when something in the folder, or in a folder in it, is neither a file nor a folder."""
    for path in (*folder.iterdir(), *(inner for outer in folder.iterdir() if outer.is_dir() for inner in outer.iterdir())):
        if path.exists() and not path.is_file() and not path.is_dir():
            raise BrokenCheckpoint(
                f"“{folder.name}” holds “{path.name}”, which is not a file but a pipe or a device: reading it would never end. Refused."
            )


def weight_files(folder: Path) -> Mapping[str, Path]:
    """Which file holds each tensor, by tensor name. The folder of a head, inside that of a checkpoint, may share the checkpoint's files.

    Raises `BrokenCheckpoint` when a file is missing, unsafe or outside of the folder.
    """
    if (folder / WEIGHTS).is_file():
        return dict.fromkeys(shapes(folder / WEIGHTS), folder / WEIGHTS)
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


def tensor_shapes(folder: Path) -> Mapping[str, tuple[int, ...]]:
    """The shape of each tensor that the folder promises. Raises `BrokenCheckpoint` when a file lacks one."""
    found: dict[str, tuple[int, ...]] = {}
    files = weight_files(folder)
    for path in sorted(set(files.values())):
        held = shapes(path)
        promised = [name for name, its_path in files.items() if its_path == path]
        if missing := [name for name in promised if name not in held]:
            raise BrokenCheckpoint(f"“{folder.name}/{path.name}” lacks the tensor {missing[0]} that the index promises.")
        found |= {name: held[name] for name in promised}
    return found


def shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor of one file. Raises `BrokenCheckpoint` when it is no whole safetensors file."""
    # safe_open checks that the header parses and that the file is exactly as long as the header says.
    try:
        with safe_open(path, framework="numpy") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118 - no dictionary
    except (SafetensorError, OSError) as error:
        raise BrokenCheckpoint(f"“{path.parent.name}/{path.name}” is corrupt or cut short: {cause(error)}.") from None


def json_object(folder: Path, name: str) -> dict[str, Any]:
    """What a JSON file of the folder holds. Raises `BrokenCheckpoint` when it is missing, unreadable or no object."""
    path = folder / name
    try:
        if path.stat().st_size > MAX_JSON:
            raise BrokenCheckpoint(
                f"“{folder.name}/{name}” is larger than any such file should be: {path.stat().st_size:,} bytes."
            )
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BrokenCheckpoint(f"“{folder.name}” is not a checkpoint: {name} is missing.") from None
    except (ValueError, OSError, RecursionError) as error:
        raise BrokenCheckpoint(f"“{folder.name}/{name}” is not readable JSON: {cause(error)}.") from None
    if not isinstance(content, dict):
        raise BrokenCheckpoint(f"“{folder.name}/{name}” should hold a JSON object.")
    return content


def _inside(folder: Path, shard: str) -> Path:
    within = folder.parent if (folder.parent / "config.json").is_file() else folder
    # Not resolved: a downloaded checkpoint's files are links to a store outside of its folder, made by who downloaded it.
    path = Path(os.path.normpath(folder / shard))
    if PurePath(shard).is_absolute() or not path.is_relative_to(os.path.normpath(within)):
        raise BrokenCheckpoint(f"“{folder.name}/{INDEX}” points outside of its folder, to {PurePath(shard).name}: refused.")
    if not path.is_file():
        raise BrokenCheckpoint(f"“{folder.name}” is incomplete: {PurePath(shard).name} is missing.")
    return path
