from __future__ import annotations

import errno
import io
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bertviz_app.errors import Unfit
from bertviz_app.serving.temporary_folder import require_temporary_folder

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def test_a_folder_that_goes_is_said_and_one_that_comes_back_is_found(temporary_folder: Path) -> None:
    require_temporary_folder()
    shutil.rmtree(temporary_folder)
    for _ in range(2):
        with pytest.raises(Unfit, match="No restart is needed: then try again") as caught:
            require_temporary_folder()
        assert str(temporary_folder) not in str(caught.value)
    temporary_folder.mkdir()
    require_temporary_folder()


def test_another_folder_that_can_be_written_to_takes_its_place(
    temporary_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.rmtree(temporary_folder)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(temporary_folder), str(tmp_path)])
    require_temporary_folder()
    assert tempfile.gettempdir() == str(tmp_path)


def test_a_full_disk_is_no_folder_to_write_to(monkeypatch: pytest.MonkeyPatch, temporary_folder: Path) -> None:
    class Full(io.BytesIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with pytest.raises(Unfit, match="or makes room there"):
        require_temporary_folder()


def test_a_page_says_so_and_shows_the_model_once_the_folder_is_back(
    temporary_folder: Path,
    tiny_checkpoint: Callable[..., Path],
    open_page: Callable[..., AppTest],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tiny_checkpoint("beside")
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
    shutil.rmtree(temporary_folder)
    app = open_page("tokens", text="i love ai", state={"model": folder.name})
    assert len(app.error) == 1 and "no folder for temporary files" in app.error[0].value
    temporary_folder.mkdir()
    app.run()
    assert not app.error and not app.exception and "2\N{NO-BREAK SPACE}layers" in app.sidebar.caption[0].value


def test_a_file_is_not_asked_for_where_it_could_not_come_in(temporary_folder: Path, open_page: Callable[..., AppTest]) -> None:
    state = {"sentiment_view": "Many sentences", "texts_from": "File"}
    assert open_page("sentiment", state=state).get("file_uploader")
    shutil.rmtree(temporary_folder)
    app = open_page("sentiment", state=state)
    assert not app.get("file_uploader") and "nor take a file" in app.error[0].value
