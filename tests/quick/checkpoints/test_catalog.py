from __future__ import annotations

import json
import re
from pathlib import Path

from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.checkpoints.sizes import sizes
from bertviz_app.families.rows import family_of
from bertviz_app.settings import Settings


def test_names_are_keys_and_the_default_is_among_them() -> None:
    assert all(name == checkpoint.name for name, checkpoint in CATALOG.items())
    assert Settings().model in CATALOG


def test_what_comes_from_the_hub_is_pinned_to_one_commit() -> None:
    for checkpoint in CATALOG.values():
        if not checkpoint.is_embedded:
            assert checkpoint.revision is None or re.fullmatch(r"[0-9a-f]{40}", checkpoint.revision), checkpoint.name
            assert re.fullmatch(r"[\w-]+/[\w.-]+", checkpoint.source)
        assert checkpoint.licence and checkpoint.config
        if checkpoint.megabytes and not checkpoint.is_embedded:  # what is stated agrees with what the config says
            assert abs(checkpoint.megabytes - sizes(checkpoint.config).n_bytes / 1e6) < 2


def test_the_24_miniatures_follow_from_a_rule() -> None:
    miniatures = [c for c in CATALOG.values() if c.source.startswith("google/bert_uncased")]
    assert len(miniatures) == 24
    assert CATALOG["bert-medium"].source == "google/bert_uncased_L-8_H-512_A-8"
    assert CATALOG["bert-mini"].config["num_attention_heads"] == 4


def test_every_checkpoint_is_of_a_family_with_a_row() -> None:
    assert all(family_of(checkpoint.config) for checkpoint in CATALOG.values())


def test_titles_and_sources_are_told_apart() -> None:
    assert len({checkpoint.title for checkpoint in CATALOG.values()}) == len(CATALOG)
    assert len({checkpoint.source for checkpoint in CATALOG.values()}) == len(CATALOG)


def test_the_embedded_model_is_in_the_package_with_its_licence_and_size() -> None:
    folder = Path(CATALOG["embedded"].source)
    assert json.loads((folder / "config.json").read_text())["model_type"] == "bert"
    assert abs((folder / "model.safetensors").stat().st_size / 1e6 - CATALOG["embedded"].megabytes) < 1
    assert CATALOG["embedded"].licence.lower() in (folder / "README.md").read_text().lower()
