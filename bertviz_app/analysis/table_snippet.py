"""The last lines of the Python beside a table: the same table, column by column, as a pandas DataFrame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.families.spelling import BYTE_LEVEL_BPE, KINDS_BY_NAME, METASPACE, SPACE, UNIGRAM
from bertviz_app.records.forward import ModelInfo

NUMBERED = {
    TOKEN_NUMBER: "range(1, len(tokens) + 1)",
    "token": "tokens",
}  # the first columns of a table of tokens, counted from 1
NUMBERED_WORDS = {"word number": "range(1, len(words) + 1)", "word": "words"}
COUNTED = "  # counted from 1, as on the page"


def with_table(code: str, columns: Mapping[str, str], *, name: str = "table", wide: str = "") -> str:
    """The code, and after it the table: an expression for each title; then those of `wide`, an expression of more columns.

    >>> print(with_table("import torch\\nx = torch.ones(2)\\n", {"number": "range(1, 3)", "x": "x"}))
    import pandas as pd
    import torch
    x = torch.ones(2)
    table = pd.DataFrame({
        "number": range(1, 3),  # counted from 1, as on the page
        "x": x,
    })
    print(table)
    <BLANKLINE>
    """
    lines = "".join(f"    {_line(*column)}" for column in columns.items())
    more = f" | {wide}" if wide else ""
    return f"{importing_pandas(code)}{name} = pd.DataFrame({{\n{lines}}}{more})\nprint({name})\n"


def for_each(names: str, values: str) -> str:
    """More columns: those of a square, [row, column], with the number and the name of each."""
    return f'{{f"{{number}} {{name}}": column for number, (name, column) in enumerate(zip({names}, {values}.T), start=1)}}'


def by_number(values: str) -> str:
    """More columns: those of a square, [row, column], with their numbers alone."""
    return f"{{str(number): column for number, column in enumerate({values}.T, start=1)}}"


def importing_pandas(code: str) -> str:
    """The code with pandas among its first imports."""
    if "import pandas" in code:
        return code
    first = "import torch\n" if "import torch\n" in code else ""
    return code.replace(first, f"import pandas as pd\n{first}", 1) if first else f"import pandas as pd\n{code}"


def tokens(info: ModelInfo, *, of: str = "tokenizer.convert_ids_to_tokens(inputs.input_ids[0])", name: str = "tokens") -> str:
    """The line that makes `tokens` as the page writes them: from their ids, as some tokenizers keep the letters of an unknown token in theirs."""
    kind = KINDS_BY_NAME[info.tokenizer]
    if kind is UNIGRAM:
        return f'{name} = [token.replace("{METASPACE}", "{SPACE}") for token in {of}]\n'
    if kind is BYTE_LEVEL_BPE:
        return f"from bertviz_app.families.spelling import from_bytes  # Ġlove → {SPACE}love\n\n{name} = [from_bytes(token) for token in {of}]\n"
    return f"{name} = {of}\n"


def of_each(title: str, names: Sequence[str], expression: str) -> dict[str, str]:
    """A column for each name, `{}` in the expression being its place from 0."""
    return {title.format(name): expression.format(place) for place, name in enumerate(names)}


def _line(title: str, expression: str) -> str:
    counted = COUNTED if "range(1, " in expression or " + 1" in expression else ""
    return f"{_quoted(title)}: {expression},{counted}\n"


def _quoted(title: str) -> str:
    return repr(title) if '"' in title or "\\" in title else f'"{title}"'
