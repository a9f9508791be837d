"""[CLS], [SEP] and [PAD] are special wherever they stand, typed ones too: for every page, its method and its Python alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.analysis.head_readings import HeadReading
from bertviz_app.analysis.probability import log_probability
from bertviz_app.analysis.similarity import cosine_matrix
from bertviz_app.chapters.attention import measures as attention
from bertviz_app.chapters.attention import snippet as attention_code
from bertviz_app.chapters.embeddings import snippet as embeddings_code
from bertviz_app.chapters.embeddings.sentence_vectors import MEAN
from bertviz_app.chapters.fill_in_the_blank import pseudo_perplexity
from bertviz_app.chapters.fill_in_the_blank import snippet as fill_in_the_blank_code
from bertviz_app.chapters.kinds_of_heads import measures as head_kinds
from bertviz_app.chapters.kinds_of_heads import snippet as head_kinds_code
from bertviz_app.chapters.logit_lens import measures as logit_lens
from bertviz_app.chapters.tasks import snippet as tasks_code
from bertviz_app.chapters.tasks import summary, text_map
from bertviz_app.chapters.tokens import padding
from bertviz_app.drawing import colors
from bertviz_app.drawing.components.token_strip import strip_data
from bertviz_app.records import attributions
from bertviz_app.records.forward import SPECIAL_KINDS

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model

TYPED = "The [PAD] cat [SEP] sat [CLS] by [UNK] mats, [MASK]."
TEXTS = [TYPED, "A dog [PAD] barked.", "The cat [SEP] ran away."]


@pytest.fixture(scope="module", params=[None, "He [PAD] slept [SEP] well."], ids=["alone", "pair"])
def typed(request: pytest.FixtureRequest, model: Model) -> Any:
    return model.run(model.encode(TYPED, request.param))


def test_the_ids_decide_and_nothing_else(typed: Any, model: Model) -> None:
    encoding, tokens = typed.encoding, model.info.special
    by_id = [token in (tokens.cls, tokens.sep, tokens.pad) for token in encoding.tokens]
    assert encoding.is_special.tolist() == by_id and sum(by_id) > 4
    assert {"pad", "unk", "mask"} <= set(encoding.kinds) and SPECIAL_KINDS == ("cls", "sep", "pad")


def test_what_can_be_hidden_is_the_same_everywhere(typed: Any) -> None:
    encoding = typed.encoding
    positions = np.flatnonzero(attributions.replaceable(encoding)).tolist()
    assert pseudo_perplexity.readable(encoding) == positions
    assert [p for p in range(encoding.n_tokens) if logit_lens.hides(encoding, p)] == positions
    assert not any(encoding.is_special[p] or encoding.kinds[p] == "mask" for p in positions)


def test_kinds_of_heads(typed: Any) -> None:
    names: dict[str, Any] = {}
    exec(head_kinds_code.python_code(typed.model, typed.encoding), names)
    measures = head_kinds.measured(typed)
    assert (np.asarray(names["kinds"]) == measures.kinds).all()
    for index, measure in enumerate(head_kinds.MEASURES):
        assert np.abs(np.asarray(names["measures"][measure.key]) - measures.values[index]).max() < 1e-4, measure.key


@pytest.mark.parametrize("words", [False, True])
def test_a_head_without_special_tokens(typed: Any, words: Any) -> None:
    names: dict[str, Any] = {}
    reading = HeadReading(words, True)
    exec(attention_code.head_code(typed.model, typed.encoding, (4, 2), reading), names)
    ours = attention.read_head(typed, 4, 2, reading).weights
    assert names["weights"].shape == ours.shape and np.abs(np.asarray(names["weights"]) - ours).max() < 1e-5


def test_means_over_the_tokens_of_a_text(model: Model) -> None:
    forwards = [model.run(model.encode(text)) for text in TEXTS]
    means = np.stack([MEAN.of(forward) for forward in forwards])
    names: dict[str, Any] = {}
    exec(tasks_code.similarity_code(model.info, TEXTS, text_map.Making(64), is_centred=False), names)
    assert cosine_matrix(means) == pytest.approx(names["cosines"].numpy(), abs=1e-5)
    exec(tasks_code.summary_code(model.info, TEXTS), names)
    assert summary.centrality(means) == pytest.approx(names["walk"].numpy(), abs=1e-5)
    exec(embeddings_code.sentences_code(model.info, TEXTS, "cat", state=6), names)
    assert np.abs(means - np.stack([vector.numpy() for vector in names["means"]])).max() < 1e-5


def test_the_probability_of_each_hidden_token(model: Model) -> None:
    encoding = model.encode(TYPED)
    positions = pseudo_perplexity.readable(encoding)
    states = dict(model.final_states([model.reader.masked(encoding, [p]) for p in positions]))
    rows = np.stack([states[i].last_hidden_state[p] for i, p in enumerate(positions)])
    logs = log_probability(model.vocabulary_logits(rows), encoding.token_ids[positions])
    names: dict[str, Any] = {}
    exec(fill_in_the_blank_code.pseudo_perplexity_code(model.info, encoding, positions), names)
    assert np.abs(np.exp(names["log_probabilities"]) - np.exp(logs)).max() < 1e-5


def test_a_typed_pad_is_read_and_one_that_fills_up_is_not(model: Model) -> None:
    (encoding,) = model.reader.encode_batch(["a [PAD] b"], length=8)
    assert "3 of 8 cells" in padding.notice([encoding])
    tokens = strip_data(encoding, colors.LIGHT)["tokens"]
    assert [token["clickable"] for token in tokens] == [True] * 5 + [False] * 3
    assert ["not read" in token["title"] for token in tokens] == [False] * 5 + [True] * 3
    shapes = padding.batch_figure([encoding], colors.LIGHT).data[0].marker.pattern.shape
    assert list(shapes) == [""] * 5 + ["/"] * 3
