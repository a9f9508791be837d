"""The list of pages, in one place: the sidebar, the documentation and the tests follow it."""

from __future__ import annotations

from dataclasses import dataclass

from bertviz_app.families.objectives import PAIRS
from bertviz_app.workspace.scene import Differs


@dataclass(frozen=True)
class PageEntry:
    """One page: its folder among the chapters and its script are called as its `key`.

    group, title, line  where it stands in the sidebar, under which name, and the line under its title
    needs               the pre-training heads of which it needs one; none where every model can be shown
    reads_sentence      whether it is about the sentence that all pages share; otherwise about texts of its own, or none
    differs             in what two things that are compared on it may differ; in nothing, where there is one thing only,
    alone               and then why
    """

    key: str
    group: str
    title: str
    line: str
    needs: tuple[str, ...] = ()
    reads_sentence: bool = True
    differs: tuple[Differs, ...] = tuple(Differs)
    alone: str = ""

    @property
    def file(self) -> str:
        return "home.py" if self.key == "home" else f"pages/{self.key}.py"


PAGES = {
    page.key: page
    for page in (
        PageEntry(
            "home",
            "Read",
            "Home",
            "The story of one sentence inside BERT, from letters to a prediction.",
            differs=(),
            alone="Home tells the story of one sentence. The pages below it compare two.",
        ),
        PageEntry(
            "tokens",
            "Read",
            "Tokens",
            "How BERT cuts your sentence into the pieces it reads.",
            differs=tuple(kind for kind in Differs if kind is not Differs.SWITCHED_OFF),  # tokens come before any layer
        ),
        PageEntry("forward_pass", "Read", "Forward pass", "Every tensor from your sentence to the last layer, in order."),
        PageEntry(
            "fill_in_the_blank",
            "Predict",
            "Fill in the blank",
            "Hide a word and see what BERT would put there.",
            ("masked_words",),
        ),
        PageEntry("next_sentence", "Predict", "Next sentence", "Would the second sentence follow the first?", PAIRS),
        PageEntry("replaced_tokens", "Predict", "Replaced tokens", "Which tokens look replaced?", ("replaced_tokens",)),
        PageEntry("sentiment", "Predict", "Sentiment", "Does the sentence sound positive or negative to BERT?"),
        PageEntry(
            "tasks", "Predict", "Tasks", "What people train BERT for: names, answers, entailment, summaries, similarity."
        ),
        PageEntry("attention", "Look inside", "Attention", "How much each token looks at each other token."),
        PageEntry(
            "attention_summed_up",
            "Look inside",
            "Attention summed up",
            "All heads combined into one map.",
        ),
        PageEntry("kinds_of_heads", "Look inside", "Kinds of heads", "How broadly each head looks, how far, and at what."),
        PageEntry("embeddings", "Look inside", "Embeddings", "Where the tokens’ vectors lie, layer by layer."),
        PageEntry(
            "words_in_context",
            "Look inside",
            "Words in context",
            "One word in many sentences: how its context changes its vector.",
            reads_sentence=False,
            differs=(Differs.MODEL, Differs.SWITCHED_OFF),
        ),
        PageEntry("logit_lens", "Look inside", "Logit lens", "What each layer would predict if it were the last."),
        PageEntry("attribution", "Look inside", "Attribution", "Which tokens drive a prediction."),
        PageEntry("interventions", "Look inside", "Interventions", "Switch parts off and see what changes."),
        PageEntry(
            "models",
            "About",
            "Models",
            "Every model this app knows: its size, what it can do, how its family differs.",
            reads_sentence=False,
            differs=(),
        ),
        PageEntry(
            "glossary", "About", "Glossary", "The field’s terms, explained in a line each.", reads_sentence=False, differs=()
        ),
    )
}
