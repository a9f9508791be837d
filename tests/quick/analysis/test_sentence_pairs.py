from __future__ import annotations

from bertviz_app.analysis import sentence_pairs as lens


def test_labels_are_explained_by_what_their_names_begin_with() -> None:
    said = lens.meanings(("entailment", "neutral", "contradiction"))
    assert said == "entailment: if A is true, so is B · neutral: B may be true or not · contradiction: if A is true, B is not"
    assert lens.meanings(("CONTRADICTION", "LABEL_1")) == "CONTRADICTION: if A is true, B is not"
    assert lens.meanings(("not_equivalent", "equivalent")).startswith("not_equivalent: they do not")
