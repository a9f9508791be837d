"""The pages on one sentence: passes, script time with cached numbers, and what eight models would cost instead of one pass.

python -m benchmarks.pages
"""

from __future__ import annotations

import functools
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest
from transformers import AutoModel, AutoModelForPreTraining, AutoModelForSequenceClassification, AutoTokenizer

from benchmarks.ratio import ratio
from bertviz_app import load
from bertviz_app.workspace import caches
from bertviz_app.workspace.page_list import PAGES
from bertviz_app.workspace.scene import Scene

ROOT = Path(__file__).parents[1]
RERUNS = 15
SHORT, LONG = (
    "I love watching starlings murmurate.",
    "The quick brown fox jumps over a lazy dog while seven wizards watch. " * 9,
)


@dataclass
class ScriptClock:
    """Wall and processor seconds that the page's own script took in each run: without the test harness around it."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def timed(self, run: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(run)
        def timed_run(*arguments: Any) -> Any:
            wall, processor = time.perf_counter(), time.thread_time()
            try:
                return run(*arguments)
            finally:
                self.wall.append(time.perf_counter() - wall)
                self.processor.append(time.thread_time() - processor)

        return timed_run

    def medians(self) -> str:
        middle = [1000 * statistics.median(times[-RERUNS:]) for times in (self.wall, self.processor)]
        return "{:6.1f} ms ({:5.1f} of the processor)".format(*middle)


def script_times() -> None:
    clock = ScriptClock()
    script_runner.exec_func_with_error_handling = clock.timed(script_runner.exec_func_with_error_handling)
    caches.warm_up().join()
    made: list[None] = []
    with caches.borrowed_model("embedded") as model:
        model.parts.encoder.register_forward_hook(lambda *_: made.append(None))
    for text in (SHORT, LONG):
        app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=120)
        app.session_state["scene"] = Scene(texts={"text": text})
        app.run()
        for page in PAGES.values():
            so_far = len(made)
            app.switch_page(page.file).run().run()
            own = f", {len(made) - so_far} encoder passes at first sight" if len(made) > so_far else ""
            for _ in range(RERUNS):
                app.run()
            sys.stdout.write(f"{page.title:18} rerun with cached numbers: script {clock.medians()} (limit 50){own}\n")
        sys.stdout.write(f"all of that with {len(load('embedded').encode(text).tokens)} tokens\n")


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
                network(**tokenizer(SHORT, return_tensors="pt"), output_attentions=True, output_hidden_states=True)

    def one_pass() -> None:
        forward = model.run(model.encode(SHORT))
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
