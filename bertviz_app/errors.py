"""What can go wrong, as one tree. Each message is a sentence for the person at the page.

    InsideBertError
    ├── InputError                what was typed or uploaded
    │   ├── NotText               something else than a text: None, a list, a number
    │   ├── NoSuchPart            a layer, a head or a position that is not there
    │   ├── EmptyText             nothing to read
    │   ├── TextTooLong           more characters than the server reads
    │   ├── UnreadableText        half a character (a lone surrogate)
    │   ├── NoMaskToken           a blank to fill is missing, or there are too many
    │   └── BadTable              an uploaded CSV that cannot be read
    ├── ModelError                the checkpoint
    │   ├── UnknownModel          no model has this name
    │   ├── ModelNotHere          known, but not on this machine
    │   ├── BrokenCheckpoint      corrupt, incomplete, or pickle-only
    │   ├── UnsupportedModel      another architecture
    │   ├── TooLarge              more memory than this server gives
    │   └── MissingHead           the checkpoint was never trained for this
    ├── NotSaved                  a picture that cannot be written
    ├── Busy                      too many forward passes under way
    ├── Unfit                     this machine lacks what the libraries need
    └── SettingsError             an environment variable with a value that makes no sense

`RecordError` stands apart: a record with wrong shapes or values is a bug, not a visitor's mistake. `TextCut` is a warning: there was more text than was read.
"""

from __future__ import annotations

import re
from collections.abc import Sized

# An absolute path and its last part; not an address of the web.
_PATH = re.compile(r"(?<![\w.:/~])(?:/[^\s/'\"“”,:;()<>\[\]]+)*/([^\s/'\"“”,:;()<>\[\]]+)/?")


def cause(error: BaseException) -> str:
    """What a library said, for a visitor: its first line, no path of this server, 300 characters at most.

    >>> cause(ValueError("no such key in /srv/models/mine/config.json: a"))
    'no such key in config.json: a'
    """
    if isinstance(error, OSError) and error.strerror and error.errno:
        return error.strerror
    first = next(iter(str(error).splitlines()), "") or type(error).__name__
    return _PATH.sub(r"\1", first)[:300].rstrip(".")


def what_it_is(value: object) -> str:
    """Something that does not belong where it stands, as one would say it.

    >>> what_it_is(None), what_it_is(["a", "b"]), what_it_is(3), what_it_is("a")
    ('None', 'a list of 2', 'the number 3', 'one text')
    """
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "one text"
    kind = type(value).__name__
    article = "an" if kind[0] in "AEIOUaeiou" else "a"
    return (
        f"{article} {kind} of {len(value)}" if isinstance(value, Sized) and not isinstance(value, type) else f"{article} {kind}"
    )


class InsideBertError(Exception):
    """Root of the errors that are shown to a person as they are."""


class InputError(InsideBertError):
    """What was typed or uploaded cannot be read."""


class NotText(InputError, TypeError):
    """Where a text belongs stands something else."""


class NoSuchPart(InputError, IndexError):
    """The model has no such layer or head, or the text no such position."""


class EmptyText(InputError):
    """There is no text, or nothing is left of it after the tokenizer cleaned it."""


class TextTooLong(InputError):
    """The text has more characters than the server reads."""


class UnreadableText(InputError):
    """The text holds a lone surrogate, which no encoding can write."""


class NoMaskToken(InputError):
    """A blank is needed and there is none, or there are more than can be filled."""


class BadTable(InputError):
    """An uploaded table cannot be read."""


class ModelError(InsideBertError):
    """The checkpoint cannot be used."""


class UnknownModel(ModelError):
    """Neither the catalogue nor the disk knows this name."""


class ModelNotHere(ModelError):
    """The catalogue knows the checkpoint, but it is not on this machine."""


class BrokenCheckpoint(ModelError):
    """The checkpoint's files are corrupt, incomplete or unsafe to open."""


class UnsupportedModel(ModelError):
    """The checkpoint is of an architecture that this program does not read."""


class TooLarge(ModelError):
    """The checkpoint needs more memory than this server gives its models."""


class MissingHead(ModelError):
    """The checkpoint was not trained for this prediction."""


class NotSaved(InsideBertError):
    """A figure cannot be written to a file of this kind, or not on this machine."""


class Busy(InsideBertError):
    """The server already runs as many forward passes as it may."""


class Unfit(InsideBertError):
    """The machine or its container lacks what the libraries need to start."""


class SettingsError(InsideBertError):
    """An environment variable holds a value that makes no sense."""


class TextCut(UserWarning):
    """Not all of a text was read: it has more tokens than the model reads at once."""


class RecordError(ValueError):
    """A record was built with shapes or values that contradict each other: a bug."""
