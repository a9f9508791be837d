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
from bertviz_app.records import ModelInfo


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
        PageEntry("forward_pass", "Read", "Forward pass", "Every tensor between your sentence and its meaning, in order."),
        PageEntry("fill_in_the_blank", "Predict", "Fill in the blank", "Hide a word and see what BERT would put there."),
        PageEntry("next_sentence", "Predict", "Next sentence", "Would the second sentence follow the first?"),
        PageEntry("replaced_tokens", "Predict", "Replaced tokens", "Which tokens look as if somebody had put them in?"),
        PageEntry("sentiment", "Predict", "Sentiment", "Does the sentence sound positive or negative to BERT?"),
        PageEntry("attention", "Look inside", "Attention", "How much each token looks at each other token."),
        PageEntry("embeddings", "Look inside", "Embeddings", "Where the tokens lie, as vectors, layer by layer."),
        PageEntry("logit_lens", "Look inside", "Logit lens", "What each layer would say, if it were the last."),
        PageEntry("models", "About", "Models", "Every model this program knows: what it takes, what it can do, how its family differs."),
        PageEntry("glossary", "About", "Glossary", "The field's terms, a line each."),
    )
}


def draw_sidebar() -> str:
    """Product name, model, pages. Returns the name of the chosen model."""
    with st.sidebar:
        st.markdown("**Inside BERT**")
        name = _model_choice()
        st.session_state["_model_line"] = st.empty()
        group = ""
        for page in PAGES.values():
            if page.group != group:
                group = page.group
                st.caption(group)
            st.page_link(page.file, label=page.title, width="stretch")
    return name


def draw_model_line(info: ModelInfo) -> None:
    """Title, size, number type, device and memory of the model, under its name in the sidebar."""
    line = (
        f"{info.title} · {info.n_layers} layers × {info.n_heads} heads × {info.d_model} · {info.n_parameters / 1e6:.1f} M parameters · "
        f"{info.dtype} on {info.device} · {info.n_bytes / 1e6:.0f} MB"
    )
    st.session_state["_model_line"].caption(line)


def offered_models() -> dict[str, str]:
    """The models of this server by the name in the sidebar and in links, with what `load` is given for each.

    The catalogue, and the folders that the settings name, by their last part: a visitor has no use for the server's paths.
    """
    folders = {os.path.basename(os.path.normpath(folder)): folder for folder in settings.current().checkpoints}
    return {name: name for name in CATALOG} | folders


def _model_choice() -> str:
    offered = offered_models()
    names = list(offered)
    default = settings.current().model
    asked = st.query_params.get("model")
    if asked is not None and asked not in offered:
        # The widget would drop an unknown name from the address without a word.
        st.session_state["_unknown_model"] = asked
    # A link carries what the options are called, so they are called by their names.
    chosen = st.selectbox(
        "Model",
        names,
        index=names.index(default) if default in names else 0,
        key="model",
        bind="query-params",
        label_visibility="collapsed",
    )
    return offered[chosen]
