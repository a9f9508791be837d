from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bertviz_app import load
from bertviz_app.families.spelling import SpecialTokens


def test_a_text_of_the_program_takes_the_spelling_of_the_model() -> None:
    special = SpecialTokens(cls="<s>", sep="</s>", mask="<mask>", pad="<pad>", unk="<unk>")
    assert special.spelled("[CLS] … [SEP], [MASK] and [PAD], [UNK]") == "<s> … </s>, <mask> and <pad>, <unk>"
    assert SpecialTokens().spelled("without [CLS]") == "without [CLS]"


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("bert", SpecialTokens()),
        ("roberta", SpecialTokens("<s>", "</s>", "<mask>", "<pad>", "<unk>")),
        ("mpnet", SpecialTokens("<s>", "</s>", "<mask>", "<pad>", "[UNK]")),
        ("albert", SpecialTokens()),
    ],
)
def test_a_model_knows_how_it_writes_them(tiny_families: dict[str, Path], family: Any, expected: Any) -> None:
    model = load(str(tiny_families[family]))
    assert model.info.special == expected
    encoding = model.encode("I love AI!")
    assert encoding.tokens[0] == expected.cls and encoding.tokens[-1] == expected.sep
