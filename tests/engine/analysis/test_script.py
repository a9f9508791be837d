"""The builder of the Python that is shown: its text, and that it runs wherever a reader pastes it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from snippets import run

import bertviz_app
from bertviz_app import load
from bertviz_app.analysis.script import Script, filled, where_it_runs
from bertviz_app.chapters.tasks import snippet as tasks_code
from bertviz_app.chapters.tasks import text_map
from bertviz_app.records.model_info import ModelInfo

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

SOURCES = Path(bertviz_app.__file__).parent


@pytest.fixture(scope="module")
def folder(tiny_families: dict[str, Path]) -> ModelInfo:
    return load(str(tiny_families["roberta"])).info


def test_imports_are_collected_and_stand_in_the_order_of_isort(folder: Any) -> None:
    script = Script(folder).lines("import torch\nfrom transformers import AutoTokenizer\n\nx = torch.ones(2)")
    script.lines("import math\nfrom sklearn.decomposition import PCA\nx = x + math.pi").table(
        {"number": "range(1, 3)", "x": "x"}
    )
    script.lines("from bertviz_app.families.spelling import from_bytes  # Ġlove → ␣love\nimport torch\n")
    script.lines("from bertviz_app.families.spelling import KINDS\nfrom transformers import AutoModel")
    assert str(script) == (
        "import math\n\nimport pandas as pd\nimport torch\nfrom sklearn.decomposition import PCA\nfrom transformers import AutoModel, AutoTokenizer\n\n"
        "from bertviz_app.families.spelling import KINDS, from_bytes  # Ġlove → ␣love\n\nx = torch.ones(2)\nx = x + math.pi\n"
        'table = pd.DataFrame({\n    "number": range(1, 3),  # counted from 1, as on the page\n    "x": x,\n})\nprint(table)\n'
    )


@pytest.mark.parametrize(("code", "values"), [("a = $a + $b", {"a": 1}), ("a = $a", {"a": 1, "b": 2}), ("a = 1", {"a": 1})])
def test_a_value_that_is_missing_or_left_over_is_a_bug(code: Any, values: Any) -> None:
    with pytest.raises(ValueError, match="not in both"):
        filled(code, values)


@pytest.mark.parametrize("text", ["costs $5 and $text", "a\u2028b\nimport os", "'''\"", "{text} \\n", "from x import y"])
def test_whatever_was_typed_stands_in_it_as_typed(folder: Any, text: Any) -> None:
    scope: dict[str, object] = {}
    script = Script(folder).lines("typed = $text\nagain = [$text]", text=repr(text))
    exec(str(script), scope)
    assert (
        (scope["typed"], scope["again"]) == (text, [text])
        and "os" not in scope
        and "import" not in str(script).split("typed")[0]
    )


def test_the_commit_of_a_repository_is_named_and_a_folder_has_none(model: Model, folder: Any) -> None:
    commit = "86b5e0934494bd15c9632b12f734a8a67f723594"
    code = str(Script(replace(model.info, source="google-bert/bert-base-uncased", revision=commit)).tokenizer().model())
    assert code.count(f"'google-bert/bert-base-uncased', revision='{commit}'") == 2
    for info in (model.info, folder, replace(folder, revision="0" * 40)):
        assert "revision" not in str(Script(info).tokenizer().model())


@pytest.mark.parametrize("task", ["", "masked_words", "next_sentence", "sentiment", "entities", "answers"])
def test_the_embedded_model_is_found_in_every_folder(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    encoding = model.encode("I love AI!")
    scope = run(str(Script(model.info).tokenizer().model(task).inputs(encoding)))
    assert scope["inputs"].input_ids[0].tolist() == encoding.token_ids.tolist()
    with torch.inference_mode():
        hidden = scope["model"].base_model(**scope["inputs"]).last_hidden_state[0].numpy()
    assert hidden == pytest.approx(model.run(encoding).hidden_states[-1], abs=1e-5)


def test_one_module_writes_how_a_checkpoint_is_loaded() -> None:
    """Outside of the engine, which loads them."""
    files = [path for path in sorted(SOURCES.rglob("*.py")) if path.relative_to(SOURCES).parts[0] != "engine"]
    found = {path.name for path in files if "from_pretrained" in path.read_text(encoding="utf-8")}
    assert len(files) > 200 and found == {"script.py"}


def test_no_python_is_made_by_replacing_text_in_it() -> None:
    """Values are filled in by name, and a name that nobody fills in is an error."""
    files = [path for path in sorted(SOURCES.rglob("*.py")) if "Script" in path.read_text(encoding="utf-8")]
    placeholders = re.compile(r"\b(code|script|snippet|_[A-Z]+)\.replace\(|replace\(\"_[A-Z]")
    assert len(files) > 20 and [path.name for path in files if placeholders.search(path.read_text(encoding="utf-8"))] == []


def test_no_view_gives_the_python_a_folder_of_the_servers() -> None:
    """They hand `subject.info` to it, in which a checkpoint is called by its folder alone."""
    views = [*sorted((SOURCES / "chapters").rglob("view*.py")), *sorted((SOURCES / "workspace").rglob("*.py"))]
    calls = [
        call for path in views for call in re.findall(r"(?:code|classification)\(\s*([\w.]+)", path.read_text(encoding="utf-8"))
    ]
    assert len([call for call in calls if call.endswith("subject.info")]) > 25
    assert not [call for call in calls if call.endswith("model.info")]


def test_a_checkpoint_of_this_machine_is_called_by_its_folder(tiny_families: dict[str, Path], tmp_path: Path) -> None:
    from sentence_folders import trained

    inner = trained(
        tmp_path / "mine", tiny_families["bert"], pooling={"pooling_mode": "cls"}, dense=True, inner="0_Transformer"
    )
    for path, folder in ((inner, "mine"), (tiny_families["roberta"], "tiny-roberta")):
        info = load(str(path)).info
        code = tasks_code.similarity_code(info.called_by_folder, ["a", "b"], text_map.Making(64, text_map.TRAINED))
        assert f"from_pretrained('{folder}" in code and str(tmp_path) not in code and str(path.parent) not in code
        assert f"'{folder}/2_Dense/model.safetensors'" in code or folder != "mine"
        assert where_it_runs("x = 1", info) == f"Plain transformers code for this input. Run it beside the folder “{folder}”."


def test_where_it_runs_is_what_it_imports(model: Model, folder: Any) -> None:
    code = str(Script(model.info).tokenizer())
    assert where_it_runs(code, model.info).endswith("Run it where this app is installed.")
    downloaded = replace(model.info, source="google-bert/bert-base-uncased", revision="0" * 40)
    for text in ("import bertviz_app", "x"):  # what was typed is no import
        code = str(Script(downloaded).tokenizer().lines(f"text = {text!r}"))
        assert where_it_runs(code, downloaded).endswith("It runs wherever transformers is installed.")
    spelled = where_it_runs(str(Script(folder.called_by_folder).tokenizer().tokens("[]")), folder)
    assert spelled.endswith("Run it where this app is installed and beside the folder “tiny-roberta”.")
