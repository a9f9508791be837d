"""The list of pages, in one place, and the sidebar that is drawn from it.

`pages/` sits beside `app.py`, so the first visitor of a fresh server may open any page without `app.py` having run:
the sidebar is drawn by each page itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import streamlit as st

from bertviz_app import settings
from bertviz_app.catalog import CATALOG
from bertviz_app.lenses.glossary import TERMS
from bertviz_app.records import ModelInfo
from bertviz_app.workspace import scene

SIDEBAR = 252  # pixels of its width at first: a projector's screen is 1280 wide


@dataclass(frozen=True)
class PageEntry:
    """One page: its file, its name in the sidebar, and the line under its title."""

    key: str
    group: str
    title: str
    line: str

    @property
    def file(self) -> str:
        return "app.py" if self.key == "home" else f"pages/{self.key}.py"


PAGES = {
    page.key: page
    for page in (
        PageEntry("home", "Read", "Home", "The story of one sentence inside BERT, from letters to a prediction."),
        PageEntry("tokens", "Read", "Tokens", "How BERT cuts your sentence into the pieces it reads."),
        PageEntry("forward_pass", "Read", "Forward pass", "Every tensor from your sentence to the last layer, in order."),
        PageEntry("fill_in_the_blank", "Predict", "Fill in the blank", "Hide a word and see what BERT would put there."),
        PageEntry("next_sentence", "Predict", "Next sentence", "Would the second sentence follow the first?"),
        PageEntry("replaced_tokens", "Predict", "Replaced tokens", "Which tokens look replaced?"),
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
        ),
        PageEntry("logit_lens", "Look inside", "Logit lens", "What each layer would predict if it were the last."),
        PageEntry("attribution", "Look inside", "Attribution", "Which tokens drive a prediction."),
        PageEntry("interventions", "Look inside", "Interventions", "Switch parts off and see what changes."),
        PageEntry(
            "models",
            "About",
            "Models",
            "Every model this app knows: its size, what it can do, how its family differs.",
        ),
        PageEntry("glossary", "About", "Glossary", "The field’s terms, explained in a line each."),
    )
}


def draw_sidebar(key: str) -> str:
    """Product name, model, pages; `key` is the page that is open. Returns the name of the chosen model."""
    with st.sidebar:
        st.markdown("**Inside BERT**")
        name = _model_choice(key)
        scene.MODEL_LINE.put(st.empty())
        group = ""
        with st.container(key="page_list"):  # all of them in sight on a screen of 720 lines
            for page in PAGES.values():
                if page.group != group:
                    group = page.group
                    st.caption(group)
                st.page_link(page.file, label=page.title, width="stretch")
    return name


def draw_model_line(info: ModelInfo) -> None:
    """Size, number type, device and memory of the model, under its title in the sidebar."""
    line = (
        f"{info.n_layers} layers × {info.n_heads} heads × {info.d_model} · {info.n_parameters / 1e6:.1f} M parameters · "
        f"{info.dtype} on {info.device} · {info.n_bytes / 1e6:.0f} MB"
    )
    scene.MODEL_LINE.value().caption(line)


def offered_models() -> dict[str, str]:
    """The models of this server by the name in the sidebar and in links, with what `load` is given for each.

    The catalogue, and the folders that the settings name, by their last part: a visitor has no use for the server's paths.
    """
    folders = {os.path.basename(os.path.normpath(folder)): folder for folder in settings.current().checkpoints}
    return {name: name for name in CATALOG} | folders


def draw_head(entry: PageEntry) -> None:
    """The title, what the page shows, and its terms: what each means, and the way to its line of the glossary."""
    mine = [term for term in TERMS if term.page == entry.key]
    with st.container(horizontal=True, key="page_head"):
        st.title("Inside BERT" if entry.key == "home" else entry.title, anchor=False, width="content")
        st.markdown(entry.line, width="content")
        if mine:
            with st.popover("Words used here", type="tertiary"):
                for term in mine:
                    with st.container(gap=None):
                        st.page_link(PAGES["glossary"].file, label=term.name, query_params={"term": term.name})
                        st.markdown(term.meaning)


def _model_choice(key: str) -> str:
    """The models by their titles. The address carries the name: a widget bound to it would write the title there."""
    offered = offered_models()
    default = settings.current().model if settings.current().model in offered else next(iter(offered))
    asked = st.query_params.get("model")
    if asked is not None and asked not in offered:
        scene.UNKNOWN_MODEL.put(asked)
        asked = None
    # On another page it is another widget, which knows nothing of what was chosen.
    if scene.arrive(key) or not scene.MODEL.is_set():
        scene.MODEL.put(scene.CHOSEN_MODEL.value() or asked or default)
    chosen = st.selectbox("Model", list(offered), key=scene.MODEL.name, format_func=_title, label_visibility="collapsed")
    scene.CHOSEN_MODEL.put(chosen)
    if st.query_params.get("model", default) != chosen:
        st.query_params["model"] = chosen
    return offered[chosen]


def _title(name: str) -> str:
    return CATALOG[name].title if name in CATALOG else name
