"""The Python that gives the tables of the page Tokens, ready to paste: what the tokenizer makes of a text, and how it comes to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bertviz_app.analysis.script import FROM_BYTES, NUMBERED, Script, typed
from bertviz_app.chapters.tokens.merges import Merges
from bertviz_app.chapters.tokens.side_by_side import COLUMNS
from bertviz_app.chapters.tokens.unigram_path import PENALTY, Path
from bertviz_app.chapters.tokens.wordpiece import MAX_LETTERS
from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.records.forward import Encoding, ModelInfo


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
    return str(script.table(NUMBERED | _TOKENS))


_TOKENS = {
    "id": "token_ids",
    "segment": "segment_ids",
    "attention mask": "attention_mask",
    "special": '["yes" if token_id in special else "no" for token_id in token_ids]',
    "from character": "[start + 1 if end else None for start, end in offsets]",
    "to character": "[end or None for _, end in offsets]",
    "text": '["" if text is None else texts[text][start:end] for text, (start, end) in zip(batch.sequence_ids(0), offsets)]',
}
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


def padding_code(info: ModelInfo, texts: Sequence[str], length: int) -> str:
    """The same batch from plain transformers: `token_ids` and `attention_mask`, [sentence, position]."""
    script = Script(info).tokenizer()
    batch = script.tokenized(repr(list(texts)), longest=length, options='padding="max_length", return_tensors="np"')
    script.lines(_PADDED, batch=batch).tokens("tokenizer.convert_ids_to_tokens(token_ids.ravel())")
    return str(script.table(_CELLS))


_CELLS = {
    "sentence": "np.indices(token_ids.shape)[0].ravel() + 1",
    TOKEN_NUMBER: "np.indices(token_ids.shape)[1].ravel() + 1",
    "token": "tokens",
    "id": "token_ids.ravel()",
    "attention mask": "attention_mask.ravel()",
}
_PADDED = """import numpy as np

batch = $batch
token_ids = batch["input_ids"]
attention_mask = batch["attention_mask"]
"""


def wordpiece_code(info: ModelInfo, word: str) -> str:
    """The same look-ups with the checkpoint's own vocabulary; `pieces` and `n_tries` are what the page shows."""
    return str(Script(info).tokenizer().lines(_MATCH, word=repr(word), most=MAX_LETTERS).table(_TRIES))


_MATCH = """vocabulary = tokenizer.get_vocab()
word = $word

pieces, tries, start = [], [], 0
while start < len(word) <= $most:
    for end in range(len(word), start, -1):
        piece = ("##" if start else "") + word[start:end]
        tries.append((piece, start, end, piece in vocabulary))
        if piece in vocabulary:
            break
    else:  # nothing that starts here is in the vocabulary
        pieces = []
        break
    pieces.append(piece)
    start = end
pieces = pieces or ["[UNK]"]
n_tries = len(tries)
print(pieces, n_tries)
"""
_TRIES = {
    "try": "range(1, n_tries + 1)",
    "looked up": "[piece for piece, *_ in tries]",
    "from letter": "[start + 1 for _, start, *_ in tries]",
    "to letter": "[end for _, _, end, _ in tries]",
    "in the vocabulary": '["yes" if found else "no" for *_, found in tries]',
}


def merges_code(info: ModelInfo, found: Merges) -> str:
    """The same merges with the checkpoint's own list; `table` has every step, `token_table` the tokens and ids at the end."""
    script = Script(info).tokenizer()
    script.lines(
        _MERGE,
        symbols=f"list({found.word!r})" if found.symbols == tuple(found.word) else repr(list(found.symbols)),
        joined=f"left + right[{len(found.prefix)}:]" if found.prefix else "left + right",
    )
    return str(script.table(_STEPS).table(NUMBERED | {"id": "token_ids"}, name="token_table"))


_STEPS = {
    "merge": "range(1, len(steps) + 1)",
    "left": "[from_bytes(left) for left, *_ in steps]",
    "right": "[from_bytes(right) for _, right, *_ in steps]",
    "becomes": "[from_bytes(piece) for *_, piece, _ in steps]",
    "rank": "[rank + 1 for *_, rank in steps]",
    "pieces left": "[len(symbols) - number for number in range(1, len(steps) + 1)]",
}
_MERGE = f"""import json
{FROM_BYTES}

file = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
ranks = {{tuple(pair): rank for rank, pair in enumerate(file["merges"])}}
symbols = $symbols  # each byte is written as one letter

pieces, steps = list(symbols), []
while pairs := [(ranks[pair], place) for place, pair in enumerate(zip(pieces, pieces[1:])) if pair in ranks]:
    rank, place = min(pairs)
    left, right = pieces[place : place + 2]
    pieces[place : place + 2] = [$joined]
    steps.append((left, right, pieces[place], rank))
tokens = [from_bytes(piece) for piece in pieces]
token_ids = [file["vocab"][piece] for piece in pieces]
"""


def unigram_path_code(info: ModelInfo, found: Path) -> str:
    """The same table with the checkpoint's own scores; `token_table` has what its tokenizer makes of the word."""
    script = Script(info).tokenizer().lines(_VITERBI, penalty=f"{PENALTY:.0f}", word=repr(found.word)).table(_BEST_WAYS)
    return str(script.table(NUMBERED | {"id": "token_ids"}, name="token_table"))


_BEST_WAYS = {
    "up to letter": "range(1, len(word) + 1)",
    "best last piece": '[word[start:end].replace("▁", "␣") for end, (_, start, _) in best.items() if end]',
    "from letter": "[start + 1 for end, (_, start, _) in best.items() if end]",
    "log-probability": "[score for end, (*_, score) in best.items() if end]",
    "best total": "[total for end, (total, *_) in best.items() if end]",
    "on the way back": '["yes" if end in ends else "no" for end in best if end]',
}
_VITERBI = """import json

file = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
scores = dict(file["vocab"])
unknown = min(score for _, score in file["vocab"]) - $penalty
longest = max(map(len, scores))
word = $word  # a space is written ▁

best = {0: (0.0, 0, 0.0)}  # up to each letter: best total, where its last piece starts, log-probability of that piece
for start in range(len(word)):
    for end in range(start + 1, min(start + longest, len(word)) + 1):
        score = scores.get(word[start:end], unknown if end == start + 1 else None)
        if score is not None and (end not in best or best[start][0] + score > best[end][0]):
            best[end] = (best[start][0] + score, start, score)
best = dict(sorted(best.items()))
ends = [len(word)]
while best[ends[0]][1]:
    ends.insert(0, best[ends[0]][1])

made = tokenizer.backend_tokenizer.model.tokenize(word)  # unknown neighbours are one token
tokens = [token.value.replace("▁", "␣") for token in made]
token_ids = [token.id for token in made]
"""


def side_by_side_code(info: ModelInfo, text: str, paths: Mapping[str, str], *, with_own: bool) -> str:
    """The same pieces from the tokenizers library: `paths` of a tokenizer.json by title; and, beside them, the checkpoint's own tokenizer."""
    script = Script(info)
    listed = "".join(f"    {title!r}: Tokenizer.from_file(str({script.path(path)})),\n" for title, path in paths.items())
    script.lines(_TOKENIZERS, text=repr(text), listed=listed)
    if with_own:
        script.tokenizer().lines(f"tokenizers[{info.title!r}] = tokenizer.backend_tokenizer")
    return str(script.lines(_ROWS).table({name: f"[row[{place}] for row in rows]" for place, name in enumerate(COLUMNS)}))


_TOKENIZERS = """from tokenizers import Tokenizer
from bertviz_app.families.spelling import KINDS  # how each kind writes its pieces: Ġlove → ␣love

text = $text
tokenizers = {
$listed}
"""
_ROWS = """rows = []
for title, tokenizer in tokenizers.items():
    kind = KINDS[type(tokenizer.model).__name__]
    found = tokenizer.encode(text, add_special_tokens=False)
    for number, (piece, token_id, (start, end)) in enumerate(zip(found.tokens, found.ids, found.offsets), start=1):
        rows.append((title, kind.name, number, kind.legible(piece), token_id, start + 1, end))
"""
