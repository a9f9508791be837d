"""The records that the engine writes and chapters read: frozen, checked, read-only NumPy, no batch axis.

Axis names, in this order everywhere: layer, head, query, key, position, d_model, vocab.
Layers and heads count from 0 here; `plots.py` alone turns them into the 1-based numbers people see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bertviz_app.errors import RecordError
from bertviz_app.records.interventions import NOTHING, Intervention
from bertviz_app.records.labels import counted, in_a_line, shortened, told_apart
from bertviz_app.records.model_info import ModelInfo as ModelInfo  # a record like those below

if TYPE_CHECKING:
    from pandas import DataFrame

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

# What a token is: "piece" continues a word, "word" starts one.
KINDS = ("cls", "sep", "mask", "pad", "unk", "word", "piece")
SPECIAL_KINDS = ("cls", "sep", "pad")  # wherever they stand, typed ones too: a model knows tokens by their ids alone


@dataclass(frozen=True, eq=False)
class Encoding:
    """One text, or a pair, as the model reads it.

    tokens                                   as people read them: the space that some tokenizers keep in a token is shown as ␣
    token_ids, attention_mask                [position]      integers
    segment_ids                              [position]      0 in the first text, 1 in the second, whether the model is told or not
    offsets                                  [position, 2]   characters in `text` (segment 0) or `pair` (1): start, end (exclusive); (0, 0) for none
    word_ids                                 [position]      the word a token belongs to, counted within its own text; -1 for none
    kinds                                    one of KINDS for each token
    n_dropped                                tokens that were cut because the model reads no more
    unit                                     what stands at a position: "token", or "word" where the tokens of each word were put together

    Raises `RecordError` when the shapes disagree.
    """

    text: str
    pair: str | None
    tokens: tuple[str, ...]
    token_ids: Integers
    segment_ids: Integers
    attention_mask: Integers
    offsets: Integers
    word_ids: Integers
    kinds: tuple[str, ...]
    n_dropped: int = 0
    unit: str = "token"

    def __post_init__(self) -> None:
        n = len(self.tokens)
        _expect(n > 0, "an encoding needs at least one token")
        _expect(len(self.kinds) == n and set(self.kinds) <= set(KINDS), f"kinds must be {n} of {KINDS}")
        for name in ("token_ids", "segment_ids", "attention_mask", "word_ids"):
            _freeze(self, name, np.int64, (n,))
        _freeze(self, "offsets", np.int64, (n, 2))
        _expect(self.n_dropped >= 0, "n_dropped counts tokens")

    def __repr__(self) -> str:
        cut = f", {self.n_dropped} cut" if self.n_dropped else ""
        return f"Encoding({self.n_tokens} {self.unit}s{cut}: {shortened(' '.join(self.tokens))})"

    @property
    def n_tokens(self) -> int:
        return len(self.tokens)

    @property
    def key(self) -> tuple[str, str | None, tuple[int, ...], int]:
        """Plain values that decide every number computed from this encoding."""
        return self.text, self.pair, tuple(self.token_ids.tolist()), int(self.attention_mask.sum())

    @property
    def is_special(self) -> NDArray[np.bool_]:
        """[position] True for the `SPECIAL_KINDS`: [CLS], [SEP] and [PAD], in the spelling of the model."""
        return np.array([kind in SPECIAL_KINDS for kind in self.kinds])

    def positions(self, kind: str) -> list[int]:
        """Where tokens of this kind stand."""
        return [position for position, its_kind in enumerate(self.kinds) if its_kind == kind]

    def source_text(self, position: int) -> str:
        """The characters that a token stands for; empty for those that nobody typed."""
        start, end = self.offsets[position]
        text = self.text if self.segment_ids[position] == 0 else self.pair or ""
        return text[start:end]


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """Everything one encoder pass computed. Every page reads this one record.

    attentions     [layer, head, query, key]        probabilities; each query row sums to 1
    hidden_states  [layer + 1, position, d_model]   index 0 is the output of the embeddings
    pooler_output  [d_model] or None                None where the checkpoint has no trained pooler
    switched_off   what the pass was made without; nothing, as a rule

    Raises `RecordError` when shapes disagree with the model or the encoding, or a value is not finite.
    """

    model: ModelInfo
    encoding: Encoding
    attentions: Floats
    hidden_states: Floats
    pooler_output: Floats | None
    switched_off: Intervention = field(default=NOTHING, repr=False)

    def __post_init__(self) -> None:
        info, n = self.model, self.encoding.n_tokens
        _freeze(self, "attentions", np.float32, (info.n_layers, info.n_heads, n, n))
        _freeze(self, "hidden_states", np.float32, (info.n_layers + 1, n, info.d_model))
        if self.pooler_output is not None:
            _freeze(self, "pooler_output", np.float32, (info.d_model,))
        # [layer, head, query, key] → [layer, head, query]
        sums = self.attentions.sum(axis=-1)
        _expect(bool(np.abs(sums - 1).max() < 1e-3), "each row of attention must sum to 1")

    __repr__ = in_a_line

    def head(self, layer: int, head: int) -> DataFrame:
        """The weights of one head as a table: a row for each token that looks (query), a column for each that is looked at (key).

        Layers and heads count from 0; negative ones from the end. A token that stands in the text twice has its place behind it, from 0.
        Raises `NoSuchPart`.
        """
        import pandas

        layer, head = counted("layer", layer, self.model.n_layers), counted("head", head, self.model.n_heads)
        names = told_apart(self.encoding.tokens)
        queries, keys = pandas.Index(names, name="query"), pandas.Index(names, name="key")
        return pandas.DataFrame(self.attentions[layer, head], index=queries, columns=keys)

    @property
    def class_vector(self) -> Floats:
        """[d_model] what heads over the whole input read: the pooled vector, or, without a pooler, the first token's last state."""
        return self.hidden_states[-1, 0] if self.pooler_output is None else self.pooler_output

    @property
    def final_state(self) -> FinalState:
        """What its last layer says, without the internals."""
        return FinalState(self.encoding, self.hidden_states[-1], self.pooler_output)

    @property
    def key(self) -> tuple[object, ...]:
        """Plain values that decide every number in here."""
        return (self.model.key, self.encoding.key, *([self.switched_off] if self.switched_off else []))

    @property
    def n_bytes(self) -> int:
        pooled = 0 if self.pooler_output is None else self.pooler_output.nbytes
        return self.attentions.nbytes + self.hidden_states.nbytes + pooled


@dataclass(frozen=True, eq=False)
class FinalState:
    """What the last layer says, without the internals: for many texts at once.

    last_hidden_state  [position, d_model]
    pooler_output      [d_model] or None
    """

    encoding: Encoding
    last_hidden_state: Floats
    pooler_output: Floats | None
    __repr__ = in_a_line

    def __post_init__(self) -> None:
        d_model = self.last_hidden_state.shape[-1]
        _freeze(self, "last_hidden_state", np.float32, (self.encoding.n_tokens, d_model))
        if self.pooler_output is not None:
            _freeze(self, "pooler_output", np.float32, (d_model,))

    @property
    def class_vector(self) -> Floats:
        """[d_model] as in `ForwardPass`."""
        return self.last_hidden_state[0] if self.pooler_output is None else self.pooler_output


@dataclass(frozen=True, eq=False)
class EmbeddingParts:
    """The vectors that are added up for each token, the LayerNorm that follows, and the widening after it.

    vectors        by name ("token", "segment", "position"; a family may lack one)   [position, d_embedding]
    scale, shift   LayerNorm's weight and bias                                       [d_embedding]
    epsilon        added to the variance before the square root
    widening       weight [d_model, d_embedding] and bias [d_model] of the layer to d_model, or None where it is that wide already
    """

    vectors: Mapping[str, Floats]
    scale: Floats
    shift: Floats
    epsilon: float
    widening: tuple[Floats, Floats] | None = None
    __repr__ = in_a_line

    def __post_init__(self) -> None:
        shape = next(iter(self.vectors.values())).shape
        _expect(all(rows.shape == shape for rows in self.vectors.values()), "the vectors that are added up differ in shape")
        for name in ("scale", "shift"):
            _freeze(self, name, np.float32, shape[-1:])


def _expect(condition: bool, message: str) -> None:
    if not condition:
        raise RecordError(message)


def _freeze(record: Any, name: str, dtype: Any, shape: tuple[int, ...]) -> None:
    """Put a checked, read-only array in the place of what the record was given."""
    given = np.asarray(getattr(record, name))
    array = given if given.dtype == dtype else given.astype(dtype)
    _expect(array.shape == shape, f"{name} has shape {array.shape}, expected {shape}")
    _expect(bool(np.isfinite(array).all()), f"{name} holds a value that is not finite")
    # A view, so that the caller's own array keeps its flags.
    array = array.view()
    array.setflags(write=False)
    object.__setattr__(record, name, array)
