"""When a question gets no answer: a threshold for the score of the best stretch, or for its probability.

    S · h_i + E · h_j − (S · h_[CLS] + E · h_[CLS]) > τ       of a model that was trained with questions without an answer
    P(i … j) ≥ a threshold of the visitor's                   of any

Sources: Rajpurkar, Jia and Liang, Know what you don't know (2018); Devlin et al., BERT (2019), section 4.3, for the first.
"""

from __future__ import annotations

from dataclasses import dataclass

# When no answer is given, by what is asked of the best stretch.
BY_SCORE = "Score"
BY_PROBABILITY = "Probability"
RULES = {
    BY_SCORE: (
        "The score of a stretch is its two numbers added up; that of “no answer” is the same at [CLS]. A stretch is given when it is ahead by more than the threshold τ; "
        "its authors chose τ on questions that were held out. This means something for a model that was trained with questions without an answer, as in SQuAD 2.0. "
        "Sources: Rajpurkar, Jia and Liang (2018); Devlin et al. (2019), section 4.3."
    ),
    BY_PROBABILITY: (
        "A stretch is given when its probability reaches the threshold. That is a rule of this page, not of the model: a low probability says that several stretches "
        "compete, not that the model has learnt to tell when there is no answer."
    ),
}
ALWAYS = "its name does not say that it was trained with questions without an answer: it always picks an answer, even when there is none."
SOMETIMES = "its name says that it was trained on SQuAD 2.0, where a third of the questions have no answer."


@dataclass(frozen=True)
class Rule:
    """When no answer is given: `by_score`, unless the best stretch is ahead of “no answer” by more than the threshold; else below a probability."""

    by_score: bool = False
    threshold: float = 0.0
