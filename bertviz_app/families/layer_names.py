"""Where each family keeps the parts of a layer: data, no logic. With these parts, all of them compute

    context = softmax(q · k / √width) · v, for each head; the heads side by side (`distance` adds to the scores)
    h       = norm(x + mix(context))
    out     = out_norm(h + down(act(up(h))))

Source: Vaswani et al., Attention Is All You Need (2017), sections 3.1 to 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class LayerNames:
    """Dotted paths below a layer, the defaults those of BERT; `stack` is the list of layers, below the encoder.

    query, key         of attention; empty where scores are made of more than these two
    values, mix, norm  what is handed over, the map that puts the heads together, and the LayerNorm that follows
    up, act, down      of the feed-forward network: d_model → d_feedforward, the non-linearity, and back; `out_norm` follows
    inner              a path below each entry of `stack`, where that is a group of layers
    distance           above the layers, of the encoder: the function that gives what each head adds to a score for the distance of its two tokens
    packed             `values` holds queries, keys and values of each head beside each other; `bias` is that of the values
    """

    stack: str = "encoder.layer"
    inner: str = ""
    query: str = "attention.self.query"
    key: str = "attention.self.key"
    values: str = "attention.self.value"
    mix: str = "attention.output.dense"
    norm: str = "attention.output.LayerNorm"
    up: str = "intermediate.dense"
    act: str = "intermediate.intermediate_act_fn"
    down: str = "output.dense"
    out_norm: str = "output.LayerNorm"
    distance: str = ""
    packed: bool = False
    bias: str = ""


BERT = LayerNames()
DISTILBERT = LayerNames(
    stack="transformer.layer",
    query="attention.q_lin",
    key="attention.k_lin",
    values="attention.v_lin",
    mix="attention.out_lin",
    norm="sa_layer_norm",
    up="ffn.lin1",
    act="ffn.activation",
    down="ffn.lin2",
    out_norm="output_layer_norm",
)
ALBERT = LayerNames(
    stack="encoder.albert_layer_groups",
    inner="albert_layers.0",
    query="attention.query",
    key="attention.key",
    values="attention.value",
    mix="attention.dense",
    norm="attention.LayerNorm",
    up="ffn",
    act="activation",
    down="ffn_output",
    out_norm="full_layer_layer_norm",
)
MPNET = replace(
    BERT,
    query="attention.attn.q",
    key="attention.attn.k",
    values="attention.attn.v",
    mix="attention.attn.o",
    norm="attention.LayerNorm",
    distance="encoder.compute_position_bias",
)
DEBERTA = replace(BERT, query="", key="", values="attention.self.in_proj", packed=True, bias="attention.self.v_bias")
DEBERTA_V2 = replace(BERT, query="", key="", values="attention.self.value_proj")
