from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bertviz_app.drawing import colors, plots
from bertviz_app.drawing.colors import DARK, LIGHT, theme
from bertviz_app.records.forward import KINDS

THEMES = (LIGHT, DARK)


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def oklab(color: str) -> np.ndarray:
    return colors.to_oklab(color)


def test_the_contrast_of_these_tests_is_the_standards() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_whatever_is_read_stands_out_from_the_paper(theme: Any) -> None:
    colors = {"ink": theme.ink, "muted": theme.muted, "accent": theme.accent, **theme.kinds}
    colors |= {f"segment {i}": color for i, color in enumerate(theme.segments)}
    assert {name: round(contrast(c, theme.paper), 2) for name, c in colors.items() if contrast(c, theme.paper) < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_special_tokens_can_be_read_on_the_tint_behind_them(theme: Any) -> None:
    def over_paper(color: str, share: float) -> str:
        mixed = (round(share * int(color[i : i + 2], 16) + (1 - share) * int(theme.paper[i : i + 2], 16)) for i in (1, 3, 5))
        return "#" + "".join(f"{channel:02X}" for channel in mixed)

    assert all(contrast(color, over_paper(color, 0.16)) >= 4.5 for color in theme.kinds.values())


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_zero_is_paper_and_both_ends_are_not(theme: Any) -> None:
    assert theme.weights[0] == [0.0, theme.paper]
    assert theme.signed[len(theme.signed) // 2] == [0.5, theme.paper]
    for scale in (theme.weights, theme.signed):
        assert scale[0][0] == 0 and scale[-1][0] == 1 and all(re.fullmatch("#[0-9A-F]{6}", color) for _, color in scale)
        assert contrast(scale[-1][1], theme.paper) > 4.5
    assert contrast(theme.signed[0][1], theme.paper) > 4.5


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize(("name", "halves"), [("weights", 1), ("signed", 2)])
def test_equal_steps_of_a_scale_look_equally_large(theme: Any, name: Any, halves: Any) -> None:
    points = np.array([oklab(color) for _, color in getattr(theme, name)])
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    for part in np.split(steps, halves):
        # Colours are rounded to 8 bits a channel, which dark ones feel most.
        assert np.abs(part / part.mean() - 1).max() < 0.12


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_a_larger_weight_is_further_from_paper(theme: Any) -> None:
    points = np.array([oklab(color) for _, color in theme.weights])
    assert (np.diff(np.linalg.norm(points - oklab(theme.paper), axis=1)) > 0).all()
    assert len(set(np.sign(np.diff(points[:, 0])))) == 1  # in lightness too, for those who see no colours


def test_oklab_of_white_black_and_red_as_published() -> None:
    assert oklab("#FFFFFF") == pytest.approx([1, 0, 0], abs=1e-3)
    assert oklab("#000000") == pytest.approx([0, 0, 0], abs=1e-6)
    assert oklab("#FF0000") == pytest.approx([0.628, 0.225, 0.126], abs=1e-3)
    for color in ("#9A5B00", "#2B2E83", "#FCFBF8", "#010203"):
        assert colors.from_oklab(oklab(color)) == color


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_kind_of_token_has_a_colour(theme: Any) -> None:
    for kind in KINDS:
        for segment in (0, 1, 2):
            assert re.fullmatch("#[0-9A-F]{6}", theme.token_color(kind, segment))
    assert theme.token_color("word", 0) != theme.token_color("word", 1) == theme.token_color("piece", 1)
    assert theme.token_color("cls", 0) == theme.kinds["cls"]


def test_a_theme_is_light_unless_it_is_dark() -> None:
    assert theme("dark") == DARK
    assert theme("light") == theme(None) == theme("nonsense") == LIGHT


@pytest.mark.parametrize(
    ("probability", "shown"),
    [
        (0, "0 %"), (1e-9, "< 0.1 %"), (0.001, "0.1 %"), (0.0421, "4.2 %"), (0.0996, "10.0 %"), (0.1, "10 %"), (0.834, "83 %"),
        (0.99, "99 %"), (0.995, "99.5 %"), (0.9991, "> 99.9 %"), (1, "100 %"), (np.float32(0.5), "50 %"),
    ],
)  # fmt: skip
def test_probabilities_as_people_read_them(probability: Any, shown: Any) -> None:
    assert plots.percent(probability) == shown


def test_nothing_is_called_certain_or_impossible_that_is_not() -> None:
    for probability in [*np.linspace(0, 1, 5001)[1:-1], 1e-9, 1 - 1e-9]:
        assert plots.percent(probability) not in ("0 %", "0.0 %", "100 %", "100.0 %")


def test_layers_and_heads_are_counted_from_one() -> None:
    assert [plots.shown(i) for i in (0, 11)] == [1, 12]


@pytest.mark.parametrize(
    ("token", "label"),
    [
        ("<b>", "&lt;b&gt;"), ("</script>", "&lt;/script&gt;"), ("$x$", "&#36;x&#36;"), ("&lt;", "&amp;lt;"), ("a\nb", "a⏎b"),
        ("##ing", "##ing"), ("[CLS]", "[CLS]"), ("“”", "“”"), ("", ""),
    ],
)  # fmt: skip
def test_tokens_are_text_for_plotly(token: Any, label: Any) -> None:
    assert plots.label(token) == label


@pytest.mark.parametrize("n", [1, 39, 40, 41, 80, 81, 512])
def test_an_axis_is_thinned_out_before_its_labels_meet(n: Any) -> None:
    axis = plots.token_axis([f"token {i}" for i in range(n)])
    assert len(axis["tickvals"]) == len(axis["ticktext"]) <= plots.MAX_TICKS
    assert axis["tickvals"][0] == 0 and len(set(np.diff(axis["tickvals"]))) <= 1
    assert all(text == f"token {place}" for place, text in zip(axis["tickvals"], axis["ticktext"], strict=True))
    if n <= plots.MAX_TICKS:
        assert axis["tickvals"] == list(range(n))


def test_a_heatmap_of_weights_starts_at_zero_and_one_of_signed_values_is_even() -> None:
    values = np.array([[-2.0, 1.0]])
    weights = plots.heatmap(values, LIGHT)
    assert (weights.zmin, weights.zmax) == (0, 2)
    signed = plots.heatmap(values, LIGHT, signed=True)
    assert (signed.zmin, signed.zmax) == (-2, 2)
    shared = plots.heatmap(values, DARK, limit=5, colorbar={"title": "weight"}, x=["a", "b"])
    assert (shared.zmax, shared.colorbar.title.text, shared.x) == (5, "weight", ("a", "b"))
    assert plots.heatmap(np.zeros((2, 2)), LIGHT).zmax == 1


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_nothing_in_a_figure_is_smaller_than_fourteen_pixels(theme: Any) -> None:
    figure = plots.figure(theme, height=300, title="A title")
    figure.add_trace(plots.heatmap(np.eye(3), theme))
    written = figure.to_json()
    assert min(map(int, re.findall(r'"size":(\d+)', written))) >= 14
    assert figure.layout.height == 300 and figure.layout.paper_bgcolor == theme.paper and figure.layout.title.text == "A title"


def test_a_narrow_screen_has_its_colour_bar_below_and_its_title_in_lines() -> None:
    narrow = theme("dark", narrow=True)
    assert narrow == replace(DARK, narrow=True)
    assert plots.heatmap(np.eye(2), narrow).colorbar.orientation == "h" != plots.heatmap(np.eye(2), DARK).colorbar.orientation
    own = plots.heatmap(np.eye(2), narrow, colorbar={"y": -0.03, "yanchor": "top"}).colorbar
    assert (own.y, own.yanchor, own.yref) == (-0.03, "top", None)  # below the picture, not at the top of it
    title = "A title that is much longer than the line of a phone"
    wide, phone = (plots.figure(theme, height=300, title=title).layout for theme in (DARK, narrow))
    assert wide.title.text == title and wide.height == 300
    assert phone.title.text.replace("<br>", " ") == title and max(map(len, phone.title.text.split("<br>"))) <= 44
    assert phone.height - phone.margin.t == wide.height - wide.margin.t


@pytest.mark.parametrize("in_percent", [True, False])
@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("most", [3, 5])
def test_the_ticks_of_a_colour_scale_name_its_ends_and_keep_apart(in_percent: bool, signed: bool, most: int) -> None:
    random = np.random.default_rng(0)
    for top in (1.0, 0.05, *(10 ** random.uniform(-2, 0 if in_percent else 5, size=300))):
        ticks = plots.scale_ticks(top, signed=signed, in_percent=in_percent, most=most)
        places, texts = ticks["tickvals"], ticks["ticktext"]
        assert (places[0], places[-1]) == (-top if signed else 0, top) and 0 in places and 2 + signed <= len(places) <= most
        assert min(np.diff(places)) >= plots.APART * (places[-1] - places[0]) - 1e-9
        assert len(set(texts)) == len(texts) == len(places) and all(text.endswith(" %") == in_percent for text in texts)
        read = [float(text.removesuffix(" %").replace("−", "-").replace(",", "")) for text in texts]
        assert np.array(read) * (0.01 if in_percent else 1) == pytest.approx(places, rel=0.06)


def test_a_bar_says_where_its_scale_ends() -> None:
    share = plots.heatmap(np.array([[0.1, 0.73]]), DARK, colorbar={"unit": "weight", "in_percent": True})
    assert share.colorbar.ticktext == ("0 %", "25 %", "50 %", "73 %") and share.colorbar.tickvals[-1] == share.zmax
    change = plots.heatmap(np.array([[0.1, -4.2607]]), DARK, signed=True, colorbar={"nticks": 3})
    assert change.colorbar.ticktext == ("−4.26", "0", "4.26") and change.colorbar.tickvals[0] == change.zmin
    assert plots.heatmap(np.eye(2), DARK, colorbar={"tickvals": [0, 1]}).colorbar.tickvals == (0, 1)
    assert plots.heatmap(np.eye(2), DARK, showscale=False).colorbar.tickvals is None


@pytest.mark.parametrize("top", [0.004, 0.05, 0.33, 0.5, 0.97, 1])
def test_an_axis_in_percent_has_three_to_six_ticks_up_to_its_top(top: Any) -> None:
    axis = plots.percent_axis(top)
    assert 3 <= len(axis["tickvals"]) <= 6 and axis["tickvals"][0] == 0 and axis["tickvals"][-1] <= top
    assert [f"{100 * place:g} %" for place in axis["tickvals"]] == axis["ticktext"]
