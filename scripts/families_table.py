"""Write docs/families.md: which page shows what for which family, from the rows of the table of families. A test holds it against the pages."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from bertviz_app.families.objectives import OBJECTIVES
from bertviz_app.families.rows import ROWS
from bertviz_app.families.tasks import TASKS
from bertviz_app.workspace.page_list import PAGES

PATH = Path(__file__).parents[1] / "docs" / "families.md"
YES = "yes"
HEADER = """# Families

One row of `bertviz_app/families/rows.py` a family; no page and no chapter knows a family by its name. Written by `python -m scripts.families_table`
and held by `tests/pages/test_every_family.py`, which opens every page with a small random checkpoint of every family, with one sentence and
with two. “offers …” is a page that says in one sentence why the family has no such head, and links to the objective that it has.
"""


def cell(page: str, heads: Collection[str]) -> str:
    """What a page shows for a family whose checkpoints have these pre-training heads."""
    if page in (task.page for task in TASKS.values() if task.page != "tasks"):
        return "with a fine-tuned head"
    wanted = PAGES[page].needs
    found = [OBJECTIVES[task].name for task in heads if task in wanted]
    if not wanted or found:
        return ", ".join(found) or YES
    return "offers " + (", ".join(OBJECTIVES[task].name for task in heads) or "the embedded model")


def table() -> str:
    """The matrix and the differences, as Markdown."""
    families = list({row.traits.family: row for row in ROWS}.values())
    lines = ["| page | " + " | ".join(row.traits.family for row in families) + " |", "|---" * (len(families) + 1) + "|"]
    for key, page in PAGES.items():
        lines.append(f"| {page.title} | " + " | ".join(cell(key, row.heads) for row in families) + " |")
    lines += [
        "",
        "## How they differ",
        "",
        "| family | trained for | segments | places | layers | tokenizer | loaded as |",
        "|---" * 7 + "|",
    ]
    for row in families:
        traits = row.traits
        trained = ", ".join(OBJECTIVES[task].name for task in traits.objectives)
        layers = "one, shared" if traits.shares_layers else "each its own"
        cells = (traits.family, trained, "yes" if traits.has_segments else "no", traits.positions, layers, traits.tokenizer)
        lines.append(f"| {' | '.join(cells)} | `{traits.loads_as}` |")
    return "\n".join([HEADER, *lines, ""])


if __name__ == "__main__":
    PATH.write_text(table(), encoding="utf-8")
