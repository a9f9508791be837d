"""Vectors of whole texts as sentence-transformers makes them, against the computation written out by hand.

all-MiniLM-L6-v2 itself is too large for the tests. It was compared once with sentence-transformers 6.2.0: for "A man is eating food." and
"The girl is carrying a baby." both give the cosine −0.105, and the vectors differ by 1e-7 at most; those of every pooling below,
of dense layers and of prompts, of values up to 10, by 3e-6.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from sentence_folders import KIND, TEXTS, trained, vectors_of, written

from bertviz_app import load
from bertviz_app.engine.sentence_vectors import sentence_vectors
from bertviz_app.errors import BrokenCheckpoint, MissingHead
from bertviz_app.families.pooling import POOLINGS, Recipe

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model


def lasts(folder: Path, prompt: str = "", *, max_tokens: int | None = None) -> list[torch.Tensor]:
    """The last layer by plain transformers, [position, d_model] for each text."""
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    network = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    found = []
    for text in TEXTS:
        inputs = tokenizer(prompt + text, return_tensors="pt", truncation=max_tokens is not None, max_length=max_tokens)
        with torch.inference_mode():
            found.append(network(**inputs).last_hidden_state[0])
    return found


BY_HAND = {
    "cls": lambda last: last[0],
    "max": lambda last: last.max(dim=0).values,
    "mean": lambda last: last.sum(dim=0) / len(last),
    "mean_sqrt_len": lambda last: last.sum(dim=0) / torch.tensor(len(last)).sqrt(),
    "weightedmean": lambda last: sum((i + 1) * row for i, row in enumerate(last)) / (len(last) * (len(last) + 1) / 2),
    "lasttoken": lambda last: last[-1],
}


def test_every_pooling_is_computed_by_hand() -> None:
    assert list(BY_HAND) == list(POOLINGS)


@pytest.mark.parametrize("family", ["bert", "xlm-r", "mpnet"])
@pytest.mark.parametrize("name", BY_HAND)
def test_each_pooling_by_its_old_and_its_new_spelling(
    tiny_families: dict[str, Path], tmp_path: Path, family: Any, name: Any
) -> None:
    ending = {"cls": "cls_token", "max": "max_tokens", "mean": "mean_tokens", "mean_sqrt_len": "mean_sqrt_len_tokens",
              "weightedmean": "weightedmean_tokens", "lasttoken": "lasttoken"}[name]  # fmt: skip
    expected = torch.stack([BY_HAND[name](last) for last in lasts(tiny_families[family])])
    old = trained(
        tmp_path / "old", tiny_families[family], pooling={f"pooling_mode_{ending}": True, "pooling_mode_unheard_of": False}
    )
    new = trained(tmp_path / "new", tiny_families[family], pooling={"pooling_mode": name})
    for folder in (old, new):
        np.testing.assert_allclose(vectors_of(folder), expected, atol=1e-5)


def test_the_mean_has_the_first_and_the_last_token_in_it_unlike_that_of_ordinary_encoders(
    tiny_families: dict[str, Path], tmp_path: Path
) -> None:
    folder = trained(tmp_path / "mine", tiny_families["bert"], pooling={"pooling_mode_mean_tokens": True})
    ours, (first, *_) = vectors_of(folder), lasts(tiny_families["bert"])
    np.testing.assert_allclose(ours[0], first.mean(dim=0), atol=1e-5)
    assert np.abs(ours[0] - first[1:-1].mean(dim=0).numpy()).max() > 0.01


def test_poolings_side_by_side_a_dense_layer_and_length_one(tiny_families: dict[str, Path], tmp_path: Path) -> None:
    pooling = {"pooling_mode": ["cls", "mean"]}
    folder = trained(tmp_path / "mine", tiny_families["bert"], pooling=pooling, dense=True, normalize=True)
    torch.manual_seed(1)
    weight, bias = torch.randn(20, 64), torch.randn(20)
    side = torch.stack([torch.cat([last[0], last.mean(dim=0)]) for last in lasts(tiny_families["bert"])])
    expected = torch.tanh(side @ weight.T + bias)
    np.testing.assert_allclose(vectors_of(folder), expected / expected.norm(dim=-1, keepdim=True), atol=1e-5)
    steps = load(str(folder)).info.recipe.steps
    assert "then a dense layer from 64 to 20 numbers (Tanh), then scaled to length 1" in steps and "side by side with" in steps


def test_the_length_and_the_lower_case_are_its_own(tiny_families: dict[str, Path], tmp_path: Path) -> None:
    folder = trained(
        tmp_path / "mine", tiny_families["roberta"], pooling={"pooling_mode_mean_tokens": True},
        sentence_roberta_config={"max_seq_length": 8, "do_lower_case": True},
    )  # fmt: skip
    recipe = load(str(folder)).info.recipe
    assert (recipe.max_tokens, recipe.prepared("A Man", "")) == (8, "a man")
    assert load(str(folder)).encode(TEXTS[2], max_tokens=recipe.max_tokens).n_tokens == 8


@pytest.mark.parametrize("counts", [True, False])
def test_a_prompt_stands_before_the_text_and_counts_or_not(tiny_families: dict[str, Path], tmp_path: Path, counts: Any) -> None:
    folder = trained(
        tmp_path / "mine", tiny_families["bert"], pooling={"pooling_mode_mean_tokens": True, "include_prompt": counts},
        config_sentence_transformers={"prompts": {"query": "the cat: ", "passage": ""}, "default_prompt_name": "query", "similarity_fn_name": "dot"},
    )  # fmt: skip
    recipe = load(str(folder)).info.recipe
    assert recipe.prompts == {"query": "the cat: "} and recipe.default_prompt == "query" and recipe.similarity == "dot"
    n_prompt = load(str(folder)).encode("the cat: ").n_tokens - 1
    expected = torch.stack(
        [last[0 if counts else n_prompt :].mean(dim=0) for last in lasts(tiny_families["bert"], "the cat: ")]
    )
    np.testing.assert_allclose(vectors_of(folder, "the cat: "), expected, atol=1e-5)


def test_an_older_folder_keeps_its_encoder_in_a_folder_of_its_own(tiny_families: dict[str, Path], tmp_path: Path) -> None:
    folder = trained(tmp_path / "mine", tiny_families["bert"], pooling={"pooling_mode_cls_token": True}, inner="0_Transformer",
                     sentence_bert_config={"max_seq_length": 12})  # fmt: skip
    info = load(str(folder)).info
    assert info.title == "mine" and info.recipe == Recipe(poolings=("cls",), max_tokens=12)
    expected = torch.stack([last[0] for last in lasts(tiny_families["bert"], max_tokens=12)])
    np.testing.assert_allclose(vectors_of(folder), expected, atol=1e-5)


def test_a_module_that_is_not_read_is_named_and_no_vector_made(tiny_families: dict[str, Path], tmp_path: Path) -> None:
    folder = trained(tmp_path / "mine", tiny_families["bert"], pooling={"pooling_mode_mean_tokens": True})
    modules = json.loads((folder / "modules.json").read_text())
    written(folder, "modules.json", [*modules, {"idx": 9, "name": "9", "path": "9_LSTM", "type": KIND + "LSTM"}])
    model = load(str(folder))
    assert model.info.recipe.unread == "LSTM"
    with pytest.raises(MissingHead):
        sentence_vectors(model, [model.run(model.encode("the cat"))])


def test_an_ordinary_encoder_has_no_recipe(model: Model, tiny_families: dict[str, Path]) -> None:
    assert model.info.recipe is None and load(str(tiny_families["mpnet"])).info.recipe is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("modules.json", {"type": "x"}, "list of modules"),
        (
            "modules.json",
            [{"idx": 0, "path": "", "type": KIND + "Transformer"}, {"path": "../../secret", "type": KIND + "Pooling"}],
            "outside",
        ),
        ("1_Pooling/config.json", [1], "JSON object"),
        ("2_Dense/config.json", {"activation_function": "os.system"}, "this version knows"),
        ("config_sentence_transformers.json", {"prompts": ["a"]}, "prompts"),
    ],
)
def test_what_is_broken_is_a_sentence(
    tiny_families: dict[str, Path], tmp_path: Path, name: Any, content: Any, said: Any
) -> None:
    folder = trained(tmp_path / "mine", tiny_families["bert"], pooling={"pooling_mode_mean_tokens": True}, dense=True)
    written(folder, name, content)
    with pytest.raises(BrokenCheckpoint, match=said):
        load(str(folder))


def test_the_places_that_decide() -> None:
    assert Recipe(("cls",)).deciding(5, 0) == [0] and Recipe(("lasttoken", "cls")).deciding(5, 0) == [0, 4]
    assert Recipe(("mean",)).deciding(4, 0) == [0, 1, 2, 3] and Recipe(("mean",), pools_prompt=False).deciding(4, 2) == [2, 3]
