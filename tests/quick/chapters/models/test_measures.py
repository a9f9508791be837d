from __future__ import annotations

from typing import Any

from bertviz_app.chapters.models import measures as lens
from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.drawing import colors
from bertviz_app.families.rows import ROWS
from bertviz_app.serving.model_pool import PooledModel

ALL = tuple(CATALOG.values())


def row(columns: dict[str, Any], title: str) -> dict[str, Any]:
    place = columns["model"].index(title)
    return {name: values[place] for name, values in columns.items()}


def test_the_table_has_every_model_and_its_published_numbers() -> None:
    columns = lens.catalogue_columns(ALL, {"embedded": "embedded"})
    assert {len(values) for values in columns.values()} == {len(CATALOG)} and len(CATALOG) > 45
    base = row(columns, "BERT base, uncased")
    assert (base["parameters (M)"], base["disk (MB)"], base["layers"], base["width"], base["heads"]) == (
        110.1,
        440,
        12,
        768,
        12,
    )
    assert base["tokenizer"] == "WordPiece" and base["does"] == "masked words, next sentence" and not base["here"]
    assert row(columns, "Embedded BERT")["here"] and row(columns, "RoBERTa base")["tokenizer"] == "byte-level BPE"
    assert (
        row(columns, "ALBERT base, v2")["tokenizer"] == "Unigram"
        and row(columns, "BERT Mini, uncased")["pinned revision"] == "not pinned"
    )


def test_the_parts_add_up() -> None:
    columns = lens.parts_columns(ALL)
    for place, total in enumerate(columns["all"]):
        part = {name: values[place] for name, values in columns.items()}
        layers = part["one layer"] * part["layers stored"] + part["shared by layers"]
        assert part["embeddings"] + layers + part["pooler"] + part["heads"] == total
    assert row(columns, "ALBERT large, v2")["layers stored"] == 1


def test_every_family_is_in_the_table_once() -> None:
    columns = lens.family_columns()
    assert len(columns["family"]) == len(set(columns["family"])) == len({family.traits.family for family in ROWS})
    assert "sentence order" in columns["trained for"][columns["family"].index("ALBERT")]
    assert "ALBERT stores one layer" in lens.families_notice()


def test_the_bars_are_the_table_in_millions() -> None:
    chart = lens.parts_figure(ALL, colors.LIGHT)
    totals = sum(float(value) for bar in chart.data for value in bar.x)
    assert abs(totals - sum(lens.parts_columns(ALL)["all"]) / 1e6) < 1e-6
    assert [bar.name for bar in chart.data] == list(lens.PARTS)


def test_what_to_notice_is_computed() -> None:
    assert "1 of" in lens.catalogue_notice(ALL, ["embedded"]) and "BERT Tiny" in lens.catalogue_notice(ALL, ["embedded"])
    assert "%" in lens.parts_notice(ALL)
    held = (PooledModel("a@1", 40_000_000, 0), PooledModel("b@1", 2_000_000, 1))
    assert "2 models are in memory and take 42 of the 100 MB" in lens.memory_notice(held, 100_000_000)
    assert lens.memory_columns(held, {"b@1": "B"})["model"] == ["B", "a@1"]


def test_what_is_ignored_is_counted_and_the_first_are_named() -> None:
    assert lens.ignored(("a.b",)) == "1 tensor of its files is not read here: a.b."
    many = lens.ignored(tuple(f"t{i}" for i in range(11)))
    assert many.startswith("11 tensors of its files are not read here: t0, ") and many.endswith("t7 and 3 more.")
    assert (
        lens.opens("mine", "MPNet", 1_234_567)
        == "“mine” can be opened, as a model of the kind MPNet; it will take 1.2 MB of memory."
    )
