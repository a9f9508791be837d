from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from bertviz_app.lenses import classes, head_code
from bertviz_app.lenses.head_code import Looks
from bertviz_app.tables import csv_text
from bertviz_app.workspace import caches
from bertviz_app.workspace.markup import plain

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


def shown(app) -> str:
    elements = (*app.markdown, *app.caption, *app.error, *app.info, *app.warning)
    return "\n".join(element.value for element in elements)


def many(open_page, place="One a line", **texts):
    return open_page(
        "sentiment", state={"sentiment_view": "Many sentences", "texts_from": place, "texts": texts}
    )  # fmt: skip


def upload(app, data: bytes):
    app.file_uploader[0].set_value(("reviews.csv", data, "text/csv")).run()
    assert not app.exception
    return app


def result(app):
    return next(frame.value for frame in app.dataframe if "note" in frame.value)


def test_the_numbers_on_the_page_are_the_model_s(open_page, model):
    app = open_page("sentiment", text="What a dull film.")
    forward = model.run(model.encode("What a dull film."))
    reading = classes.read(model.info.task_heads["sentiment"], model.class_logits("sentiment", forward.pooler_output))
    assert plain(classes.notice(reading)) in shown(app)
    assert list(app.dataframe[0].value["probability"]) == pytest.approx(reading.values.tolist(), abs=1e-6)
    assert app.code[0].value == head_code.classification(model.info, "sentiment", forward.encoding, Looks(0, ())).strip()


@pytest.mark.parametrize("text", BAD_INPUT.values(), ids=BAD_INPUT)
def test_any_text_gets_an_answer(open_page, text):
    app = open_page("sentiment", text=text)
    assert "What to notice" in shown(app) and not app.error


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "x" * 20_001])
def test_a_text_that_cannot_be_read_gets_a_sentence(open_page, text):
    app = open_page("sentiment", text=text)
    assert len(app.error) == 1 and "What to notice" not in shown(app)


def test_several_sentences_one_a_line(open_page):
    app = many(open_page, reviews="A wonderful film.\n\nA terrible film.\n\u200b\n" + "good film " * 700)
    table = result(app)
    assert list(table["label"][:2]) == ["POSITIVE", "NEGATIVE"]
    assert "nothing to read" in table["note"][2] and "Cut" in table["note"][3]
    assert "1 could not be read" in shown(app).replace("\\", "")


@pytest.mark.parametrize("text", BAD_INPUT.values(), ids=BAD_INPUT)
def test_any_line_among_several_is_read(open_page, text):
    app = many(open_page, reviews=f"Good.\n{text}")
    assert list(result(app)["label"].isna()) == [False, False]


def test_an_empty_box_is_a_sentence(open_page):
    assert len(many(open_page, reviews=" \n ").error) == 1


def test_a_csv_is_read_on_a_click_and_stays_when_the_visitor_comes_back(open_page):
    app = upload(many(open_page, "CSV file"), b"id,text\n1,wonderful\n2,\n3,awful\n4,=1+1\n5,a, b\n")
    assert not app.dataframe
    app.button("read_texts").click().run()
    table = result(app)
    assert list(table["label"].fillna("")) == ["POSITIVE", "", "NEGATIVE", table["label"][3], ""]
    assert [bool(note) for note in table["note"]] == [False, True, False, False, True]
    taken_away = list(csv.reader(io.StringIO(csv_text(table.to_dict("list")))))
    assert taken_away[4][1] == "'=1+1"
    app.switch_page("pages/glossary.py").run()
    app.switch_page("pages/sentiment.py").run()
    app.run()
    assert list(result(app)["row"]) == [1, 2, 3, 4, 5]


def test_the_csv_costs_passes_only_on_the_click_and_only_once(open_page, monkeypatch):
    from bertviz_app.models import Model

    caches.final_states.clear()
    asked = []
    original = Model.final_states
    monkeypatch.setattr(
        Model, "final_states", lambda self, encodings, **options: asked.append(len(encodings)) or original(self, encodings, **options)
    )  # fmt: skip
    app = upload(many(open_page, "CSV file"), b"text\nwonderful\nawful\n")
    assert asked == []
    app.button("read_texts").click().run()
    app.run()
    assert asked == [2]


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"text\n\xed\xa0\x80\n", b"a\0b", b'text\n"open', b"PK\x03\x04"])
def test_a_file_that_is_no_csv_is_a_sentence(open_page, data):
    app = upload(many(open_page, "CSV file"), data)
    assert len(app.error) == 1 and not app.dataframe


def test_rows_beyond_the_limit_are_left_out_and_said(open_page, monkeypatch):
    monkeypatch.setenv("INSIDE_BERT_MAX_ROWS", "3")
    app = upload(many(open_page, "CSV file"), b"text\n" + b"fine\n" * 5)
    assert "The 2 rows beyond 3 are left out" in shown(app)
    assert app.button("read_texts").label == "Read 3 texts"


def test_a_checkpoint_without_a_trained_head_says_so_and_leads_to_one_that_has_it(open_page, tiny_checkpoint, monkeypatch):
    folder = str(tiny_checkpoint("headless"))
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", folder)
    app = open_page("sentiment", text="I love AI!", state={"model": Path(folder).name})
    assert "without a trained head for sentiment" in shown(app) and "%" not in shown(app)
    app.button("use_embedded").click().run()
    assert app.session_state["model"] == "embedded"
    assert not app.exception and "“POSITIVE” has" in shown(app)


def test_the_labels_are_the_checkpoint_s_own(open_page, tiny_checkpoint, monkeypatch):
    folder = str(
        tiny_checkpoint("stars", architecture="BertForSequenceClassification", labels=("1 star", "2 stars", "3 stars"))
    )
    monkeypatch.setenv("INSIDE_BERT_CHECKPOINTS", folder)
    app = open_page("sentiment", text="i love the cat", state={"model": Path(folder).name})
    assert list(app.dataframe[0].value["label"]) == ["1 star", "2 stars", "3 stars"]
