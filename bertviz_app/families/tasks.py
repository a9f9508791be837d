"""What checkpoints are fine-tuned for: a row for each kind of head, a row for each way to decode one, and what is known of one that was saved.

a head reads                 and is called            what it is about
the class vector             classes                  whatever its labels say
the class vector             sentiment, pairs         the same, where a person, or a label set that is known as a whole, says so
rows of the last layer       entities, answers        its architecture says so
"""

from __future__ import annotations

from dataclasses import dataclass

CLASS_VECTOR, ROWS = "class vector", "rows of the last layer"


@dataclass(frozen=True)
class Task:
    """One kind of head: `key` in code.

    title         what a prediction of it is called; `name` is the task, as the catalogue and sentences call it
    reads         the class vector (one answer for the whole input), or rows of the last layer (one for each token)
    architecture  how the architecture in config.json ends; `auto` is the class of transformers that loads it
    page, view    where it is shown: the key of a page, and the view that is opened there
    offer         what a link to it says
    needs_pair    it is asked only where there is a second text
    """

    key: str
    title: str
    name: str
    reads: str
    architecture: str
    view: str
    offer: str
    page: str = "tasks"
    needs_pair: bool = False

    @property
    def auto(self) -> str:
        return f"AutoModel{self.architecture}"


TASKS = {
    task.key: task
    for task in (
        Task("classes", "class", "classes", CLASS_VECTOR, "ForSequenceClassification", "Classes", "See all that it says, and what it looks at"),
        Task(
            "sentiment", "sentiment", "sentiment", CLASS_VECTOR, "ForSequenceClassification", "Sentiment", "Score many sentences at once", page="sentiment"
        ),
        Task(
            "pairs", "sentence pair", "sentence pairs", CLASS_VECTOR, "ForSequenceClassification", "Sentence pairs", "Ask what a second sentence says about a first", needs_pair=True
        ),
        Task("entities", "named entities", "named entities", ROWS, "ForTokenClassification", "Named entities", "See what it finds in a text"),
        Task(
            "answers", "answer", "question answering", ROWS, "ForQuestionAnswering", "Question answering", "Ask a question about a passage", needs_pair=True
        ),
    )
}  # fmt: skip

# What a classifier of whole inputs can be said to be about, and how that is put.
SUBJECTS = {
    "classes": "its own labels, nothing more",
    "sentiment": "sentiment",
    "pairs": "what a second sentence says about a first",
}


@dataclass(frozen=True)
class Decoding:
    """How logits become what is shown.

    title       what a prediction of a head with its own labels is called
    quantity    the word for one value; `python` makes the values of `logits` in PyTorch
    method      how it is computed, for the page
    """

    key: str
    title: str
    quantity: str
    python: str
    method: str

    @property
    def is_probability(self) -> bool:
        return self.quantity == "probability"


DECODINGS = {
    decoding.key: decoding
    for decoding in (
        Decoding(
            "softmax",
            "class",
            "probability",
            "{logits}.softmax(dim=-1)",
            r"Softmax makes probabilities of them, which sum to 1: $P(k) = e^{z_k} / \sum_j e^{z_j}$.",
        ),
        Decoding(
            "sigmoid",
            "labels",
            "probability",
            "{logits}.sigmoid()",
            r"Its config says `multi_label_classification`: each label is decided for itself by a sigmoid, $P(k) = 1 / (1 + e^{-z_k})$, so that several "
            "can be likely, or none; the probabilities need not sum to 1.",
        ),
        Decoding(
            "number",
            "number",
            "value",
            "{logits}",
            "This head was made for regression: what the linear layer gives is the answer, a number on the scale of the texts that it was trained with. It is "
            "not a probability. (A head with one output is regression unless its config says otherwise, as in transformers, whose pipeline for text "
            "classification puts such a number through a sigmoid all the same when the config does not say `regression`.)",
        ),
    )
}


def decoding_of(problem_type: object, n_outputs: int) -> str:
    """The key of the decoding that a config's `problem_type` asks for, as transformers reads it.

    >>> decoding_of(None, 2), decoding_of(None, 1), decoding_of("regression", 3), decoding_of("multi_label_classification", 1)
    ('softmax', 'number', 'number', 'sigmoid')

    Source: `ForSequenceClassification` in transformers, the choice of the loss.
    """
    if problem_type == "multi_label_classification":
        return "sigmoid"
    if problem_type == "regression" or (problem_type is None and n_outputs == 1):
        return "number"
    return "softmax"


@dataclass(frozen=True)
class TaskFacts:
    """What is known of a head that a checkpoint brings, as plain values.

    task, labels  the row of TASKS it is read by, and a name for each output
    decoding      a key of DECODINGS
    beside        the folder below the checkpoint's own that it was saved in; empty for the checkpoint's own
    told_by       who says what it is about: "labels" (a guess from a known label set), "folder", "settings", "visitor"; empty where nobody does
    remark        what was odd about the names in its config; empty where nothing was
    is_named      whether its config names the outputs; otherwise they are called LABEL_0, LABEL_1 …
    fits          whether its config names as many outputs as it has, so that plain transformers loads it without being told
    again         whether the checkpoint has another head of the same row before it: then its folder tells the two apart
    """

    task: str
    labels: tuple[str, ...]
    decoding: str = "softmax"
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
        return self.told_apart(DECODINGS[self.decoding].title if self.task == "classes" else self.row.title)

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
        return {"sentiment": "how the text sounds", "pairs": "what the second text says about the first"}.get(
            self.task,
            {"softmax": "which of its classes the text belongs to", "sigmoid": "which of its labels hold"}.get(
                self.decoding, "a number for the text"
            ),
        )

    @property
    def of_rows(self) -> bool:
        """Whether it reads each row of the last layer, not the class vector."""
        return self.row.reads == ROWS
