"""The command `inside-bert`: what it starts, what it sets, what it says of an installation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import bertviz_app
from bertviz_app.checkpoints import fetch
from bertviz_app.commands import check, command_line, start
from bertviz_app.commands.start import Start, app_file

ROOT = Path(__file__).parents[3]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Start]:
    starts: list[Start] = []
    monkeypatch.setattr(start, "start", starts.append)
    return starts


def test_without_a_command_the_app_is_started_as_it_was_asked_for(started: Any) -> None:
    assert command_line.main([]) == 0
    asked = ["--port", "9000", "--host", "0.0.0.0", "--model", "mine", "--checkpoints", "a", "--checkpoints", "b"]
    assert command_line.main(asked) == 0
    assert started == [Start(), Start(9000, "0.0.0.0", "mine", ("a", "b"))]


def test_at_home_only_this_machine_is_answered_and_only_by_its_own_names() -> None:
    assert Start().flags == [
        "--server.address", "127.0.0.1", "--server.allowedHosts", "localhost", "--server.allowedHosts", "127.0.0.1",
    ]  # fmt: skip


def test_a_host_that_is_named_opens_it() -> None:
    assert Start(port=80, host="0.0.0.0").flags == ["--server.address", "0.0.0.0", "--server.port", "80"]


@pytest.mark.parametrize(
    ("how", "before", "after"),
    [
        (Start(), {}, {}),
        (Start(model="bert-base-cased"), {}, {"INSIDE_BERT_MODEL": "bert-base-cased"}),
        # A folder that is seen first is offered, too, or it could not be chosen again.
        (Start(model="/m/mine"), {}, {"INSIDE_BERT_MODEL": "/m/mine", "INSIDE_BERT_CHECKPOINTS": "/m/mine"}),
        (Start(checkpoints=("/m/a", "/m/b")), {"INSIDE_BERT_CHECKPOINTS": "/m/b:/m/c"}, {"INSIDE_BERT_CHECKPOINTS": "/m/a:/m/b:/m/c"}),
    ],
)  # fmt: skip
def test_models_are_settings(how: Any, before: Any, after: Any) -> None:
    environment = dict(before)
    how.set(environment)
    assert environment == before | after


def test_in_the_sources_the_app_is_the_one_at_their_top() -> None:
    assert app_file() == ROOT / "app.py"


def test_fetch_is_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(fetch, "main", lambda names: asked.append(names) or 1)
    assert command_line.main(["fetch", "bert-base-cased", "gpt"]) == 1 and asked == [["bert-base-cased", "gpt"]]


def test_another_word_is_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command_line.main(["fecth", "bert-base-cased"])
    assert "invalid choice: 'fecth'" in capsys.readouterr().err


def test_the_module_is_the_command() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "bertviz_app", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout == f"Inside BERT {bertviz_app.__version__}\n"


def test_check_says_what_is_installed_what_works_and_where_models_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["check"]) == 0
    said = capsys.readouterr().out
    assert (
        "✓ torch " in said and "✓ the embedded model: 6 tokens in " in said and "of the catalogue’s 51, here: embedded" in said
    )


@pytest.mark.parametrize(
    ("needs", "said"),
    [("numpy>=99", "where >=99 is needed: pip install “numpy>=99”"), ("no-such-package>=1", "✗ no-such-package is missing: pip install")],
)  # fmt: skip
def test_check_says_what_does_not_fit_and_fails(
    needs: Any, said: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "requirements", lambda: [Requirement(needs)])
    monkeypatch.setattr(check, "works", lambda: iter(()))
    assert check.report() == 1
    assert said in capsys.readouterr().out


def test_check_says_which_model_is_not_here_and_how_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", "bert-large-cased")
    assert "✗ bert-large-cased: not here; inside-bert fetch bert-large-cased" in list(check.models())


def test_the_ranges_of_the_wheel_hold_what_is_pinned_and_name_the_same_packages() -> None:
    lines = [line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()]
    pinned = {name: version for name, _, version in (line.partition("==") for line in lines if line)}
    ranges = {need.name: need.specifier for need in check.requirements()}
    assert set(ranges) == set(pinned)
    assert all(ranges[name].contains(version) for name, version in pinned.items())
    assert all(specifier != SpecifierSet() for specifier in ranges.values())
