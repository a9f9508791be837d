"""The checkpoints we know: data, no logic.

`source` is a folder beside this file for the embedded model, a Hub repository for the others. `revision` pins one commit; where it is
None nobody has checked one yet: the download command takes what the repository holds that day, and records it. `megabytes` is the size
of the safetensors file as the Hub states it, or None where it is only computed from the config. Licences as stated on the model cards.
`config` holds the numbers of config.json that a model's size follows from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[1]
Config = dict[str, Any]


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that can be named: `name` in links and commands, `title` on the screen.

    tasks   what its heads do, as far as it is known without opening it
    note    what is to be known before it is downloaded
    """

    name: str
    title: str
    source: str
    revision: str | None
    licence: str
    megabytes: int | None
    config: Config = field(default_factory=dict)
    tasks: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_embedded(self) -> bool:
        return self.revision == "embedded"


def _bert(layers: int, width: int, heads: int, *, vocab: int = 30_522) -> Config:
    return {
        "model_type": "bert",
        "vocab_size": vocab,
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": 4 * width,
    }


def _roberta(layers: int, width: int, heads: int) -> Config:
    return _bert(layers, width, heads, vocab=50_265) | {
        "model_type": "roberta", "max_position_embeddings": 514, "type_vocab_size": 1,
    }  # fmt: skip


def _distilbert(vocab: int) -> Config:
    return {"model_type": "distilbert", "vocab_size": vocab, "dim": 768, "n_layers": 6, "n_heads": 12, "hidden_dim": 3072}


def _albert(layers: int, width: int, heads: int) -> Config:
    return _bert(layers, width, heads, vocab=30_000) | {"model_type": "albert", "embedding_size": 128}


def _electra(layers: int, width: int, heads: int, *, narrow: int, generator: bool = False) -> Config:
    architecture = "ElectraForMaskedLM" if generator else "ElectraForPreTraining"
    return _bert(layers, width, heads) | {"model_type": "electra", "embedding_size": narrow, "architectures": [architecture]}


_RELATIVE: Config = {
    "relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_biased_input": False, "type_vocab_size": 0,
}  # fmt: skip


def _deberta_v3(layers: int, width: int, heads: int) -> Config:
    v3 = {"model_type": "deberta-v2", "share_att_key": True, "position_buckets": 256, "norm_rel_ebd": "layer_norm"}
    return _bert(layers, width, heads, vocab=128_100) | _RELATIVE | v3


PAIRED = ("masked words", "next sentence")
MASKED = ("masked words",)
SPOTS = ("replaced tokens",)
APACHE, MIT = "Apache-2.0", "MIT"
NAMED = {(2, 128): "Tiny", (4, 256): "Mini", (4, 512): "Small", (8, 512): "Medium"}
TINY_REVISION = "30b0a37ccaaa32f332884b96992754e246e48c5f"
NO_ORDER_HEAD = "The published weights leave out the head for sentence order."
PICKLES = "The pinned revision holds a pickle only: save it again as safetensors and offer the folder."


def _miniature(layers: int, width: int) -> Checkpoint:
    """One of the 24 of Turc et al., Well-Read Students Learn Better (2019): their names follow from their numbers."""
    called = NAMED.get((layers, width))
    title = f"BERT {called}" if called else f"BERT {layers} × {width}"
    name = f"bert-{called.lower()}" if called else f"bert-{layers}x{width}"
    source = f"google/bert_uncased_L-{layers}_H-{width}_A-{width // 64}"
    revision = TINY_REVISION if called == "Tiny" else None
    return Checkpoint(name, f"{title}, uncased", source, revision, APACHE, None, _bert(layers, width, width // 64), PAIRED)


MINIATURES = tuple(_miniature(layers, width) for layers in (2, 4, 6, 8, 10, 12) for width in (128, 256, 512, 768))

BERTS = (
    Checkpoint(
        "embedded", "Embedded BERT", str(PACKAGE / "embedded"), "embedded", APACHE, 46,
        _bert(6, 384, 12), (*PAIRED, "sentiment", "named entities", "question answering", "sentence pairs"),
    ),
    Checkpoint(
        "bert-base-uncased", "BERT base, uncased", "google-bert/bert-base-uncased",
        "86b5e0934494bd15c9632b12f734a8a67f723594", APACHE, 440, _bert(12, 768, 12), PAIRED,
    ),
    Checkpoint(
        "bert-base-cased", "BERT base, cased", "google-bert/bert-base-cased",
        "cd5ef92a9fb2f889e972770a36d4ed042daf221e", APACHE, 436, _bert(12, 768, 12, vocab=28_996), PAIRED,
    ),
    Checkpoint(
        "bert-large-uncased", "BERT large, uncased", "google-bert/bert-large-uncased",
        "6da4b6a26a1877e173fca3225479512db81a5e5b", APACHE, 1345, _bert(24, 1024, 16), PAIRED,
    ),
    Checkpoint(
        "bert-large-cased", "BERT large, cased", "google-bert/bert-large-cased", None, APACHE, None,
        _bert(24, 1024, 16, vocab=28_996), PAIRED,
    ),
    Checkpoint(
        "bert-base-multilingual-cased", "BERT base, multilingual, cased", "google-bert/bert-base-multilingual-cased",
        "3f076fdb1ab68d5b2880cb87a0886f315b8146f8", APACHE, 714, _bert(12, 768, 12, vocab=119_547), PAIRED,
    ),
    Checkpoint(
        "bert-base-multilingual-uncased", "BERT base, multilingual, uncased", "google-bert/bert-base-multilingual-uncased",
        None, APACHE, None, _bert(12, 768, 12, vocab=105_879), PAIRED,
    ),
)  # fmt: skip

RELATIVES = (
    Checkpoint(
        "roberta-base", "RoBERTa base", "FacebookAI/roberta-base", "e2da8e2f811d1448a5b465c236feacd80ffbac7b",
        MIT, 499, _roberta(12, 768, 12), MASKED,
    ),
    Checkpoint(
        "roberta-large", "RoBERTa large", "FacebookAI/roberta-large", "722cf37b1afa9454edce342e7895e588b6ff1d59",
        MIT, None, _roberta(24, 1024, 16), MASKED,
    ),
    Checkpoint(
        "distilroberta-base", "DistilRoBERTa base", "distilbert/distilroberta-base",
        "fb53ab8802853c8e4fbdbcd0529f21fc6f459b2b", APACHE, None, _roberta(6, 768, 12), MASKED,
    ),
    Checkpoint(
        "distilbert-base-uncased", "DistilBERT base, uncased", "distilbert/distilbert-base-uncased",
        "12040accade4e8a0f71eabdb258fecc2e7e948be", APACHE, None, _distilbert(30_522), MASKED,
    ),
    Checkpoint(
        "distilbert-base-cased", "DistilBERT base, cased", "distilbert/distilbert-base-cased",
        "6ea81172465e8b0ad3fddeed32b986cdcdcffcf0", APACHE, None, _distilbert(28_996), MASKED,
    ),
    Checkpoint(
        "distilbert-base-multilingual-cased", "DistilBERT base, multilingual, cased",
        "distilbert/distilbert-base-multilingual-cased", "45c032ab32cc946ad88a166f7cb282f58c753c2e", APACHE, None,
        _distilbert(119_547), MASKED,
    ),
    Checkpoint(
        "albert-base-v2", "ALBERT base, v2", "albert/albert-base-v2", "8e2f239c5f8a2c0f253781ca60135db913e5c80c",
        APACHE, None, _albert(12, 768, 12), MASKED, NO_ORDER_HEAD,
    ),
    Checkpoint(
        "albert-large-v2", "ALBERT large, v2", "albert/albert-large-v2", None, APACHE, None, _albert(24, 1024, 16),
        MASKED, NO_ORDER_HEAD,
    ),
    Checkpoint(
        "electra-small-discriminator", "ELECTRA small, discriminator", "google/electra-small-discriminator",
        "fa8239aadc095e9164941d05878b98afe9b953c3", APACHE, None, _electra(12, 256, 4, narrow=128), SPOTS,
    ),
    Checkpoint(
        "electra-small-generator", "ELECTRA small, generator", "google/electra-small-generator", None, APACHE, None,
        _electra(12, 256, 4, narrow=128, generator=True), MASKED,
    ),
    Checkpoint(
        "electra-base-discriminator", "ELECTRA base, discriminator", "google/electra-base-discriminator", None, APACHE,
        None, _electra(12, 768, 12, narrow=768), SPOTS,
    ),
    Checkpoint(
        "electra-base-generator", "ELECTRA base, generator", "google/electra-base-generator", None, APACHE, None,
        _electra(12, 256, 4, narrow=768, generator=True), MASKED,
    ),
    Checkpoint(
        "deberta-base", "DeBERTa base", "microsoft/deberta-base", "0d1b43ccf21b5acd9f4e5f7b077fa698f05cf195", MIT, None,
        _bert(12, 768, 12, vocab=50_265) | _RELATIVE | {"model_type": "deberta"}, MASKED,
        "Its head for blanks was trained behind a decoder that transformers leaves out: its guesses are not those of the paper.",
    ),
    *(
        Checkpoint(
            f"deberta-v3-{size}", f"DeBERTa v3 {size}", f"microsoft/deberta-v3-{size}", revision, MIT, None,
            _deberta_v3(*numbers), (), note,
        )
        for size, revision, numbers, note in (
            ("xsmall", None, (12, 384, 6), ""),
            ("small", "a36c739020e01763fe789b4b85e2df55d6180012", (6, 768, 12), PICKLES),
            ("base", "8ccc9b6f36199bec6961081d44eb72fb3f7353f3", (12, 768, 12), ""),
        )
    ),
)  # fmt: skip

FINE_TUNED = (
    Checkpoint(
        "bert-base-ner", "BERT base, named entities", "dslim/bert-base-NER", "d1a3e8f13f8c3566299d95fcfc9a8d2382a9affc",
        MIT, None, _bert(12, 768, 12, vocab=28_996), ("named entities",),
    ),
    Checkpoint(
        "distilbert-squad", "DistilBERT base, question answering", "distilbert/distilbert-base-cased-distilled-squad",
        "564e9b582944a57a3e586bbb98fd6f0a4118db7f", APACHE, None, _distilbert(28_996), ("question answering",),
    ),
    Checkpoint(
        "distilbert-sst2", "DistilBERT base, sentiment", "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
        "714eb0fa89d2f80546fda750413ed43d93601a13", APACHE, None, _distilbert(30_522), ("sentiment",),
    ),
    Checkpoint(
        "roberta-large-mnli", "RoBERTa large, sentence pairs", "FacebookAI/roberta-large-mnli",
        "2a8f12d27941090092df78e4ba6f0928eb5eac98", MIT, None, _roberta(24, 1024, 16), ("sentence pairs",),
    ),
)  # fmt: skip

CATALOG = {checkpoint.name: checkpoint for checkpoint in (*BERTS, *MINIATURES, *RELATIVES, *FINE_TUNED)}
