"""The Python beside a view, written part by part: the one place that knows how a checkpoint, a text and a table are called in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Self

from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.families.objectives import OBJECTIVES
from bertviz_app.families.spelling import BYTE_LEVEL_BPE, KINDS_BY_NAME, METASPACE, SPACE, UNIGRAM
from bertviz_app.records.forward import Encoding, ModelInfo

# The first columns of a table of tokens or of words, counted from 1.
NUMBERED = {TOKEN_NUMBER: "range(1, len(tokens) + 1)", "token": "tokens"}
NUMBERED_WORDS = {"word number": "range(1, len(words) + 1)", "word": "words"}
COUNTED = "  # counted from 1, as on the page"
# [position]: whether a token of `inputs` stands for no text.
IS_SPECIAL = (
    "torch.isin(inputs.input_ids[0], torch.tensor([tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id]))"
)
PACKAGE = "bertviz_app"


class Script:
    """Python that gives the numbers of a view, about one checkpoint; `str(script)` is its text.

    Each method adds lines and gives the script back. Imports may stand anywhere in what is added: they are collected, each once, and written
    at the top in the order of isort.
    """

    def __init__(self, info: ModelInfo) -> None:
        self.info = info
        self._modules: set[str] = set()  # "numpy as np"
        self._names: dict[str, set[str]] = {}  # from each module
        self._remarks: dict[str, str] = {}  # behind the import from a module
        self._body = ""

    def __str__(self) -> str:
        return f"{''.join(self._imports())}\n{self._body}"

    def lines(self, code: str, **values: object) -> Self:
        """Code as it stands; where there are `values`, with each `$name` in it filled in, as `filled` does."""
        lines = (filled(code, values) if values else code).split("\n")
        kept = [line for line in lines if not self._imported(line)]
        text = "\n".join(kept)
        if len(kept) < len(lines):
            text = text.lstrip("\n")
        self._body += text if text.endswith("\n") or not text else f"{text}\n"
        return self

    def then(self, other: Script) -> Self:
        """All that another script does, which may be about another checkpoint; the imports of both stand at the top."""
        self._modules |= other._modules
        for module, names in other._names.items():
            self._names.setdefault(module, set()).update(names)
        self._remarks |= other._remarks
        self._body += other._body
        return self

    def tokenizer(self) -> Self:
        """`tokenizer`."""
        return self.lines(
            f"from transformers import AutoTokenizer\ntokenizer = AutoTokenizer.from_pretrained({self._checkpoint()})"
        )

    def model(self, task: str = "") -> Self:
        """`model`: the encoder, or the one with the head of a task or of an objective."""
        return self.lines(f"model = {self.loads(task)}")

    def model_for_pretraining(self) -> Self:
        """`model` with all the heads that it was pre-trained with."""
        return self.lines(f"model = {self._loads(self.info.traits.loads_as, options=self.info.traits.arguments)}")

    def loads(self, task: str = "") -> str:
        """The expression that loads the encoder, or the one with the head of a task or of an objective."""
        if not task:
            return self._loads("AutoModel")
        if task in OBJECTIVES:
            traits = self.info.traits
            return self._loads("AutoModelForMaskedLM" if task == "masked_words" else traits.loads_as, options=traits.arguments)
        head = self.info.task_heads[task]
        # A config may name more or fewer outputs than the head has.
        return self._loads(head.row.auto, task, options="" if head.fits else f", num_labels={len(head.labels)}")

    def inputs(self, encoding: Encoding, *, name: str = "inputs") -> Self:
        """What the tokenizer makes of the text, or of the pair, under a name."""
        return self.lines(f"{name} = {self.tokenized(typed(encoding))}")

    def tokenized(self, texts: str, *, longest: int | None = None, options: str = 'return_tensors="pt"') -> str:
        """The expression that cuts `texts`, Python of one or two arguments, to at most `longest` tokens, or as many as the model reads."""
        return f"tokenizer({texts}, truncation=True, max_length={longest or self.info.max_tokens}, {options})"

    def forward(self, encoding: Encoding) -> Self:
        """One pass: `tokenizer`, `model`, `inputs`, and `attentions` [layer, head, query, key]."""
        return self.tokenizer().model().inputs(encoding).lines(_FORWARD)

    def segments(self, encoding: Encoding) -> str:
        """The expression of [position] the sentence of each token, also where the model is not told."""
        if self.info.traits.has_segments:
            return "inputs.token_type_ids[0]"
        if encoding.pair is None:
            return "torch.zeros_like(inputs.input_ids[0])"
        return "(torch.arange(inputs.input_ids.shape[1]) >= inputs.sequence_ids(0).index(1)).long()"

    def tokens(self, of: str = "tokenizer.convert_ids_to_tokens(inputs.input_ids[0])", *, name: str = "tokens") -> Self:
        """`tokens` as the page writes them: from their ids, as some tokenizers keep the letters of an unknown token in theirs."""
        kind = KINDS_BY_NAME[self.info.tokenizer]
        if kind is UNIGRAM:
            return self.lines(f'{name} = [token.replace("{METASPACE}", "{SPACE}") for token in {of}]')
        if kind is BYTE_LEVEL_BPE:
            return self.lines(f"{FROM_BYTES}\n{name} = [from_bytes(token) for token in {of}]")
        return self.lines(f"{name} = {of}")

    def table(self, columns: Mapping[str, str], *, name: str = "table", wide: str = "") -> Self:
        """A pandas table, printed: an expression for each title; then those of `wide`, an expression of more columns."""
        lines = "".join(f"    {_column(*column)}\n" for column in columns.items())
        more = f" | {wide}" if wide else ""
        return self.lines(f"import pandas as pd\n{name} = pd.DataFrame({{\n{lines}}}{more})\nprint({name})")

    def path(self, path: str) -> str:
        """The expression of a file or folder: what comes with this package is found wherever it is installed."""
        first, _, inside = path.partition("/")
        if first != PACKAGE:
            return repr(path)
        self.lines("from importlib.resources import files")
        return f'files("{PACKAGE}") / "{inside}"'

    def _checkpoint(self, task: str = "") -> str:
        """Where the weights lie and, of a repository of the Hub, the commit: these very weights."""
        commit = f", revision={self.info.commit!r}" if self.info.commit else ""
        return f"{self.path(self.info.home(task))}{commit}"

    def _loads(self, auto: str, task: str = "", *, options: str = "") -> str:
        """Eager attention, as in this app: it alone gives the weights, and the same numbers to the last digit."""
        self.lines(f"import torch\nfrom transformers import {auto}")
        return f'{auto}.from_pretrained({self._checkpoint(task)}, attn_implementation="eager"{options}).eval()'

    def _imported(self, line: str) -> bool:
        """Whether a line is an import; then it is collected."""
        if not line.startswith(("import ", "from ")):
            return False
        statement, _, remark = line.partition("  # ")
        first, module, *rest = statement.split(maxsplit=3)
        if first == "import":
            self._modules.add(statement.removeprefix("import "))
        else:
            self._names.setdefault(module, set()).update(rest[-1].split(", "))
            if remark:
                self._remarks.setdefault(module, f"  # {remark}")
        return True

    def _imports(self) -> Iterator[str]:
        """The imports with a blank line between the sections: the standard library, what is installed, this package."""
        lines = [(_section(module), 0, f"import {module}\n") for module in self._modules]
        for module, names in self._names.items():
            line = f"from {module} import {', '.join(sorted(names, key=_by_case))}{self._remarks.get(module, '')}\n"
            lines.append((_section(module), 1, line))
        before = None
        for section, _, line in sorted(lines):
            yield line if before in (None, section) else f"\n{line}"
            before = section


_FORWARD = """with torch.inference_mode():
    attentions = torch.cat(model(**inputs, output_attentions=True).attentions)  # [layer, head, query, key]"""
FROM_BYTES = f"from bertviz_app.families.spelling import from_bytes  # Ġlove → {SPACE}love"


def filled(code: str, values: Mapping[str, object]) -> str:
    """Python with each `$name` in it replaced by the value of that name. Raises `ValueError` unless both name the same.

    >>> filled("weights[$layer, $head]", {"layer": 3, "head": 0})
    'weights[3, 0]'
    """
    template = Template(code)
    if unlike := set(values) ^ set(template.get_identifiers()):
        raise ValueError(f"in the code or among the values, not in both: {sorted(unlike)}")
    return template.substitute(values)


def where_it_runs(code: str, *infos: ModelInfo) -> str:
    """What is to be said of the Python of a page: what it needs beside transformers."""
    lines = code.split("\n")
    places = []
    if "from importlib.resources import files" in lines or any(line.startswith(f"from {PACKAGE}") for line in lines):
        places.append("where this app is installed")
    folders = dict.fromkeys(info.called_by_folder.source.split("/")[0] for info in infos if Path(info.source).is_absolute())
    if folders:
        places.append(
            f"beside the {'folder' if len(folders) == 1 else 'folders'} {' and '.join(f'“{name}”' for name in folders)}"
        )
    where = f"Run it {' and '.join(places)}" if places else "It runs wherever transformers is installed"
    return f"Plain transformers code for this input. {where}."


def typed(encoding: Encoding) -> str:
    """The text, or the pair, as arguments of a tokenizer."""
    return repr(encoding.text) if encoding.pair is None else f"{encoding.text!r}, {encoding.pair!r}"


def for_each(names: str, values: str) -> str:
    """More columns: those of a square, [row, column], with the number and the name of each."""
    return f'{{f"{{number}} {{name}}": column for number, (name, column) in enumerate(zip({names}, {values}.T), start=1)}}'


def by_number(values: str) -> str:
    """More columns: those of a square, [row, column], with their numbers alone."""
    return f"{{str(number): column for number, column in enumerate({values}.T, start=1)}}"


def of_each(names: Sequence[str], expression: str) -> dict[str, str]:
    """A column for each name, `{}` in the expression being its place from 0.

    >>> of_each(["PC 1", "PC 2"], "points[:, {}]")
    {'PC 1': 'points[:, 0]', 'PC 2': 'points[:, 1]'}
    """
    return {name: expression.format(place) for place, name in enumerate(names)}


def _column(title: str, expression: str) -> str:
    counted = COUNTED if "range(1, " in expression or " + 1" in expression else ""
    quoted = repr(title) if '"' in title or "\\" in title else f'"{title}"'
    return f"{quoted}: {expression},{counted}"


def _section(module: str) -> int:
    package = module.split(".")[0].split()[0]
    return 0 if package in sys.stdlib_module_names else 2 if package == PACKAGE else 1


def _by_case(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name
