"""`inside-bert check`: what is installed, what works, and where models are."""

from __future__ import annotations

import os
import platform
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement

from bertviz_app import __version__, settings
from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.checkpoints.folders import is_here, named
from bertviz_app.errors import InsideBertError
from bertviz_app.serving.temporary_folder import require_temporary_folder

DISTRIBUTION = "inside-bert"
SENTENCE = "I love AI!"


def report() -> int:
    """Write it. Returns 1 where the app could not be used as it is: each line that says so begins with ✗."""
    sys.stdout.write(f"Inside BERT {__version__} · Python {platform.python_version()} · {platform.platform(terse=True)}\n")
    lines = []
    for title, found in (("Installed", installed), ("Works", works), ("Models", models)):
        sys.stdout.write(f"\n{title}\n")
        for line in found():
            lines.append(line)
            sys.stdout.write(f"  {line}\n")
            sys.stdout.flush()  # a model takes seconds
    return int(any(line.startswith("✗") for line in lines))


def requirements() -> list[Requirement]:
    """What the package needs, in which versions: from its metadata or, where it runs from its sources, from those."""
    try:
        written = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        sources = Path(__file__).parents[2] / "pyproject.toml"
        written = tomllib.loads(sources.read_text(encoding="utf-8"))["project"]["dependencies"]
    return [need for need in map(Requirement, written) if need.marker is None or need.marker.evaluate({"extra": ""})]


def installed() -> Iterator[str]:
    """A line for each package that is needed, and for what is of use where it is there."""
    for need in requirements():
        try:
            version = metadata.version(need.name)
        except metadata.PackageNotFoundError:
            yield f"✗ {need.name} is missing: pip install “{need}”"
            continue
        fits = need.specifier.contains(version, prereleases=True)
        yield (
            f"✓ {need.name} {version}"
            if fits
            else f"✗ {need.name} {version}, where {need.specifier} is needed: pip install “{need}”"
        )
    there = find_spec("kaleido") is not None
    yield (
        f"✓ kaleido {metadata.version('kaleido')}: figures can be saved as pictures"
        if there
        else ("· kaleido is not installed: the library saves figures as HTML; pip install kaleido for PNG, SVG and PDF")
    )


def works() -> Iterator[str]:
    """A line for each thing that was tried."""
    tried: tuple[tuple[str, Callable[[], str]], ...] = (
        ("the settings", _settings),
        ("a folder for temporary files", _temporary_folder),
        ("the embedded model", _embedded_model),
    )
    for what, attempt in tried:
        try:
            yield f"✓ {what}: {attempt()}"
        except (InsideBertError, ImportError, OSError) as error:
            yield f"✗ {what}: {error}"


def models() -> Iterator[str]:
    """Where models are looked for, and which are there."""
    from huggingface_hub import constants

    yield f"· downloaded models lie in {constants.HF_HUB_CACHE} (HF_HUB_CACHE or HF_HOME move them)"
    here = [name for name, checkpoint in CATALOG.items() if is_here(checkpoint)]
    yield f"✓ of the catalogue’s {len(CATALOG)}, here: {', '.join(here)}"
    limits = settings.current()
    for source in dict.fromkeys((limits.model, *limits.checkpoints)):
        try:
            checkpoint = named(source)
            yield f"✓ {source}: here" if is_here(checkpoint) else f"✗ {source}: not here; inside-bert fetch {source}"
        except InsideBertError as error:
            yield f"✗ {source}: {error}"


def _settings() -> str:
    given = sorted(name for name in os.environ if name.startswith(settings.PREFIX))
    settings.current()
    return f"{', '.join(given)} in the environment" if given else "as they come"


def _temporary_folder() -> str:
    require_temporary_folder()
    return "there"


def _embedded_model() -> str:
    from bertviz_app import load

    model = load("embedded")
    model.run(model.encode(SENTENCE))  # the first of all takes longer
    began = time.perf_counter()
    forward = model.run(model.encode(SENTENCE))
    took = 1000 * (time.perf_counter() - began)
    return f"{forward.encoding.n_tokens} tokens in {took:.0f} ms on {model.info.device}"
