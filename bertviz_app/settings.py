"""Limits and deployment choices, from environment variables, checked when the server starts.

Every field can be set as `INSIDE_BERT_<FIELD>`, for example `INSIDE_BERT_MAX_FORWARDS=4`. A name or a value without sense stops the server
with a sentence, as it would otherwise meet every visitor on every page.

| field             | default  | what it bounds or chooses                                                       |
|-------------------|----------|---------------------------------------------------------------------------------|
| model             | embedded | the model that a visitor sees first                                             |
| checkpoints       | (none)   | folders, or Hub names once downloaded, that this server offers; as in PATH      |
| about             | (none)   | what own classifiers are about: name=sentiment, name=pairs or name=classes; as in PATH |
| device            | auto     | auto (cuda, else mps, else cpu), or one of these                                |
| max_characters    | 20000    | characters in one text; more is refused before tokenising                       |
| max_sentences     | 20       | sentences compared at once (embeddings, ordering game)                          |
| max_rows          | 2000     | rows of an uploaded table                                                       |
| max_masks         | 50       | blanks filled at once                                                           |
| max_forwards      | 2        | forward passes under way at the same time, over all visitors                    |
| max_runs          | 3        | runs of pages under way at the same time, over all visitors                     |
| patience_seconds  | 60       | how long a visitor waits for a free place before being told to try again        |
| load_seconds      | 60       | how long a visitor waits for a model to load before being told that it goes on  |
| upload_megabytes  | 10       | uploaded files of one visitor kept in memory, the oldest let go first           |
| model_megabytes   | 3000     | models kept in memory together, least recently used let go first                |
| cache_megabytes   | 512      | forward passes kept in memory, least recently used let go first                 |
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches

from bertviz_app.errors import SettingsError
from bertviz_app.families.tasks import SUBJECTS

PREFIX = "INSIDE_BERT_"


@dataclass(frozen=True)
class Settings:
    """The table above, as values."""

    model: str = "embedded"
    checkpoints: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    device: str = "auto"
    max_characters: int = 20_000
    max_sentences: int = 20
    max_rows: int = 2_000
    max_masks: int = 50
    max_forwards: int = 2
    max_runs: int = 3
    patience_seconds: int = 60
    load_seconds: int = 60
    upload_megabytes: int = 10
    model_megabytes: int = 3_000
    cache_megabytes: int = 512

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and value < 1:
                raise SettingsError(f"{PREFIX}{field.name.upper()} must be a whole number of at least 1; it is {value}.")
        for entry in self.about:
            name, _, subject = entry.rpartition("=")
            if not name or subject not in SUBJECTS:
                raise SettingsError(
                    f"{PREFIX}ABOUT must be a model's name, = and one of {', '.join(SUBJECTS)}; it is {entry!r}."
                )
        if self.device not in ("auto", "cuda", "mps", "cpu"):
            raise SettingsError(f"{PREFIX}DEVICE must be auto, cuda, mps or cpu; it is {self.device!r}.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read `INSIDE_BERT_*`; raises `SettingsError` for a value that cannot be read and for a name that is no setting."""
        known = [PREFIX + field.name.upper() for field in fields(cls)]
        for name in environment:
            if name.startswith(PREFIX) and name not in known:
                near = get_close_matches(name, known, n=1, cutoff=0.8)
                raise SettingsError(f"{name} is not a setting of this program{f': did you mean {near[0]}?' if near else '.'}")
        values: dict[str, object] = {}
        for field in fields(cls):
            name = PREFIX + field.name.upper()
            if name in environment:
                values[field.name] = _parse(name, environment[name], field.default)
        return cls(**values)  # type: ignore[arg-type]


def _parse(name: str, raw: str, default: object) -> object:
    if isinstance(default, tuple):
        return tuple(part for part in raw.split(os.pathsep) if part)
    if isinstance(default, int):
        try:
            return int(raw)
        except ValueError:
            raise SettingsError(f"{name} must be a whole number; it is {raw!r}.") from None
    return raw


def current() -> Settings:
    """The settings of this process, read from its environment. Cheap: a dozen look-ups."""
    return Settings.from_environment(os.environ)
