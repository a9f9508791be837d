"""From text to tokens: cleaning, splitting into words, pieces, ids; and several texts as one padded batch.

    text → normalised text (control characters out, lower case, accents off) → words, split at spaces and punctuation
         → pieces of the vocabulary (each kind of tokenizer in its own way; WordPiece has its own chapter) → ids

The encoding itself is the tokenizer's; this chapter tells which characters became which word and which word which tokens.

Sources: Devlin et al., BERT (2019), section 3 and appendix A.2; its published BasicTokenizer; Wu et al. (2016), section 4.1.
"""

from __future__ import annotations

from bertviz_app.drawing.numbering import numbered
from bertviz_app.drawing.plots import shown
from bertviz_app.records.forward import Encoding


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
