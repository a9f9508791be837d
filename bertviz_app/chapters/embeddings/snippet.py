"""The Python that gives the points, cosines and neighbours of Embeddings, ready to paste."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bertviz_app.analysis.script import IS_SPECIAL, NUMBERED, Script, by_number, for_each, of_each
from bertviz_app.chapters.embeddings.sentence_vectors import SentenceVector
from bertviz_app.chapters.embeddings.sentences import MAX_TOKENS
from bertviz_app.drawing import plots
from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.records.forward import Encoding, ModelInfo


@dataclass(frozen=True)
class Alike:
    """What is shown of how alike sentences are: by which vectors, and the two, counted from 0, whose cosine is split."""

    vector: SentenceVector
    pair: tuple[int, int] = (0, 1)


def python_code(info: ModelInfo, encoding: Encoding, *, state: int | None, n_components: int = 2) -> str:
    """The same points with plain transformers and scikit-learn, as `points` [position, component] and `explained`.

    With `state=None` through all layers in one projection: `points` [layer + 1, position, component].
    """
    if state is None:
        hidden = "torch.cat(hidden_states)  # [layer + 1, position, d_model]"
        fit = "pca.fit_transform(hidden.flatten(0, 1).double().numpy()).reshape(*hidden.shape[:2], -1)"
        first = _EVERY_LAYER
    else:
        hidden, fit = f"hidden_states[{state}][0]  # [position, d_model]", "pca.fit_transform(hidden.double().numpy())"
        first = NUMBERED
    script = Script(info).tokenizer().model().inputs(encoding)
    script.lines(_POINTS, hidden=hidden, n_components=n_components, points=fit).tokens()
    components = [f"PC {plots.shown(place)}" for place in range(n_components)]
    return str(script.table(first | of_each(components, "points[..., {}].ravel()")))


def sentences_code(info: ModelInfo, texts: Sequence[str], word: str | None, *, state: int, alike: Alike | None = None) -> str:
    """The same numbers with plain transformers and scikit-learn: `table`, the points; `cosines` [place, place] of a word; and one vector a sentence
    in `means`, `first`, `pooled` (each [sentence, d_model]), with the cosines of those that are shown in `alike`, and
    `parts` of the cosine of two means.
    """
    script = Script(info).tokenizer().model()
    script.lines(
        _VECTORS,
        texts=list(texts),
        inputs=script.tokenized("text", longest=MAX_TOKENS),
        is_special=IS_SPECIAL,
        state=state,
        pooled="\n    pooled.append(output.pooler_output[0])" if info.has_pooler else "",
        # One token alone has no spread, and scikit-learn refuses it.
        one_token=" if len(states) > 1 else torch.zeros(1, 2).numpy()" if len(texts) == 1 else "",
    )
    script.tokens("tokens").lines(_SAME_WORD, word=repr(word)).table(_OF_SENTENCES)
    if alike:
        script.lines(f"unit = torch.nn.functional.normalize(torch.stack({alike.vector.variable}), dim=-1)")
        script.table({"sentence": "texts"}, name="alike", wide=by_number("(unit @ unit.T)"))
        script.lines(_PARTS, first=alike.pair[0], second=alike.pair[1])
        script.table(NUMBERED, name="split", wide=for_each("others", "parts"))
    return str(script)


def tokens_code(info: ModelInfo, encoding: Encoding, *, state: int) -> str:
    """The same similarities of tokens with plain transformers, as `cosines` [position, position]."""
    script = Script(info).tokenizer().model().inputs(encoding).lines(_COSINES, state=state).tokens()
    return str(script.table(NUMBERED, wide=for_each("tokens", "cosines")))


def neighbours_code(info: ModelInfo, token_id: int, *, k: int = 10) -> str:
    """The same neighbours with plain transformers, as `cosines` [vocab]."""
    script = Script(info).tokenizer().model().lines(_NEIGHBOURS, token_id=token_id, k=k)
    script.tokens("tokenizer.convert_ids_to_tokens(ids)")
    return str(script.table({"token": "tokens", "id": "ids", "cosine": "cosines[ids]"}))


_POINTS = """from sklearn.decomposition import PCA

with torch.no_grad():
    hidden_states = model(**inputs, output_hidden_states=True).hidden_states
hidden = $hidden
pca = PCA($n_components, svd_solver="full")
points = $points
explained = pca.explained_variance_ratio_
"""
_EVERY_LAYER = {
    "layer": '[name for name in ["embeddings", *map(str, range(1, len(points)))] for _ in tokens]',
    TOKEN_NUMBER: "[*range(1, len(tokens) + 1)] * len(points)",
    "token": "tokens * len(points)",
}
_VECTORS = """from sklearn.decomposition import PCA

texts = $texts
rows, states, words, means, first, pooled = [], [], [], [], [], []
for sentence, text in enumerate(texts, start=1):
    inputs = $inputs
    with torch.no_grad():
        output = model(**inputs, output_hidden_states=True)
    last = output.last_hidden_state[0]  # [position, d_model]
    special = $is_special
    tokens = tokenizer.convert_ids_to_tokens(inputs.input_ids[0])
    rows += [(sentence, place + 1, token) for place, token in enumerate(tokens) if not special[place]]
    states.append(output.hidden_states[$state][0][~special])
    words.append(last[~special])
    means.append(last[~special].mean(dim=0))
    first.append(last[0])$pooled
states = torch.cat(states)  # [token, d_model], without special tokens
points = PCA(2, svd_solver="full").fit_transform(states.double().numpy())$one_token
sentences, numbers, tokens = zip(*rows)
"""
_PARTS = """legible = [*zip(sentences, tokens)]
tokens, others = ([token for number, token in legible if number == sentence + 1] for sentence in ($first, $second))
a, b = words[$first].double(), words[$second].double()  # [token, d_model] of two sentences, counted from 0
parts = a @ b.T / (a.sum(dim=0).norm() * b.sum(dim=0).norm())  # [token, token], adds up to the cosine of their means
"""
_SAME_WORD = """places = [place for place, token in enumerate(tokens) if token == $word]
cosines = torch.cosine_similarity(states[places][:, None], states[places], dim=-1)
print(cosines)
"""
_OF_SENTENCES = {
    "sentence": "sentences",
    TOKEN_NUMBER: "numbers",
    "token": "tokens",
    "PC 1": "points[:, 0]",
    "PC 2": "points[:, 1]",
}
_COSINES = """with torch.no_grad():
    hidden = model(**inputs, output_hidden_states=True).hidden_states[$state][0]  # [position, d_model]
unit = torch.nn.functional.normalize(hidden, dim=-1)
cosines = unit @ unit.T
"""
_NEIGHBOURS = """vectors = model.get_input_embeddings().weight.detach()  # [vocab, d_model]
cosines = torch.cosine_similarity(vectors, vectors[$token_id], dim=-1)
ids = [i for i in cosines.argsort(descending=True).tolist()
       if i != $token_id and not tokenizer.convert_ids_to_tokens(i).startswith("[unused")][:$k]  # placeholders are left out
"""
