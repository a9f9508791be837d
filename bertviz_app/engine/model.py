"""A loaded checkpoint: encodings in, records out. torch lives here and in `loading` and `families`.

One encoder pass feeds every page. Prediction heads are small and are applied to rows of hidden states on demand.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from bertviz_app.checkpoints.catalog import Checkpoint
from bertviz_app.engine.description import described, tables
from bertviz_app.engine.many_texts import in_order
from bertviz_app.engine.parts import Parts
from bertviz_app.engine.reader import Reader
from bertviz_app.engine.task_heads import TaskHead
from bertviz_app.engine.vocabulary import likeliest
from bertviz_app.errors import MissingHead, NotText, TextCut, what_it_is
from bertviz_app.records.forward import EmbeddingParts, Encoding, FinalState, Floats, ForwardPass
from bertviz_app.serving.pass_queue import pass_queue
from bertviz_app.serving.portions import MOST, Portions

if TYPE_CHECKING:
    from pandas import DataFrame


class Model:
    """One loaded checkpoint: `encode` a text, `run` the encoder once, read predictions off rows of hidden states.

    Safe to share between threads: no call changes it. `parts` and `tensor` are for the other rooms that know torch.
    """

    def __init__(self, checkpoint: Checkpoint, parts: Parts, reader: Reader, device: torch.device) -> None:
        self.parts = parts
        self._device = device
        self.reader = reader
        self.info = described(checkpoint, parts, reader, device)

    def __repr__(self) -> str:
        return f"Model({self.info.in_a_line}, {self.info.dtype} on {self.info.device})"

    @property
    def key(self) -> str:
        """What caches are keyed by."""
        return self.info.key

    def encode(self, text: str, pair: str | None = None, *, max_tokens: int | None = None, whole: bool = False) -> Encoding:
        """Tokens, ids, masks and offsets of a text or a pair. See `Reader.encode` for the arguments and the errors it raises."""
        return self.reader.encode(text, pair, max_tokens=max_tokens, whole=whole)

    def run(self, text: str | Encoding, pair: str | None = None) -> ForwardPass:
        """One encoder pass over a text, a pair, or an encoding: every weight and every hidden state.

        Warns with `TextCut` when not all of a text could be read. Raises what `encode` raises, and `Busy` when no place became free in time.
        """
        encodings = [self._encoded(text, pair)]
        with pass_queue().turn():
            return self.batch_passes(encodings)[0]

    def run_many(self, texts: Iterable[str | Encoding]) -> Iterator[ForwardPass]:
        """A forward pass over each of many texts, handed out one by one in the order given; texts of like length are read together.

        Texts are taken up as they are needed, as many as make `HELD_BYTES` of records. Warns and raises as `run` does, when it comes to a text.
        """
        if isinstance(texts, str | Encoding) or not isinstance(texts, Iterable):
            raise NotText(f"run_many reads a list of texts; this is {what_it_is(texts)}. To read one text, use run.")
        return in_order(map(self._encoded, texts), self.batch_passes, self.info)

    def batch_passes(self, encodings: Sequence[Encoding]) -> list[ForwardPass]:
        """The records of one batch, in its order, in the turn that the caller holds."""
        with torch.inference_mode():
            output = self.parts.encoder(**self.batch(encodings), output_attentions=True, output_hidden_states=True)
            # layer × [text, head, query, key] → [text, layer, head, query, key]
            attentions = torch.stack(output.attentions, dim=1).cpu().numpy()
            # (layer + 1) × [text, position, d_model] → [text, layer + 1, position, d_model]
            hidden_states = torch.stack(output.hidden_states, dim=1).cpu().numpy()
            pooled = output.pooler_output.cpu().numpy() if self.parts.has_pooler else [None] * len(encodings)
        # A record of its own memory, or it would keep that of the whole batch.
        own = np.asarray if len(encodings) == 1 else np.copy
        records = []
        for row, encoding in enumerate(encodings):
            n = encoding.n_tokens
            weights, states = own(attentions[row, ..., :n, :n]), own(hidden_states[row, :, :n])
            records.append(ForwardPass(self.info, encoding, weights, states, pooled[row]))
        return records

    def final_states(self, encodings: Sequence[Encoding], *, batch_size: int | None = None) -> Iterator[tuple[int, FinalState]]:
        """The last layer for many encodings, without internals: (index in `encodings`, its state), shortest first.

        Each batch takes its own turn; unless a size is given, batches are as large as `Portions` makes them. Raises `Busy` when no place became free in time.
        """
        shortest_first = sorted(range(len(encodings)), key=lambda index: encodings[index].n_tokens)
        portions = Portions(len(encodings), most=batch_size or MOST, fixed=batch_size is not None)
        for rows in portions:
            indices = shortest_first[rows]
            with pass_queue().turn(), portions.timed():
                states = self.batch_states([encodings[index] for index in indices])
            yield from zip(indices, states, strict=True)

    def batch_states(self, encodings: Sequence[Encoding]) -> list[FinalState]:
        """The last layer of one batch, in its order, in the turn that the caller holds."""
        with torch.inference_mode():
            output = self.parts.encoder(**self.batch(encodings))
            hidden = output.last_hidden_state.cpu().numpy()  # [text, position, d_model]
            pooled = output.pooler_output.cpu().numpy() if self.parts.has_pooler else [None] * len(encodings)
        return [
            FinalState(encoding, rows[: encoding.n_tokens], vector)
            for encoding, rows, vector in zip(encodings, hidden, pooled, strict=True)
        ]

    def vocabulary_logits(self, rows: Floats) -> Floats:
        """What the masked-language-model head says at some positions of some layer.

        rows [row, d_model] → logits [row, vocab]. Raises `MissingHead` when the checkpoint was not trained for it.
        """
        return self._apply(self._objective("masked_words"), rows)

    def top_tokens(self, rows: Floats, k: int = 5) -> DataFrame:
        """The `k` likeliest tokens at some positions of some layer, by the masked-language-model head.

        rows [row, d_model], or [d_model] for one → a table with the columns row, token, token_id and probability, the likeliest first.
        Raises `MissingHead` as `vocabulary_logits` does.
        """
        return likeliest(self.vocabulary_logits(np.atleast_2d(rows)), self.reader.token, k)

    def fill(self, text: str | Encoding, k: int = 5) -> DataFrame:
        """What could stand at each blank of a text, written as [MASK]: a table with the columns position, token, token_id and probability.

        Each blank is guessed without knowing the others' answers. Raises `NoMaskToken`, `MissingHead`, and what `run` raises.
        """
        encoding = self._encoded(text)
        blanks = self.reader.require_masks(encoding, at_most=encoding.n_tokens)
        self._objective("masked_words")  # before the pass
        table = self.top_tokens(self.run(encoding).hidden_states[-1][blanks], k).rename(columns={"row": "position"})
        return table.assign(position=[blanks[row] for row in table["position"]])

    def replacement_logits(self, rows: Floats) -> Floats:
        """How much the discriminator takes tokens for replaced: rows of the last layer [row, d_model] → logits [row].

        Above 0 it says "replaced". Raises `MissingHead` when the checkpoint was not trained for it.
        """
        return self._apply(self._objective("replaced_tokens"), rows)

    def class_logits(self, task: str, vectors: Floats) -> Floats:
        """What a classification head says of class vectors: [row, d_model] → [row, label], or [d_model] → [label].

        A class vector is what `ForwardPass.class_vector` hands out. `task` is a key of `info.labels`, which names the columns. Raises `MissingHead` for any other.
        """
        return self._apply(self._class_layers(task), vectors)

    def token_logits(self, task: str, rows: Floats) -> Floats:
        """What a head over single tokens says of rows of the last layer: [row, d_model] → [row, label].

        `task` is the key of a head in `info.task_heads` that reads rows. Raises `MissingHead` for any other.
        """
        return self._apply(self._task_head(task, of_rows=True).layers, rows)

    def class_weights(self, task: str) -> tuple[Floats, Floats]:
        """The last linear layer behind `class_logits`: weight [label, d_model] and bias [label]. Raises `MissingHead` as it does."""
        layer = self._class_layers(task)[-1]
        return layer.weight.detach().cpu().numpy().copy(), layer.bias.detach().cpu().numpy().copy()

    def embedding_parts(self, encoding: Encoding) -> EmbeddingParts:
        """The vectors that are added up before the first layer. No encoder pass."""
        embeddings, traits = self.parts.part(self.parts.family.embeddings), self.info.traits
        segments = encoding.segment_ids if traits.has_segments else np.zeros_like(encoding.segment_ids)
        rows = {
            "token": encoding.token_ids,
            "segment": segments,
            "position": np.arange(encoding.n_tokens) + traits.first_position,
        }
        with torch.inference_mode():
            vectors = {name: table(self.tensor(rows[name])) for name, table in tables(self.parts).items()}
            if before := getattr(embeddings, "embed_proj", None):
                vectors = {name: before(vector) for name, vector in vectors.items()}  # linear: the sum may wait
        norm = embeddings.LayerNorm
        return EmbeddingParts(
            vectors={name: vector.cpu().numpy() for name, vector in vectors.items()},
            scale=norm.weight.detach().cpu().numpy(),
            shift=norm.bias.detach().cpu().numpy(),
            epsilon=getattr(norm, "eps", None) or norm.variance_epsilon,
            widening=self._widening(),
        )

    @property
    def word_embeddings(self) -> Floats:
        """[vocab, d_model] the vector that each token of the vocabulary starts from: the network's own, read-only."""
        weights: Floats = self.parts.encoder.get_input_embeddings().weight.detach().cpu().numpy().view()
        weights.setflags(write=False)
        return weights

    def _widening(self) -> tuple[Floats, Floats] | None:
        # Only a family with narrow embeddings has such a layer, and only a checkpoint that uses them.
        try:
            layer = self.parts.part(self.parts.family.after)
        except AttributeError:
            return None
        return layer.weight.detach().cpu().numpy(), layer.bias.detach().cpu().numpy()

    def _encoded(self, text: str | Encoding, pair: str | None = None) -> Encoding:
        if isinstance(text, Encoding):
            if pair is not None:
                raise NotText("An encoding has its second text in it already: encode both together, with encode(text, pair).")
            return text
        encoding = self.encode(text, pair)
        if encoding.n_dropped:
            n = encoding.n_tokens + encoding.n_dropped
            said = f"{encoding.n_dropped} of {n} tokens were cut: {self.info.title} reads at most {encoding.n_tokens} at once."
            warnings.warn(said, TextCut, stacklevel=3)
        return encoding

    def _objective(self, name: str) -> Any:
        """A pre-training head. Raises `MissingHead`."""
        if name not in self.parts.heads:
            raise MissingHead(self.info.why_not(name))
        return self.parts.head(name)

    def _class_layers(self, task: str) -> Any:
        return self._objective(task) if task in self.parts.heads else self._task_head(task, of_rows=False).layers

    def _task_head(self, task: str, *, of_rows: bool) -> TaskHead:
        head = self.parts.task_heads.get(task)
        if head is None or head.facts.row.of_rows != of_rows:
            raise MissingHead(f"{self.info.title} has no trained head for “{task.replace('_', ' ')}”.")
        return head

    def batch(self, encodings: Sequence[Encoding]) -> dict[str, torch.Tensor]:
        """What the encoder is given for some encodings, each filled up to the longest of them."""
        length = max(encoding.n_tokens for encoding in encodings)
        padded = [self.reader.padded(encoding, length) for encoding in encodings]
        segments = {"token_type_ids": "segment_ids"} if self.info.traits.has_segments else {}
        columns = {"input_ids": "token_ids", "attention_mask": "attention_mask"} | segments
        return {
            name: self.tensor(np.stack([getattr(encoding, column) for encoding in padded])) for name, column in columns.items()
        }

    def tensor(self, array: Any) -> torch.Tensor:
        """An array on this model's device."""
        # A copy: the records' arrays are read-only, which torch does not know.
        return torch.tensor(array, device=self._device)

    def _apply(self, head: Any, rows: Floats) -> Floats:
        with torch.inference_mode():
            logits: Floats = head(self.tensor(rows)).float().cpu().numpy()
        return logits
