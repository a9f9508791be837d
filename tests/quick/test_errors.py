from __future__ import annotations

import inspect

from bertviz_app import errors


def classes() -> dict[str, type]:
    return {name: cls for name, cls in vars(errors).items() if inspect.isclass(cls) and issubclass(cls, Exception)}


def test_the_drawn_tree_is_the_real_one() -> None:
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in errors.__doc__.splitlines():
        bare = line.replace("├──", "   ").replace("└──", "   ").replace("│", " ")
        depth, name = (len(bare) - len(bare.lstrip()) - 4) // 4, (bare.split() or [""])[0]
        if name not in classes() or line[:4].strip():
            continue
        path[depth:] = [name]
        if depth:
            parents[name] = path[depth - 1]
    real = {
        name: cls.__base__.__name__
        for name, cls in classes().items()
        if name not in ("InsideBertError", "RecordError", "TextCut")
    }
    assert parents == real


def test_every_error_says_what_it_is() -> None:
    assert all(cls.__doc__ for cls in classes().values())
