"""What was typed: kept across pages in the session, and over a reload in the visitor's own browser.

Nothing typed goes into the address bar, where it would land in the logs of every proxy on the way. A small component with
nothing to see writes the texts to the browser's `sessionStorage` and, on a session's first run, hands the saved ones back.
"""

from __future__ import annotations

import json

import streamlit as st

from bertviz_app import plots
from bertviz_app.workspace import scene

_JS = """
export default function({data, setStateValue, parentElement}) {
  const box = "inside-bert-texts";
  const screen = () => (dark() ? "dark" : "light") + (window.innerWidth < 640 ? " narrow" : " wide");
  const dark = () => {
    const color = getComputedStyle(document.querySelector("[data-testid=stApp]") || document.body).backgroundColor;
    const channels = (color.match(/[0-9.]+/g) || [255, 255, 255]).map(Number);
    return channels[0] + channels[1] + channels[2] < 384;
  };
  try {
    if (data.restore) {
      // An answer is owed even when there is nothing: the page waits for it.
      setStateValue("saved", JSON.stringify({texts: window.sessionStorage.getItem(box) || "{}", screen: screen(), at: Date.now()}));
    } else if (data.texts !== undefined) {
      window.sessionStorage.setItem(box, data.texts);
    }
  } catch (error) {
    if (data.restore) setStateValue("saved", JSON.stringify({texts: "{}", screen: screen(), at: Date.now()}));
  }
  if (data.screen && screen() !== data.screen) setStateValue("screen", screen());
}
"""

_browser_memory = st.components.v2.component("inside_bert.memory", html="<span></span>", js=_JS)


def restore() -> bool:
    """Ask the browser, once a session, for what was typed before a reload. True once the texts are known.

    Where there is no browser (a test), there is nobody to ask.
    """
    if scene.RESTORED.value() or not dict(st.context.headers):
        return True
    result = _browser_memory(key="_browser_memory", data={"restore": True}, on_saved_change=lambda: None, height=1)
    if not result.saved:
        return False
    scene.RESTORED.put(True)
    scene.TEXTS.put({**_texts(result.saved), **scene.TEXTS.value()})
    scene.SCREEN.put(_screen(result.saved))
    return True


def keep() -> None:
    """Hand the current texts to the browser, and learn from it when its screen is another than we drew for."""
    if not dict(st.context.headers):
        return
    drawn = theme()
    data = {
        "texts": json.dumps(scene.TEXTS.value()),
        "screen": f"{drawn.name} {'narrow' if drawn.narrow else 'wide'}",
    }
    result = _browser_memory(key="_browser_memory_keep", data=data, on_screen_change=lambda: None, height=1)
    if result.screen and result.screen != data["screen"]:
        scene.SCREEN.put(result.screen)
        st.rerun()


def theme() -> plots.Theme:
    """The theme for this visitor's screen: as the browser tells, or, before it has, as Streamlit does."""
    name, _, width = scene.SCREEN.value().partition(" ")
    return plots.theme(name or st.context.theme.type, narrow=width == "narrow")


def recall(name: str, default: str = "") -> str:
    """A text that was typed under this name, on whatever page."""
    return scene.TEXTS.value().get(name, default)


def has_text() -> bool:
    """Whether a sentence was ever typed or picked, an empty one too."""
    return "text" in scene.TEXTS.value()


def remember(name: str, text: str) -> None:
    """Keep a text under a name, for all pages."""
    scene.TEXTS.put({**scene.TEXTS.value(), name: text})


def _texts(saved: str) -> dict[str, str]:
    # What comes back is the visitor's own, and still not to be trusted with more than being text.
    try:
        texts = json.loads(json.loads(saved)["texts"])
        return {str(name): str(text or "") for name, text in texts.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _screen(saved: str) -> str:
    try:
        return str(json.loads(saved)["screen"])
    except (ValueError, KeyError, TypeError):
        return ""
