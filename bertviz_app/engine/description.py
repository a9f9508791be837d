"""What a loaded checkpoint is, read off its network, its tokenizer and its heads: the `ModelInfo` that travels with every record."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import torch

from bertviz_app.checkpoints.catalog import Checkpoint
from bertviz_app.checkpoints.folders import revision_of
from bertviz_app.engine.parts import Parts
from bertviz_app.engine.reader import Reader
from bertviz_app.families.objectives import OBJECTIVES
from bertviz_app.families.tasks import Reads
from bertviz_app.records.forward import ModelInfo

# A checkpoint does not say whether its questions always had an answer; the names of those on the Hub do.
SQUAD_2 = re.compile(r"squad[-_]?v?2[^/]*$", re.IGNORECASE)


def described(checkpoint: Checkpoint, parts: Parts, reader: Reader, device: torch.device) -> ModelInfo:
    """The facts of a checkpoint whose parts are loaded."""
    config, network, family = parts.network.config, parts.network, parts.family
    facts = {task: head.facts for task, head in parts.task_heads.items()}
    labels = {task: known.labels for task, known in facts.items()}
    labels |= {task: pair for task in parts.heads if (pair := OBJECTIVES[task].labels)}
    d_model, n_layers, n_heads, d_feedforward = (getattr(config, name) for name in family.names)
    told_segments = reader.tells_segments and getattr(config, "type_vocab_size", 0) > 1
    source = "bertviz_app/embedded" if checkpoint.is_embedded else checkpoint.source
    return ModelInfo(
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
        d_embedding=parts.encoder.get_input_embeddings().weight.shape[1],
        tokenizer=reader.spelling.name,
        objectives=tuple(parts.heads),
        labels=labels,
        traits=replace(
            family.traits, sums=tuple(tables(parts)), has_segments=told_segments, vocabulary_head=family.vocabulary_head
        ),
        has_pooler=parts.has_pooler,
        task_heads=facts,
        recipe=parts.sentences.recipe if parts.sentences else None,
        unread=parts.unread,
        abstains=any(head.row.reads is Reads.SPAN for head in facts.values()) and bool(SQUAD_2.search(source)),
    )


def tables(parts: Parts) -> dict[str, Any]:
    """The tables of vectors that a checkpoint adds up at the start, by what they are of: token, segment, position; a family may lack one."""
    embeddings = parts.part(parts.family.embeddings)
    names = {"token": "word_embeddings", "segment": "token_type_embeddings", "position": "position_embeddings"}
    found = {name: getattr(embeddings, attribute, None) for name, attribute in names.items()}
    return {name: table for name, table in found.items() if table is not None}
