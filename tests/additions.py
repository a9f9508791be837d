"""What somebody adds to the program: a measure of heads, a page, and a kind of head for everything that heads read, each as its row, and the folder of the page."""

from __future__ import annotations

from pathlib import Path

# Files that get a line or a row: what it is put in front of.
ROWS = {
    "bertviz_app/chapters/kinds_of_heads/measures.py": (
        '    Measure("itself",',
        '''    Measure("largest", "Largest weight", lambda weights, _: weights.max(axis=-1).mean(axis=-1), "w.amax(-1).mean(-1)"),
''',
    ),
    "bertviz_app/workspace/page_list.py": (
        '        PageEntry("forward_pass",',
        '''        PageEntry("token_lengths", "Read", "Token lengths", "How many letters each token stands for."),
''',
    ),
    "bertviz_app/families/tasks.py": (
        '        Task(\n            "sentiment",',
        '''        Task(
            "topics", "topic", "topics", Reads.CLASS_VECTOR, _CLASSIFIER, "Topics", "See what the text is about",
            label_sets=("world | sports | business | science",), subject="the topic of a text", what="what the text is about",
            sample=("The striker scored twice in the final.", ""),
        ),
        Task(
            "speech", "part of speech", "parts of speech", Reads.WORDS, "ForTokenClassification", "Parts of speech",
            "See what each word is", tensors=("classifier",), label_sets=("adj | noun | verb | x",), sample=("A dog ran away.", ""),
        ),
        Task(
            "claims", "claim", "claims", Reads.SPAN, "ForQuestionAnswering", "Claims", "See where a text supports a claim",
            tensors=("qa_outputs",), outputs=("start", "end"), needs_pair=True,
        ),
''',
    ),
}  # fmt: skip

FOLDER = {
    "__init__.py": '''"""## What it shows

How many letters of the text each token stands for: whole words are long, and what the vocabulary does not know is cut into short pieces.

## Formula and source

Letters of a token: the end of its offsets in the text less their start; a special token stands for none. Devlin et al. (2019), section 4.

## Limits

A letter is a code point here: an accent of its own, or a part of an emoji, counts as one.
"""
''',
    "measures.py": '''"""Letters of each token: the end of its offsets less their start."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.numbering import numbered
from bertviz_app.records.forward import Encoding


def letters(encoding: Encoding) -> list[int]:
    """[position] How many letters each token stands for; 0 for a special token."""
    found: list[int] = np.diff(encoding.offsets, axis=1)[:, 0].tolist()
    return found


def notice(encoding: Encoding) -> str:
    """How many letters the tokens stand for in all."""
    return f"Tokens: {encoding.n_tokens}. Letters that they stand for: {sum(letters(encoding)):,}."


def letters_figure(encoding: Encoding, theme: Theme) -> go.Figure:
    """A bar a token."""
    chart = plots.figure(theme, height=320, title="Letters of each token")
    chart.add_bar(x=list(range(encoding.n_tokens)), y=letters(encoding), marker_color=theme.accent)
    chart.update_yaxes(exponentformat="none")
    return chart.update_xaxes(exponentformat="none", **plots.token_axis(encoding.tokens))


def columns(encoding: Encoding) -> dict[str, list[object]]:
    """A row a token."""
    return numbered(encoding.tokens) | {"letters": [*letters(encoding)]}
''',
    "snippet.py": '''"""The Python that gives the letters of each token, ready to paste."""

from __future__ import annotations

from bertviz_app.analysis.script import NUMBERED, Script, typed
from bertviz_app.records.forward import Encoding, ModelInfo


def python_code(info: ModelInfo, encoding: Encoding) -> str:
    """The same with plain transformers."""
    script = Script(info).tokenizer().inputs(encoding)
    script.lines(f"read = {script.tokenized(typed(encoding), options='return_offsets_mapping=True')}").tokens()
    return str(script.table(NUMBERED | {"letters": "[end - start for start, end in read.offset_mapping]"}))
''',
    "view.py": '''"""Token lengths: how many letters each token stands for."""

from __future__ import annotations

from bertviz_app.chapters.token_lengths import measures, snippet
from bertviz_app.workspace.page import Page


def show(page: Page) -> None:
    """The whole page, below its title."""
    page.sentence(pair=True)
    encoding = page.subject.encoding
    figure = measures.letters_figure(encoding, page.theme)
    page.show(figure, name="lengths", alt="Bars", notice=measures.notice(encoding))
    with page.fold("Table"):
        page.table(measures.columns(encoding), name="lengths")
    page.python(snippet.python_code(page.model.info, encoding))
''',
}


def add(copy: Path) -> None:
    """Adds all of them to a copy of the repository."""
    for file, (before, row) in ROWS.items():
        text = (copy / file).read_text(encoding="utf-8")
        assert text.count(before) == 1, file
        (copy / file).write_text(text.replace(before, row + before), encoding="utf-8")
    folder = copy / "bertviz_app" / "chapters" / "token_lengths"
    folder.mkdir()
    for name, text in FOLDER.items():
        (folder / name).write_text(text, encoding="utf-8")
