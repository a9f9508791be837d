"""The folder for temporary files: whether there is one that can be written to at this moment."""

from __future__ import annotations

import tempfile

from bertviz_app.errors import Unfit


def require_temporary_folder() -> None:
    """Raises `Unfit` where no temporary file can be written: there is no folder, it is read-only, or its disk is full.

    torch and transformers need one the first time they load a network, and would not recover from failing halfway through their imports;
    uploads of more than a megabyte come in through one.
    """
    try:
        _write()
    except OSError:
        tempfile.tempdir = None  # Python looks for it once and never again
        try:
            _write()
        except OSError:
            raise Unfit(
                "This server has no folder for temporary files that it may write to, without which it can neither load a model nor take a "
                "file. Whoever runs it gives it one (docker run --tmpfs /tmp, or a folder named in TMPDIR) or makes room there. "
                "No restart is needed: then try again."
            ) from None


def _write() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"a disk that is full takes the file, and nothing that is written to it")
        file.flush()
