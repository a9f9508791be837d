"""Inside BERT: see what BERT does with a sentence. `load` is the way in, with or without the dashboard; `figures` draws what it hands out."""

from __future__ import annotations

import os
from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

__all__ = ["__version__", "load"]
__version__ = "0.2.0"

# Before torch is imported. Its threads wait for each other some hundred times a pass, and by default they spin meanwhile: where others
# want the processor too, that holds up the very thread they wait for, and a pass of 15 ms takes 500. A short spin, then sleep.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")


def load(name: str | PathLike[str] = "embedded") -> Model:
    """A checkpoint, ready to run: a catalogue name, or a folder.

    Raises `ModelError` with a sentence that says what to do.

    >>> model = load("embedded")
    >>> forward = model.run("I love AI!")
    >>> forward.attentions.shape  # [layer, head, query, key]
    (6, 12, 6, 6)
    """
    # Importing torch and transformers takes seconds: only those who load a model pay for it.
    from bertviz_app.engine.loading import load as load_model

    return load_model(name)
