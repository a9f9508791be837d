"""The Python that gives the numbers of Words in context, with plain transformers and NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bertviz_app.analysis.script import Script
from bertviz_app.analysis.words import places, words
from bertviz_app.chapters.words_in_context.contextuality import DRAWS, PAIRS, POOL, SEED
from bertviz_app.chapters.words_in_context.measures import MAX_PLACES, MAX_TOKENS
from bertviz_app.records.forward import Encoding, ModelInfo

_FORMULAS = """

def vectors_of(text, tokens):  # [word, layer + 1, d_model]: the mean over the tokens of each
    inputs = $inputs
    with torch.no_grad():
        hidden = torch.cat(model(**inputs, output_hidden_states=True).hidden_states).numpy()  # [layer + 1, position, d_model]
    return np.array([hidden[:, rows].mean(axis=1) for rows in tokens])


def cosine(a, b):
    return (a * b).sum(-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))


def explained(vectors):  # the share of the best single vector
    squares = np.linalg.svd(vectors.swapaxes(0, 1), compute_uv=False) ** 2
    return squares[:, 0] / squares.sum(axis=-1)


# A text, the tokens of each place of $word in it, and those of each of its words.
texts = $texts
places = np.concatenate([vectors_of(text, tokens) for text, tokens, _ in texts])[:$most]
n = len(places)
own = np.mean([cosine(places[i], places[j]) for i in range(n) for j in range(n) if i != j], axis=0)
sentences = [vectors_of(text, every or tokens) for text, tokens, every in texts]
intra = np.mean([cosine(rows.mean(axis=0), rows).mean(axis=0) for rows in sentences], axis=0)
variance = explained(places)
"""
_BASELINE = """sample = $sample
random_words = [vectors_of(text, tokens) for text, tokens in sample]
vectors = np.concatenate(random_words)
of = np.repeat(np.arange(len(sample)), [len(rows) for rows in random_words])  # the text of each word
pairs = np.random.default_rng($seed).integers(len(of), size=(2 * $pairs, 2))
pairs = pairs[of[pairs[:, 0]] != of[pairs[:, 1]]][:$pairs]
random_cosine = np.mean([cosine(vectors[i], vectors[j]) for i, j in pairs], axis=0)  # [layer + 1]
pool, random = vectors[np.random.default_rng($seed).permutation(len(of))[:$pool]], np.random.default_rng($seed)
random_explained = np.mean([explained(pool[random.permutation(len(pool))[: len(places)]]) for _ in range($draws)], axis=0)
"""


def measures_code(info: ModelInfo, wanted: Encoding, encodings: Sequence[Encoding], sample: Sequence[Encoding] = ()) -> Script:
    """`places` [place, layer + 1, d_model], `own`, `intra` and `variance` [layer + 1]; with a sample `random_cosine` and `random_explained` too.

    Which tokens make a word stands there as numbers: the same as on the page.
    """
    script = Script(info).tokenizer().model().lines("import numpy as np")
    script.lines(
        _FORMULAS,
        inputs=script.tokenized("text", longest=min(MAX_TOKENS, info.max_tokens)),
        word=repr(wanted.text),
        texts=_listed([(read.text, tokens_of(read, wanted), tokens_of(read)) for read in encodings]),
        most=MAX_PLACES,
    )
    if sample:
        texts = _listed([(read.text, tokens_of(read)) for read in sample])
        script.lines(_BASELINE, sample=texts, seed=SEED, pairs=PAIRS, pool=POOL, draws=DRAWS)
    return script


def layers_code(info: ModelInfo, wanted: Encoding, encodings: Sequence[Encoding], sample: Sequence[Encoding] = ()) -> str:
    """The same, with the table of the measures at every layer."""
    columns = {"layer": '["embeddings", *range(1, len(own))]'} | _MEASURES
    return str(measures_code(info, wanted, encodings, sample).table(columns | (_ADJUSTED if sample else {})))


def places_code(
    info: ModelInfo, wanted: Encoding, encodings: Sequence[Encoding], table: Mapping[str, Sequence[object]], state: int
) -> str:
    """The same, with the cosines of every two places at one state; `table` is that of the page, for the names of its rows."""
    script = measures_code(info, wanted, encodings)
    script.lines(f"names = {table['place']}\nat = places[:, {state}]  # [place, d_model]")
    columns = {"place": "names", "sentence": "[text for text, tokens, _ in texts for _ in tokens][:n]"}
    if "sense" in table:
        columns["sense"] = str(list(table["sense"]))
    return str(script.table(columns, wide='{f"cosine with {name}": cosine(one, at) for name, one in zip(names, at)}'))


_MEASURES = {"self-similarity": "own", "intra-sentence similarity": "intra", "maximum explainable variance": "variance"}
_ADJUSTED = {
    "random words": "random_cosine",
    "self-similarity, adjusted": "own - random_cosine",
    "intra-sentence similarity, adjusted": "intra - random_cosine",
    "maximum explainable variance, adjusted": "variance - random_explained",
}


def tokens_of(encoding: Encoding, wanted: Encoding | None = None) -> list[list[int]]:
    """The tokens of each whole word of the first text, or of each place of the word that is wanted."""
    if wanted is not None:
        return [list(place.positions) for place in places(encoding, wanted)[0]]
    return [list(word.positions) for word in words(encoding) if word.segment == 0 and not word.is_cut]


def _listed(rows: Sequence[object]) -> str:
    return "[\n" + "".join(f"    {row!r},\n" for row in rows) + "]"
