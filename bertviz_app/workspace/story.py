"""The end of Home's story: what this model can predict from this sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bertviz_app.lenses.probability import softmax
from bertviz_app.records import Floats

if TYPE_CHECKING:
    from bertviz_app.workspace.page import Page


@dataclass(frozen=True, eq=False)
class Ending:
    """A prediction: its task, a sentence about it, the names with their probabilities, and the page that shows more of it."""

    task: str
    line: str
    names: Sequence[str]
    probabilities: Floats
    page: str
    link: str


def ending(page: Page) -> Ending | None:
    """The first blank filled, or the sentence's sentiment: whichever this model has a trained head for. None without one."""
    model, forward = page.model, page.forward
    blanks = page.encoding.positions("mask")
    if blanks and model.info.fills_blanks:
        logits = model.vocabulary_logits(forward.hidden_states[-1][blanks[:1]])[0]
        best = (-logits).argsort()[:5]
        words = [model.reader.token(token_id) for token_id in best]
        line = f"The {'first ' if len(blanks) > 1 else ''}blank, filled: the five likeliest words."
        link = "Hide any word and see what BERT would put there"
        return Ending("fill_mask", line, words, softmax(logits)[best], "fill_in_the_blank", link)
    if "sentiment" in model.info.labels:
        probabilities = softmax(model.class_logits("sentiment", forward.class_vector))
        line = "Here: whether the sentence sounds positive, read from the vector of the first token."
        return Ending(
            "sentiment", line, model.info.labels["sentiment"], probabilities, "sentiment", "Score many sentences at once"
        )
    return None
