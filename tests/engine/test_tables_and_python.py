"""The Python beside a table gives all of that table: each is run, and every column compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from snippets import gives, run, same

from bertviz_app import load
from bertviz_app.analysis import head_snippet as head_code
from bertviz_app.analysis import similarity
from bertviz_app.analysis.classes import columns as class_columns
from bertviz_app.analysis.classes import read
from bertviz_app.analysis.cosine_parts import cosine_parts
from bertviz_app.analysis.deciding_tokens import attention_from
from bertviz_app.analysis.head_snippet import Evidence
from bertviz_app.analysis.probability import log_probability
from bertviz_app.analysis.words import words_as_written
from bertviz_app.chapters.embeddings import measures as embeddings
from bertviz_app.chapters.embeddings import neighbours, sentences
from bertviz_app.chapters.embeddings import snippet as embeddings_code
from bertviz_app.chapters.embeddings.sentence_vectors import MEAN
from bertviz_app.chapters.fill_in_the_blank import measures as fill_in_the_blank
from bertviz_app.chapters.fill_in_the_blank import snippet as fill_in_the_blank_code
from bertviz_app.chapters.fill_in_the_blank.view_blanks import ORDERS, _filled
from bertviz_app.chapters.forward_pass import embedding_sum, hidden_states
from bertviz_app.chapters.forward_pass import measures as forward_pass
from bertviz_app.chapters.forward_pass import snippet as forward_pass_code
from bertviz_app.chapters.kinds_of_heads import measures as head_kinds
from bertviz_app.chapters.kinds_of_heads import sentences as head_sentences
from bertviz_app.chapters.kinds_of_heads import snippet as head_kinds_code
from bertviz_app.chapters.logit_lens import measures as logit_lens
from bertviz_app.chapters.logit_lens import neurons
from bertviz_app.chapters.logit_lens import snippet as logit_lens_code
from bertviz_app.chapters.logit_lens.scores import scored
from bertviz_app.chapters.next_sentence import measures as next_sentence
from bertviz_app.chapters.next_sentence import ordering
from bertviz_app.chapters.next_sentence import snippet as next_sentence_code
from bertviz_app.chapters.replaced_tokens import measures as replaced_tokens
from bertviz_app.chapters.replaced_tokens import snippet as replaced_tokens_code
from bertviz_app.chapters.tasks import entities, summary, text_map
from bertviz_app.chapters.tasks import snippet as tasks_code
from bertviz_app.chapters.tokens import measures as tokens
from bertviz_app.chapters.tokens import padding, wordpiece
from bertviz_app.chapters.tokens import snippet as tokens_code
from bertviz_app.drawing import colors
from bertviz_app.drawing.numbering import numbered
from bertviz_app.engine.model import Model
from bertviz_app.engine.neurons import feed_forward
from bertviz_app.records.feed_forward import FeedForward
from bertviz_app.records.forward import Encoding, ForwardPass

TEXT = "Zürich’s café lets the dog sleep ."
PAIR = ("the cat sat .", "I love AI!")
BLANK = "the cat [MASK] the [MASK] ."
FAMILIES = ("embedded", "roberta", "xlm-r", "albert", "mpnet")  # one of each kind of tokenizer and of place of the segments


@pytest.fixture(scope="module")
def opened(tiny_families: dict[str, Any], model: Model) -> dict[str, Model]:
    return {name: model if name == "embedded" else load(str(tiny_families[name])) for name in FAMILIES}


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("pair", [None, "good dog"])
def test_tokens(opened: Any, name: Any, pair: Any) -> None:
    mine = opened[name].encode(TEXT, pair)
    gives(tokens_code.python_code(opened[name].info, mine), tokens.token_columns(mine))


@pytest.mark.parametrize("name", FAMILIES)
def test_padding(opened: Any, name: Any) -> None:
    model = opened[name]
    batch = [model.encode(text, max_tokens=8) for text in (*PAIR, TEXT)]
    batch = [model.reader.padded(encoding, 8) for encoding in batch]
    gives(tokens_code.padding_code(model.info, [*PAIR, TEXT], 8), padding.batch_columns(batch))


@pytest.mark.parametrize("name", FAMILIES)
def test_points_cosines_and_neighbours(opened: Any, name: Any) -> None:
    model = opened[name]
    forward = model.run(model.encode(TEXT))
    shown = forward.encoding.tokens
    projection = embeddings.project(forward.hidden_states[1], 3)
    gives(
        embeddings_code.python_code(model.info, forward.encoding, state=1, n_components=3),
        embeddings.points_columns(projection, shown),
    )
    gives(
        embeddings_code.tokens_code(model.info, forward.encoding, state=1),
        similarity.matrix_columns(similarity.cosine_matrix(forward.hidden_states[1]), shown),
    )
    token_id = int(forward.encoding.token_ids[2])
    found = neighbours.neighbours(token_id, model.word_embeddings, model.reader.token)
    gives(
        embeddings_code.neighbours_code(model.info, token_id),
        {"token": [n.token for n in found], "id": [n.token_id for n in found], "cosine": [n.cosine for n in found]},
    )


def test_the_way_through_the_layers(model: Model, forward: ForwardPass) -> None:
    gives(embeddings_code.python_code(model.info, forward.encoding, state=None), embeddings.tracks_columns(forward))


@pytest.mark.parametrize("name", ["embedded", "roberta", "xlm-r"])
def test_several_sentences(opened: Any, name: Any) -> None:
    model = opened[name]
    forwards = [model.run(model.encode(text, max_tokens=sentences.MAX_TOKENS)) for text in (TEXT, *PAIR)]
    code = embeddings_code.sentences_code(model.info, [TEXT, *PAIR], "the", state=1, alike=embeddings_code.Alike(MEAN, (0, 2)))
    scope = gives(code, sentences.points_columns(forwards, 1))
    matrix = MEAN.similarities(forwards)
    same(scope["alike"], {"sentence": [TEXT, *PAIR]} | {str(i + 1): column for i, column in enumerate(matrix.T)})
    rows = [forward.hidden_states[-1][~forward.encoding.is_special] for forward in forwards]
    assert np.abs(scope["parts"].numpy() - cosine_parts(rows[0], rows[2])).max() < 1e-6


def test_texts_and_their_summary(model: Model) -> None:
    forwards = [model.run(model.encode(text)) for text in (TEXT, *PAIR)]
    vectors = np.stack([MEAN.of(forward) for forward in forwards])
    matrix = similarity.cosine_matrix(text_map.centred(vectors))
    gives(
        tasks_code.similarity_code(model.info, [TEXT, *PAIR], text_map.Making(64), is_centred=True),
        {"text": [TEXT, *PAIR]} | {str(i + 1): column for i, column in enumerate(matrix.T)},
    )
    scores = summary.centrality(vectors)
    picked = summary.chosen(scores, 0.6)
    table = {"number": [1, 2, 3], "sentence": [TEXT, *PAIR], "share of the walk": scores}
    gives(
        tasks_code.summary_code(model.info, [TEXT, *PAIR], len(picked)),
        table | {"chosen": ["yes" if i in picked else "" for i in range(3)]},
    )


@pytest.mark.parametrize("name", ["electra-discriminator"])
def test_replaced_tokens(tiny_families: dict[str, Path], model: Model, name: Any) -> None:
    model = model if name == "embedded" else load(str(tiny_families[name]))
    forward = model.run(model.encode(TEXT))
    probabilities = replaced_tokens.replaced(model.replacement_logits(forward.hidden_states[-1]))
    gives(
        replaced_tokens_code.python_code(model.info, forward.encoding), replaced_tokens.columns(forward.encoding, probabilities)
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_blanks(opened: Any, name: Any) -> None:
    model = opened[name]
    encoding = model.encode(BLANK)
    blanks = encoding.positions("mask")
    filled = fill_in_the_blank.fill(_logits(model, encoding, blanks), blanks, model.reader.token, k=7)
    gives(fill_in_the_blank_code.python_code(model.info, encoding, k=7), fill_in_the_blank.columns(filled))


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("surest_first", [False, True])
def test_blanks_one_by_one(opened: Any, name: Any, surest_first: Any) -> None:
    model = opened[name]
    encoding, order = model.encode(BLANK), ORDERS[surest_first]
    _, steps, places = _filled(model, encoding, order, lambda _: None)
    gives(
        fill_in_the_blank_code.one_by_one_code(model.info, encoding, surest_first=surest_first),
        fill_in_the_blank.one_by_one_columns(steps, places),
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_words_that_are_seen_and_words_that_are_hidden_in_turn(opened: Any, name: Any) -> None:
    model = opened[name]
    encoding = model.encode(TEXT)
    places = np.flatnonzero(~encoding.is_special).tolist()
    logs = log_probability(_logits(model, encoding, places), encoding.token_ids[places])
    gives(
        fill_in_the_blank_code.python_code(model.info, encoding),
        numbered(encoding.tokens, places) | {"probability": np.exp(logs)},
    )
    rows = [_logits(model, model.reader.masked(encoding, [place]), [place])[0] for place in places]
    logs = log_probability(np.stack(rows), encoding.token_ids[places])
    table = numbered(encoding.tokens, places) | {"probability": np.exp(logs), "log probability": logs}
    gives(fill_in_the_blank_code.pseudo_perplexity_code(model.info, encoding, places), table)


@pytest.mark.parametrize("name", FAMILIES)
def test_logit_lens(opened: Any, name: Any) -> None:
    model = opened[name]
    encoding = model.encode(BLANK)
    forward, places, followed = model.run(encoding), [1, 3, 4], [int(i) for i in encoding.token_ids[1:3]]
    said = _said(model, forward, places, ())
    table = logit_lens.columns(said, encoding, places, model.reader.token)
    gives(logit_lens_code.picture_code(model.info, encoding, places), table)
    said = _said(model, forward, [3], followed)
    words = [model.reader.token(i) for i in followed]
    gives(logit_lens_code.followed_code(model.info, encoding, 3, followed), logit_lens.followed_columns(said, words))


@pytest.mark.parametrize("name", ["embedded", "roberta", "albert"])
def test_neurons(opened: Any, name: Any) -> None:
    model = opened[name]
    forward = model.run(model.encode(TEXT))
    found: FeedForward = feed_forward(model, forward, 1, 2)
    chosen = neurons.strongest(found)
    length = float(np.linalg.norm(forward.hidden_states[-1, 2]))
    logits = model.vocabulary_logits(neurons.directions(found, chosen, length))
    drawn = neurons.neurons(found, chosen, logits, model.reader.token)
    gives(logit_lens_code.neurons_code(model.info, forward.encoding, found), neurons.columns(drawn))


@pytest.mark.parametrize("pair", [None, PAIR[1]])
def test_next_sentence(model: Model, pair: Any) -> None:
    encoding = model.encode(PAIR[0], pair)
    pooled = model.run(encoding).class_vector
    parts = next_sentence.contributions(pooled, *model.class_weights(next_sentence.pair_objective(model.info).task))
    table = {"number": range(1, len(pooled) + 1), "value": pooled} | ({"adds": parts.values} if pair else {})
    gives(next_sentence_code.python_code(model.info, encoding), table)


def test_ordering(model: Model) -> None:
    texts = [TEXT, *PAIR]
    scope = run(next_sentence_code.ordering_code(model.info, texts))
    chain = ordering.best_chain(scope["matrix"].numpy())
    same(
        scope["table"],
        {"place": [1, 2, 3], "number": [i + 1 for i in chain.order], "sentence": [texts[i] for i in chain.order]},
    )
    places = [(i, j) for i in range(3) for j in range(3) if i != j]
    pairs = {"first": [texts[i] for i, _ in places], "second": [texts[j] for _, j in places]}
    same(scope["all_pairs"], pairs | {"is next": [float(scope["matrix"][place]) for place in places]})


@pytest.mark.parametrize("word", ["skateboarding", "🦋", "a"])
def test_wordpiece(model: Model, word: Any) -> None:
    gives(tokens_code.wordpiece_code(model.info, word), wordpiece.tries_columns(wordpiece.match(word, model.reader.vocabulary)))


@pytest.mark.parametrize("pair", [None, PAIR[1]])
def test_kinds_of_heads(model: Model, pair: Any) -> None:
    forward = model.run(model.encode(TEXT, pair))
    gives(
        head_kinds_code.python_code(model.info, forward.encoding),
        head_sentences.columns(head_kinds.measured(forward), model.info.special),
    )


def test_a_head_over_the_whole_input_and_what_it_looks_at(model: Model) -> None:
    forward = model.run(model.encode(TEXT))
    reading = read(model.info.task_heads["sentiment"], model.class_logits("sentiment", forward.class_vector))
    scope = gives(head_code.classification(model.info, "sentiment", forward.encoding, Evidence(5, [0])), class_columns(reading))
    attention = attention_from(forward, 5, [0])
    same(scope["evidence"], numbered(forward.encoding.tokens) | {"attention": attention})


def test_names(many_heads: Model) -> None:
    forward = many_heads.run(many_heads.encode(PAIR[0]))
    reading = _entities(many_heads, forward)
    code = tasks_code.entities_code(many_heads.info, forward.encoding, reading, Evidence(0, [1]))
    scope = gives(code, entities.columns(reading))
    same(scope["evidence"], numbered(forward.encoding.tokens) | {"attention": attention_from(forward, 0, [1])})


@pytest.mark.parametrize("name", FAMILIES)
def test_forward_pass(opened: Any, name: Any) -> None:
    model = opened[name]
    forward = model.run(model.encode(TEXT))
    shown = forward.encoding.tokens
    added = embedding_sum.embedding_sum(model.embedding_parts(forward.encoding), forward.hidden_states[0])
    tables = {
        "Shapes": forward_pass.steps_picture(forward, colors.LIGHT).columns,
        "Embedding sum": embedding_sum.sum_columns(added, 2),
        "Last hidden state": hidden_states.summary_columns(forward.hidden_states[-1], shown),
        "Norms": hidden_states.norms_columns(hidden_states.norms(forward), shown),
    }
    if forward.pooler_output is not None:
        tables["Pooled vector"] = hidden_states.pooled_picture(forward.pooler_output, colors.LIGHT).columns
    for view, table in tables.items():
        gives(forward_pass_code.python_code(model.info, forward.encoding, 2, view), table)


def _entities(model: Model, forward: ForwardPass) -> entities.LabelledWords:
    written = words_as_written(forward.encoding)
    logits = model.token_logits("entities", forward.hidden_states[-1][[word.position for word in written]])
    return entities.read(written, model.info.labels["entities"], logits)


def _logits(model: Model, encoding: Encoding, places: list[int]) -> Any:
    return model.vocabulary_logits(model.run(encoding).hidden_states[-1][places])


def _said(model: Model, forward: ForwardPass, places: list[int], followed: tuple[int, ...] | list[int]) -> logit_lens.Said:
    last = model.vocabulary_logits(forward.hidden_states[-1, places])
    states = [model.vocabulary_logits(rows) for rows in forward.hidden_states[:-1, places]]
    return logit_lens.stacked([logit_lens.says(scored(rows), scored(last), followed=followed) for rows in (*states, last)])
