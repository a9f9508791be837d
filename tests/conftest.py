"""What the tests share: the embedded model, two forward passes, small random checkpoints, and a way to open a page."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bertviz_app import load

# What is slow to import is imported by the fixtures that need it: the tests in `quick` need none of it.
if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass

# Before torch is imported, also by the servers that tests start: the cores are taken by tests side by side, and threads that wait for each
# other on a busy core take thirty times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).parents[1]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "i", "love", "ai", "!", "the", "cat", "sat", "##s", "##at", "c", "."]


@pytest.fixture(scope="session", autouse=True)
def _from_the_root() -> Iterator[None]:
    """The Python that pages show is meant to be run from the root of the repository."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> Iterator[None]:
    """Each page that a test opens would read what is said of all installed packages, which takes longer than the page itself."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", functools.cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(autouse=True)
def _jobs_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """No job starts by itself, or is done already: that would depend on how fast the machine is, and on the tests before."""
    from bertviz_app.workspace import jobs

    jobs.finished.clear()
    monkeypatch.setattr(jobs, "AT_ONCE", 0.0)
    monkeypatch.setattr(jobs, "OPENING", 0.0)


@pytest.fixture
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Model) -> Path:
    """The only folder that this process has for temporary files, in use already; torch is there, and has its own from before."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(folder)])
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="session")
def model() -> Model:
    return load("embedded")


@pytest.fixture(scope="session")
def forward(model: Model) -> ForwardPass:
    return model.run(model.encode("I love AI!"))


@pytest.fixture(scope="session")
def pair_forward(model: Model) -> ForwardPass:
    return model.run(model.encode("The man went to the store.", "He bought a gallon of milk."))


@pytest.fixture
def tiny_checkpoint(tmp_path: Path) -> Callable[..., Path]:
    """Saves a random two-layer BERT and its tokenizer to a folder: `tiny_checkpoint("name", architecture="BertForMaskedLM")`."""
    import torch
    import transformers

    def save(
        name: str = "tiny", *, architecture: str = "BertForPreTraining", labels: tuple[str, ...] = (), **more: Any
    ) -> Path:
        folder = tmp_path / name
        torch.manual_seed(0)
        config: Any = transformers.BertConfig(
            vocab_size=len(WORDS),
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=32,
            **(
                {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}}
                if labels
                else {}
            ),
            **more,
        )
        getattr(transformers, architecture)(config).save_pretrained(folder)
        vocabulary = tmp_path / "vocab.txt"
        vocabulary.write_text("\n".join(WORDS), encoding="utf-8")
        transformers.BertTokenizer(vocab={word: i for i, word in enumerate(WORDS)}).save_pretrained(folder)
        return folder

    return save


@pytest.fixture(scope="session")
def tiny_families(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small random checkpoint of every family, in a folder of its own, by the family's name in `tiny.FAMILIES`."""
    import tiny

    root = tmp_path_factory.mktemp("families")
    return {name: tiny.save(name, root / f"tiny-{name}") for name in tiny.FAMILIES}


@pytest.fixture(scope="session")
def many_heads(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A small random BERT with a head for every task."""
    import heads

    return load(str(heads.save(tmp_path_factory.mktemp("heads") / "many")))


@pytest.fixture(scope="session")
def open_page() -> Callable[..., AppTest]:
    """Opens a page by its key, as a visitor with these texts would find it: `visiting.visit`."""
    from visiting import visit

    return visit
