"""Small random checkpoints of every family, saved to a folder as transformers saves them, with tokenizers trained on a few lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import tokenizers
import torch
import transformers
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

LINES = (
    "I love AI! I love watching starlings murmurate.",
    "The man went to the store. He bought a gallon of milk.",
    "The cat sat on the mat, and the bank of the river was muddy.",
    "Thousands of starlings fly at dusk; nobody tells them where to turn.",
)  # fmt: skip
BERT_SPECIALS = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]"}
ROBERTA_SPECIALS = {"cls_token": "<s>", "pad_token": "<pad>", "sep_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>"}
WIDTH = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}


@dataclass(frozen=True)
class Trained:
    """A tokenizer of the tokenizers library and the names of its special tokens."""

    tokenizer: tokenizers.Tokenizer
    specials: Mapping[str, str]

    def dressed(self, *, segments: bool) -> transformers.PreTrainedTokenizerFast:
        """The same for transformers; `segments` says whether it tells the model which sentence a token belongs to."""
        names = ["input_ids", *(["token_type_ids"] if segments else []), "attention_mask"]
        # As the published ones do: a blank takes the space before it along.
        mask = tokenizers.AddedToken(self.specials["mask_token"], lstrip=self.specials["mask_token"] == "<mask>")
        specials = dict(self.specials) | {"mask_token": mask}
        return transformers.PreTrainedTokenizerFast(tokenizer_object=self.tokenizer, model_input_names=names, **specials)


def _framed(tokenizer: tokenizers.Tokenizer, specials: Mapping[str, str], *, twice: bool = False) -> Trained:
    cls, sep = specials["cls_token"], specials["sep_token"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}",
        pair=f"{cls} $A {sep} {sep} $B {sep}" if twice else f"{cls} $A {sep} $B:1 {sep}:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (cls, sep)],
    )
    return Trained(tokenizer, specials)


@cache
def wordpiece() -> Trained:
    tokenizer = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=160, special_tokens=list(BERT_SPECIALS.values()), show_progress=False)
    tokenizer.train_from_iterator(LINES, trainer)
    return _framed(tokenizer, BERT_SPECIALS)


def _byte_level(specials: Mapping[str, str], *, twice: bool) -> Trained:
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=340,
        special_tokens=list(specials.values()),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(LINES, trainer)
    return _framed(tokenizer, specials, twice=twice)


@cache
def byte_level() -> Trained:
    return _byte_level(ROBERTA_SPECIALS, twice=True)


@cache
def byte_level_with_brackets() -> Trained:
    return _byte_level(BERT_SPECIALS, twice=False)


@cache
def unigram() -> Trained:
    tokenizer = tokenizers.Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=120, special_tokens=list(BERT_SPECIALS.values()), unk_token="[UNK]", show_progress=False
    )
    tokenizer.train_from_iterator(LINES, trainer)
    return _framed(tokenizer, BERT_SPECIALS)


@cache
def unigram_twice() -> Trained:
    """As the published ones of XLM-R and CamemBERT: sentencepiece's letters, RoBERTa's special tokens, two separators."""
    tokenizer = tokenizers.Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=120, special_tokens=list(ROBERTA_SPECIALS.values()), unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(LINES, trainer)
    return _framed(tokenizer, ROBERTA_SPECIALS, twice=True)


@cache
def wordpiece_twice() -> Trained:
    """As MPNet's: BERT's pieces and its [UNK], RoBERTa's other special tokens, two separators."""
    specials = ROBERTA_SPECIALS | {"unk_token": "[UNK]"}
    tokenizer = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=160, special_tokens=list(specials.values()), show_progress=False)
    tokenizer.train_from_iterator(LINES, trainer)
    return _framed(tokenizer, specials, twice=True)


@dataclass(frozen=True)
class Tiny:
    """One family: its classes in transformers, its tokenizer, and what its config needs beside the common widths."""

    config: str
    architecture: str
    tokenizer: Callable[[], Trained]
    classifier: str
    options: Mapping[str, Any] = field(default_factory=dict)
    segments: bool = True


_DEBERTA = {
    "relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_biased_input": False, "type_vocab_size": 0, "max_position_embeddings": 64,
}  # fmt: skip
_V3 = _DEBERTA | {"share_att_key": True, "position_buckets": 16, "norm_rel_ebd": "layer_norm"}
_DISTILBERT = {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48}
FAMILIES = {
    "bert": Tiny("BertConfig", "BertForPreTraining", wordpiece, "BertForSequenceClassification"),
    "roberta": Tiny(
        "RobertaConfig", "RobertaForMaskedLM", byte_level, "RobertaForSequenceClassification",
        {"max_position_embeddings": 66, "type_vocab_size": 1}, segments=False,
    ),
    "xlm-r": Tiny(
        "XLMRobertaConfig", "XLMRobertaForMaskedLM", unigram_twice, "XLMRobertaForSequenceClassification",
        {"max_position_embeddings": 66, "type_vocab_size": 1}, segments=False,
    ),
    "camembert": Tiny(
        "CamembertConfig", "CamembertForMaskedLM", unigram_twice, "CamembertForSequenceClassification",
        {"max_position_embeddings": 66, "type_vocab_size": 1}, segments=False,
    ),
    "mpnet": Tiny(
        "MPNetConfig", "MPNetForMaskedLM", wordpiece_twice, "MPNetForSequenceClassification",
        {"max_position_embeddings": 66}, segments=False,
    ),
    "distilbert": Tiny("DistilBertConfig", "DistilBertForMaskedLM", wordpiece, "DistilBertForSequenceClassification", _DISTILBERT, segments=False),
    "albert": Tiny("AlbertConfig", "AlbertForPreTraining", unigram, "AlbertForSequenceClassification", {"embedding_size": 12}),
    "electra-discriminator": Tiny(
        "ElectraConfig", "ElectraForPreTraining", wordpiece, "ElectraForSequenceClassification", {"embedding_size": 12}
    ),
    "electra-generator": Tiny(
        "ElectraConfig", "ElectraForMaskedLM", wordpiece, "ElectraForSequenceClassification", {"embedding_size": 12}
    ),
    "deberta": Tiny("DebertaConfig", "DebertaForMaskedLM", byte_level_with_brackets, "DebertaForSequenceClassification", _DEBERTA),
    "deberta-original-head": Tiny(
        "DebertaConfig", "DebertaForMaskedLM", byte_level_with_brackets, "DebertaForSequenceClassification", _DEBERTA | {"legacy": False}
    ),
    "deberta-v2": Tiny("DebertaV2Config", "DebertaV2ForMaskedLM", unigram, "DebertaV2ForSequenceClassification", _V3),
}  # fmt: skip


def save(name: str, folder: Path, *, labels: tuple[str, ...] = (), **more: Any) -> Path:
    """A random checkpoint of the family in a folder; with `labels`, one that was fine-tuned to tell them apart. `more` goes into its config."""
    family = FAMILIES[name]
    tokenizer = family.tokenizer().dressed(segments=family.segments)
    torch.manual_seed(0)
    options: dict[str, Any] = WIDTH | {"max_position_embeddings": 64} | dict(family.options)
    if labels:
        options |= {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}}
    options |= more
    ids = {
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.cls_token_id,
        "eos_token_id": tokenizer.sep_token_id,
    }
    config = getattr(transformers, family.config)(vocab_size=len(tokenizer), **ids, **options)
    network = getattr(transformers, family.classifier if labels else family.architecture)(config)
    # Freshly made weights are so small that all tokens look alike.
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
