"""What is taken away of a picture: a file with its caption and its fonts in it, and a PNG of three times its size."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from typing import Any
from xml.etree import ElementTree

import pytest
from settling import settled

SVG = "{http://www.w3.org/2000/svg}"
# Pages, and on each a view and a place there: heatmaps, bars, lines over a canvas, and a drawing of our own.
PICTURES = {
    "embeddings?state=3": [
        ("", ".st-key-take_away_embeddings", "inside-bert-embeddings", "layer 3", "Source Code Pro"),
        ("3-D", ".st-key-take_away_embeddings", "inside-bert-embeddings", "layer 3", "Source Sans"),
    ],
    "attention?layer=2&head=4": [
        ("", ".explorer", "inside-bert-head-2-4", "layer 2 · head 4", "Source Code Pro"),
        ("One head", ".st-key-take_away_head", "inside-bert-head", "layer 2 · head 4", "Source Code Pro"),
    ],
    "forward_pass": [("", ".st-key-take_away_shapes", "inside-bert-shapes", "Embedded BERT", "Source Sans")],
}


def pixels_of(png: Any) -> Any:
    """The compressed rows of a PNG."""
    at, found = 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        found += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    return found


def taken(page: Any, place: Any, kind: Any) -> Any:
    with page.expect_download() as download:
        page.locator(place).get_by_role("button", name=kind).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


@pytest.mark.parametrize("address", PICTURES)
def test_a_picture_says_what_it_shows_and_carries_its_fonts(visitor: Any, app_url: Any, address: Any) -> None:
    page = visitor(f"{app_url}/{address}")
    for view, place, *expected in PICTURES[address]:
        if view:
            page.get_by_test_id("stMain").get_by_role("radio", name=view, exact=True).click()
        page.locator(place).get_by_role("button", name="SVG").wait_for()
        settled(page)
        if "embeddings" in place:
            stands_in_one_row_of_like_buttons(page.locator(place))
        is_told_and_kept(page, place, *expected, is_space=view == "3-D")


def is_told_and_kept(page: Any, place: str, name: str, said: str, font: str, *, is_space: bool) -> None:
    file, text = taken(page, place, "SVG")
    assert file == f"{name}.svg"
    picture = ElementTree.fromstring(text)
    caption = " ".join("".join(line.itertext()) for line in picture.iterfind(f"{SVG}text[@class='caption']/{SVG}tspan"))
    assert said in caption and "Embedded BERT" in caption and "“" in caption
    assert re.search(rf'font-family: "{font}".*?url\("data:', text.decode())
    if is_space:
        (space,) = (base64.b64decode(image.get("href").partition(",")[2]) for image in picture.iter(f"{SVG}image"))
        assert len(set(zlib.decompress(pixels_of(space)))) > 20  # a canvas that was thrown away after drawing is empty
    else:
        assert len([*picture.iter(f"{SVG}text")]) > 10  # the labels of the drawing beside the caption
    width, height = int(picture.get("width")), int(picture.get("height"))
    file, png = taken(page, place, "PNG")
    assert file == f"{name}.png" and png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (3 * width, 3 * height)


def stands_in_one_row_of_like_buttons(row: Any) -> None:
    buttons = [row.get_by_role("button", name=name, exact=True) for name in ("PNG", "SVG", "CSV")]
    buttons[-1].wait_for()
    boxes = [button.bounding_box() for button in buttons]
    assert [box["y"] for box in boxes] == pytest.approx([boxes[0]["y"]] * 3, abs=1)
    assert [box["height"] for box in boxes] == pytest.approx([boxes[0]["height"]] * 3, abs=1)
