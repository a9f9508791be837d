"""How docstrings become Markdown: what is set in columns, and examples, stay as they stand in the sources. Used by mkdocs.yml."""

from __future__ import annotations

import re
from typing import Any

import griffe

COLUMNS = re.compile(r"\S {3,}\S")  # as wide a gap is none between words


def as_markdown(docstring: str) -> str:
    """A docstring whose blocks of columns and examples are fenced; indented blocks are code in Markdown already.

    >>> as_markdown("Sums.\\n\\n>>> 1 + 1\\n2")
    'Sums.\\n\\n```pycon\\n>>> 1 + 1\\n2\\n```'
    """
    return "\n\n".join(map(_fenced, docstring.split("\n\n")))


def _fenced(block: str) -> str:
    language = "pycon" if block.lstrip().startswith(">>>") else "text" if COLUMNS.search(block) else ""
    if not language or block.startswith("    "):
        return block
    return f"```{language}\n{block}\n```"


class Verbatim(griffe.Extension):
    """Hands every docstring to `as_markdown`."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called by griffe for each module, class, function and attribute."""
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)
