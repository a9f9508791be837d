"""From a checkpoint's name to a model that is ready to run."""

from __future__ import annotations

from os import PathLike, fspath

from bertviz_app.checkpoints.folders import folder_of, named
from bertviz_app.engine.inspection import load_reader
from bertviz_app.engine.model import Model
from bertviz_app.engine.parts import load_parts, pick_device
from bertviz_app.engine.subjects import as_settings_say
from bertviz_app.errors import UnknownModel, what_it_is


def load(name: str | PathLike[str] = "embedded") -> Model:
    """A checkpoint by its catalogue name or its folder. Looks at the disk only, never at the network.

    Raises `UnknownModel`, `ModelNotHere`, `BrokenCheckpoint` or `UnsupportedModel`.
    """
    if not isinstance(name, str | PathLike):
        raise UnknownModel(f"A model is called by its name in the catalogue or by its folder; this is {what_it_is(name)}.")
    checkpoint = named(fspath(name))
    folder, device = folder_of(checkpoint), pick_device()
    parts = load_parts(folder, device)
    config = parts.network.config
    reader = load_reader(folder, config.vocab_size, config.max_position_embeddings - parts.family.traits.first_position)
    return as_settings_say(Model(checkpoint, parts, reader, device))
