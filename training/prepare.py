"""Pack the text and the task data into a folder of .npz files that training reads.

    python -m training.prepare --corpus CORPUS --out PACKED

CORPUS holds text/*.txt, heldout/*.txt, everyday.tsv and tasks/<task>/<split>. Near copies of the
hundred sentences that the model is asked are left out of all text.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from transformers import AutoTokenizer

from training import tasks
from training.cloze import FORTY, sentences
from training.corpus import Texts, everyday_text, pack, running_text
from training.facts import fact_sentences
from training.near_copies import NearCopies

TOKENIZER = Path(__file__).parents[1] / "bertviz_app" / "embedded"
SEED = 11


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    everyday = arguments.corpus / "everyday.tsv"
    refuse = NearCopies([*sentences(), *sentences(FORTY)])
    texts: dict[str, Texts] = {
        "text": {
            **running_text(arguments.corpus / "text"),
            **everyday_text(everyday, held_out=False),
            **fact_sentences(arguments.corpus / "text"),
        },
        "heldout": running_text(arguments.corpus / "heldout"),
        "everyday": everyday_text(everyday, held_out=True),
    }
    for name, sources in texts.items():
        corpus = pack(sources, tokenizer, refuse=refuse, report=_say)
        corpus.save(arguments.out / f"{name}.npz")
        _say(f"{name}: {len(corpus.documents) - 1:,} documents, {len(corpus.ids):,} tokens")
    folder, rng = arguments.corpus / "tasks", np.random.default_rng(SEED)
    packed = {
        "sentiment": tasks.sentiment_rows(folder, tokenizer, "train"),
        "pairs": tasks.pair_rows(folder, tokenizer, "train", "train2"),
        "entities": tasks.entity_rows(folder, tokenizer, rng),
        "answers": tasks.answer_rows(folder / "squad11" / "train.jsonl", tokenizer, rng),
    }
    for name, rows in packed.items():
        rows.save(arguments.out / f"{name}.npz")
        _say(f"{name}: {len(rows):,} rows, {len(rows.ids):,} tokens")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
