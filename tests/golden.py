"""What stands on a page, as plain values that can be kept in a file and compared: figures, tables, sentences, Python, choices.

Text and structure are compared exactly, numbers to 1e-5, or what is left of it after rounding. What a page is in the dark theme is kept as its differences from the light one.
"""

from __future__ import annotations

import base64
import copy
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from packed import unpacked
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

TOLERANCE = 2e-5  # half of it is what another processor's instructions were seen to make
DIGITS = 6  # of each number that is kept
FOLDER = Path(__file__).parent / "goldens"
NOT_COMPARED = ("empty", "html")  # places to be filled, and the style, which has its own tests
SAID = ("value", "label", "options", "help", "placeholder", "disabled", "min", "max", "step", "query_string")
# What a button foretells depends on how fast the machine is.
FORETOLD = re.compile(r" \((about [^)]*|less than a second)\)$")
NOISE = re.compile(r"\b0\\?\.00000\d+")  # a number that a sentence gives below what is compared
# Where a name of ours is defined: that the Python of a page runs is tested elsewhere.
OURS = re.compile(r"\b(from) bertviz_app[\w.]*( import)")
ROUNDED = "rounded"  # arrays of half precision and of bytes: rounding may fall either way
TOLERANCE_ROUNDED = 2e-3


def kept(page: str) -> dict[str, list[Any]]:
    """What was on a page, by the name of the case.

    In the file each element stands once, on a line, and a case is a list of lines. Of the dark theme the values that differ are kept, by path.
    """
    file = json.loads((FOLDER / f"{page}.json").read_text(encoding="utf-8"))
    elements: list[Any] = []
    for line in file["elements"]:
        elements.append(_with(elements[line["as"]], line["but"]) if isinstance(line, dict) else line)
    return {case: [elements[line] for line in lines] for case, lines in file["cases"].items()}


def keep(page: str, cases: dict[str, list[Any]]) -> None:
    """Write what is on a page now, so that the next who looks holds it against this."""
    lines: dict[str, int] = {}
    places: dict[str, list[int]] = {}
    for case, elements in cases.items():
        light = places.get(case.removesuffix("dark") + "light", [])
        as_light = zip(light, cases[case.removesuffix("dark") + "light"], strict=True) if len(light) == len(elements) else ()
        alike = dict(enumerate(as_light))
        places[case] = [
            lines.setdefault(_line(_but(*alike[place], one) if place in alike else one), len(lines))
            for place, one in enumerate(elements)
        ]
    listed = [f"{json.dumps(case, ensure_ascii=False)}: {json.dumps(numbers)}" for case, numbers in places.items()]
    body = '{"elements": [\n' + ",\n".join(lines) + '\n],\n"cases": {\n' + ",\n".join(listed) + "\n}}\n"
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{page}.json").write_text(body, encoding="utf-8")


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _but(line: int, light: Any, dark: Any) -> Any:
    """The dark element as its differences from the light one of a line; the element itself, where their structures differ."""
    found: dict[str, Any] = {}
    same = _leaves(light, dark, "", found)
    return {"as": line, "but": found} if same and found else dark


def _leaves(light: Any, dark: Any, path: str, found: dict[str, Any]) -> bool:
    """Collects the leaves that differ; whether the two have the same structure."""
    if isinstance(light, dict) and isinstance(dark, dict):
        return list(light) == list(dark) and all(_leaves(light[key], dark[key], f"{path}\t{key}", found) for key in light)
    if isinstance(light, list) and isinstance(dark, list):
        pairs = enumerate(zip(light, dark, strict=False))
        return len(light) == len(dark) and all(_leaves(one, other, f"{path}\t{n}", found) for n, (one, other) in pairs)
    if light != dark:
        found[path[1:]] = dark
    return True


def _with(light: Any, but: dict[str, Any]) -> Any:
    changed = copy.deepcopy(light)
    for path, value in but.items():
        *way, last = path.split("\t")
        inner = changed
        for key in way:
            inner = inner[int(key) if isinstance(inner, list) else key]
        inner[int(last) if isinstance(inner, list) else last] = value
    return changed


def of_page(app: AppTest) -> list[Any]:
    """All that stands in the main part of a page, from top to bottom: [kind, content] each."""
    return [shown for one in _all(app.main) if (shown := _shown(one)) is not None]


def _all(block: Block) -> Iterator[Block | Element]:
    for child in block.children.values():
        yield child
        if isinstance(child, Block):
            yield from _all(child)


def _shown(one: Block | Element) -> list[Any] | None:
    if isinstance(one, Block):
        label = getattr(one, "label", None) or getattr(getattr(one.proto, one.type, None), "label", None)
        return [one.type, label] if label else None
    if one.type in NOT_COMPARED:
        return None
    if content := CONTENT.get(one.type):
        return [one.type, plain(content(one))]
    said = {name: _text(plain(getattr(one, name, None))) for name in SAID}
    return [
        one.type,
        {name: value for name, value in said.items() if not (value is None or value is False or value in ("", []))},
    ]


def _text(value: Any) -> Any:
    return NOISE.sub("…", FORETOLD.sub("", value)) if isinstance(value, str) else value


def _table(element: Any) -> Any:
    frame = element.value
    titles = {str(title): list(frame.iloc[:, place]) for place, title in enumerate(frame.columns)}
    return {"table": titles, "columns": json.loads(element.proto.columns or "{}")}


def _component(element: Any) -> Any:
    """What a component of ours is sent."""
    if element.proto.WhichOneof("data") == "bytes":
        header, arrays = unpacked(element.proto.bytes)
        del header["about"]  # what tells this text and checkpoint apart from others, by the time its files were written
        return header | {ROUNDED: {name: array.tolist() for name, array in arrays.items()}}
    return json.loads(element.proto.json)


def _inner_page(element: Any) -> Any:
    """A page of BertViz: its look, and the values that its script is given; the script itself is that library's."""
    page = element.proto.srcdoc
    begin = page.index("const params = ") + len("const params = ")
    values, _ = json.JSONDecoder().raw_decode(page, begin)
    return {"alt": element.proto.alt, "look": re.findall("<style>(.*?)</style>", page), "values": values}


CONTENT: dict[str, Callable[[Any], Any]] = {
    "plotly_chart": lambda element: json.loads(element.proto.spec),
    "dataframe": _table,
    "arrow_data_frame": _table,
    "code": lambda element: OURS.sub(r"\1 bertviz_app\2", element.value),
    "bidi_component": _component,
    "iframe": _inner_page,
}


def plain(value: Any) -> Any:
    """Values as JSON knows them; arrays that Plotly packed are unpacked, and numbers have as many digits as are compared."""
    if isinstance(value, dict):
        if set(value) >= {"dtype", "bdata"}:
            array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
            if shape := value.get("shape"):
                array = array.reshape([int(n) for n in str(shape).split(",")])
            return plain(array.tolist())
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else str(value)
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def differences(kept: Any, found: Any, path: str = "", tolerance: float = TOLERANCE) -> Iterator[str]:
    """Where what is found is not what was kept, a line each."""
    if isinstance(kept, dict) and isinstance(found, dict):
        # The columns of a table have an order, the parts of a figure have none.
        in_a_figure = "/layout" in path or "/data/" in path
        if set(kept) != set(found) or (not in_a_figure and list(kept) != list(found)):
            yield f"{path}: keys {sorted(set(kept) ^ set(found)) or 'in another order'}"
            return
        for key in kept:
            yield from differences(kept[key], found[key], f"{path}/{key}", TOLERANCE_ROUNDED if key == ROUNDED else tolerance)
    elif isinstance(kept, list) and isinstance(found, list):
        if len(kept) != len(found):
            yield f"{path}: {len(found)} instead of {len(kept)}"
            return
        for place, (one, other) in enumerate(zip(kept, found, strict=True)):
            yield from differences(one, other, f"{path}/{place}", tolerance)
    elif _number(kept) and _number(found):
        # Bytes may differ by one.
        least = 1 if tolerance == TOLERANCE_ROUNDED and isinstance(kept, int) else tolerance
        if not math.isclose(kept, found, rel_tol=tolerance, abs_tol=least):
            yield f"{path}: {found} instead of {kept}"
    elif kept != found or type(kept) is not type(found):
        yield f"{path}: {found!r} instead of {kept!r}"


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
