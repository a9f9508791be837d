"""Rows and columns of tables that stand for tokens or layers: numbered from 1, as everything on the screen is."""

from __future__ import annotations

from collections.abc import Sequence

from bertviz_app.drawing.plots import shown

TOKEN_NUMBER = "token number"


def numbered(tokens: Sequence[str], positions: Sequence[int] | None = None, *, unit: str = "token") -> dict[str, list[object]]:
    """The first two columns of a table of tokens, or of words: their numbers and what they are; `positions`, from 0, where not all are shown.

    >>> numbered(["[CLS]", "hello", "[SEP]"], [1, 2])
    {'token number': [2, 3], 'token': ['hello', '[SEP]']}
    """
    places = range(len(tokens)) if positions is None else positions
    return {f"{unit} number": [shown(place) for place in places], unit: [tokens[place] for place in places]}


def titles(names: Sequence[str]) -> list[str]:
    """Names as titles of columns: with their number, as a name may stand twice.

    >>> titles(["the", "cat", "the"])
    ['1 the', '2 cat', '3 the']
    """
    return [f"{shown(place)} {name}" for place, name in enumerate(names)]


def layers(n_states: int) -> list[str]:
    """What the hidden states are called in a table: the embeddings, then the layers, counted from 1.

    >>> layers(3)
    ['embeddings', '1', '2']
    """
    return ["embeddings", *(str(layer) for layer in range(1, n_states))]


def state_name(state: int) -> str:
    """What `hidden_states[state]` is called on the screen."""
    return "the embeddings" if state == 0 else f"layer {state}"


def head_name(layer: int, head: int) -> str:
    """ "Head 5.3": layer 5, head 3, counted from 1."""
    return f"Head {shown(layer)}.{shown(head)}"
