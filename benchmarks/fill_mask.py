"""Filling a blank: ours (vocabulary head at [MASK] only, off the shared record) against transformers' pipeline.

python -m benchmarks.fill_mask
"""

from __future__ import annotations

import functools
import sys

from transformers import AutoModelForMaskedLM, AutoTokenizer, pipeline

from benchmarks.ratio import ratio
from bertviz_app import load
from bertviz_app.chapters.fill_in_the_blank.measures import fill

TEXTS = ("The cat sat on the [MASK].", "He opened the door of the old [MASK] and looked at the snow that had fallen all night.")


def main() -> None:
    model = load("embedded")
    tokenizer = AutoTokenizer.from_pretrained("bertviz_app/embedded")
    network = AutoModelForMaskedLM.from_pretrained("bertviz_app/embedded")
    theirs = pipeline("fill-mask", model=network, tokenizer=tokenizer)
    for text in TEXTS:

        def ours(text: str = text) -> list[tuple[str, float]]:
            forward = model.run(model.encode(text))
            blanks = forward.encoding.positions("mask")
            (guesses,) = fill(model.vocabulary_logits(forward.hidden_states[-1][blanks]), blanks, model.reader.token, k=5)
            return list(zip(guesses.tokens, guesses.probabilities.tolist(), strict=True))

        expected = [(answer["token_str"], answer["score"]) for answer in theirs(text)]
        difference = max(abs(a[1] - b[1]) for a, b in zip(ours(), expected, strict=True))
        assert [a[0] for a in ours()] == [b[0] for b in expected], "the answers differ"
        mine, pipelines, times = ratio(ours, functools.partial(theirs, text), rounds=60)
        sys.stdout.write(
            f"{len(model.encode(text).tokens):3} tokens: ours {1000 * mine:5.1f} ms, pipeline {1000 * pipelines:5.1f} ms, "
            f"ours is {1 / times:.2f} × faster (limit 1.2); largest difference of probabilities {difference:.1e}\n"
        )


if __name__ == "__main__":
    main()
