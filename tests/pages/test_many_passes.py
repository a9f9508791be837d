"""What makes many passes is a job, and what is computed once shows nothing: read from the sources, and counted on the pages."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bertviz_app.serving import pass_queue as lines
from bertviz_app.workspace import caches, jobs

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
ENGINE = "bertviz_app.engine."
MOST_OUTSIDE = (
    4  # encoder passes of one run of a page that no job makes: one of its own, and those of a gradient and its two ends
)
# Functions that call what can make many passes for a few of them.
FEW = {
    "bertviz_app.chapters.interventions.view_switches._changes": "one pass, with everything off that was chosen",
    "bertviz_app.chapters.attribution.view_request.of_one_pass": "a pass with its gradient, and both ends",
}
SHOWS = {"st", "streamlit", "jobs", "costs", "scene", "memory", "time"}  # what a page, a clock or a visitor is asked through


@dataclass
class Module:
    """One file: its functions by name, and what its imported names stand for, as dotted paths."""

    name: str
    tree: ast.Module
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[str]] = field(default_factory=dict)


def parsed(path: Path) -> Module:
    found = Module(".".join(path.relative_to(ROOT).with_suffix("").parts), ast.parse(path.read_text(encoding="utf-8")))
    for node in ast.walk(found.tree):
        if isinstance(node, ast.FunctionDef):
            found.functions[node.name] = node
        if isinstance(node, ast.ImportFrom):
            found.imported |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        if isinstance(node, ast.Import):
            found.imported |= {alias.asname or alias.name: alias.name for alias in node.names}
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                found.tables[target.id] = [value.id for value in node.value.values if isinstance(value, ast.Name)]
    return found


MODULES = {
    module.name: module
    for module in map(
        parsed,
        [*sorted(ROOT.glob("*.py")), *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "bertviz_app").rglob("*.py"))],
    )
}


def named(module: Module, node: ast.AST) -> list[str]:
    """The functions of ours that an expression names, as dotted paths; of a table, all of its values, or what is taken from each."""
    paths = _meant(module, node)
    parts = [path.rpartition(".") for path in paths]
    return [
        path
        for path, (owner, _, name) in zip(paths, parts, strict=True)
        if owner in MODULES and name in MODULES[owner].functions
    ]


def _meant(module: Module, node: ast.AST) -> list[str]:
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        names = module.tables.get(node.value.id, [])
        return [module.imported.get(name, f"{module.name}.{name}") for name in names]
    if isinstance(node, ast.Name):
        return [module.imported.get(node.id, f"{module.name}.{node.id}")]
    if isinstance(node, ast.Attribute):
        return [f"{owner}.{node.attr}" for owner in _meant(module, node.value)]
    return []


def function(path: str) -> ast.FunctionDef:
    owner, _, name = path.rpartition(".")
    return MODULES[owner].functions[name]


def uses(path: str) -> set[str]:
    """The functions that one names in its body."""
    module = MODULES[path.rpartition(".")[0]]
    return {found for node in ast.walk(function(path)) for found in named(module, node)} - {path}


def reached(paths: set[str]) -> set[str]:
    """These, and all that they come to."""
    todo, found = list(paths), set()
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo.extend(uses(path))
    return found


def calls(name: str) -> Iterator[tuple[Module, ast.Call]]:
    """Each call of a function of that name."""
    for module in MODULES.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                yield module, node


def in_loops(tree: ast.AST) -> Iterator[ast.AST]:
    """What is done again and again within a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.While | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            parts = [node.elt] if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp) else []
            parts += [node.value] if isinstance(node, ast.DictComp) else []
            parts += node.body if isinstance(node, ast.For | ast.While) else []
            for part in parts:
                yield from ast.walk(part)


def attribute(node: ast.AST) -> str:
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def make_many() -> set[str]:
    """Names of functions and methods of the engine that take turns in a loop, or give others something to do so."""
    engine = {
        (module.name, name): node
        for module in MODULES.values()
        if module.name.startswith(ENGINE)
        for name, node in module.functions.items()
    }
    many = {name for (_, name), node in engine.items() if any(attribute(inner) == "turn" for inner in in_loops(node))}
    many |= {"_in_turns", "_passes_in_turns"}  # what Captum calls again and again
    few = {"ends", "gradient_times_input"}  # two turns, and one batch through the door that many go through
    many -= few
    while True:
        more = {
            name
            for (_, name), node in engine.items()
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name | ast.Attribute) and (getattr(inner, "id", "") or getattr(inner, "attr", "")) in many
        }
        if more - few <= many:
            return many
        many |= more - few


def works() -> set[str]:
    """The functions that jobs are made of."""
    found = {path for module, call in calls("Job") for path in named(module, call.args[1])}
    return found | {path for module, call in calls("_reading") for path in named(module, call.args[0])}


def of_pages() -> Iterator[tuple[str, ast.FunctionDef]]:
    for module in MODULES.values():
        if module.name.startswith(("pages", "home", "bertviz_app.workspace", "bertviz_app.chapters")):
            yield from ((f"{module.name}.{name}", node) for name, node in module.functions.items())


def test_the_sources_are_understood() -> None:
    assert {
        "final_states",
        "all_states",
        "intervened",
        "value_zeroing",
        "without",
        "integrated_gradients",
        "occlusion",
    } <= make_many()
    assert not make_many() & {"run", "value_products", "batch_states", "vocabulary_logits", "attention_times_gradient"}
    assert {path.rpartition(".")[2] for path in works()} >= {
        "all_effects", "differences", "explained", "sample_measures", "sample_baseline", "flow_map", "zeroing_map", "read_final_states",
        "read_passes",
    }  # fmt: skip
    assert len(list(calls("once"))) > 30


def test_what_makes_many_passes_is_done_in_jobs_only() -> None:
    """By what of the engine it calls, or by calling for a pass again and again."""
    many, inside = make_many(), reached(works())
    methods = many & set(MODULES["bertviz_app.engine.model"].functions)
    for path, node in of_pages():
        if path in inside or path in FEW or path.startswith("bertviz_app.workspace.jobs."):
            continue
        imported = MODULES[path.rpartition(".")[0]].imported
        paths = {imported.get(inner.id, "") for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        called = {found for found in paths if found.startswith(ENGINE) and found.split(".")[-1] in many}
        assert not called, f"{path} calls {called}: make it the work of a Job"
        for inner in ast.walk(node):
            of_the_page = isinstance(inner, ast.Call) and ast.unparse(inner.func).endswith("subject.final_states")
            of_a_module = isinstance(inner, ast.Call) and ast.unparse(inner.func).partition(".")[0] in imported
            assert attribute(inner) not in methods or of_the_page or of_a_module, (
                f"{path} calls {attribute(inner)}: make it the work of a Job"
            )
        for inner in in_loops(node):
            again = attribute(inner) == "run" or getattr(getattr(inner, "func", None), "id", "") == "forward_pass"
            assert not again or path.endswith("subject.runs"), f"{path} makes a pass in a loop: use subject.runs, or a Job"


def test_what_is_computed_once_shows_nothing_and_asks_no_clock() -> None:
    for module, call in calls("once"):
        paths = named(module, call.args[0])
        assert paths, f"{module.name}: once({ast.unparse(call.args[0])}) is not understood"
        for path in reached(set(paths)):
            owner = MODULES[path.rpartition(".")[0]]
            if owner.name.startswith((ENGINE, "bertviz_app.serving.")):
                continue  # there a clock measures out portions, and nothing comes of it
            for node in ast.walk(function(path)):
                if isinstance(node, ast.Name) and node.id in owner.imported:
                    stands_for = owner.imported[node.id].split(".")
                    assert not {node.id, stands_for[0], stands_for[-1]} & SHOWS, f"{path}, computed once, uses {node.id}"
                    assert owner.imported[node.id].rpartition(".")[0].rpartition(".")[2] not in SHOWS, f"{path} uses {node.id}"


def test_no_job_draws() -> None:
    for path in reached(works()):
        if path.startswith("bertviz_app.workspace.jobs."):
            continue  # it draws for those who wait, in their own threads
        owner = MODULES[path.rpartition(".")[0]]
        names = {node.id for node in ast.walk(function(path)) if isinstance(node, ast.Name) and node.id in owner.imported}
        assert not {name for name in names if owner.imported[name].split(".")[0] == "streamlit"}, path


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A list that grows with each pass of the shared model's encoder that is made outside of a job."""
    monkeypatch.setattr(jobs, "GRACE", 60)
    caches.warm_up().join()
    made: list[None] = []
    with caches.borrowed_model("embedded") as model:
        hook = model.parts.encoder.register_forward_hook(lambda *_: None if lines._many.get() else made.append(None))
        yield made
        hook.remove()


VIEWS = [
    ("kinds_of_heads", {}, "read_sample"),
    ("words_in_context", {"contexts_view": "Over the layers"}, "read_random_words"),
    ("interventions", {"interventions_view": "Map of heads"}, "head_map"),
    ("interventions", {"interventions_view": "Patching"}, "patching"),
    ("attribution", {"attribution_view": "Side by side"}, "attributions"),
    ("attribution", {"attribution_view": "Faithfulness"}, "faithfulness"),
    ("attention_summed_up", {}, "add_value_zeroing"),
    ("fill_in_the_blank", {}, "own_probabilities"),
    ("embeddings", {"embeddings_view": "Several sentences"}, None),
]


@pytest.mark.parametrize(("page", "state", "button"), VIEWS)
def test_a_page_leaves_many_passes_to_jobs(
    page: Any, state: Any, button: Any, open_page: Callable[..., AppTest], outside: Any
) -> None:
    app = open_page(page, text=f"Nobody read this before, on {page} with {button}.", state=state)
    assert len(outside) <= MOST_OUTSIDE
    outside.clear()
    if button and any(one.key == button for one in app.button):
        app.button(key=button).click().run()
    assert not app.exception and len(outside) <= MOST_OUTSIDE
