from __future__ import annotations

from pathlib import Path

from bertviz_app.analysis.glossary import TERMS, found

ROOT = Path(__file__).parents[3]


def test_terms_are_sorted_unique_and_one_line() -> None:
    names = [term.name for term in TERMS]
    assert len(set(names)) == len(names)
    assert names == sorted(names, key=lambda name: name.strip("[").lower())
    assert all(term.meaning.endswith((".", "?")) and "\n" not in term.meaning for term in TERMS)


def test_each_page_that_is_named_exists() -> None:
    assert all((ROOT / "pages" / f"{term.page}.py").is_file() for term in TERMS if term.page)


def test_a_search_puts_terms_of_that_name_first() -> None:
    assert found("") == list(TERMS)
    first, *others = found(" layer ")
    assert first.name == "Layer" and others and all("layer" in f"{term.name} {term.meaning}".lower() for term in others)
    assert found("[CLS]")[0].name == "[CLS]" and found("xyzzy") == []
