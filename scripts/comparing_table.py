"""Write docs/comparing.md: which page compares what, from the rows of the list of pages. A test holds it against the pages."""

from __future__ import annotations

from pathlib import Path

from bertviz_app.analysis import differences, pairing, state_differences
from bertviz_app.workspace.page_list import PAGES
from bertviz_app.workspace.scene import Differs

PATH = Path(__file__).parents[1] / "docs" / "comparing.md"
HEADER = """# Compare

“Compare”, beside “Show”, opens a second subject beside the first: the *variant*, which differs from the *original* in exactly one thing at first. A row
below the sentence says in what; more can be changed. Both go through the same measures and the same figures, on one scale, and a third picture shows
the difference, always variant − original. What is compared goes along to other pages, survives a reload, and stands in the link, but for what was typed.

Written by `python -m scripts.pages`, and held by `tests/pages/workspace/test_comparing.py`, which opens every page with every kind of difference.

"""
DIFFERENCES = {
    "predictions": "log2 P of the variant − log2 P of the original for each candidate, in bits; candidates meet by name, also in two vocabularies; places in both lists",
    "attention": differences.METHOD,
    "heads": f"{differences.HEADS_METHOD} {pairing.HEADS_METHOD}",
    "hidden states": f"Within one model: {state_differences.COSINE_METHOD} Between two: {state_differences.CKA_METHOD}",
    "layers": pairing.DEPTH_METHOD,
}


def table() -> str:
    """The matrix and the measures, as Markdown."""
    lines = ["| page | " + " | ".join(Differs) + " |", "|---" * (len(Differs) + 1) + "|"]
    for page in PAGES.values():
        cells = ["yes" if kind in page.differs else "" for kind in Differs]
        lines.append(f"| {page.title} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "Home, Models and Glossary show one thing: there is nothing to compare. Tokens come before any layer, so nothing that is switched off changes them;",
    ]
    lines += ["Words in context has sentences of its own.", "", "## What a difference is", ""]
    lines += [
        "Tokens meet where they stand for the same characters of the same words, however each tokenizer cuts them and whichever are hidden; what has no partner"
    ]
    lines += ["is hatched, never 0.", "", *(f"- **{name[0].upper()}{name[1:]}**: {text}" for name, text in DIFFERENCES.items())]
    return HEADER + "\n".join(lines) + "\n"
