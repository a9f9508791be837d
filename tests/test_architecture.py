"""The plan of the house, read from the sources: who imports whom, and how large a file, a function and a signature may be."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GROUND = {
    "records", "blanks", "errors", "settings", "catalog", "turnstile", "waiting", "garbage", "temporary", "portions", "notes", "lookalikes", "tables", "traits", "family", "families", "pooling", "objectives", "spelling", "sizes",
    "shelf", "interventions", "layer_names", "query_key", "feed_forward", "attributions", "tasks", "label_sets", "model_info",
}  # fmt: skip

# Further rooms with torch: what they compute of a model, beyond its pass, is asked for by pages.
OF_A_MODEL = {
    "all_states",
    "attributing",
    "inspecting",
    "intervening",
    "layers",
    "mixing",
    "neurons",
    "sentence_modules",
}  # fmt: skip

# room: (rooms of ours that it may import, packages of others)
FLOORS: dict[str, tuple[set[str], set[str]]] = {
    "pages": (GROUND | {"plots", "lenses", "components", "workspace", "uploads", "server"}, {"streamlit"}),
    "workspace": (
        GROUND
        | OF_A_MODEL
        | {
            "plots",
            "lenses",
            "components",
            "checkpoints",
            "comparing",
            "models",
            "subjects",
            "uploads",
            "written",
            "sentence_splitting",
        },
        {"streamlit", "numpy", "plotly", "cachetools"},
    ),
    "written": (set(), {"regex"}),
    "sentence_splitting": ({"written"}, {"regex", "sentencex"}),
    "lenses": (
        GROUND | {"plots", "colors", "uploads", "written", "sentence_splitting"},
        {"numpy", "scipy", "sklearn", "plotly"},
    ),
    "components": (GROUND | {"plots"}, {"numpy"}),
    "uploads": ({"errors"}, set()),
    "__init__": ({"models"}, set()),
    "__main__": ({"commands"}, set()),
    "commands": (GROUND | {"checkpoints", "__version__"}, {"packaging"}),
    "server": (GROUND | {"checkpoints"}, {"starlette"}),
    "fetch": (GROUND | {"checkpoints"}, {"huggingface_hub"}),
    "models": (GROUND | {"task_heads", "checkpoints", "inspecting", "loading", "reading", "subjects"}, {"torch", "numpy"}),
    "intervening": (GROUND, {"torch"}),
    "attributing": (GROUND | {"models"}, {"torch", "numpy", "captum"}),
    "layers": (GROUND, {"torch"}),
    "neurons": (GROUND | {"layers"}, {"torch"}),
    "subjects": (GROUND, set()),
    "mixing": (GROUND | {"layers", "models"}, {"torch", "numpy"}),
    "all_states": (GROUND | {"models"}, {"torch"}),
    "inspecting": (
        GROUND | {"task_heads", "sentence_modules", "checkpoints", "weights", "reading"},
        {"torch", "transformers", "safetensors"},
    ),
    "loading": (GROUND | {"task_heads", "sentence_modules", "inspecting", "intervening"}, {"torch", "transformers"}),
    "sentence_modules": (GROUND | {"weights"}, {"torch", "numpy", "safetensors"}),
    "reading": (GROUND, {"numpy"}),
    "checkpoints": (GROUND | {"weights"}, {"huggingface_hub"}),
    "weights": ({"errors"}, {"safetensors"}),
    "plots": (GROUND | {"colors"}, {"numpy", "plotly"}),
    "colors": (set(), {"numpy"}),
    "task_heads": (GROUND | {"weights"}, {"torch", "safetensors"}),
    "comparing": (GROUND, {"tokenizers"}),
} | {room: (GROUND, {"numpy"}) for room in GROUND}

# Seconds of import that only those pay who need them: allowed inside of functions alone.
LAZILY = {
    "components": {"bertviz", "torch"},
    "uploads": {"charset_normalizer"},
    "checkpoints": {"huggingface_hub"},
    "workspace": {"models"} | OF_A_MODEL,
    "intervening": {"models"},
    "server": {"loading", "workspace", "streamlit"},
    "commands": {"load", "fetch", "streamlit", "huggingface_hub"},
    "attributing": {"captum"},
    "layers": {"models"},
    "subjects": {"models"},
    "neurons": {"models"},
    "sentence_modules": {"models"},
    "__init__": {"models"},
}


@dataclass(frozen=True)
class Import:
    """One import: `name` is a room of ours, or a package of somebody else's."""

    name: str
    ours: bool
    lazy: bool


def sources() -> list[Path]:
    return [*sorted(ROOT.glob("*.py")), *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "bertviz_app").rglob("*.py"))]


def room(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "bertviz_app" else "pages"


def imports(tree: ast.Module) -> Iterator[Import]:
    inner = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        or (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING")
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            first, *rest = name.split(".")
            if first == "bertviz_app":
                yield Import(rest[0], ours=True, lazy=node in inner)
            elif first not in sys.stdlib_module_names:
                yield Import(first, ours=False, lazy=node in inner)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_a_house():
    assert len(sources()) > 25 and {"workspace", "lenses", "components", "models", "pages"} <= {
        room(path) for path in sources()
    }


def test_every_room_has_its_floor():
    assert {room(path) for path in sources()} <= set(FLOORS)


@pytest.mark.parametrize("path", sources(), ids=named)
def test_imports_only_go_down(path):
    here = room(path)
    rooms, packages = FLOORS[here]
    lazily = LAZILY.get(here, set())
    for found in imports(parsed(path)):
        if found.name == here and found.ours:
            continue
        allowed = (rooms if found.ours else packages) | (lazily if found.lazy else set())
        assert found.name in allowed, f"{here} may not import {found.name}"
        assert found.lazy or found.name not in lazily, f"{here} imports {found.name} inside of functions only"


def test_nothing_starts_a_page_with_seconds_of_torch():
    """What a page imports at its top, and all that those import at theirs, holds neither torch nor transformers."""
    tops: dict[str, set[str]] = {}
    for path in sources():
        tops.setdefault(room(path), set()).update(found.name for found in imports(parsed(path)) if not found.lazy)
    reached, todo = set(), ["pages"]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo.extend(tops.get(name, ()))
    assert {"streamlit", "numpy", "workspace"} <= reached
    assert not reached & {"torch", "transformers", "bertviz", "sklearn", "models", "loading", "huggingface_hub"}


@pytest.mark.parametrize("path", sources(), ids=named)
def test_files_functions_and_signatures_stay_small(path):
    text = path.read_text(encoding="utf-8")
    limit = 60 if room(path) == "pages" else 250
    assert len(text.splitlines()) <= limit, f"{limit} lines are the most"
    for function in functions(ast.parse(text)):
        length = function.end_lineno - function.lineno + 1
        assert length <= 40, f"{function.name} has {length} lines"
        positional = [a.arg for a in (*function.args.posonlyargs, *function.args.args) if a.arg not in ("self", "cls")]
        assert len(positional) + len(function.args.kwonlyargs) <= 5, f"{function.name} has too many parameters"


@pytest.mark.parametrize("path", sources(), ids=named)
def test_every_module_and_every_public_function_of_the_package_says_what_it_is(path):
    tree = parsed(path)
    assert ast.get_docstring(tree), "a module begins with what it is"
    if room(path) == "pages":
        return
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            small = node.end_lineno - node.lineno < 3
            assert ast.get_docstring(node) or small, f"{node.name} has no docstring"


@pytest.mark.parametrize("path", sources(), ids=named)
def test_names_say_something(path):
    tree = parsed(path)
    assert not re.search("util|helper|manager|misc", named(path))
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            assert not re.match(r"_?(get|process)_|.*([Hh]elper|[Mm]anager|[Uu]til)", node.name), node.name
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print"


def test_no_page_or_lens_names_a_family_of_models():
    families = r"\b(roberta|distilbert|albert|electra|deberta)\b"
    for path in sources():
        if room(path) in ("pages", "lenses", "workspace") and path.stem != "glossary":
            assert not re.search(families, path.read_text(encoding="utf-8"), re.IGNORECASE), named(path)


def test_the_top_of_the_repository_is_as_planned():
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    planned = {
        "app.py", "home.py", "pages", "bertviz_app", "tests", "training", "benchmarks", "scripts", "docs", "requirements.txt",
        "requirements-dev.txt", "pyproject.toml", "Dockerfile", "compose.yaml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md",
        "LICENSE", ".streamlit", ".ci", ".gitignore", ".gitattributes", ".dockerignore",
    }  # fmt: skip
    assert top <= planned


def test_what_is_imported_is_pinned_exactly():
    lines = [line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
    pins = [line for line in lines if line]
    assert all(re.fullmatch(r"[\w-]+==[\w.]+", pin) for pin in pins)
    packages = {"sklearn": "scikit-learn", "charset_normalizer": "charset-normalizer"}
    imported = {found.name for path in sources() for found in imports(parsed(path)) if not found.ours}
    assert {packages.get(name, name) for name in imported} <= {pin.split("==")[0] for pin in pins}


@pytest.mark.parametrize("path", sources(), ids=named)
def test_no_code_of_a_checkpoint_is_trusted(path):
    assert not re.search(
        r"trust_remote_code|pickle\.load|torch\.load\b|weights_only|\beval\(|\bexec\(",
        path.read_text(encoding="utf-8").replace(".eval()", ""),
    )


def test_no_module_imports_itself_by_a_detour():
    graph: dict[str, set[str]] = {}
    for path in sources():
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        targets: set[str] = set()
        for node in parsed(path).body:
            if isinstance(node, ast.ImportFrom):
                targets |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
        graph[name] = targets
    # A package's own file gathers its modules and is imported by them: it is no step.
    graph = {name: targets & set(graph) for name, targets in graph.items() if not name.endswith("__init__")}
    while leaves := [name for name, targets in graph.items() if not targets & set(graph)]:
        for name in leaves:
            del graph[name]
    assert not graph, f"a circle among {sorted(graph)}"
