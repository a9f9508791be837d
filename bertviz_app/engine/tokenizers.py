"""One text through several tokenizers, to be put side by side. Only the tokenizers library is needed: no model is loaded.

Beside the tokenizers of models, two small ones come with the package that were trained for this comparison alone (`scripts/train_tokenizers.py`).
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

from tokenizers import Tokenizer

from bertviz_app.checkpoints.catalog import PACKAGE
from bertviz_app.errors import BrokenCheckpoint
from bertviz_app.families.spelling import KINDS, Cut

TRAINED = "8,000 tokens, trained for this comparison"
OWN = {
    "Embedded BERT": PACKAGE / "embedded" / "tokenizer.json",
    f"byte-level BPE ({TRAINED})": PACKAGE / "checkpoints" / "tokenizers" / "byte_level_bpe.json",
    f"Unigram ({TRAINED})": PACKAGE / "checkpoints" / "tokenizers" / "unigram.json",
}
_one_at_a_time = threading.Lock()  # a tokenizer keeps truncation and padding as state


def cuts(text: str, others: dict[str, Path]) -> tuple[Cut, ...]:
    """The text in the pieces of each tokenizer: the package's own, and `others` by title, each a tokenizer.json.

    Special tokens are left out: they stand for no text. Raises `BrokenCheckpoint` when a file cannot be read.
    """
    return tuple(_cut(text, title, path) for title, path in (OWN | others).items())


def _cut(text: str, title: str, path: Path) -> Cut:
    tokenizer = _tokenizer(path)
    with _one_at_a_time:
        found = tokenizer.encode(text, add_special_tokens=False)
    kind = KINDS[type(tokenizer.model).__name__]
    return Cut(
        title=title,
        kind=kind.name,
        tokens=tuple(map(kind.legible, found.tokens)),
        token_ids=tuple(found.ids),
        offsets=tuple(found.offsets),
        vocab_size=tokenizer.get_vocab_size(),
    )


@cache
def _tokenizer(path: Path) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises its own plain Exception
        raise BrokenCheckpoint(f"The tokenizer “{path.name}” does not load: {str(error)[:200]}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
