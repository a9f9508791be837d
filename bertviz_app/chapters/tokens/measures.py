"""From text to tokens: cleaning, splitting into words, pieces, ids; and several texts as one padded batch.

    text → normalised text (control characters out, lower case, accents off) → words, split at spaces and punctuation
         → pieces of the vocabulary (each kind of tokenizer in its own way; WordPiece has its own chapter) → ids

The encoding itself is the tokenizer's; this chapter tells which characters became which word and which word which tokens.

Sources: Devlin et al., BERT (2019), section 3 and appendix A.2; its published BasicTokenizer; Wu et al. (2016), section 4.1.
"""

from __future__ import annotations

from bertviz_app.analysis.script import NUMBERED, Script, typed
from bertviz_app.drawing.numbering import numbered
from bertviz_app.drawing.plots import shown
from bertviz_app.records.forward import Encoding, ModelInfo


def token_columns(encoding: Encoding) -> dict[str, list[object]]:
    """Everything the model is told about each token, as columns of a table."""
    return {
        **numbered(encoding.tokens),
        "id": encoding.token_ids.tolist(),
        "segment": encoding.segment_ids.tolist(),
        "attention mask": encoding.attention_mask.tolist(),
        "special": ["yes" if special else "no" for special in encoding.is_special],
        "from character": [shown(int(start)) if end else None for start, end in encoding.offsets],
        "to character": [int(end) if end else None for _, end in encoding.offsets],
        "text": [encoding.source_text(position) for position in range(encoding.n_tokens)],
    }


_TABLE = {
    "id": "token_ids",
    "segment": "segment_ids",
    "attention mask": "attention_mask",
    "special": '["yes" if token_id in special else "no" for token_id in token_ids]',
    "from character": "[start + 1 if end else None for start, end in offsets]",
    "to character": "[end or None for _, end in offsets]",
    "text": '["" if text is None else texts[text][start:end] for text, (start, end) in zip(batch.sequence_ids(0), offsets)]',
}


def python_code(info: ModelInfo, encoding: Encoding) -> str:
    """Tokens, ids, masks and offsets from plain transformers, and the normalised text."""
    segments = 'batch["token_type_ids"]'
    if not info.traits.has_segments:  # the model is not told: the text that a token is of, or that the last one was of
        second = "len(token_ids)" if encoding.pair is None else "batch.sequence_ids(0).index(1)"
        segments = f"[int(place >= {second}) for place in range(len(token_ids))]"
    script = Script(info).tokenizer()
    script.lines(_BATCH, batch=script.tokenized(typed(encoding), options="return_offsets_mapping=True"))
    script.tokens("tokenizer.convert_ids_to_tokens(token_ids)")
    script.lines(_MASKS, segments=segments, texts=[text for text in (encoding.text, encoding.pair) if text is not None])
    return str(script.table(NUMBERED | _TABLE))


_BATCH = """batch = $batch
token_ids = batch["input_ids"]
"""
_MASKS = """segment_ids = $segments
attention_mask = batch["attention_mask"]
offsets = batch["offset_mapping"]  # from 0, the end exclusive
special = {tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id}
texts = $texts
normalizer = tokenizer.backend_tokenizer.normalizer
normalized = normalizer.normalize_str(texts[0]) if normalizer else texts[0]
"""
