"""The texts that pages begin with, and those that can be picked: what the embedded model gets right, and, by themselves, where it fails.

A test asks the embedded model about each of them, so that nothing stands in the wrong group.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST = "My brother loves skateboarding in the park."  # read by every page until something is typed
BLANK = "He opened the [MASK] with a key."
REVIEW = "The acting is superb, but the story is slow."
RIGHT, WRONG = "Try these", "Where it fails"  # the groups


@dataclass(frozen=True)
class Example:
    """A sentence, or two, under a label that says what is to be seen with it."""

    label: str
    text: str
    pair: str = ""
    group: str = RIGHT


EXAMPLES = (
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
