"""The pictures for notebooks: those of the pages, for whoever counts from 0, with a theme by default."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
import pytest

from bertviz_app import figures
from bertviz_app.drawing import colors
from bertviz_app.errors import MissingHead, NoSuchPart, NotSaved

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass


@pytest.fixture(scope="module")
def blank(model: Model) -> Any:
    return model.run("Paris is the [MASK] of France.")


def every_figure(model: Model, blank: Any, **options: Any) -> dict[str, go.Figure]:
    return {
        "attention": figures.attention(blank, layer=0, head=2, **options),
        "attention_summed_up": figures.attention_summed_up(blank, **options),
        "kinds_of_heads": figures.kinds_of_heads(blank, **options),
        "embeddings": figures.embeddings(blank, **options),
        "hidden_states": figures.hidden_states(blank, **options),
        "norms": figures.norms(blank, **options),
        "fill_in_the_blank": figures.fill_in_the_blank(model, blank.encoding, **options),
        "logit_lens": figures.logit_lens(model, blank, **options),
    }


def test_every_figure_has_a_title_and_a_theme(model: Model, blank: Any) -> None:
    public = {
        name for name, value in vars(figures).items() if getattr(value, "__module__", "") == figures.__name__ and name[0] != "_"
    }
    assert set(every_figure(model, blank)) == public - {"save", "T"}
    for theme, palette in figures.THEMES.items():
        for name, figure in every_figure(model, blank, theme=theme).items():
            assert figure.layout.paper_bgcolor == palette.paper, name
            assert figure.layout.title.text, name


def test_a_head_is_drawn_as_it_is_and_counted_from_one_where_people_read(forward: ForwardPass) -> None:
    figure = figures.attention(forward, layer=0, head=2)
    np.testing.assert_allclose(figure.data[0].z, forward.attentions[0, 2], rtol=1e-6)
    assert "1.3" in figure.layout.title.text
    assert (
        figures.attention(forward, layer=-1, head=-1).layout.title.text
        == figures.attention(forward, layer=5, head=11).layout.title.text
    )


def test_words_are_fewer_than_pieces(model: Model) -> None:
    forward = model.run("My brother loves skateboarding.")
    assert figures.attention(forward, layer=0, head=0).data[0].z.shape == (8, 8)
    assert figures.attention(forward, layer=0, head=0, words=True).data[0].z.shape == (7, 7)


def test_rollout_and_mean_are_those_of_the_page(forward: ForwardPass) -> None:
    np.testing.assert_allclose(
        figures.attention_summed_up(forward, method="mean").data[0].z, forward.attentions.mean(axis=(0, 1)), rtol=1e-5
    )
    assert figures.attention_summed_up(forward).layout.title.text.startswith("Rollout")


def test_the_embeddings_come_before_the_first_layer(forward: ForwardPass) -> None:
    assert figures.embeddings(forward, state=0).layout.title.text.startswith("The tokens at the embeddings")
    assert figures.embeddings(forward).layout.title.text.startswith("The tokens at layer 6")
    assert figures.embeddings(forward, in_space=True).data[0].type == "scatter3d"


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda f: figures.attention(f, layer=6, head=0), "There is no layer 6: they count from 0 to 5."),
        (lambda f: figures.attention(f, layer=0, head=-13), "There is no head -13: they count from 0 to 11."),
        (lambda f: figures.attention(f, layer="1", head=0), "A layer is a whole number from 0 to 5; this is one text."),
        (lambda f: f.head(0, 12), "There is no head 12: they count from 0 to 11."),
        (lambda f: f.head(None, 0), "A layer is a whole number from 0 to 5; this is None."),
        (lambda f: figures.embeddings(f, state=7), "There is no hidden state 7: they count from 0 to 6."),
        (lambda f: figures.attention_summed_up(f, method="flows"), "There is no method “flows”: it is one of mean, rollout."),
        (lambda f: figures.norms(f, theme="pink"), "There is no theme “pink”: it is one of light, dark."),
    ],
)
def test_what_is_not_there_is_answered_with_a_sentence(ask: Any, said: Any, forward: ForwardPass) -> None:
    with pytest.raises(NoSuchPart) as caught:
        ask(forward)
    assert str(caught.value) == said


def test_a_head_is_a_labelled_table(model: Model) -> None:
    forward = model.run("The cat saw the dog.")
    table = forward.head(0, 2)
    assert table.shape == (8, 8) and (table.index.name, table.columns.name) == ("query", "key")
    assert list(table.index) == list(table.columns) == ["[CLS]", "the (1)", "cat", "saw", "the (4)", "dog", ".", "[SEP]"]
    assert table.loc["cat", "the (1)"] == forward.attentions[0, 2, 2, 1]
    np.testing.assert_allclose(table.sum(axis="columns"), 1, atol=1e-5)


def test_a_head_that_was_not_trained_draws_nothing(tiny_families: dict[str, Path]) -> None:
    from bertviz_app import load

    model = load(tiny_families["electra-discriminator"])
    with pytest.raises(MissingHead):
        figures.logit_lens(model, model.run("A cat."))


def test_a_figure_is_saved_as_a_page_of_its_own(forward: ForwardPass, tmp_path: Path) -> None:
    figures.save(figures.attention(forward, layer=0, head=2), tmp_path / "head.html")
    page = (tmp_path / "head.html").read_text(encoding="utf-8")
    assert "plotly" in page and 'src="http' not in page


def test_a_picture_without_what_draws_it_is_a_sentence(
    forward: ForwardPass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "find_spec", lambda name: None)
    with pytest.raises(NotSaved, match=r"kaleido, which is not installed: pip install kaleido\. Or save it as \.html"):
        figures.save(figures.norms(forward), tmp_path / "norms.png")
    assert not list(tmp_path.iterdir())


def test_what_kaleido_says_is_handed_on(forward: ForwardPass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_browser(self: Any, path: Any, scale: Any) -> None:
        raise RuntimeError("no browser")

    monkeypatch.setattr(figures, "find_spec", lambda name: object())
    monkeypatch.setattr(go.Figure, "write_image", no_browser)
    with pytest.raises(NotSaved, match=r"could not draw the picture \(no browser\)\. It needs Chrome or Chromium\."):
        figures.save(figures.norms(forward), tmp_path / "norms.svg")


def test_with_kaleido_a_picture_is_written_at_twice_its_size(
    forward: ForwardPass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[object, int]] = []
    monkeypatch.setattr(figures, "find_spec", lambda name: object())
    monkeypatch.setattr(go.Figure, "write_image", lambda self, path, scale: written.append((path, scale)))
    figures.save(figures.norms(forward), str(tmp_path / "norms.PNG"))
    assert written == [(tmp_path / "norms.PNG", 2)]


@pytest.mark.parametrize("name", ["head.docx", "head"])
def test_another_kind_of_file_is_refused(name: Any, forward: ForwardPass, tmp_path: Path) -> None:
    with pytest.raises(NotSaved, match=r"A figure is saved as \.html or as a picture"):
        figures.save(figures.norms(forward), tmp_path / name)


def test_the_default_theme_is_the_light_one(forward: ForwardPass) -> None:
    assert figures.norms(forward).layout.paper_bgcolor == colors.LIGHT.paper
