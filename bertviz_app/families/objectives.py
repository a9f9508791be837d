"""What models of the BERT family are pre-trained for: data, no logic. `ModelInfo.objectives` says which of these a checkpoint can do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Objective:
    """One pre-training task: `task` in code, `name` on the screen.

    page        the key of the page that shows it, `offer` what a link to it says
    labels      of an objective about a pair of sentences: what output 0 and output 1 of its head mean
    question    asked of the pair; `trained` is how the pairs of its training were made, with the source
    output      the field of transformers' output that holds the logits
    """

    task: str
    name: str
    page: str
    offer: str
    labels: tuple[str, ...] = ()
    question: str = ""
    trained: str = ""
    output: str = ""


OBJECTIVES = {
    objective.task: objective
    for objective in (
        Objective("masked_words", "masked words", "fill_in_the_blank", "Hide a word and see what it would put there"),
        Objective(
            "next_sentence",
            "next sentence",
            "next_sentence",
            "Ask whether a second sentence follows",
            labels=("is next", "not next"),
            question="Is B the next sentence after A?",
            trained="In training, half of the second sentences really came next and half were taken from elsewhere: topic alone often gives "
            "the answer away. Source: Devlin et al. (2019), section 3.1.",
            output="seq_relationship_logits",
        ),
        Objective(
            "sentence_order",
            "sentence order",
            "next_sentence",
            "Ask whether two sentences are in the right order",
            labels=("in order", "swapped"),
            question="Are A and B in the order of their text?",
            trained="In training, both sentences always came from the same place of one text, and half of the pairs were swapped: the topic "
            "gives nothing away, only coherence does. Source: Lan et al. (2020), section 3.1.",
            output="sop_logits",
        ),
        Objective("replaced_tokens", "replaced tokens", "replaced_tokens", "Replace a word and see whether it notices"),
    )
}
PAIRS = tuple(task for task, objective in OBJECTIVES.items() if objective.labels)
