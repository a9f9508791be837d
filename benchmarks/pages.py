"""The pages on one sentence: passes, script time with cached numbers, and what eight models would cost instead of one pass.

python -m benchmarks.pages
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import torch
from streamlit.testing.v1 import AppTest
from transformers import AutoModel, AutoModelForPreTraining, AutoModelForSequenceClassification, AutoTokenizer

from benchmarks.ratio import ratio, seconds
from bertviz_app import load
from bertviz_app.models import turnstile

ROOT = Path(__file__).parents[1]
EIGHT = ("tokens", "forward_pass", "fill_in_the_blank", "next_sentence", "attention", "embeddings", "sentiment")
TEXT = "I love watching starlings murmurate."


def script_times() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    before = turnstile().passed
    for name in ("home", *EIGHT):
        if name != "home":
            app.switch_page(f"pages/{name}.py").run()
        milliseconds = statistics.median(1000 * seconds(app.run) for _ in range(9))
        sys.stdout.write(f"{name:18} rerun with cached numbers {milliseconds:6.1f} ms (AppTest, whole round)\n")
    sys.stdout.write(f"encoder passes made by eight pages after the first: {turnstile().passed - before} (limit 0)\n")


def one_pass_against_eight() -> None:
    model = load("embedded")
    tokenizer = AutoTokenizer.from_pretrained("bertviz_app/embedded")
    options = {"attn_implementation": "eager"}
    bare = [AutoModel.from_pretrained("bertviz_app/embedded", **options).eval() for _ in range(4)]
    pretraining = [AutoModelForPreTraining.from_pretrained("bertviz_app/embedded", **options).eval() for _ in range(3)]
    sentiment = AutoModelForSequenceClassification.from_pretrained("bertviz_app/embedded/sentiment", **options).eval()

    def eight_models() -> None:
        with torch.inference_mode():
            for network in (*bare, *pretraining, sentiment):
                network(**tokenizer(TEXT, return_tensors="pt"), output_attentions=True, output_hidden_states=True)

    def one_pass() -> None:
        forward = model.run(model.encode(TEXT))
        model.vocabulary_logits(forward.hidden_states[-1])
        assert forward.pooler_output is not None
        model.class_logits("next_sentence", forward.pooler_output)
        model.class_logits("sentiment", forward.pooler_output)

    ours, theirs, times = ratio(one_pass, eight_models)
    sys.stdout.write(
        f"one shared pass and its heads {1000 * ours:.1f} ms, one model per page {1000 * theirs:.1f} ms: "
        f"{1 / times:.1f} × faster (limit 4)\n"
    )


if __name__ == "__main__":
    script_times()
    one_pass_against_eight()
