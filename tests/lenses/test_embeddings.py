from __future__ import annotations

import numpy as np
import pytest

from bertviz_app import plots
from bertviz_app.lenses import embeddings as lens
from bertviz_app.lenses import embeddings_code
from bertviz_app.lenses.pca import Projection, project


@pytest.mark.parametrize("state, n_components", [(0, 2), (4, 2), (6, 3)])
def test_the_python_on_the_page_gives_the_points_on_the_page(model, pair_forward, state, n_components):
    scope: dict = {}
    encoding = pair_forward.encoding
    exec(embeddings_code.python_code(model.info, encoding.text, encoding.pair, state=state, n_components=n_components), scope)
    projection = project(pair_forward.hidden_states[state], n_components)
    assert np.abs(projection.coordinates - scope["points"]).max() < 1e-5
    assert np.abs(projection.explained - scope["explained"]).max() < 1e-5


def test_the_python_of_all_layers(model, forward):
    scope: dict = {}
    exec(embeddings_code.python_code(model.info, forward.encoding.text, state=None), scope)
    projection, tracks = lens.layer_tracks(forward)
    assert np.abs(tracks - scope["points"]).max() < 1e-5
    assert np.abs(projection.explained - scope["explained"]).max() < 1e-5


def test_frames_share_one_projection(forward):
    figure = lens.layers_figure(forward, plots.LIGHT)
    n = forward.encoding.n_tokens
    expected = project(forward.hidden_states.reshape(-1, forward.model.d_model), 2).coordinates.reshape(-1, n, 2)
    assert len(figure.frames) == forward.model.n_layers + 1
    for frame, coordinates in zip(figure.frames, expected, strict=True):
        points = frame.data[-1]
        assert np.array_equal(np.stack([points.x, points.y], axis=-1), coordinates)
        low, high = figure.layout.xaxis.range
        assert low < coordinates[:, 0].min() <= coordinates[:, 0].max() < high


def test_labels_travel_along_with_their_points(forward):
    figure = lens.layers_figure(forward, plots.LIGHT)
    assert [trace.mode for trace in figure.data] == ["lines", "text", "markers"]
    for frame in figure.frames:
        lines, labels, points = frame.data
        assert np.array_equal(lines.x[0::3], points.x)
        # A line ends between its point and the middle of its label.
        assert (np.abs(lines.x[1::3] - points.x) <= np.abs(labels.x - points.x) + 1e-6).all()
        assert np.isnan(lines.x[2::3]).all()


def test_many_tokens_travel_without_labels(model):
    figure = lens.layers_figure(model.run(model.encode("word " * 60)), plots.LIGHT)
    assert [trace.mode for trace in figure.data] == ["markers"]
    assert [len(frame.data) for frame in figure.frames] == [1] * 7


def test_labels_are_left_to_hover_when_there_are_many(model):
    few, many = model.encode("word " * 38), model.encode("word " * 60)
    for encoding, is_labelled in ((few, True), (many, False)):
        projection = Projection(np.zeros((encoding.n_tokens, 3), dtype=np.float32), np.zeros(3, dtype=np.float32))
        flat = lens.tokens_figure(projection, encoding, plots.LIGHT, title="t")
        assert [note.text for note in flat.layout.annotations] == list(encoding.tokens if is_labelled else ())
        assert list(flat.data[0].text) == list(encoding.tokens)
        space = lens.space_figure(projection, encoding, plots.LIGHT, title="t")
        assert space.data[0].mode == ("markers+text" if is_labelled else "markers")


def test_axes_state_the_share_they_keep(forward):
    projection = project(forward.hidden_states[-1], 3)
    shares = [plots.percent(share) for share in projection.explained]
    flat = lens.tokens_figure(projection, forward.encoding, plots.LIGHT, title="t")
    space = lens.space_figure(projection, forward.encoding, plots.LIGHT, title="t")
    assert shares[0] in flat.layout.xaxis.title.text
    assert shares[1] in flat.layout.yaxis.title.text
    assert space.layout.scene.zaxis.title.text == f"PC 3: {shares[2]}"


def test_tokens_are_text_never_markup(model):
    encoding = model.encode("<b> $x$ </script>")
    projection = Projection(np.zeros((encoding.n_tokens, 3), dtype=np.float32), np.zeros(3, dtype=np.float32))
    flat = lens.tokens_figure(projection, encoding, plots.LIGHT, title="t")
    space = lens.space_figure(projection, encoding, plots.LIGHT, title="t")
    texts = [note.text for note in flat.layout.annotations] + list(flat.data[0].text) + list(space.data[0].text)
    assert {"&lt;", "&gt;", "&#36;"} <= set(texts)
    assert not any(character in text for text in texts for character in "<>$")


def test_the_notice_names_the_token_that_turned_most(forward):
    first, last = forward.hidden_states[0], forward.hidden_states[-1]
    cosines = [np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b) for a, b in zip(first, last, strict=True)]
    assert f"“{forward.encoding.tokens[int(np.argmin(cosines))]}”" in lens.travel_notice(forward)


def test_the_tables_hold_the_points_of_the_pictures(forward):
    projection = project(forward.hidden_states[2], 3)
    points = lens.points_columns(projection, forward.encoding.tokens)
    assert points["token"] == list(forward.encoding.tokens)
    assert np.array_equal(np.array([points[f"PC {i}"] for i in (1, 2, 3)]).T, projection.coordinates)
    tracks, (_, drawn) = lens.tracks_columns(forward), lens.layer_tracks(forward)
    row = 3 * forward.encoding.n_tokens + 2  # the third token at layer 3
    assert (tracks["layer"][0], tracks["layer"][row], tracks["token"][row]) == ("embeddings", "3", "love")
    assert (tracks["PC 1"][row], tracks["PC 2"][row]) == tuple(drawn[3, 2].tolist())
