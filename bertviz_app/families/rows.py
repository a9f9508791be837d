"""What differs between the families of models: one row each, chosen by `config.model_type` and, where that is not enough, by what was saved.

Sources: Devlin et al., BERT (2019); Liu et al., RoBERTa (2019); Sanh et al., DistilBERT (2019); Lan et al., ALBERT (2020);
Clark et al., ELECTRA (2020); He et al., DeBERTa (2021) and DeBERTaV3 (2023); Conneau et al., XLM-R (2020); Martin et al., CamemBERT (2020);
Song et al., MPNet (2020).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from bertviz_app.families import layer_names
from bertviz_app.families.family import Family
from bertviz_app.families.traits import Traits

BERT = Family(
    model_type="bert",
    traits=Traits(),
    encoder="bert",
    pooler="bert.pooler",
    heads={"masked_words": ("cls.predictions",), "next_sentence": ("cls.seq_relationship",)},
)
ROBERTA = Family(
    model_type="roberta",
    traits=Traits(
        family="RoBERTa",
        loads_as="AutoModelForMaskedLM",
        encoder="roberta",
        pair_head="",
        objectives=("masked_words",),
        has_segments=False,
        first_position=2,
        tokenizer="byte-level BPE",
        positions="learned, one vector per position; the table’s first two rows are reserved for padding",
        why_not={
            "pair": "its authors found that leaving next-sentence prediction out does no harm (Liu et al., 2019, section 4.2)"
        },
    ),
    encoder="roberta",
    heads={"masked_words": ("lm_head",)},
    classifier=("classifier.dense", "classifier.out_proj"),
    activation="Tanh",
)
# Both are RoBERTa in all but what they were trained on, and their tokenizer.
XLM_R, CAMEMBERT = (
    replace(
        ROBERTA,
        model_type=model_type,
        traits=replace(ROBERTA.traits, family=family, tokenizer="Unigram", why_not={"pair": reason}),
    )
    for model_type, family, reason in (
        ("xlm-roberta", "XLM-R", "its only task was to fill blanks, in a hundred languages (Conneau et al., 2020, section 3)"),
        ("camembert", "CamemBERT", "its only task was to fill blanks, in French (Martin et al., 2020, section 4)"),
    )
)
MPNET = Family(
    model_type="mpnet",
    traits=replace(
        ROBERTA.traits,
        family="MPNet",
        encoder="mpnet",
        sums=("token", "position"),
        layers=layer_names.MPNET,
        tokenizer="WordPiece",
        positions="learned, one vector per position, the table’s first two rows reserved for padding; and how far two tokens are apart enters every "
        "attention score",
        scores="q · k / √{width} + b(distance)",
        why_not={"pair": "its authors left next-sentence prediction out, as others had before (Song et al., 2020, section 1)"},
    ),
    encoder="mpnet",
    heads={"masked_words": ("lm_head",)},
    classifier=("classifier.dense", "classifier.out_proj"),
    activation="Tanh",
)
DISTILBERT = Family(
    model_type="distilbert",
    traits=Traits(
        family="DistilBERT",
        loads_as="AutoModelForMaskedLM",
        encoder="distilbert",
        pair_head="",
        objectives=("masked_words",),
        has_segments=False,
        sums=("token", "position"),
        layers=layer_names.DISTILBERT,
        why_not={
            "pair": "it was distilled from BERT without segments, without the pooler and without next-sentence prediction (Sanh et al., 2019, section 3)"
        },
    ),
    encoder="distilbert",
    heads={"masked_words": ("vocab_transform", "activation", "vocab_layer_norm", "vocab_projector")},
    classifier=("pre_classifier", "classifier"),
    activation="ReLU",
    names=("dim", "n_layers", "n_heads", "hidden_dim"),
)
ALBERT = Family(
    model_type="albert",
    traits=Traits(
        family="ALBERT",
        encoder="albert",
        pair_head="sop_classifier.classifier",
        objectives=("masked_words", "sentence_order"),
        shares_layers=True,
        layers=layer_names.ALBERT,
        tokenizer="Unigram",
    ),
    encoder="albert",
    pooler="albert.pooler",
    heads={"masked_words": ("predictions",), "sentence_order": ("sop_classifier.classifier",)},
    after="albert.encoder.embedding_hidden_mapping_in",
)
_NO_PAIRS = "its only task was to find the replaced tokens of a text (Clark et al., 2020, section 2)"
DISCRIMINATOR = Family(
    model_type="electra",
    traits=Traits(
        family="ELECTRA, discriminator",
        encoder="electra",
        pair_head="",
        objectives=("replaced_tokens",),
        why_not={
            "masked_words": "a second model, the generator, filled the blanks; this one was trained to find where it did (Clark et al., 2020, section 2)",
            "pair": _NO_PAIRS,
        },
    ),
    encoder="electra",
    heads={"replaced_tokens": ("discriminator_predictions",)},
    classifier=("classifier.dense", "classifier.out_proj"),
    activation="GELU",
    after="electra.embeddings_project",
)
GENERATOR = replace(
    DISCRIMINATOR,
    traits=replace(
        DISCRIMINATOR.traits,
        family="ELECTRA, generator",
        loads_as="AutoModelForMaskedLM",
        objectives=("masked_words",),
        why_not={
            "replaced_tokens": "it is the one that makes the replacements, for its discriminator to find (Clark et al., 2020, section 2)",
            "pair": _NO_PAIRS,
        },
    ),
    heads={"masked_words": ("generator_predictions", "generator_lm_head")},
    architecture="ElectraForMaskedLM",
)
DEBERTA = Family(
    model_type="deberta",
    traits=Traits(
        family="DeBERTa",
        layers=layer_names.DEBERTA,
        loads_as="AutoModelForMaskedLM",
        encoder="deberta",
        pair_head="",
        objectives=("masked_words",),
        has_segments=False,
        sums=("token",),
        tokenizer="byte-level BPE",
        positions="relative: the distance between two tokens enters every attention score",
        scores="(q · k + q · distance + distance · k) / √(3 · {width})",
        why_not={"pair": "it was trained on masked words alone (He et al., 2021, section 4)"},
    ),
    encoder="deberta",
    heads={"masked_words": ("cls",)},
    classifier=("pooler.dense", "classifier"),
    activation="GELU",
    before="deberta.embeddings.embed_proj",
)
# The published weights keep the vocabulary head of the original code, which multiplies with the word embeddings themselves.
DEBERTA_WITH_ORIGINAL_HEAD = replace(
    DEBERTA,
    traits=replace(DEBERTA.traits, options={"legacy": False}),
    heads={"masked_words": ("lm_predictions",)},
    needs_words=True,
    holds="lm_predictions.",
)
_SPOTS = "it was trained to find replaced tokens, with a head that transformers does not read (He et al., 2023, section 3)"
DEBERTA_V3 = replace(
    DEBERTA,
    model_type="deberta-v2",
    traits=replace(
        DEBERTA.traits,
        family="DeBERTa v3",
        layers=layer_names.DEBERTA_V2,
        tokenizer="Unigram",
        objectives=("replaced_tokens",),
        why_not={"masked_words": _SPOTS, "pair": _SPOTS, "replaced_tokens": _SPOTS},
    ),
    heads={},
    holds="mask_predictions.",
)

# The first row that fits is taken: those that ask for more come before those that take all of their type.
ROWS = (
    BERT,
    ROBERTA,
    XLM_R,
    CAMEMBERT,
    MPNET,
    DISTILBERT,
    ALBERT,
    GENERATOR,
    DISCRIMINATOR,
    DEBERTA_WITH_ORIGINAL_HEAD,
    DEBERTA,
    DEBERTA_V3,
    *(
        replace(
            row,
            model_type="deberta-v2",
            traits=replace(row.traits, family="DeBERTa v2", tokenizer="Unigram", layers=layer_names.DEBERTA_V2),
        )
        for row in (DEBERTA_WITH_ORIGINAL_HEAD, DEBERTA)
    ),
)
MODEL_TYPES = tuple(dict.fromkeys(row.model_type for row in ROWS))


def family_of(config: Mapping[str, Any], tensor_names: Collection[str] = ()) -> Family:
    """The row for a checkpoint's config.json and the names in its weights. Raises `StopIteration` for a type that has none."""
    architectures = config.get("architectures") or ()
    return next(
        row
        for row in ROWS
        if row.model_type == config.get("model_type")
        and (not row.architecture or row.architecture in architectures)
        and (not row.holds or any(name.startswith(row.holds) for name in tensor_names))
    )
