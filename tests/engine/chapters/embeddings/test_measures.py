from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.analysis.pca import Projection, project
from bertviz_app.chapters.embeddings import measures as lens
from bertviz_app.chapters.embeddings import snippet as embeddings_code
from bertviz_app.drawing import colors, plots

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass


@pytest.mark.parametrize("state, n_components", [(0, 2), (4, 2), (6, 3)])
def test_the_python_on_the_page_gives_the_points_on_the_page(
    model: Model, pair_forward: ForwardPass, state: Any, n_components: Any
) -> None:
    scope: dict[str, Any] = {}
    encoding = pair_forward.encoding
    exec(embeddings_code.python_code(model.info, encoding, state=state, n_components=n_components), scope)
    projection = project(pair_forward.hidden_states[state], n_components)
    assert np.abs(projection.coordinates - scope["points"]).max() < 1e-5
    assert np.abs(projection.explained - scope["explained"]).max() < 1e-5


def test_the_python_of_all_layers(model: Model, forward: ForwardPass) -> None:
    scope: dict[str, Any] = {}
    exec(embeddings_code.python_code(model.info, forward.encoding, state=None), scope)
    projection, tracks = lens.layer_tracks(forward)
    assert np.abs(tracks - scope["points"]).max() < 1e-5
    assert np.abs(projection.explained - scope["explained"]).max() < 1e-5


def test_frames_share_one_projection(forward: ForwardPass) -> None:
    figure = lens.layers_figure(forward, colors.LIGHT)
    n = forward.encoding.n_tokens
    expected = project(forward.hidden_states.reshape(-1, forward.model.d_model), 2).coordinates.reshape(-1, n, 2)
    assert len(figure.frames) == forward.model.n_layers + 1
    for frame, coordinates in zip(figure.frames, expected, strict=True):
        points = frame.data[-1]
        assert np.array_equal(np.stack([points.x, points.y], axis=-1), coordinates)
        low, high = figure.layout.xaxis.range
        assert low < coordinates[:, 0].min() <= coordinates[:, 0].max() < high


def test_labels_travel_along_with_their_points(forward: ForwardPass) -> None:
    figure = lens.layers_figure(forward, colors.LIGHT)
    assert [trace.mode for trace in figure.data] == ["lines", "text", "markers"]
    for frame in figure.frames:
        lines, labels, points = frame.data
        assert np.array_equal(lines.x[0::3], points.x)
        # A line ends between its point and the middle of its label.
        assert (np.abs(lines.x[1::3] - points.x) <= np.abs(labels.x - points.x) + 1e-6).all()
        assert np.isnan(lines.x[2::3]).all()


LONG = (
    "The old library on the corner of the market square was built long before the railway came to town. Every Saturday morning a small "
    "group of readers meets there to discuss a novel, and afterwards they walk down to the river, where the ferry still carries people to "
    "the other bank. Last week Maria brought her brother, who had never read a whole book in his life. He listened to all of them, said "
    "nothing for an hour, and then asked why the captain in the story had not simply turned the ship around. Nobody knew what to say. The "
    "oldest reader smiled, opened the book again, and began to read the last page aloud to the quiet room."
)


@pytest.fixture(scope="module")
def long(model: Model) -> Any:
    return model.run(model.encode(LONG))


@pytest.mark.parametrize("narrow", [False, True])
def test_of_many_tokens_those_with_room_are_labelled_and_the_title_counts_them(long: Any, narrow: Any) -> None:
    theme, n = colors.theme("light", narrow=narrow), long.encoding.n_tokens
    for in_space, least in ((False, 12 if narrow else 40), (True, 12)):
        _, figure = lens.points_picture(long, 6, theme, in_space)
        shown = (
            [text for text in figure.data[0].text if text] if in_space else [note.text for note in figure.layout.annotations]
        )
        assert least <= len(shown) < n and set(shown) <= set(map(plots.label, long.encoding.tokens))
        title = figure.layout.title.text.replace("<br>", " ")
        assert f"{len(shown)} of {n} labelled, all on hover" in title
        assert len(figure.data[0].customdata) == n and "hoverinfo" not in figure.data[0].to_plotly_json()


def test_many_tokens_travel_with_the_labels_that_have_room(long: Any) -> None:
    figure = lens.layers_figure(long, colors.LIGHT)
    assert "labelled where there is room, all on hover" in figure.layout.title.text
    for frame in figure.frames:
        _, labels, points = frame.data
        shown = np.isfinite(labels.x)
        assert 12 <= shown.sum() < long.encoding.n_tokens == len(points.x)
        assert np.array_equal(shown, np.isfinite(labels.y))


def test_few_tokens_are_all_labelled(model: Model) -> None:
    encoding = model.encode("word " * 38)
    projection = Projection(np.zeros((encoding.n_tokens, 3), dtype=np.float32), np.zeros(3, dtype=np.float32))
    flat = lens.tokens_figure(projection, encoding, colors.LIGHT, title="t")
    assert [note.text for note in flat.layout.annotations] == list(encoding.tokens) and flat.layout.title.text == "t"
    space = lens.space_figure(projection, encoding, colors.LIGHT, title="t")
    assert list(space.data[0].text) == list(encoding.tokens) and space.layout.title.text == "t"


def test_axes_state_the_share_they_keep(forward: ForwardPass) -> None:
    projection = project(forward.hidden_states[-1], 3)
    shares = [plots.percent(share) for share in projection.explained]
    flat = lens.tokens_figure(projection, forward.encoding, colors.LIGHT, title="t")
    space = lens.space_figure(projection, forward.encoding, colors.LIGHT, title="t")
    assert shares[0] in flat.layout.xaxis.title.text
    assert shares[1] in flat.layout.yaxis.title.text
    assert space.layout.scene.zaxis.title.text == f"PC 3: {shares[2]}"


def test_tokens_are_text_never_markup(model: Model) -> None:
    encoding = model.encode("<b> $x$ </script>")
    projection = Projection(np.zeros((encoding.n_tokens, 3), dtype=np.float32), np.zeros(3, dtype=np.float32))
    flat = lens.tokens_figure(projection, encoding, colors.LIGHT, title="t")
    space = lens.space_figure(projection, encoding, colors.LIGHT, title="t")
    texts = [note.text for note in flat.layout.annotations] + list(flat.data[0].text) + list(space.data[0].text)
    assert {"&lt;", "&gt;", "&#36;"} <= set(texts)
    assert not any(character in text for text in texts for character in "<>$")


def test_the_notice_names_the_token_that_turned_most(forward: ForwardPass) -> None:
    first, last = forward.hidden_states[0], forward.hidden_states[-1]
    cosines = [np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b) for a, b in zip(first, last, strict=True)]
    assert f"“{forward.encoding.tokens[int(np.argmin(cosines))]}”" in lens.travel_notice(forward)


def test_the_tables_hold_the_points_of_the_pictures(forward: ForwardPass) -> None:
    projection = project(forward.hidden_states[2], 3)
    points = lens.points_columns(projection, forward.encoding.tokens)
    assert points["token"] == list(forward.encoding.tokens)
    assert np.array_equal(np.array([points[f"PC {i}"] for i in (1, 2, 3)]).T, projection.coordinates)
    tracks, (_, drawn) = lens.tracks_columns(forward), lens.layer_tracks(forward)
    row = 3 * forward.encoding.n_tokens + 2  # the third token at layer 3
    assert (tracks["layer"][0], tracks["layer"][row], tracks["token"][row]) == ("embeddings", "3", "love")
    assert (tracks["PC 1"][row], tracks["PC 2"][row]) == tuple(drawn[3, 2].tolist())
