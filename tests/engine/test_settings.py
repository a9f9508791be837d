from __future__ import annotations

import os
import re
from dataclasses import fields
from typing import Any

import pytest

from bertviz_app import settings
from bertviz_app.errors import SettingsError
from bertviz_app.settings import PREFIX, Settings


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()
    assert Settings.from_environment({"PATH": "/bin", "MAX_FORWARDS": "9"}) == Settings()


def test_the_table_lists_every_setting_with_its_default() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in settings.__doc__.splitlines() if line.startswith("| ")
    ]
    documented = {name: default for name, default, _ in rows[1:]}
    real = {field.name: str(field.default) if field.default != () else "(none)" for field in fields(Settings)}
    assert documented == real


def test_every_setting_can_be_set() -> None:
    environment = {
        PREFIX + "MODEL": "bert-base-uncased",
        PREFIX + "CHECKPOINTS": os.pathsep.join(["/srv/mine", "", "/srv/other"]),
        PREFIX + "DEVICE": "cpu",
        PREFIX + "ABOUT": "mine=sentiment",
    }
    numbers = [field.name for field in fields(Settings) if isinstance(field.default, int)]
    environment |= {PREFIX + name.upper(): str(100 + i) for i, name in enumerate(numbers)}
    read = Settings.from_environment(environment)
    assert (read.model, read.checkpoints, read.device) == ("bert-base-uncased", ("/srv/mine", "/srv/other"), "cpu")
    assert [getattr(read, name) for name in numbers] == [100 + i for i in range(len(numbers))]
    assert len(environment) == len(fields(Settings))


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("MAX_FORWARDS", "0"),
        ("MAX_FORWARDS", "-1"),
        ("MAX_FORWARDS", "two"),
        ("MAX_FORWARDS", ""),
        ("MAX_CHARACTERS", "1e4"),
        ("CACHE_MEGABYTES", "1.5"),
        ("DEVICE", "gpu"),
        ("DEVICE", ""),
    ],
)
def test_a_value_without_sense_is_a_sentence_with_the_variable_and_the_value(name: Any, raw: Any) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({PREFIX + name: raw})
    assert PREFIX + name in str(caught.value) and raw in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [("MAX_FORWARD", "did you mean INSIDE_BERT_MAX_FORWARDS?"), ("PORT_OF_CALL_OF_THE_SHIP", "SHIP is not a setting of this program."),
     ("max_forwards", "is not a setting")],
)  # fmt: skip
def test_a_name_that_is_no_setting_is_not_passed_over(name: Any, said: Any) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        Settings.from_environment({PREFIX + name: "4"})


def test_the_environment_of_the_process_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIDE_BERT_MAX_MASKS", "7")
    assert settings.current().max_masks == 7


@pytest.mark.parametrize("entry", ["sentiment", "=sentiment", "mine=feelings", "mine:sentiment"])
def test_what_a_classifier_is_about_is_a_name_and_a_subject(entry: Any) -> None:
    with pytest.raises(SettingsError, match="ABOUT must be a model's name"):
        Settings.from_environment({PREFIX + "ABOUT": entry})
