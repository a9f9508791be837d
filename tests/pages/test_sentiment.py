from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from choosing import listed

from bertviz_app.analysis import classes
from bertviz_app.analysis import head_snippet as head_code
from bertviz_app.analysis.head_snippet import Evidence
from bertviz_app.drawing.tables import csv_text
from bertviz_app.workspace import caches
from bertviz_app.workspace.markup import plain

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from bertviz_app.engine.model import Model

BAD_INPUT = {
    "right to left": "أحب هذا الفيلم",
    "zero width": "good\u200b film\u200f",
    "control": "good\x00 film\x07",
    "script": "<script>alert(1)</script>",
    "closing script": "</script>",
    "markdown": "**bold** [link](http://x) `code` | # $\\frac{1}{2}$ :smile:",
    "typed specials": "good [SEP] film [CLS]",
    "fifty masks": "[MASK] " * 50,
    "a long word": "a" * 10_000,
    "one page too much": "good film " * 1_900,
}


def shown(app: Any) -> str:
    elements = (*app.markdown, *app.caption, *app.error, *app.info, *app.warning)
    return "\n".join(element.value for element in elements)


def many(open_page: Callable[..., AppTest], place: Any = "One per line", **texts: Any) -> Any:
    return open_page(
        "sentiment", state={"sentiment_view": "Many sentences", "texts_from": place, "texts": texts}
    )  # fmt: skip


def upload(app: Any, data: bytes) -> Any:
    app.file_uploader[0].set_value(("reviews.csv", data, "text/csv")).run()
    assert not app.exception
    return app


def result(app: Any) -> Any:
    return next(frame.value for frame in app.dataframe if "note" in frame.value)


def test_the_numbers_on_the_page_are_the_model_s(open_page: Callable[..., AppTest], model: Model) -> None:
    app = open_page("sentiment", text="What a dull film.")
    forward = model.run(model.encode("What a dull film."))
    reading = classes.read(model.info.task_heads["sentiment"], model.class_logits("sentiment", forward.pooler_output))
    assert plain(classes.notice(reading)) in shown(app)
    assert list(app.dataframe[0].value["probability"]) == pytest.approx(reading.values.tolist(), abs=1e-6)
    assert app.code[0].value == head_code.classification(model.info, "sentiment", forward.encoding, Evidence(0, ())).strip()


@pytest.mark.parametrize("text", BAD_INPUT.values(), ids=BAD_INPUT)
def test_any_text_gets_an_answer(open_page: Callable[..., AppTest], text: Any) -> None:
    app = open_page("sentiment", text=text)
    assert "What to notice" in shown(app) and not app.error


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "x" * 20_001])
def test_a_text_that_cannot_be_read_gets_a_sentence(open_page: Callable[..., AppTest], text: Any) -> None:
    app = open_page("sentiment", text=text)
    assert len(app.error) == 1 and "What to notice" not in shown(app)


def test_several_sentences_one_a_line(open_page: Callable[..., AppTest]) -> None:
    app = many(open_page, reviews="A wonderful film.\n\nA terrible film.\n\u200b\n" + "good film " * 700)
    table = result(app)
    assert list(table["label"][:2]) == ["POSITIVE", "NEGATIVE"] and list(table["row"]) == [1, 3, 5]
    assert "Cut" in table["note"][2] and "line 4 is left out" in shown(app)


@pytest.mark.parametrize("text", BAD_INPUT.values(), ids=BAD_INPUT)
def test_any_line_among_several_is_read(open_page: Callable[..., AppTest], text: Any) -> None:
    app = many(open_page, reviews=f"Good.\n{text}")
    assert list(result(app)["label"].isna()) == [False, False]


def test_an_empty_box_is_a_sentence(open_page: Callable[..., AppTest]) -> None:
    assert len(many(open_page, reviews=" \n ").error) == 1


def said(app: Any) -> str:
    return shown(app).replace("\\", "")


SHOP = (
    b"Clothing ID,Age,Title,Review Text,Rating\n"
    b'767,33,,"Absolutely wonderful, silky and comfortable",5\n'
    b"1080,34,Some flaws,I had such high hopes and it was awful,1\n"
    b"1077,60,,NaN,3\n"
    b"1049,50,Fine,=1+1 is what this lovely dress costs,5\n"
)


def test_a_file_is_seen_and_its_column_chosen_before_anything_is_scored(open_page: Callable[..., AppTest]) -> None:
    app = upload(many(open_page, "File"), SHOP)
    box = next(box for box in app.selectbox if box.label == "Column with the texts")
    assert box.value == "Review Text" and [len(frame.value) for frame in app.dataframe] == [3]
    assert "Read as UTF-8, cells separated by commas, heading in row 1: 4 rows and 5 columns." in said(app)
    assert "1 of 4 rows is left out: missing value “NaN” (1)." in said(app)
    assert app.button("read_texts").label == "Read 3 texts"
    app.button("read_texts").click().run()
    table = result(app)
    assert list(table)[:6] == ["row", "Clothing ID", "Age", "Title", "Review Text", "Rating"]
    assert list(table["row"]) == [2, 3, 4, 5] and list(table["label"].fillna("")[:3]) == ["POSITIVE", "NEGATIVE", ""]
    assert table["note"][2] == "missing value “NaN”"
    taken_away = list(csv.reader(io.StringIO(csv_text(table.to_dict("list")))))
    assert taken_away[4][4].startswith("'=1+1")
    app.switch_page("pages/glossary.py").run()
    app.switch_page("pages/sentiment.py").run()
    app.run()
    assert list(result(app)["row"]) == [2, 3, 4, 5] and "which you uploaded earlier" in said(app)


def test_a_file_that_is_taken_out_of_the_box_is_gone(open_page: Callable[..., AppTest]) -> None:
    app = upload(many(open_page, "File"), SHOP)
    app.file_uploader[0].set_value(None).run()
    assert not app.exception and not app.dataframe and "uploaded earlier" not in said(app)


def test_another_column_is_read_when_the_visitor_says_so(open_page: Callable[..., AppTest]) -> None:
    app = upload(many(open_page, "File"), SHOP)
    next(box for box in app.selectbox if box.label == "Column with the texts").set_value("Title").run()
    assert app.button("read_texts").label == "Read 2 texts" and "empty cell (2)" in said(app)
    app.switch_page("pages/glossary.py").run()
    app.switch_page("pages/sentiment.py").run()
    app.run()
    assert next(box for box in app.selectbox if box.label == "Column with the texts").value == "Title"
    upload(app, SHOP)  # another file: what is recognised is chosen again
    assert next(box for box in app.selectbox if box.label == "Column with the texts").value == "Review Text"


def test_the_file_s_labels_stand_beside(open_page: Callable[..., AppTest]) -> None:
    data = b"text,polarity\nwonderful,pos\nawful,neg\nsuperb,neg\nboring,neg\nfine,unsure\n"
    app = upload(many(open_page, "File"), data)
    chosen = {box.label: box.value for box in app.selectbox}
    assert chosen["Column with the right labels"] == "polarity"
    assert (chosen["“pos” is"], chosen["“neg” is"], chosen["“unsure” is"]) == ("POSITIVE", "NEGATIVE", "no label")
    app.button("read_texts").click().run()
    assert "says what the file says in 3 of 4 rows: 75\N{NO-BREAK SPACE}%" in said(app) and "1 row has no value" in said(app)
    assert list(result(app)["expected"].fillna("")) == ["POSITIVE", "NEGATIVE", "NEGATIVE", "NEGATIVE", ""]
    next(box for box in app.selectbox if box.label == "“unsure” is").set_value("POSITIVE").run()
    assert "of 5 rows" in said(app)  # nothing is scored again for it


def test_how_the_file_is_read_can_be_changed(open_page: Callable[..., AppTest]) -> None:
    app = upload(many(open_page, "File"), "good,1\nGröße,0\n".encode("cp1252"))
    assert "is the likeliest" in said(app)
    next(box for box in app.selectbox if box.label == "Delimiter").set_value("none: a text per line").run()
    assert "one text per line, no heading: 2 rows." in said(app) and not app.exception
    next(box for box in app.selectbox if box.label == "Encoding").set_value("Cyrillic (Windows-1251)").run()
    assert "GrцЯe" in str([list(frame.value.iloc[:, 1]) for frame in app.dataframe])


def test_the_csv_costs_passes_only_on_the_click_and_only_once(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    from bertviz_app.engine.model import Model

    caches.final_states.clear()
    asked = []
    original = Model.final_states
    monkeypatch.setattr(
        Model, "final_states", lambda self, encodings, **options: asked.append(len(encodings)) or original(self, encodings, **options)
    )  # fmt: skip
    app = upload(many(open_page, "File"), b"text\nwonderful\nawful\n")
    assert asked == []
    app.button("read_texts").click().run()
    app.run()
    assert asked == [2]


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n", b"text\n", b"PK\x03\x04"])
def test_a_file_that_is_no_csv_is_a_sentence(open_page: Callable[..., AppTest], data: Any) -> None:
    app = upload(many(open_page, "File"), data)
    assert len(app.error) == 1 and not app.dataframe


def test_rows_beyond_the_limit_are_left_out_and_said(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIDE_BERT_MAX_ROWS", "3")
    app = upload(many(open_page, "File"), b"text\n" + b"fine\n" * 5)
    assert "Left out: the last 2 rows; this server reads 3 of a file." in shown(app).replace("\\", "")
    assert app.button("read_texts").label == "Read 3 texts"


def test_a_checkpoint_without_a_trained_head_says_so_and_leads_to_one_that_has_it(
    open_page: Callable[..., AppTest], tiny_checkpoint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(tiny_checkpoint("headless"))
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", folder)
    app = open_page("sentiment", text="I love AI!", state={"model": Path(folder).name})
    assert "without a trained head for sentiment" in shown(app) and "%" not in shown(app)
    app.button("use_embedded").click().run()
    assert app.session_state["model"] == "embedded"
    assert not app.exception and "“POSITIVE” has" in shown(app)


def test_the_labels_are_the_checkpoint_s_own(
    open_page: Callable[..., AppTest], tiny_checkpoint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(
        tiny_checkpoint("stars", architecture="BertForSequenceClassification", labels=("1 star", "2 stars", "3 stars"))
    )
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", folder)
    app = open_page("sentiment", text="i love the cat", state={"model": Path(folder).name})
    assert list(app.dataframe[0].value["label"]) == ["1 star", "2 stars", "3 stars"]


PAIRS = (
    b"id,premise,hypothesis,label\n1,A man is playing a guitar.,A man makes music.,entailment\n"
    b"2,A man is playing a guitar.,Nobody makes music.,contradiction\n3,A dog runs.,,neutral\n"
)


def test_pairs_of_a_file_are_read_together_and_join_back(open_page: Callable[..., AppTest], model: Model) -> None:
    app = many(open_page)
    listed(app, "classifier").set_value("sentence pairs").run()
    assert not app.exception and "a column for each of the two" in shown(app)
    app = upload(app, PAIRS)
    chosen = {box.label: box.value for box in app.selectbox}
    assert chosen["Column with the texts"] == "premise" and chosen["Column with the second texts"] == "hypothesis"
    assert chosen["Column with the right labels"] == "label"
    assert [name for name in app.dataframe[0].value if name.startswith("▸")] == ["▸ premise", "▸ hypothesis"]
    assert plain("1 of 3 rows is left out: second text: empty cell (1)") in shown(app)
    app.button(key="read_texts").click().run()
    assert not app.exception
    table = result(app)
    assert list(table)[:5] == ["row", "id", "premise", "hypothesis", "label"] and len(table) == 3
    encoding = model.encode("A man is playing a guitar.", "Nobody makes music.")
    logits = model.class_logits("pairs", model.run(encoding).class_vector)
    reading = classes.read(model.info.task_heads["pairs"], logits)
    assert table["model: label"][1] == reading.label and table["score"][1] == pytest.approx(reading.score, abs=1e-5)
    assert table["note"][2] == "second text: empty cell"


def test_a_file_of_one_column_holds_no_pairs(open_page: Callable[..., AppTest]) -> None:
    app = many(open_page)
    listed(app, "classifier").set_value("sentence pairs").run()
    upload(app, b"text\nGood film.\nBad film.\n")
    assert "needs a column for each of the two" in shown(app)
