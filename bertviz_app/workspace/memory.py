"""What was typed, hidden and chosen: kept across pages in the session, and over a reload in the visitor's own browser.

Nothing typed goes into the address bar, where it would land in the logs of every proxy on the way. A small component with
nothing to see writes it to the browser's `sessionStorage` and, on a session's first run, hands it back (`remembered.py` reads that).
"""

from __future__ import annotations

import secrets

import streamlit as st

from bertviz_app.drawing import colors
from bertviz_app.workspace import address, browser_memory, session

# Each question is new, and an answer names its question: after a break the browser first sends what it had answered the last time.
_JS = """
// What the program writes into the address is no step that the visitor took, so that Back goes to the page before: what a page writes before
// anybody has touched it, and what Streamlit leaves out because it is a default.
const push = history.pushState;
if (!push.tellsSteps) {
  let touched = false;
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { touched = true; }, true);
  history.pushState = function (state, title, url) {
    const from = new URL(location.href), to = new URL(url || "", from);
    const goes = from.pathname !== to.pathname;
    const leavesOut = !goes && [...to.searchParams].every(([name, value]) => from.searchParams.get(name) === value);
    const isStep = goes || (touched && !leavesOut);
    if (goes) touched = false;
    return (isStep ? push : history.replaceState).call(history, state, title, url);
  };
  addEventListener("popstate", () => { touched = false; });
  history.pushState.tellsSteps = true;
}

export default function({data, setStateValue}) {
  const prefix = "inside-bert-";
  const dark = () => {
    const color = getComputedStyle(document.querySelector("[data-testid=stApp]") || document.body).backgroundColor;
    const channels = (color.match(/[0-9.]+/g) || [255, 255, 255]).map(Number);
    return channels[0] + channels[1] + channels[2] < 384;
  };
  const screen = () => (dark() ? "dark" : "light") + (window.innerWidth < 640 ? " narrow" : " wide");
  const kept = name => {
    try { return window.sessionStorage.getItem(prefix + name) || ""; } catch (error) { return ""; }
  };
  if (data.question) {
    const [arrival] = performance.getEntriesByType("navigation");
    const returns = Boolean(window.insideBertAnswered || (arrival && arrival.type !== "navigate"));
    window.insideBertAnswered = true;
    const answer = {question: data.question, texts: kept("texts"), choices: returns ? kept("choices") : "", screen: screen()};
    for (const name of ["texts", "choices"]) if (answer[name].length > data.most) answer[name] = "too long";
    setStateValue("saved", JSON.stringify(answer));  // owed even when there is nothing: the page waits for it
  } else {
    try { window.sessionStorage.setItem(prefix + data.name, data.kept); } catch (error) { /* full, or not allowed */ }
  }
  const place = location.pathname.split("/").at(-1), address = new URL(location.href);
  if (data.address && place === (data.page === "home" ? "" : data.page)) {  // not when the visitor has gone on meanwhile
    for (const [name, values] of Object.entries(data.address)) {
      address.searchParams.delete(name);
      for (const value of values) address.searchParams.append(name, value);
    }
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }
  if (data.screen && screen() !== data.screen) setStateValue("screen", screen());
}
"""

_browser_memory = st.components.v2.component("inside_bert.memory", html="<span></span>", js=_JS)


def restore() -> bool:
    """Ask the browser, once a session, for what it kept. True once the texts are known, and from then on kept there at once.

    Where there is no browser (a test), there is nobody to ask.
    """
    if not dict(st.context.headers):
        return True
    if not session.RESTORED.value():
        if not session.QUESTION.value():
            session.QUESTION.put(secrets.token_hex(8))
        question = {"question": session.QUESTION.value(), "most": browser_memory.most()}
        result = _browser_memory(key="_browser_memory", data=question, on_saved_change=lambda: None, height=1)
        answer = browser_memory.answer(result.saved, session.QUESTION.value())
        if answer is None:
            return False
        _believe(answer)
    texts = browser_memory.written_texts(session.now())
    _browser_memory(key="_browser_memory_texts", data={"name": "texts", "kept": texts}, height=1)
    return True


def keep() -> None:
    """Hand what was chosen to the browser, which also puts into the address what a link must say, and learn from it when its screen is
    another than we drew for.
    """
    if not dict(st.context.headers):
        return
    drawn = theme()
    screen = f"{drawn.name} {'narrow' if drawn.narrow else 'wide'}"
    said = address.written(session.now())
    data: dict[str, object] = {"name": "choices", "kept": browser_memory.written_choices(session.now()), "screen": screen} | {
        "page": session.now().page,
        "run": secrets.token_hex(4),  # each run writes its address anew: Streamlit may have left out a part of it meanwhile
        "address": {choice.value: said.get(choice.value, []) for choice in session.ADDRESS.value()},
    }
    result = _browser_memory(key="_browser_memory_choices", data=data, on_screen_change=lambda: None, height=1)
    seen = browser_memory.screen(result.screen)
    if seen and seen != screen:
        session.SCREEN.put(seen)
        st.rerun()


def theme() -> colors.Theme:
    """The theme for this visitor's screen: as the browser tells, or, before it has, as Streamlit does."""
    name, _, width = session.SCREEN.value().partition(" ")
    return colors.theme(name or st.context.theme.type, narrow=width == "narrow")


def recall(name: str, default: str = "") -> str:
    """A text that was typed under this name, on whatever page."""
    return session.now().texts.get(name, default)


def has_text() -> bool:
    """Whether a sentence was ever typed or picked, an empty one too."""
    return "text" in session.now().texts


def remember(name: str, text: str) -> None:
    """Keep a text under a name, for all pages."""
    session.see(texts={**session.now().texts, name: text})


def _believe(answer: browser_memory.BrowserAnswer) -> None:
    """Take over what the browser kept. What was typed and chosen in this session already is newer."""
    session.RESTORED.put(True)
    session.SCREEN.put(answer.screen)
    session.FORGOTTEN.put(answer.problem)
    kept, here = answer.scene, session.now()
    session.see(
        texts={**kept.texts, **here.texts},
        hidden=kept.hidden or here.hidden,
        variant_hidden=kept.variant_hidden or here.variant_hidden,
        choices={**kept.choices, **here.choices},
    )
    if kept.choices:
        session.choose_later({name: value for name, value in kept.choices.items() if session.chosen(name) is None})
        st.rerun()  # before any widget is drawn
