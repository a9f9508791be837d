"""What is being looked at, as one record of plain values: the page and its view, the model, the texts, what is hidden, chosen, switched off.

A session holds one `Scene` (`session.py`); widgets are drawn from it and write to it (`choices.py`). A link carries one (`address.py`), and so
does a visitor's browser (`browser_memory.py`). It knows nothing of Streamlit, so that two can be compared and one can be kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum, auto

from bertviz_app.records.interventions import Intervention

Span = tuple[int, int, int]  # text (0 the first, 1 the second), first character, character after the last
Texts = tuple[str, str | None]  # the sentence and the second one, as they were typed
Plain = bool | int | str | list[str]
ALL_HEADS = ", all"  # behind a layer, among the heads that are switched off


class Differs(StrEnum):
    """In what the variant, the second of two that are compared, differs from the first."""

    SENTENCE = "sentence"
    PAIR = "second sentence"
    BLANKS = "blanks"
    MODEL = "model"
    SWITCHED_OFF = "switched off"


class Choice(StrEnum):
    """What can be chosen on a page, by the name that it has in the address: its own, in small letters."""

    ATTENTION_VIEW = auto()
    WHOLE_WORDS = auto()
    ATTENTION_HIDE = auto()
    ATTENTION_BLOCK = auto()
    EXPLORER_MODE = auto()
    HEADS_BESIDE = auto()
    LAYER = auto()  # layers and heads count from 1, as on the screen
    HEAD = auto()
    STATE = auto()  # a layer, or the embeddings
    ATTENTION_LAYER = auto()
    SUMMED_VIEW = auto()
    SUMMED_METHOD = auto()
    SUMMED_LAYER = auto()
    HEAD_MEASURE = auto()
    ATTRIBUTION_VIEW = auto()
    ATTRIBUTION_METHOD = auto()
    ATTRIBUTION_BASELINE = auto()
    ATTRIBUTION_STEPS = auto()
    CLASSIFIER = auto()
    ONE_HEAD = auto()
    PREDICTION = auto()
    PREDICTION_ABOUT = auto()
    ANSWER = auto()
    INTERVENTIONS_VIEW = auto()
    HEADS_OFF = auto()
    LAYERS_OFF = auto()
    LENS_VIEW = auto()
    LENS_HIDE = auto()
    EMBEDDINGS_VIEW = auto()
    JOINED_WORD = auto()
    SENTENCE_VECTOR = auto()
    ALIKE_FIRST = auto()
    ALIKE_SECOND = auto()
    ALIKE_VIEW = auto()
    CONTEXTS_VIEW = auto()
    TOKENS_VIEW = auto()
    WORDPIECE_WORD = auto()
    BATCH_LENGTH = auto()
    FORWARD_VIEW = auto()
    TOP_K = auto()
    BLANK_ORDER = auto()
    NEXT_SENTENCE_VIEW = auto()
    POOLED_VIEW = auto()
    SENTIMENT_VIEW = auto()
    TEXTS_FROM = auto()
    TASK = auto()
    FOLLOWED_NAME = auto()
    SUMMARY_RATIO = auto()
    SUMMARY_LANGUAGE = auto()
    CENTRED = auto()
    CENTRED_TRAINED = auto()
    TEXT_VECTOR = auto()
    PROMPT = auto()
    LOOKED_INTO = auto()
    MODELS_VIEW = auto()
    LADDER_HEAD = auto()
    TO_FETCH = auto()
    JUDGED = auto()
    JUDGED_WITH_NO_ANSWER = auto()
    ANSWER_BELOW = auto()
    COMPARED = auto()  # in what the variant differs; nothing is compared while there is none
    VARIANT_MODEL = auto()
    VARIANT_HEADS_OFF = auto()
    VARIANT_LAYERS_OFF = auto()
    ATTENTION_TOKEN = auto()  # what is clicked in a text is kept with it, not in the address
    LENS_TOKEN = auto()
    SUMMED_TOKEN = auto()
    NEIGHBOURS_TOKEN = auto()
    FORWARD_TOKEN = auto()
    REPLACEMENT = auto()


NUMBERS = frozenset({
    Choice.LAYER, Choice.HEAD, Choice.ATTENTION_LAYER, Choice.TOP_K, Choice.BATCH_LENGTH, Choice.SUMMARY_RATIO, Choice.ANSWER_BELOW,
})  # fmt: skip
SWITCHES = frozenset({Choice.WHOLE_WORDS, Choice.ATTENTION_HIDE, Choice.LENS_HIDE, Choice.CENTRED, Choice.CENTRED_TRAINED})
LISTS = frozenset({
    Choice.HEADS_OFF, Choice.LAYERS_OFF, Choice.HEADS_BESIDE, Choice.COMPARED, Choice.VARIANT_HEADS_OFF, Choice.VARIANT_LAYERS_OFF,
})  # fmt: skip
# What is chosen of the input is known by what it says, which may be typed text: no link carries it.
OF_THE_INPUT = frozenset({
    Choice.CLASSIFIER, Choice.ONE_HEAD, Choice.PREDICTION, Choice.PREDICTION_ABOUT, Choice.ANSWER, Choice.JOINED_WORD,
    Choice.WORDPIECE_WORD, Choice.FOLLOWED_NAME, Choice.SUMMARY_LANGUAGE, Choice.TEXT_VECTOR, Choice.PROMPT, Choice.LOOKED_INTO,
    Choice.TO_FETCH, Choice.ATTENTION_TOKEN, Choice.LENS_TOKEN, Choice.SUMMED_TOKEN, Choice.NEIGHBOURS_TOKEN, Choice.FORWARD_TOKEN,
    Choice.REPLACEMENT, Choice.ALIKE_FIRST, Choice.ALIKE_SECOND,
})  # fmt: skip
# What had another name in an address once: links are kept, in slides and in mails.
FORMER_NAMES = {"looks_layer": Choice.ATTENTION_LAYER}
# The choice that a page's view is; of a page that is not among these, that of its name.
VIEWS = {
    "attention_summed_up": Choice.SUMMED_VIEW,
    "kinds_of_heads": Choice.HEAD_MEASURE,
    "logit_lens": Choice.LENS_VIEW,
    "words_in_context": Choice.CONTEXTS_VIEW,
    "forward_pass": Choice.FORWARD_VIEW,
    "tasks": Choice.TASK,
}


@dataclass(frozen=True)
class HiddenWords:
    """Words that are hidden from the model, and the texts that they stand in."""

    texts: Texts
    words: tuple[Span, ...]


@dataclass(frozen=True)
class Scene:
    """Plain values, all of them.

    page     key of a page
    model    its name in the sidebar and in links; None for the server's default
    texts    every submitted text, by the name of its box; "text" and "pair" are the sentence and the second one
             ("variant_text" and "variant_pair" those of the variant)
    hidden   the words that are hidden, which are nothing in other texts
    variant_hidden  those that are hidden in the variant's, where it differs in them
    about    by model, what the visitor says that its classifier is about; None until something is said
    choices  what was chosen of all that can be; numbers count from 1, as on the screen

    Raises `ValueError` for a choice whose value is not of its kind.
    """

    page: str | None = None
    model: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    hidden: HiddenWords | None = None
    variant_hidden: HiddenWords | None = None
    about: Mapping[str, str] | None = None
    choices: Mapping[Choice, Plain] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for choice, value in self.choices.items():
            if not is_of_its_kind(choice, value):
                raise ValueError(f"{choice} cannot be {value!r}")

    @property
    def view(self) -> str | None:
        """The view of the page that was chosen; None for its first, or where there is one only."""
        name = f"{self.page}_view"
        choice = VIEWS.get(self.page or "") or (Choice(name) if name in set(Choice) else None)
        return None if choice is None else self._text(choice)

    @property
    def layer(self) -> int | None:
        """The chosen layer, counted from 0."""
        return self._index(Choice.LAYER)

    @property
    def head(self) -> int | None:
        """The chosen head, counted from 0."""
        return self._index(Choice.HEAD)

    @property
    def compared(self) -> frozenset[Differs]:
        """In what the variant differs; nothing, while nothing is compared."""
        return frozenset(Differs(name) for name in self._names(Choice.COMPARED) if name in set(Differs))

    def switched_off(self, n_heads: int, *, variant: bool = False) -> Intervention:
        """The heads and layers that are switched off, of the variant or not, in a model of so many heads a layer."""
        if variant:
            return switched(self._names(Choice.VARIANT_HEADS_OFF), self._names(Choice.VARIANT_LAYERS_OFF), n_heads)
        return switched(self._names(Choice.HEADS_OFF), self._names(Choice.LAYERS_OFF), n_heads)

    def hidden_in(self, texts: Texts) -> tuple[Span, ...]:
        """The words that are hidden in these texts."""
        return self.hidden.words if self.hidden and self.hidden.texts == texts else ()

    def choosing(self, choice: Choice, value: Plain | None) -> Scene:
        """The same with another choice; None for what the page chooses by itself."""
        others = {name: kept for name, kept in self.choices.items() if name != choice}
        return replace(self, choices=others if value is None else {**others, choice: value})

    def _text(self, choice: Choice) -> str | None:
        value = self.choices.get(choice)
        return value if isinstance(value, str) else None

    def _index(self, choice: Choice) -> int | None:
        value = self.choices.get(choice)
        return value - 1 if isinstance(value, int) else None

    def _names(self, choice: Choice) -> list[str]:
        value = self.choices.get(choice)
        return value if isinstance(value, list) else []


def choice_named(name: str) -> Choice | None:
    """The choice that has this name in an address, or once had it; None where there is none."""
    return Choice(name) if name in set(Choice) else FORMER_NAMES.get(name)


def switched(heads: Iterable[str], layers: Iterable[str], n_heads: int) -> Intervention:
    """What is off by its names, which count from 1: “3.5” is a head, “3, all” all of a layer's. What is no such name is nothing.

    >>> sorted(switched(["3.5", "1, all", "x"], ["6"], n_heads=2).heads)
    [(0, 0), (0, 1), (2, 4)]
    """
    off: set[tuple[int, int]] = set()
    for name in heads:
        layer, _, head = name.removesuffix(ALL_HEADS).partition(".")
        if layer.isdecimal() and (head.isdecimal() or name.endswith(ALL_HEADS)):
            off |= {(int(layer) - 1, one) for one in ([int(head) - 1] if head else range(n_heads))}
    return Intervention(heads=frozenset(off), layers=frozenset(int(name) - 1 for name in layers if name.isdecimal()))


def is_of_its_kind(choice: Choice, value: object) -> bool:
    """Whether a choice can have such a value: a number, a switch, names, or one name; of a clicked token, the text and what was said of it."""
    if choice in NUMBERS:
        return type(value) is int
    if choice in SWITCHES:
        return type(value) is bool
    if choice in LISTS or isinstance(value, list):
        return isinstance(value, list) and all(isinstance(name, str) for name in value)
    return isinstance(value, str)
