"""What is looked at on every page: what stands there on arrival, what is in sight, covered, or out of reach. Read in the browser."""

from __future__ import annotations

from typing import Any

from bertviz_app.workspace.page_list import PAGES

WIDE = {"width": 1440, "height": 900}
PROJECTOR = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}

# Buttons, links and folds in sight that something else lies on.
COVERED = """() => [...document.querySelectorAll("[data-testid=stMain] :is(button, a, summary)")].filter(one => {
  const box = one.getBoundingClientRect(), hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return one.checkVisibility({visibilityProperty: true, opacityProperty: true}) && box.width > 8 && box.top >= 0 && box.bottom <= innerHeight && !one.contains(hit);
}).map(one => one.innerText)"""

# Nothing on a phone is wider than its screen, other than what scrolls in a box of its own.
FITS = "() => { const main = document.querySelector('[data-testid=stMain]'); return main.scrollWidth <= main.clientWidth + 1 }"

# The buttons of the rows of views that a finger cannot reach: beyond the screen, or under something else.
OUT_OF_REACH = """rows => rows.flatMap(row => [...row.querySelectorAll("button")]).filter(button => {
  button.scrollIntoView({block: "center"});
  const box = button.getBoundingClientRect(), x = box.left + box.width / 2, y = box.top + box.height / 2;
  return box.left < 0 || box.right > innerWidth || !button.contains(document.elementFromPoint(x, y));
}).map(button => button.innerText)"""

# Where what to notice ends and the first picture below it lies; nothing where a page says nothing to notice.
_SEEN = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  const said = [...main.querySelectorAll("p strong")].find(part => part.textContent.startsWith("What to notice"));
  if (!said) return null;
  const notice = said.closest("p").getBoundingClientRect();
  const shown = [...main.querySelectorAll(".js-plotly-plot, iframe, [data-testid=stDataFrame], [data-testid^=stBidiComponent]")];
  const picture = shown.filter(one => said.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)
    .map(one => one.getBoundingClientRect()).find(box => box.height > 40 && box.width > 200);
  return {notice: notice.bottom, picture: picture && {top: picture.top, bottom: picture.bottom, right: picture.right}};
}"""


def seen(page: Any) -> Any:
    """Where what to notice ends (`notice`), and where the first picture below it lies (`picture`)."""
    return page.evaluate(_SEEN)


def in_sight(found: Any) -> bool:
    """What to notice, and of the picture 60 % or half of a projector's screen, if there is one."""
    height, width = PROJECTOR["height"], PROJECTOR["width"]
    if found is None or found["notice"] > height:
        return False
    if (picture := found["picture"]) is None:
        return True
    shown = min(picture["bottom"], height) - picture["top"]
    return shown >= min(0.6 * (picture["bottom"] - picture["top"]), height / 2) and picture["right"] <= width


def beyond_a_phone(page: Any) -> dict[str, Any]:
    """What of a page that is open on a phone is wider than its screen, covered, or out of a finger's reach."""
    page.wait_for_function(FITS)
    rows = page.locator("[data-testid=stMain] [data-testid=stButtonGroup]")
    return {"covered": page.evaluate(COVERED), "out of reach": rows.evaluate_all(OUT_OF_REACH)}


def title(key: str) -> str:
    """The heading of a page."""
    return "Inside BERT" if key == "home" else PAGES[key].title


def wrong_on_arrival(page: Any, key: str) -> dict[str, Any]:
    """What is wrong with a page come to by its address: its title stands there once, no error is said, and the sidebar leads on."""
    return {
        "titles": page.get_by_role("heading", name=title(key), exact=True).count() - 1,
        "said": page.locator("[data-testid=stAlertContentError]").all_inner_texts(),
        "sidebar": [] if page.get_by_role("link", name="Attention").count() else "leads nowhere",
    }
