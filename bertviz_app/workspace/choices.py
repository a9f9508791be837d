"""Everything that a page lets people choose, drawn in one way: from the address, from what this session chose before, or from a default.

What can be chosen of the program itself (a view, a layer, a switch) stands in the address and survives a reload. What is chosen of the
input (a name in a text, an answer) is known by what it says, never by its number: it holds as long as the same is offered, and is gone with
it. It is not in the address, as nothing is that was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from bertviz_app.workspace import session
from bertviz_app.workspace.scene import Choice, Plain
from bertviz_app.workspace.session import CORRECTED

if TYPE_CHECKING:
    from bertviz_app.records.forward import Encoding

T = TypeVar("T")
S = TypeVar("S", bound=str)

_QUOTED = 40  # characters of an address that are said again
# What had another name once: links are kept, in slides and in mails.
_FORMER_OPTIONS = {
    Choice.ATTENTION_VIEW: {"All heads": "Explorer"},
    Choice.TOKENS_VIEW: {"WordPiece, step by step": "Step by step"},
}


def view(choice: Choice, options: Sequence[S], *, label: str = "View", spelled: Callable[[str], str] = str, **look: Any) -> S:
    """One of a row of names, the first until another is chosen; `label` is what a screen reader says, `spelled` as in `one_of`."""
    names = _named(choice, options, label, spelled)
    look = {"default": names[0], "label_visibility": "collapsed", "wrap": True} | look
    chosen = str(st.segmented_control(label, names, required=True, key=choice.value, bind="query-params", **look))
    return _by_its_own_name(choice, options, names, chosen)


def one_of(choice: Choice, label: str, options: Sequence[S], *, spelled: Callable[[str], str] = str, **look: Any) -> S:
    """One of a list that is the same for every input.

    `spelled` says how an option is written for this model. What is handed back, kept and put into the address is the option itself: a link
    means the same on another model.
    """
    names = _named(choice, options, label, spelled)
    chosen = str(st.selectbox(label, names, key=choice.value, bind="query-params", **look))
    return _by_its_own_name(choice, options, names, chosen)


def one_of_these(
    choice: Choice, label: str, offered: Sequence[T], *, says: Callable[[T], str] = str, **look: Any
) -> T:  # fmt: skip
    """One of a list that depends on the input; what each is called is `says`. The one at `index`, else the first, until another is chosen.

    What was chosen holds for another input if it is offered there by the same name.
    """
    names, first = _told_apart([says(one) for one in offered]), look.pop("index", 0)
    before = session.now().choices.get(choice)
    index = names.index(before) if before in names else first
    # A browser goes on showing what it showed: with other names it is another widget.
    key = f"{choice.value}_{_digest(names)}"
    chosen = names.index(st.selectbox(label, names, index=index, key=key, **look))
    remember(choice, None if chosen == first else names[chosen])
    return offered[chosen]


def some_of(choice: Choice, label: str, options: Sequence[str], **look: Any) -> list[str]:
    """Any number of a list that is the same for every input, none at first."""
    _say_unknown(choice, options, label)
    _only_these(choice, options)
    return _kept(choice, st.multiselect(label, options, key=choice.value, bind="query-params", **look))


def some_pills(choice: Choice, label: str, options: Sequence[str], **look: Any) -> list[str]:
    """Any number of a few, all in sight."""
    _say_unknown(choice, options, label)
    _only_these(choice, options)
    chosen = st.pills(label, options, selection_mode="multi", key=choice.value, bind="query-params", **look)
    return _in_address(choice, _kept(choice, list(chosen or [])))


def carry(choice: Choice) -> None:
    """Have a choice on this page as it was on the page before, where a link does not say otherwise."""
    kept = session.now().choices.get(choice)
    if kept is not None and session.chosen(choice) is None and choice not in session.asked().choices:
        session.choose(choice, kept)


def switch(choice: Choice, label: str, *, on: bool = False, **look: Any) -> bool:
    """On or off."""
    if not isinstance(session.chosen(choice), bool):
        session.unchoose(choice)
    return _kept(choice, bool(st.toggle(label, value=on, key=choice.value, bind="query-params", **look)))


def number(choice: Choice, label: str, least: int, most: int, **look: Any) -> int:
    """A whole number on a scale. One that is not on it, from a link or another model, is said, and the nearest one taken."""
    wanted = session.chosen(choice)
    if type(wanted) is not int:
        session.unchoose(choice)
        wanted = int(str(session.asked().choices.get(choice, least)))
    if not least <= wanted <= most:
        nearest = min(max(wanted, least), most)
        _correct(choice, f"“{label} {wanted}” does not exist here, only {least} to {most}. Shown is {nearest}.")
        session.choose(choice, nearest)
    return _in_address(choice, _kept(choice, int(st.slider(label, least, most, key=choice.value, bind="query-params", **look))))


def one_on_scale(choice: Choice, label: str, options: Sequence[str], **look: Any) -> str:
    """One of several steps on a scale, such as the layers with the embeddings before them."""
    _only(choice, options, label)
    return _in_address(
        choice, _kept(choice, str(st.select_slider(label, options, key=choice.value, bind="query-params", **look)))
    )


# ── What outlasts the page ────────────────────────────────────────────────────────────────────────


def remember(choice: Choice, value: Plain | None) -> None:
    """Keep what was chosen, for a reload on another page; None forgets it."""
    session.SCENE.put(session.now().choosing(choice, value))


def kept_names(choice: Choice) -> list[str]:
    """A choice of several that is made by clicks, without a widget: kept and linked to like the others."""
    return _in_address(choice, _kept(choice, names(choice)))


def names(choice: Choice) -> list[str]:
    """What is chosen of several, or asked for by the address, before its widget is drawn."""
    kept = session.chosen(choice)
    asked = kept if isinstance(kept, list) else session.asked().choices.get(choice)
    return [name for name in asked if isinstance(name, str)] if isinstance(asked, list) else []


def clicked_token(choice: Choice, encoding: Encoding) -> int | None:
    """The token that was clicked in a text; None in any other."""
    match session.now().choices.get(choice):
        case [str(about), str(position), *_] if about == _digest(encoding.key) and position.isdecimal():
            return int(position) if int(position) < encoding.n_tokens else None
        case _:
            return None


def click_token(choice: Choice, encoding: Encoding, position: int | None, *said: str) -> None:
    """Keep which token of a text was clicked, and what was `said` of it; None forgets it."""
    remember(choice, None if position is None else [_digest(encoding.key), str(position), *said])


def said_of_token(choice: Choice, encoding: Encoding) -> str:
    """What was said of the clicked token; empty where nothing was."""
    kept = session.now().choices.get(choice)
    return kept[2] if clicked_token(choice, encoding) is not None and isinstance(kept, list) and len(kept) > 2 else ""


def corrections() -> list[str]:
    """What links asked for in vain on this page, once its widgets are drawn; each sentence until the visitor chooses otherwise."""
    page, still = session.now().page, {}
    for name, (sentence, value) in CORRECTED.of(page).items():
        if value in (None, session.chosen(name)):
            still[name] = (sentence, session.chosen(name))
    CORRECTED.put(page, still)
    return [sentence for sentence, _ in still.values()]


def _kept(choice: Choice, value: T) -> T:
    remember(choice, value)  # type: ignore[arg-type]  # the widgets above hand out plain values
    return value


def _digest(subject: object) -> str:
    return blake2b(repr(subject).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _in_address(choice: Choice, value: T) -> T:
    """Have a value in the address as it is shown. Streamlit leaves out a default, which may be another one for another model or text, and
    leaves in what a link asked for in vain.
    """
    session.ADDRESS.put((*session.ADDRESS.value(), choice))
    return value


def _named(choice: Choice, options: Sequence[str], label: str, spelled: Callable[[str], str]) -> list[str]:
    """What the options are called here. One that was chosen for a model that calls it otherwise, or by a link, is chosen by its name here."""
    names = [spelled(option) for option in options]
    here, by_link = session.chosen(choice), st.query_params.get(choice)
    known = (by_link,) if here is None else (here, session.now().choices.get(choice))
    if known[0] not in names and (own := next((one for one in known if one in options), None)):
        session.choose(choice, names[options.index(str(own))])
    _only(choice, names, label)
    return names


def _by_its_own_name(choice: Choice, options: Sequence[S], names: Sequence[str], chosen: str) -> S:
    own = options[names.index(chosen)]
    return _kept(choice, own) if own == chosen else _in_address(choice, _kept(choice, own))


def _told_apart(names: Sequence[str]) -> list[str]:
    """The second of the same name carries its number."""
    before = [names[:index].count(name) for index, name in enumerate(names)]
    return [f"{name} ({n + 1})" if n else name for name, n in zip(names, before, strict=True)]


def _only(choice: Choice, options: Sequence[str], label: str) -> None:
    """Nothing but what is offered: a link may ask for anything, and another model may offer less."""
    asked = session.chosen(choice) or st.query_params.get(choice)
    if asked not in options and (now := _FORMER_OPTIONS.get(choice, {}).get(str(asked))) in options:
        session.choose(choice, now)
        return
    _say_unknown(choice, options, label)
    if session.chosen(choice) not in options:
        session.unchoose(choice)


def _only_these(choice: Choice, options: Sequence[str]) -> None:
    before = session.chosen(choice)
    if before is not None and not (isinstance(before, list) and set(before) <= set(options)):
        session.choose(choice, [one for one in before if one in options] if isinstance(before, list) else [])


def _say_unknown(choice: Choice, options: Sequence[str], label: str) -> None:
    unknown = [asked for asked in st.query_params.get_all(choice) if asked not in options]
    if unknown and session.chosen(choice) is None:
        what = f"{unknown[0][:_QUOTED]}{'…' if len(unknown[0]) > _QUOTED else ''}"
        _correct(choice, f"The link asks for “{what}” ({label.lower()}), which does not exist here.")


def _correct(choice: Choice, sentence: str) -> None:
    page = session.now().page
    CORRECTED.put(page, {**CORRECTED.of(page), choice.value: (sentence, None)})
