"""The plan of the house, read from the sources: who imports whom, and how large a file, a function and a signature may be."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The rooms from the ground up: each imports those before it, itself, and nothing else of ours.
RANKS = (
    "errors", "families", "settings", "records", "checkpoints", "serving", "engine", "uploads", "drawing", "analysis", "workspace",
    "chapters", "commands", "pages",
)  # fmt: skip
# What a room may not know although it lies below: figures and measures read records, and need no torch.
APART = {"uploads": {"engine"}, "drawing": {"engine", "uploads"}, "analysis": {"engine"}}
# What a chapter's measures, figures and snippets may not know; its views may.
FOR_VIEWS = {"engine", "workspace"}

SCIENCE = {"numpy", "scipy", "sklearn", "plotly"}
PACKAGES = {
    "families": {"numpy"},
    "records": {"numpy", "pandas"},
    "checkpoints": {"huggingface_hub", "safetensors"},
    "serving": {"numpy"},
    "engine": {"numpy", "pandas", "torch", "transformers", "tokenizers", "safetensors", "captum"},
    "uploads": {"charset_normalizer"},
    "drawing": {"numpy", "plotly", "bertviz", "torch"},
    "analysis": SCIENCE | {"regex", "sentencex"},
    "workspace": {"streamlit", "numpy", "plotly", "cachetools"},
    "chapters": SCIENCE,
    "pages": {"streamlit"},
    "commands": {"packaging", "starlette", "streamlit", "huggingface_hub"},
}
# Seconds of import that only those pay who need them: allowed inside of functions alone, outside of the engine.
COMMANDS = ("bertviz_app/fetch.py", "bertviz_app/checkpoints/fetch.py", "bertviz_app/__main__.py", "bertviz_app/command.py")
SLOW = {"pandas", "torch", "transformers", "bertviz", "captum", "charset_normalizer", "huggingface_hub", "scipy", "sklearn"}


@dataclass(frozen=True)
class Import:
    """One import: `name` is a room of ours, or a package of somebody else's; `path` is what is imported, in full."""

    name: str
    ours: bool
    lazy: bool
    path: str


def sources() -> list[Path]:
    return [*sorted(ROOT.glob("*.py")), *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "bertviz_app").rglob("*.py"))]


def room(path: Path) -> str:
    """The folder of the package that a file lies in, or its name where it lies beside them."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "bertviz_app" else "pages"


def module(path: Path) -> str:
    """What a file is imported as."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def is_view(path: Path) -> bool:
    """Whether it is the part of a chapter that knows Streamlit and the engine."""
    return room(path) == "chapters" and path.stem.startswith("view")


def imports(tree: ast.Module) -> Iterator[Import]:
    """All of them, also those for types alone; `lazy` are those that wait until a function is called."""
    inner = {child for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for child in ast.walk(node)}
    typed = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
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
            if first == "bertviz_app" or first not in sys.stdlib_module_names:
                ours = first == "bertviz_app"
                yield Import(rest[0] if ours else first, ours, lazy=node in inner | typed, path=name)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


# Streamlit asks for the library's own door, and the door for the engine; both wait until a model is loaded.
DOORS = {"__init__", "__main__", "fetch", "figures"}


def may_import(path: Path, found: Import) -> bool:
    """Whether a file may import this, by the ranks of the folders."""
    here = room(path)
    if found.ours:
        if here in DOORS or found.name == here:
            return True
        if found.name not in RANKS:  # `load` and `__version__`: what the library offers to whoever imports it
            return here == "commands"
        above = RANKS.index(found.name) > RANKS.index(here)
        hidden = APART.get(here, set()) | (FOR_VIEWS if here == "chapters" and not is_view(path) else set())
        if above or found.name in hidden:
            return False
    elif here not in DOORS:
        packages = PACKAGES.get(here, set()) | ({"streamlit"} if is_view(path) else set())
        if found.name not in packages:
            return False
    return found.lazy or here in ("engine", *DOORS) or named(path).startswith(COMMANDS) or found.name not in SLOW


def test_there_is_a_house() -> None:
    assert len(sources()) > 25 and {room(path) for path in sources()} - DOORS == set(RANKS)


def test_imports_only_go_down() -> None:
    wrong = [
        f"{named(path)}: {found.path}" for path in sources() for found in imports(parsed(path)) if not may_import(path, found)
    ]
    assert wrong == []


def test_chapters_do_not_know_each_other() -> None:
    for path in sources():
        if room(path) == "chapters":
            others = {found.path.split(".")[2] for found in imports(parsed(path)) if found.ours and found.name == "chapters"}
            assert others <= {path.parent.name}, named(path)


def is_snippet(path: Path) -> bool:
    """Whether it writes the Python beside views: of a chapter, or, for several, in analysis."""
    return room(path) in ("chapters", "analysis") and (path.stem == "snippet" or path.stem.endswith("_snippet"))


def writes_code(tree: ast.Module) -> list[str]:
    """What in a module writes the Python that is shown: an import of its builder, and functions that are called after it.

    >>> writes_code(ast.parse("from bertviz_app.analysis.script import NUMBERED, Script\\ndef maps_code(): ..."))
    ['Script', 'maps_code']
    """
    imported = [name for found in imports(tree) if (name := found.path.rsplit(".", 1)[-1]) == "Script"]
    return imported + [function.name for function in functions(tree) if function.name.endswith("_code")]


def test_the_python_of_a_chapter_is_written_by_its_snippets() -> None:
    """Its measures, figures and views write none, and what chapters share has snippets of its own."""
    wrong = {
        named(path): found
        for path in sources()
        if room(path) in ("analysis", "workspace", "chapters") and not is_snippet(path) and (found := writes_code(parsed(path)))
    }
    assert wrong == {}
    assert any(writes_code(parsed(path)) for path in sources() if is_snippet(path))


def test_nothing_starts_a_page_with_seconds_of_torch() -> None:
    """What a page imports at its top, and all that those import at theirs, holds neither torch nor transformers."""
    tops = {module(path): {found.path for found in imports(parsed(path)) if not found.lazy} for path in sources()}
    reached, todo = set(), [name for name in tops if name.startswith("pages.")]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            # `from package import name` may mean a module or what is in one; a module brings its packages along.
            todo.extend(part for path in tops.get(name, ()) for part in prefixes(path))
    assert {"streamlit", "numpy", "bertviz_app.workspace.page", "bertviz_app.chapters.tasks.answers"} <= reached
    assert not reached & {"torch", "transformers", "bertviz", "sklearn", "huggingface_hub", "bertviz_app.engine.model"}


def prefixes(path: str) -> list[str]:
    """A dotted path and all that it lies in.

    >>> prefixes("a.b.c")
    ['a', 'a.b', 'a.b.c']
    """
    parts = path.split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


def test_files_functions_and_signatures_stay_small() -> None:
    wrong = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        most = 60 if room(path) == "pages" else 250
        if (n := len(text.splitlines())) > most:
            wrong.append(f"{named(path)} has {n} lines of at most {most}")
        for function in functions(ast.parse(text)):
            if (length := function.end_lineno - function.lineno + 1) > 40:
                wrong.append(f"{named(path)}: {function.name} has {length} lines of at most 40")
            asked = [a.arg for a in (*function.args.posonlyargs, *function.args.args) if a.arg not in ("self", "cls")]
            if (n := len(asked) + len(function.args.kwonlyargs)) > 5:
                wrong.append(f"{named(path)}: {function.name} has {n} parameters of at most 5")
    assert wrong == []


def test_every_module_and_every_public_function_of_the_package_says_what_it_is() -> None:
    wrong = []
    for path in sources():
        tree = parsed(path)
        if not ast.get_docstring(tree):
            wrong.append(named(path))
        for node in tree.body if room(path) != "pages" else ():
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                small = node.end_lineno - node.lineno < 3
                if not (ast.get_docstring(node) or small):
                    wrong.append(f"{named(path)}: {node.name}")
    assert wrong == []


VAGUE = re.compile(r"_?(get|process)_|.*([Hh]elper|[Mm]anager|[Uu]til)")


def test_names_say_something() -> None:
    wrong = []
    for path in sources():
        if re.search("util|helper|manager|misc", named(path)):
            wrong.append(named(path))
        for node in ast.walk(parsed(path)):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and VAGUE.match(node.name):
                wrong.append(f"{named(path)}: {node.name}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                wrong.append(f"{named(path)} prints")
    # What the command line says is printed: its modules are entry points, and nobody imports them for a page.
    assert [one for one in wrong if not one.startswith(COMMANDS)] == []


def test_one_word_for_one_thing() -> None:
    """No public class has the name of another one."""
    homes: dict[str, list[str]] = {}
    for path in sources():
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(named(path))
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def test_no_chapter_or_page_names_a_family_of_models() -> None:
    families = r"\b(roberta|distilbert|albert|electra|deberta)\b"
    for path in sources():
        if room(path) in ("pages", "analysis", "chapters", "workspace") and path.stem != "glossary":
            assert not re.search(families, path.read_text(encoding="utf-8"), re.IGNORECASE), named(path)


def test_the_top_of_the_repository_is_as_planned() -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    planned = {
        "app.py", "home.py", "pages", "bertviz_app", "tests", "training", "benchmarks", "scripts", "docs", "requirements.txt",
        "requirements-dev.txt", "pyproject.toml", "Dockerfile", "compose.yaml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md",
        "LICENSE", ".streamlit", ".ci", ".github", "mkdocs.yml", ".pre-commit-config.yaml", ".editorconfig", ".gitignore", ".gitattributes", ".dockerignore",
    }  # fmt: skip
    assert top <= planned


def test_what_is_imported_is_pinned_exactly() -> None:
    lines = [line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
    pins = [line for line in lines if line]
    assert all(re.fullmatch(r"[\w-]+==[\w.]+", pin) for pin in pins)
    packages = {"sklearn": "scikit-learn", "charset_normalizer": "charset-normalizer"}
    imported = {found.name for path in sources() for found in imports(parsed(path)) if not found.ours}
    assert {packages.get(name, name) for name in imported} <= {pin.split("==")[0] for pin in pins}


def test_no_code_of_a_checkpoint_is_trusted() -> None:
    unsafe = r"trust_remote_code|pickle\.load|torch\.load\b|weights_only|\beval\(|\bexec\("
    wrong = [named(path) for path in sources() if re.search(unsafe, path.read_text(encoding="utf-8").replace(".eval()", ""))]
    assert wrong == []


def circle(graph: dict[str, set[str]]) -> list[str]:
    """What is left of a graph when all that leads to no circle is taken off, from its ends."""
    while leaves := [name for name, targets in graph.items() if not targets & set(graph)]:
        graph = {name: targets for name, targets in graph.items() if name not in leaves}
    return sorted(graph)


def test_no_module_imports_itself_by_a_detour() -> None:
    """Imports for types alone count, and those within functions."""
    graph = {module(path): {part for found in imports(parsed(path)) for part in prefixes(found.path)} for path in sources()}
    # A package's own file gathers its modules and is imported by them: it is no step.
    modules = {module(path) for path in sources() if path.stem != "__init__"}
    assert circle({name: (graph[name] - {name}) & modules for name in modules}) == []


def test_no_folder_imports_itself_by_a_detour() -> None:
    graph: dict[str, set[str]] = {}
    for path in sources():
        graph.setdefault(room(path), set()).update(found.name for found in imports(parsed(path)) if found.ours)
    del graph["__init__"]  # the library's own door, which leads to the engine
    assert circle({name: targets - {name} for name, targets in graph.items()}) == []


def test_no_package_imports_its_own_modules() -> None:
    """Two threads that import at the same time, as the first page and the loading of the first model do, would wait for each other: one has
    the package and wants a module of it, the other has the module and wants its package.
    """
    wrong = [
        named(path)
        for path in sources()
        if path.stem == "__init__" and any(found.ours and not found.lazy for found in imports(parsed(path)))
    ]
    assert wrong == []
