"""Neurons of the feed-forward network: which of them move a token the most at a layer, and the words that their output vectors promote.

    out = Σ_i a_i v_i + b          a_i: activation of neuron i after the non-linearity; v_i [d_model]: its output vector, the same for every token
    strength_i = |a_i| ‖v_i‖       how far the neuron moves the token's vector
    promoted_i = the largest of head(sign(a_i) v_i / ‖v_i‖ · ‖h_last‖)   [vocab]; head: the whole masked-word head, as in the logit lens

In the papers the head is one matrix, the output embeddings, and v_i is multiplied with it. A BERT's head has a dense layer, a non-linearity and
LayerNorm in front of that matrix, and in some families the matrix is narrower than v_i: so the direction of v_i, alone, goes through all
of the head, as if it were a token's last hidden state. The head is not linear, so it is given the length that it was trained on: that
of the token's own last hidden state h_last.

Sources: Geva et al., Transformer Feed-Forward Layers Are Key-Value Memories (2021), section 4, for reading v_i through the vocabulary;
Geva et al., Transformer Feed-Forward Layers Build Predictions by Promoting Concepts in the Vocabulary Space (2022), section 3, for
the sum of sub-updates a_i v_i, and for |a_i| ‖v_i‖ as the weight of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from bertviz_app.analysis.phrases import counted, decimal, leader, token_name
from bertviz_app.drawing import plots
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.plots import shown
from bertviz_app.records.feed_forward import FeedForward
from bertviz_app.records.forward import Encoding, Floats, Integers

MOST = 10  # neurons in the picture
WORDS = 6  # that each is said to promote
NARROW = 26  # letters that fit on a phone; the other words are in the table
ROW, BARE_ROW = 54, 30  # pixels: a bar with a line of words above it, and without

METHOD = (
    r"The second half of each layer is a feed-forward network: $\text{out} = \sum_i a_i v_i + b$. The activation $a_i$ of neuron $i$ "
    r"depends on the token, its output vector $v_i$ does not. $|a_i| \, \lVert v_i \rVert$ is how far a neuron moves the token’s vector, and "
    "orders them here. The words: the direction of the output vector alone (turned round where the activation is negative, a grey bar; and as long as the "
    "token’s last hidden state) goes through the whole masked-word head – dense layer, non-linearity, LayerNorm and decoder – and these are its "
    "largest logits. The papers multiply with the word embeddings alone; a BERT’s head has the other parts in between. What a vector says "
    "alone is not what it does in a sum, and the layers above come in between: take the words for a hint. The activations are computed again "
    "from the attention weights and hidden states at hand: no encoder pass. Sources: Geva et al. (2021), section 4; Geva et al. (2022), "
    "section 3."
)
WITHOUT_WORDS = (
    "What can be seen in any model are the neurons: their activations, and how far they move a token. The words that they promote would be "
    "read by the missing head, and are left out."
)


@dataclass(frozen=True)
class Neuron:
    """One neuron at one token: `index` from 0; `length` is that of its output vector; `words` what that promotes, most first, or none."""

    index: int
    activation: float
    length: float
    words: tuple[str, ...]

    @property
    def strength(self) -> float:
        return abs(self.activation) * self.length


def strengths(found: FeedForward) -> Floats:
    """|a_i| ‖v_i‖ of every neuron: [neuron]."""
    result: Floats = np.abs(found.activations) * np.linalg.norm(found.vectors, axis=-1)
    return result


def strongest(found: FeedForward, k: int = MOST) -> Integers:
    """The neurons that move the token the most, first the strongest: [k], or all if there are fewer."""
    return np.argsort(-strengths(found), kind="stable")[:k]


def directions(found: FeedForward, chosen: Integers, length: float) -> Floats:
    """Where each chosen neuron moves the token, all as far as `length`: turned round for a negative activation. [k, d_model]"""
    vectors = np.where(found.activations[chosen, None] < 0, -1, 1) * found.vectors[chosen]
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Floats = (vectors / np.maximum(lengths, np.finfo(np.float32).tiny) * length).astype(np.float32)
    return result


def neurons(found: FeedForward, chosen: Integers, logits: Floats | None, token: Callable[[int], str]) -> tuple[Neuron, ...]:
    """The chosen neurons with what they promote: logits [k, vocab] are those of their `directions`, or None without a head."""
    if logits is None:
        logits = np.empty((len(chosen), 0), dtype=np.float32)
    best = np.argsort(-logits, axis=-1, kind="stable")[:, :WORDS]
    lengths = np.linalg.norm(found.vectors[chosen], axis=-1)
    return tuple(
        Neuron(int(i), float(found.activations[i]), float(length), tuple(token(int(word)) for word in words))
        for i, length, words in zip(chosen, lengths, best, strict=True)
    )


def notice(found: FeedForward, drawn: Sequence[Neuron], encoding: Encoding) -> str:
    """What to notice: the strongest neuron, if one is, how much of all strength the drawn ones make up, and whether they promote the same word."""
    first, all_strengths = drawn[0], strengths(found)
    said = f"At layer {shown(found.layer)}, {counted(len(all_strengths), 'neuron')} write into {token_name(encoding, found.position)}"
    if leader(all_strengths, decimal) == first.index:
        says = f" alone, its output vector would say “{first.words[0]}”;" if first.words else ""
        said += f"; neuron {shown(first.index)} moves it the most (activation {decimal(first.activation)});{says}".removesuffix(
            ";"
        )
    if len(drawn) < len(all_strengths):
        share = sum(neuron.strength for neuron in drawn) / max(float(all_strengths.sum()), 1e-12)
        them = f"Neuron {shown(first.index)} makes" if len(drawn) == 1 else f"The {len(drawn)} strongest make"
        said += f". {them} up {plots.percent(share)} of the strength of all"
    word, times = Counter(word for neuron in drawn for word in neuron.words).most_common(1)[0] if first.words else ("", 0)
    if times > max(1, len(drawn) / 2):
        which = "All" if times == len(drawn) else f"{times}"
        said += f". {which} of them promote “{word}”: they push in much the same direction"
    return f"{said}."


def neurons_figure(drawn: Sequence[Neuron], theme: Theme, *, title: str) -> go.Figure:
    """A bar for each neuron, as long as it is strong, and above it the words that it promotes."""
    worded = bool(drawn[0].words)
    row, places = ROW if worded else BARE_ROW, list(range(len(drawn)))
    chart = plots.figure(theme, height=150 + row * len(drawn), title=title)
    hover = "neuron %{customdata[0]}: activation %{customdata[1]:.3f} × length %{customdata[2]:.3f} = %{x:.3f}"
    chart.add_bar(
        x=[neuron.strength for neuron in drawn], y=places, orientation="h", width=0.36 if worded else 0.6,
        marker_color=[theme.accent if neuron.activation > 0 else theme.muted for neuron in drawn],
        customdata=[[shown(n.index), n.activation, n.length, ", ".join(map(plots.label, n.words))] for n in drawn],
        hovertemplate=hover + ("<br>promotes %{customdata[3]}" if worded else "") + "<extra></extra>",
    )  # fmt: skip
    font = {"family": plots.MONOSPACE, "size": plots.TEXT_SIZE, "color": theme.ink}
    for place, neuron in enumerate(drawn if worded else ()):
        text = plots.label(_fitting(neuron.words, NARROW if theme.narrow else 1000))
        chart.add_annotation(x=0, y=place, yshift=19, text=text, showarrow=False, xanchor="left", xshift=2, font=font)
    numbers = [str(neuron.index + 1) for neuron in drawn]
    y = {"range": [len(drawn) - 0.5, -0.8], "showgrid": False, "zeroline": False, "title_text": "neuron"}
    chart.update_yaxes(tickvals=places, ticktext=numbers, **y)
    chart.update_xaxes(title_text="|activation| × length of output vector", rangemode="tozero")
    return chart


def _fitting(words: Sequence[str], letters: int) -> str:
    """As many of the words as fit side by side, at least one."""
    lines = ["  ".join(words[:n]) for n in range(len(words), 0, -1)]
    return next((line for line in lines if len(line) <= letters), lines[-1][: letters - 1] + "…")


def columns(drawn: Sequence[Neuron]) -> dict[str, list[object]]:
    """The neurons as a table."""
    table: dict[str, list[object]] = {
        "neuron": [shown(neuron.index) for neuron in drawn],
        "activation": [neuron.activation for neuron in drawn],
        "length of its output vector": [neuron.length for neuron in drawn],
        "strength": [neuron.strength for neuron in drawn],
    }
    return table | ({"promotes": ["  ".join(neuron.words) for neuron in drawn]} if drawn[0].words else {})
