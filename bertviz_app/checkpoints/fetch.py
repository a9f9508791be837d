"""Download checkpoints, once, by hand: `python -m bertviz_app.fetch bert-base-uncased`. The app itself never reaches out.

Names are those of the catalogue, which pins a revision, or a Hub repository (`owner/name`, its main branch as it is now).
Only safetensors, JSON and text files come in. What came in is checked like any folder before it is said to be usable.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TypeVar

import huggingface_hub
from huggingface_hub import constants
from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError, RevisionNotFoundError

from bertviz_app.checkpoints.catalog import CATALOG, Checkpoint
from bertviz_app.checkpoints.folders import FILES, named, validated_config
from bertviz_app.errors import BrokenCheckpoint, InsideBertError, ModelNotHere, UnknownModel

PATIENCE = 5.0  # seconds for the first question, so that a missing network is noticed at once

Answer = TypeVar("Answer")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns 0 when every checkpoint is on this machine in the end; 1, with a sentence for each that is not."""
    parser = argparse.ArgumentParser(prog="python -m bertviz_app.fetch", description="Download checkpoints for Inside BERT.")
    names = ", ".join(name for name, checkpoint in CATALOG.items() if not checkpoint.is_embedded)
    parser.add_argument("names", nargs="+", metavar="NAME", help=f"one of {names}; or a Hub repository, owner/name")
    failed = False
    for name in parser.parse_args(arguments).names:
        try:
            sys.stdout.write(f"{fetch(name)}\n")
        except InsideBertError as error:
            failed = True
            sys.stderr.write(f"{name}: {error}\n")
    return 1 if failed else 0


def fetch(name: str) -> str:
    """Download one checkpoint and check it; returns a sentence that says where it lies and how much disk it takes.

    Raises `UnknownModel`, `ModelNotHere` (no network, not allowed), `BrokenCheckpoint` or `UnsupportedModel`.
    """
    checkpoint = _asked_for(name)
    if Path(checkpoint.source).is_dir():
        return f"{checkpoint.title} is already a folder of this machine, {checkpoint.source}: there is nothing to download."
    if constants.HF_HUB_OFFLINE:
        raise ModelNotHere("HF_HUB_OFFLINE is set, which forbids any download. Unset it for this one command and try again.")
    source, revision = checkpoint.source, checkpoint.revision
    # Without a network the download itself would wait for minutes: one small question first.
    info = _answered(name, lambda: huggingface_hub.HfApi().model_info(source, revision=revision, timeout=PATIENCE))
    if not any(fnmatch(file.rfilename, "*.safetensors") for file in info.siblings or ()):
        raise BrokenCheckpoint(
            "The repository has no safetensors, the only weights that are safe to open. Nothing was downloaded."
        )
    # A branch is recorded by its name beside the commit that it stood at, which is where an unpinned model is found again.
    folder = Path(
        _answered(name, lambda: huggingface_hub.snapshot_download(source, revision=revision, allow_patterns=list(FILES)))
    )
    validated_config(folder)
    revision = revision or info.sha
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    offer = "Choose it in the sidebar" if checkpoint.name in CATALOG else f"Offer it with INSIDE_BERT_CHECKPOINTS={folder}"
    return f"{checkpoint.title} (revision {str(revision)[:12]}) is here and takes {size / 1e6:,.0f} MB, in {folder}. {offer}."


def _asked_for(name: str) -> Checkpoint:
    try:
        return named(name)
    except UnknownModel:
        if name.count("/") != 1:
            raise
    return Checkpoint(name, name, name, None, "unknown", None)


def _answered(name: str, question: Callable[[], Answer]) -> Answer:
    try:
        return question()
    except (RepositoryNotFoundError, RevisionNotFoundError, HFValidationError) as error:
        reason = (
            "it requires a permission that you do not have" if isinstance(error, GatedRepoError) else "it has no such model"
        )
        raise UnknownModel(f"The Hugging Face Hub was asked for “{name[:80]}”: {reason}.") from None
    except Exception as error:  # the hub's HTTP library has kinds of its own, and disks fill up
        raise ModelNotHere(
            f"The Hugging Face Hub cannot be reached or broke off ({type(error).__name__}: {str(error)[:200]}). Check the network "
            "and the disk, and run the same command again: what is complete is kept. The embedded model works without it."
        ) from None


if __name__ == "__main__":
    sys.exit(main())
