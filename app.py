"""Home: the story of one sentence."""

import streamlit as st

from bertviz_app import plots
from bertviz_app.lenses import home as lens
from bertviz_app.lenses.probability import softmax
from bertviz_app.objectives import OBJECTIVES
from bertviz_app.workspace import open_page

with open_page("home") as page:
    page.sentence()
    encoding, model = page.encoding, page.model

    st.subheader("1 · It is cut into tokens, each with a number", anchor=False)
    page.strip(encoding, with_text=True)
    st.markdown(
        f"The number is the token’s row in a vocabulary of {model.info.vocab_size:,}. Letters end here: BERT sees numbers only."
    )
    page.link("tokens", "See every step of the tokenizer")

    forward = page.forward
    st.subheader("2 · Each number becomes a vector", anchor=False)
    st.markdown(f"After {model.info.n_layers} layers, {model.info.d_model} numbers stand for each token in its context.")
    page.show(lens.vectors_figure(forward, page.theme), name="vectors", alt="Heatmap of the last layer's vectors")
    page.link("forward_pass", "Follow every tensor")

    glance = lens.firmest_head(forward)
    st.subheader("3 · On the way, the tokens look at each other", anchor=False)
    page.show(lens.attention_figure(forward, glance, page.theme), name="attention", alt="Heatmap of one attention head")
    page.notice(
        f"In layer {plots.shown(glance.layer)}, head {plots.shown(glance.head)}, “{encoding.tokens[glance.query]}” puts "
        f"{plots.percent(glance.weight)} of its attention on “{encoding.tokens[glance.key]}”."
    )
    page.link("attention", "Look at all heads")

    st.subheader("4 · The vectors are turned into a prediction", anchor=False)
    blanks = encoding.positions("mask")
    if blanks and model.info.fills_blanks:
        logits = model.vocabulary_logits(forward.hidden_states[-1][blanks[:1]])[0]
        best = (-logits).argsort()[:5]
        names, probabilities = [model.reader.token(token_id) for token_id in best], softmax(logits)[best]
        st.markdown("The blank, filled: the five likeliest words.")
        target, link = "fill_in_the_blank", "Hide any word and see what BERT would put there"
    elif "sentiment" in model.info.labels:
        names = list(model.info.labels["sentiment"])
        probabilities = softmax(model.class_logits("sentiment", forward.class_vector))
        st.markdown("Here: whether the sentence sounds positive, read from the vector of the first token.")
        target, link = "sentiment", "Score many sentences at once"
    else:
        names = []
    if names:
        figure = lens.prediction_figure(names, probabilities, page.theme)
        page.show(figure, name="prediction", alt="Bars: the likeliest labels with their probabilities")
        page.link(target, link)
    else:
        st.markdown("The heads of this model need a click first.")
        for task in model.info.objectives:
            page.link(OBJECTIVES[task].page, OBJECTIVES[task].offer)
