"""Train the two tokenizers of the view “Side by side”: byte-level BPE and Unigram, 8,000 tokens each, on the same text.

    python scripts/train_tokenizers.py TEXT.txt …

Those in the package were trained on 2 MB each of Standard Ebooks' children's adventures and short fiction (CC0), of digital.gov (public
domain and CC0), and on the CIA World Factbook (public domain). They belong to no model: they are there to be compared.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from bertviz_app.checkpoints.catalog import PACKAGE

SIZE = 8_000
CHARACTERS = 2_000_000  # of each file


def lines(paths: Sequence[Path]) -> Iterator[str]:
    """The beginning of each file, line by line."""
    for path in paths:
        with path.open(encoding="utf-8") as file:
            yield from file.read(CHARACTERS).splitlines()


def byte_level_bpe(text: Iterator[str]) -> Tokenizer:
    """As GPT-2's and RoBERTa's: every byte has a letter, so that no text is unknown."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=SIZE, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(text, trainer)
    return tokenizer


def unigram(text: Iterator[str]) -> Tokenizer:
    """As ALBERT's: lower case, the space a letter of its own."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=SIZE, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(text, trainer)
    return tokenizer


if __name__ == "__main__":
    paths = [Path(name) for name in sys.argv[1:]]
    home = PACKAGE / "checkpoints" / "tokenizers"
    home.mkdir(exist_ok=True)
    byte_level_bpe(lines(paths)).save(str(home / "byte_level_bpe.json"), pretty=False)
    unigram(lines(paths)).save(str(home / "unigram.json"), pretty=False)
