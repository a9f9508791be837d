"""The texts that pages begin with, and those that can be picked: what the embedded model gets right, and, by themselves, where it fails.

A test asks the embedded model about each of them, so that nothing stands in the wrong group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bertviz_app.workspace.scene import Choice, Differs, Plain, Scene

FIRST = "My brother loves skateboarding in the park."  # read by every page until something is typed
BLANK = "He opened the [MASK] with a key."
REVIEW = "The acting is superb, but the story is slow."
QUESTIONS, RIGHT, WRONG = "Begin with a question", "Try these", "Where it fails"  # the groups


@dataclass(frozen=True)
class Example:
    """A sentence, or two, under a label that says what is to be seen with it.

    page, choices  where it is to be seen, and what is chosen there; no page for the one that is open, with what is chosen on it
    variant        the sentence that it is compared with
    """

    label: str
    text: str
    pair: str = ""
    group: str = RIGHT
    page: str = ""
    choices: Mapping[Choice, Plain] = field(default_factory=dict)
    variant: str = ""

    def seen_from(self, here: Scene) -> Scene:
        """The scene that it opens: its page with its own choices, and the model that is chosen already."""
        texts = {"text": self.text, "pair": self.pair} | ({"variant_text": self.variant} if self.variant else {})
        return replace(
            here, page=self.page, texts={**here.texts, **texts}, hidden=None, variant_hidden=None, choices=self.choices
        )


def _compared(kind: Differs) -> dict[Choice, Plain]:
    return {Choice.COMPARED: [kind.value]}


EXAMPLES = (
    Example(
        "Do two senses of “bank” get different vectors?",
        "He sat on the bank of the river.",
        group=QUESTIONS,
        page="embeddings",
        choices=_compared(Differs.SENTENCE),
        variant="He put the money in the bank.",
    ),
    Example("Which head looks at the previous token?", FIRST, group=QUESTIONS, page="attention"),
    Example("What does BERT look at to fill a blank?", BLANK, group=QUESTIONS, page="fill_in_the_blank"),
    Example(
        "Why does this review sound negative?",
        "The acting is good, but the story is dull and far too long.",
        group=QUESTIONS,
        page="attribution",
    ),
    Example(
        "What changes without head 4.9?",
        BLANK,
        group=QUESTIONS,
        page="fill_in_the_blank",
        choices=_compared(Differs.SWITCHED_OFF) | {Choice.VARIANT_HEADS_OFF: ["4.9"]},
    ),
    Example("What does another model say?", BLANK, group=QUESTIONS, page="fill_in_the_blank", choices=_compared(Differs.MODEL)),
    Example("A plain sentence", FIRST),
    Example("Short and loud", "I love AI!"),
    Example("A blank to fill", BLANK),
    Example("Two blanks", "She closed the [MASK] and went to [MASK]."),
    Example("One word, two meanings", "He sat on the river bank and thought about the bank that held his money."),
    Example("Who is “it”?", "The trophy does not fit in the suitcase because it is too big."),
    Example("Rare words in pieces", "Antidisestablishmentarianism baffles neuroscientists."),
    Example("A mixed review", REVIEW),
    Example("Names of people and places", "Angela Merkel met Tim Cook of Apple in Paris on Tuesday."),
    Example("B contradicts A", "A man is playing a guitar on the stage.", "Nobody is making music."),
    Example("B follows from A", "Two dogs are running through the snow.", "The animals are outside."),
    Example("Two that belong together", "The man went to the store.", "He bought a gallon of milk."),
    Example("Two that do not", "The man went to the store.", "Penguins are flightless birds."),
    Example("It repeats a word: the queen is missing", "The king and the [MASK] had three children.", group=WRONG),
    Example("It repeats a word: the opposite is missing", "The opposite of hot is [MASK].", group=WRONG),
    Example("“Never better” sounds negative to it", "I have never seen a better film.", group=WRONG),
)
