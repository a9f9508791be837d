"""What checkpoints are fine-tuned for: a row for each kind of head, and what is known of one that was saved.

a head reads                 and is called            what it is about
the class vector             classes                  whatever its labels say
the class vector             sentiment, pairs         the same, where a person, or a label set that is known as a whole, says so
each word                    entities                 its architecture says so
the ends of a stretch        answers                  its architecture says so

A new kind of head is a new row: how it is found in a checkpoint, decoded, said, explained, switched off below and shown follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bertviz_app.families.decodings import DECODINGS, DecodingKey


class Reads(StrEnum):
    """What a head reads, and so how its page is made."""

    CLASS_VECTOR = "the class vector"
    WORDS = "the last layer, at the first piece of each word"
    SPAN = "the last layer, for where a stretch starts and where it ends"


@dataclass(frozen=True)
class Task:
    """One kind of head: `key` in code, and the folder beside an encoder that says so.

    title         what a prediction of it is called; empty where its decoding says it. `name` is the task, as the catalogue and sentences call it
    reads         what it is given
    architecture  how the architecture in config.json ends; `auto` is the class of transformers that loads it
    general       what a head of this architecture is where neither folder nor labels say more; one row of each architecture
    tensors       its linear layers in the file; empty where the family says how they are called
    outputs       what its outputs are, where the config does not name them
    label_sets    published label sets, each as a whole, by which it is recognised; upper and lower case, "_", "-" and spaces make no difference
    subject       what a classifier can be said to be about; empty where nobody can say so
    what          what it says of an input; empty where its decoding says it
    needs_pair    it is asked only where there is a second text
    view          where it is shown on the page Tasks; `sample` stands there until something is typed
    page          the key of the page that a link leads to, and `offer` what the link says
    """

    key: str
    title: str
    name: str
    reads: Reads
    architecture: str
    view: str
    offer: str
    page: str = "tasks"
    general: bool = False
    tensors: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    label_sets: tuple[str, ...] = ()
    subject: str = ""
    what: str = ""
    needs_pair: bool = False
    sample: tuple[str, str] = ("", "")

    @property
    def auto(self) -> str:
        return f"AutoModel{self.architecture}"

    @property
    def of_rows(self) -> bool:
        """Whether it reads rows of the last layer, not the class vector."""
        return self.reads is not Reads.CLASS_VECTOR


_CLASSIFIER = "ForSequenceClassification"

# In the order in which they are listed.
TASKS: dict[str, Task] = {
    task.key: task
    for task in (
        Task(
            "entities", "named entities", "named entities", Reads.WORDS, "ForTokenClassification", "Named entities",
            "See what it finds in a text",
            general=True,
            tensors=("classifier",),
            sample=("Angela Merkel met Tim Cook of Apple in Paris, two days before the World Cup began.", ""),
        ),
        Task(
            "answers", "answer", "question answering", Reads.SPAN, "ForQuestionAnswering", "Question answering",
            "Ask a question about a passage",
            general=True,
            tensors=("qa_outputs",),
            outputs=("start", "end"),
            needs_pair=True,
        ),
        Task(
            "pairs", "sentence pair", "sentence pairs", Reads.CLASS_VECTOR, _CLASSIFIER, "Sentence pairs",
            "Ask what a second sentence says about a first",
            label_sets=(
                "entailment | neutral | contradiction",
                "entailment | contradiction",
                "entailment | not entailment",
                "equivalent | not equivalent",
                "paraphrase | not paraphrase",
                "duplicate | not duplicate",
            ),
            subject="what a second sentence says about a first",
            what="what the second text says about the first",
            needs_pair=True,
            sample=("A man is playing a guitar on the stage.", "Nobody is making music."),
        ),
        Task(
            "sentiment", "sentiment", "sentiment", Reads.CLASS_VECTOR, _CLASSIFIER, "Sentiment", "Score many sentences at once",
            page="sentiment",
            label_sets=(
                "negative | positive",
                "negative | neutral | positive",
                "negative | neutral | positive | mixed",
                "very negative | negative | neutral | positive | very positive",
                "neg | pos",
                "neg | neu | pos",
                "neg | neutral | pos",
                "1 star | 2 stars | 3 stars | 4 stars | 5 stars",
                "star 1 | star 2 | star 3 | star 4 | star 5",
                "negative (stars 1, 2 and 3) | positive (stars 4 and 5)",
                "negativ | positiv",
                "negativ | neutral | positiv",
                "negativo | positivo",
                "negativo | neutro | positivo",
                "négatif | positif",
                "négatif | neutre | positif",
            ),
            subject="sentiment",
            what="how the text sounds",
            sample=("The acting is superb, but the story is painfully slow.", ""),
        ),
        Task(
            "classes", "", "classes", Reads.CLASS_VECTOR, _CLASSIFIER, "Classes", "See all that it says, and what it looks at",
            general=True,
            subject="its own labels, nothing more",
        ),
    )
}  # fmt: skip

# What a classifier of whole inputs can be said to be about, and how that is put; first that it is not known.
SUBJECTS = {task.key: task.subject for task in reversed(TASKS.values()) if task.subject}


@dataclass(frozen=True)
class TaskFacts:
    """What is known of a head that a checkpoint brings, as plain values.

    task, labels  the row of TASKS it is read by, and a name for each output
    decoding      a key of `decodings.DECODINGS`
    beside        the folder below the checkpoint's own that it was saved in; empty for the checkpoint's own
    told_by       who says what it is about: "labels" (a guess from a known label set), "folder", "settings", "visitor"; empty where nobody does
    remark        what was odd about the names in its config; empty where nothing was
    is_named      whether its config names the outputs; otherwise they are called LABEL_0, LABEL_1 …
    fits          whether its config names as many outputs as it has, so that plain transformers loads it without being told
    again         whether the checkpoint has another head of the same row before it: then its folder tells the two apart
    """

    task: str
    labels: tuple[str, ...]
    decoding: DecodingKey = "softmax"
    beside: str = ""
    told_by: str = ""
    remark: str = ""
    is_named: bool = True
    fits: bool = True
    again: bool = False

    @property
    def key(self) -> str:
        """What it is called in code: as its row, or, where that is taken, with its folder's name."""
        return self.told_apart(self.task)

    @property
    def row(self) -> Task:
        return TASKS[self.task]

    @property
    def title(self) -> str:
        """What a prediction of it is called."""
        return self.told_apart(self.row.title or DECODINGS[self.decoding].title)

    @property
    def name(self) -> str:
        """What it is called in a list of heads."""
        return self.told_apart(self.row.name)

    def told_apart(self, name: str) -> str:
        """A name for it, with its folder where there is another head of the same row.

        >>> TaskFacts("classes", ("ham", "spam"), beside="mail", again=True).told_apart("class")
        'class (“mail”)'
        """
        return f"{name} (“{self.beside}”)" if self.again else name

    @property
    def what(self) -> str:
        """What it says of an input."""
        return self.row.what or DECODINGS[self.decoding].what


def in_order(heads: Mapping[str, TaskFacts]) -> list[str]:
    """The keys of heads as they are listed: in the order of their rows."""
    return sorted(heads, key=lambda key: list(TASKS).index(heads[key].task))
