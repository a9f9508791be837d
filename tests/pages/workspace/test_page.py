from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from bertviz_app.drawing import colors
from bertviz_app.workspace import opening
from bertviz_app.workspace.markup import plain
from bertviz_app.workspace.navigation import default_model, offered_models
from bertviz_app.workspace.page_list import PAGES


def test_plain_escapes_everything_that_markdown_reads() -> None:
    nasty = r"**b** _i_ `c` <script>alert(1)</script> $latex$ [a](b) ~~s~~ # h :smile: | ^ \ "
    escaped = plain(nasty)
    # Each markup character stands behind a backslash of its own.
    assert re.sub(r"\\(.)", r"\1", escaped) == nasty
    assert not re.search(r"(?<!\\)(\\\\)*[*_`<>$\[\]#:|^~]", escaped)


def test_every_page_of_the_list_exists_and_no_other() -> None:
    from pathlib import Path

    root = Path(__file__).parents[3]
    files = {f"pages/{path.name}" for path in (root / "pages").glob("*.py")} | {"home.py"}
    assert {page.file for page in PAGES.values()} == files


def test_folders_are_offered_by_their_last_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", "/srv/models/mine/:/srv/models/other")
    offered = offered_models()
    assert offered["mine"] == "/srv/models/mine/" and offered["other"] == "/srv/models/other"
    assert offered["embedded"] == "embedded"


def test_own_models_come_first_and_what_is_not_here_is_no_choice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", "/srv/a/mine:/srv/b/mine")
    assert offered_models() == {"mine": "/srv/a/mine", "mine (2)": "/srv/b/mine", "embedded": "embedded"}
    snapshot = tmp_path / "models--FacebookAI--roberta-base" / "snapshots" / ("ab" * 20)
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    assert list(offered_models()) == ["mine", "mine (2)", "embedded", "roberta-base"]


def test_the_servers_default_is_found_by_its_name_and_by_its_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", "/srv/a/mine")
    assert default_model(offered_models()) == "embedded"
    for wanted in ("mine", "/srv/a/mine"):
        monkeypatch.setenv("INSIDE_BERT_MODEL", wanted)
        assert default_model(offered_models()) == "mine"
    monkeypatch.setenv("INSIDE_BERT_MODEL", "roberta-base")  # not here: its error says how to fetch it
    assert default_model(offered_models()) == "roberta-base"


def test_a_link_to_a_model_that_is_not_here_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    app = AppTest.from_file(str(Path(__file__).parents[3] / "home.py"), default_timeout=60)
    app.query_params["model"] = "roberta-base"
    app.run()
    assert (
        not app.exception
        and not app.error
        and "“RoBERTa base”, which is not on this machine" in app.warning[0].value.replace("\\", "")
    )


@pytest.mark.parametrize("key", ["home", "attention"])
def test_a_page_has_its_title_before_torch_is_imported_for_it(
    key: Any, open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    draw_head, warm_up = opening.draw_head, opening.caches.warm_up
    monkeypatch.setattr(opening, "draw_head", lambda entry: (order.append("title"), draw_head(entry)))
    monkeypatch.setattr(opening.caches, "warm_up", lambda: (order.append("torch"), warm_up())[1])
    open_page(key, text="I love AI!")
    assert order[:2] == ["title", "torch"]


def test_another_revision_than_the_pinned_one_is_opened_and_named(
    open_page: Callable[..., AppTest], tiny_families: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    home = tmp_path / "models--FacebookAI--roberta-base" / "snapshots" / ("ab" * 20)
    shutil.copytree(tiny_families["roberta"], home)
    app = open_page("tokens", text="I love AI!", state={"model": "roberta-base"})
    assert not app.error
    assert any("revision abababab, not the pinned e2da8e2f" in caption.value for caption in app.sidebar.caption)


def test_the_python_of_a_page_calls_an_own_checkpoint_by_its_folder(
    open_page: Callable[..., AppTest], tiny_families: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_families["roberta"]
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(folder))
    app = open_page("tokens", text="I love AI!", state={"model": folder.name})
    code = " ".join(element.value for element in app.code)
    assert f"from_pretrained('{folder.name}')" in code and str(folder.parent) not in code


def test_the_line_of_the_model_ends_between_two_facts(open_page: Callable[..., AppTest]) -> None:
    (line,) = [caption.value for caption in open_page("tokens").sidebar.caption if "parameters" in caption.value]
    assert [part.replace("\N{NO-BREAK SPACE}", " ") for part in line.split(" ") if part != "·"] == [
        "6 layers × 12 heads × 384", "22.9 M parameters", "float32 on cpu", "92 MB",
    ]  # fmt: skip


def test_a_link_to_an_unknown_model_is_answered_and_the_page_still_works(open_page: Callable[..., AppTest]) -> None:
    app = AppTest.from_file(str(Path(__file__).parents[3] / "home.py"), default_timeout=60)
    app.query_params["model"] = "no-such-model"
    app.run()
    assert not app.exception and "no\\-such\\-model" in app.warning[0].value
    assert len(app.header) == 4


def test_models_are_chosen_by_title_and_linked_by_name(
    open_page: Callable[..., AppTest], tiny_checkpoint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", str(tiny_checkpoint("mine")))
    app = open_page("home", text="I love AI!")
    box = app.selectbox(key="model")
    assert box.value == "embedded" and "Embedded BERT" in box.options and "mine" in box.options
    assert "model" not in app.query_params
    box.set_value("mine").run()
    assert app.query_params["model"] == "mine"
    app.switch_page("pages/tokens.py").run()
    assert app.selectbox(key="model").value == "mine" and app.query_params["model"] == "mine"


@pytest.mark.parametrize(("screen", "bar"), [("light wide", None), ("dark narrow", "h")])
def test_figures_are_drawn_for_the_screen_that_the_browser_tells(
    open_page: Callable[..., AppTest], screen: Any, bar: Any
) -> None:
    app = open_page("attention", state={"_screen": screen, "attention_view": "One head"})
    drawn = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert drawn["data"][0]["colorbar"].get("orientation") == bar  # below the picture where width is dear
    assert drawn["layout"]["paper_bgcolor"] == colors.theme(screen.split()[0]).paper


@pytest.fixture
def two_folders(tiny_checkpoint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [tiny_checkpoint("first"), tiny_checkpoint("second")]
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", os.pathsep.join(map(str, folders)))


def model_of(app: Any) -> tuple[str, str]:
    """What the box in the sidebar says, and the address."""
    asked = app.query_params["model"]
    return app.sidebar.selectbox[0].value, asked if isinstance(asked, str) else asked[0]


def test_who_goes_back_has_the_model_of_that_address(two_folders: Any, open_page: Callable[..., AppTest]) -> None:
    app = open_page("tokens", state={"model": "first"})
    assert model_of(app) == ("first", "first")
    app.sidebar.selectbox[0].set_value("second").run()
    assert model_of(app) == ("second", "second")
    app.query_params["model"] = "first"  # Back, on the same page
    app.run()
    assert model_of(app) == ("first", "first")
    app.query_params["model"] = "second"  # Forward, to another page
    app.switch_page("pages/embeddings.py").run()
    assert model_of(app) == ("second", "second")


def test_who_picks_a_model_and_goes_on_at_once_has_it_on_the_next_page(
    two_folders: Any, open_page: Callable[..., AppTest]
) -> None:
    app = open_page("tokens", state={"model": "first"})
    app.sidebar.selectbox[0].set_value("second")
    app.switch_page(
        "pages/embeddings.py"
    ).run()  # both in one: the first page never ran with it, and the address is the old one
    assert model_of(app) == ("second", "second")
