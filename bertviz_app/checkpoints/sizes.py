"""How many parameters a model has, part by part, from its config.json alone: known before a byte of it is loaded.

    embeddings   V e + P e + S e + 2 e                  tokens, positions, segments, LayerNorm; e d + d more where e widens to d
    layer        4 (d² + d) + 2 d f + f + d + 4 d       queries, keys, values, output; the feed-forward part; two LayerNorms
    pooler       d² + d
    heads        d e + e + 2 e + V                      masked words: dense, LayerNorm, bias; its matrix is the embeddings' own

A family that shares its layers stores one. Relative positions have matrices of their own in each layer and one table for all.
The tests hold these sums against the networks themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bertviz_app.families.family import Family
from bertviz_app.families.rows import family_of

BYTES = 4  # a float32, as every model is held in memory
DEFAULTS = {"max_position_embeddings": 512, "vocab_size": 30_522}


@dataclass(frozen=True)
class Sizes:
    """Parameters of each part; `layer` is one layer as stored, of which there are `n_stored`."""

    embeddings: int
    layer: int
    n_stored: int
    shared: int
    pooler: int
    heads: int

    @property
    def encoder(self) -> int:
        """What every checkpoint must hold: embeddings and layers."""
        return self.embeddings + self.layer * self.n_stored + self.shared

    @property
    def total(self) -> int:
        return self.encoder + self.pooler + self.heads

    @property
    def n_bytes(self) -> int:
        """What the whole takes in memory."""
        return BYTES * self.total


def sizes(config: Mapping[str, Any], tensor_names: tuple[str, ...] = ()) -> Sizes:
    """The parameters that a config.json describes, with the pre-training heads of its family.

    Raises `ValueError` where the config states a width or a number that is none.
    """
    family = family_of(config, tensor_names)
    d, n_layers, _, f = (_count(config, name) for name in family.names)
    vocab = _count(config, "vocab_size")
    e = _count(config, "embedding_size", default=_narrow(family, d))
    shared, by_layer = _RELATIVE.get(family.model_type, _absolute)(config, d)
    groups = _count(config, "num_hidden_groups", default=1) * _count(config, "inner_group_num", default=1)
    return Sizes(
        embeddings=_embeddings(config, family, d=d, e=e),
        layer=by_layer + 2 * d * f + f + d + 4 * d,
        n_stored=groups if family.traits.shares_layers else n_layers,
        shared=shared,
        pooler=(d * d + d) if family.pooler else 0,
        heads=sum(_head(objective, d, e, vocab) for objective in family.heads),
    )


def _embeddings(config: Mapping[str, Any], family: Family, *, d: int, e: int) -> int:
    rows = _count(config, "vocab_size") + _segments(config, family)
    if config.get("position_biased_input", True):
        rows += _count(config, "max_position_embeddings")
    widening = 0
    if family.after and (e != d or family.traits.shares_layers):
        widening = e * d + d
    if family.before and e != d:
        widening = e * d
    return rows * e + 2 * (d if family.before else e) + widening


def _segments(config: Mapping[str, Any], family: Family) -> int:
    if "segment" not in family.traits.sums and not family.before:
        return 0
    default = 0 if family.before else 2
    return _count(config, "type_vocab_size", default=default, least=0)


def _narrow(family: Family, d: int) -> int:
    # Families with narrow embeddings have a default of their own in transformers.
    return 128 if family.after else d


def _head(objective: str, d: int, e: int, vocab: int) -> int:
    return {"masked_words": d * e + e + 2 * e + vocab, "replaced_tokens": d * d + d + d + 1}.get(objective, 2 * d + 2)


def _absolute(config: Mapping[str, Any], d: int) -> tuple[int, int]:  # noqa: ARG001 - one signature for all
    """(shared by all layers, attention of one layer)."""
    return 0, 4 * (d * d + d)


def _relative_joint(config: Mapping[str, Any], d: int) -> tuple[int, int]:
    # One matrix for queries, keys and values, two of its three biases, and matrices for distances.
    kinds = config.get("pos_att_type") or ()
    own = 3 * d * d + 2 * d + d * d + d
    own += (d * d if "c2p" in kinds else 0) + (d * d + d if "p2c" in kinds else 0)
    return _distances(config) * d if config.get("relative_attention") else 0, own


def _relative(config: Mapping[str, Any], d: int) -> tuple[int, int]:
    kinds = config.get("pos_att_type") or ()
    own = 4 * (d * d + d)
    if config.get("relative_attention") and not config.get("share_att_key"):
        own += sum(d * d + d for kind in ("c2p", "p2c") if kind in kinds)
    shared = 0
    if config.get("relative_attention"):
        buckets = _count(config, "position_buckets", default=0, least=-1)
        shared += (2 * buckets if buckets > 0 else _distances(config)) * d
        shared += 2 * d if "layer_norm" in str(config.get("norm_rel_ebd", "none")) else 0
    if kernel := _count(config, "conv_kernel_size", default=0, least=0):
        shared += d * d * kernel // _count(config, "conv_groups", default=1) + d + 2 * d
    return shared, own


def _buckets(config: Mapping[str, Any], d: int) -> tuple[int, int]:
    # One table for all layers: a number for each bucket of distances and each head.
    buckets = _count(config, "relative_attention_num_buckets", default=32)
    return buckets * _count(config, "num_attention_heads"), 4 * (d * d + d)


def _distances(config: Mapping[str, Any]) -> int:
    furthest = _count(config, "max_relative_positions", default=-1, least=-1)
    return 2 * (furthest if furthest > 0 else _count(config, "max_position_embeddings"))


def _count(config: Mapping[str, Any], name: str, *, default: int | None = None, least: int = 1) -> int:
    value = config.get(name, DEFAULTS.get(name) if default is None else default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} is {str(value)[:40]!r}, which is not a number of at least {least}")
    return value


_RELATIVE: Mapping[str, Callable[[Mapping[str, Any], int], tuple[int, int]]] = {
    "mpnet": _buckets,
    "deberta": _relative_joint,
    "deberta-v2": _relative,
}
