"""A loaded checkpoint: encodings in, records out. torch lives here and in `loading` and `families`.

One encoder pass feeds every page. Prediction heads are small and are applied to rows of hidden states on demand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from bertviz_app.checkpoints.catalog import Checkpoint
from bertviz_app.checkpoints.folders import revision_of
from bertviz_app.engine.parts import Parts
from bertviz_app.engine.reader import Reader
from bertviz_app.engine.task_heads import TaskHead
from bertviz_app.errors import MissingHead
from bertviz_app.families.objectives import OBJECTIVES
from bertviz_app.families.tasks import Reads
from bertviz_app.records.forward import EmbeddingParts, Encoding, FinalState, Floats, ForwardPass, ModelInfo
from bertviz_app.serving.pass_queue import pass_queue
from bertviz_app.serving.portions import MOST, Portions

# A checkpoint does not say whether its questions always had an answer; the names of those on the Hub do.
SQUAD_2 = re.compile(r"squad[-_]?v?2[^/]*$", re.IGNORECASE)


class Model:
    """One loaded checkpoint: `encode` a text, `run` the encoder once, read predictions off rows of hidden states.

    Safe to share between threads: no call changes it. `parts` and `tensor` are for the other rooms that know torch.
    """

    def __init__(self, checkpoint: Checkpoint, parts: Parts, reader: Reader, device: torch.device) -> None:
        self.parts = parts
        self._device = device
        self.reader = reader
        config, network, family = parts.network.config, parts.network, parts.family
        facts = {task: head.facts for task, head in parts.task_heads.items()}
        labels = {task: known.labels for task, known in facts.items()}
        labels |= {task: pair for task in parts.heads if (pair := OBJECTIVES[task].labels)}
        d_model, n_layers, n_heads, d_feedforward = (getattr(config, name) for name in family.names)
        told_segments = reader.tells_segments and getattr(config, "type_vocab_size", 0) > 1
        source = "bertviz_app/embedded" if checkpoint.is_embedded else checkpoint.source
        self.info = ModelInfo(
            name=checkpoint.name,
            title=checkpoint.title,
            source=source,
            revision=revision_of(checkpoint),
            n_layers=n_layers,
            n_heads=n_heads,
            d_model=d_model,
            d_feedforward=d_feedforward,
            vocab_size=config.vocab_size,
            max_tokens=reader.max_tokens,
            n_parameters=sum(parameter.numel() for parameter in network.parameters()),
            n_bytes=sum(tensor.nbytes for tensor in (*network.parameters(), *network.buffers())),
            dtype=str(network.dtype).removeprefix("torch."),
            device=str(device),
            special=reader.special,
            d_embedding=self.word_embeddings.shape[1],
            tokenizer=reader.spelling.name,
            objectives=tuple(parts.heads),
            labels=labels,
            traits=replace(
                family.traits, sums=tuple(self._tables()), has_segments=told_segments, vocabulary_head=family.vocabulary_head
            ),
            has_pooler=parts.has_pooler,
            task_heads=facts,
            recipe=parts.sentences.recipe if parts.sentences else None,
            unread=parts.unread,
            abstains=any(head.row.reads is Reads.SPAN for head in facts.values()) and bool(SQUAD_2.search(source)),
        )

    @property
    def key(self) -> str:
        """What caches are keyed by."""
        return self.info.key

    def encode(self, text: str, pair: str | None = None, *, max_tokens: int | None = None, whole: bool = False) -> Encoding:
        """Tokens, ids, masks and offsets of a text or a pair. See `Reader.encode` for the arguments and the errors it raises."""
        return self.reader.encode(text, pair, max_tokens=max_tokens, whole=whole)

    def run(self, encoding: Encoding) -> ForwardPass:
        """One encoder pass, every weight and every hidden state. Raises `Busy` when no place became free in time."""
        with pass_queue().turn(), torch.inference_mode():
            output = self.parts.encoder(**self.batch([encoding]), output_attentions=True, output_hidden_states=True)
            # layer × [1, head, query, key] → [layer, head, query, key]
            attentions = torch.cat(output.attentions).cpu().numpy()
            # (layer + 1) × [1, position, d_model] → [layer + 1, position, d_model]
            hidden_states = torch.cat(output.hidden_states).cpu().numpy()
            pooled = output.pooler_output[0].cpu().numpy() if self.parts.has_pooler else None
        return ForwardPass(self.info, encoding, attentions, hidden_states, pooled)

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
            vectors = {name: table(self.tensor(rows[name])) for name, table in self._tables().items()}
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

    def _tables(self) -> dict[str, Any]:
        """The tables of vectors that this checkpoint adds up, by what they are of."""
        embeddings = self.parts.part(self.parts.family.embeddings)
        names = {"token": "word_embeddings", "segment": "token_type_embeddings", "position": "position_embeddings"}
        found = {name: getattr(embeddings, attribute, None) for name, attribute in names.items()}
        return {name: table for name, table in found.items() if table is not None}

    def _widening(self) -> tuple[Floats, Floats] | None:
        # Only a family with narrow embeddings has such a layer, and only a checkpoint that uses them.
        try:
            layer = self.parts.part(self.parts.family.after)
        except AttributeError:
            return None
        return layer.weight.detach().cpu().numpy(), layer.bias.detach().cpu().numpy()

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
