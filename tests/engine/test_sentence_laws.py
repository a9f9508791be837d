"""The laws of sentences on the screen, over two hundred odd inputs and every family: a sentence is a claim, and each must hold.

What each function says is compared with the numbers that it was given: a superlative stands there if, and only if, one of three or more
stands out as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
from laws import broken_laws
from odd_texts import ODD_TEXTS

from bertviz_app import load
from bertviz_app.analysis import agreement, deciding_tokens, similarity, words_to_tokens
from bertviz_app.analysis.head_readings import HeadReading
from bertviz_app.analysis.phrases import decimal, named_among, signed
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.analysis.probability import softmax
from bertviz_app.chapters.attention import measures as attention
from bertviz_app.chapters.attention_summed_up import measures as token_maps
from bertviz_app.chapters.attention_summed_up import rollout
from bertviz_app.chapters.attention_summed_up import sentences as token_maps_words
from bertviz_app.chapters.attention_summed_up.methods import MEAN, ROLLOUT
from bertviz_app.chapters.attribution import compared as attribution_compared
from bertviz_app.chapters.attribution import faithfulness
from bertviz_app.chapters.attribution import measures as attribution
from bertviz_app.chapters.embeddings import measures as embeddings
from bertviz_app.chapters.fill_in_the_blank import measures as fill_in_the_blank
from bertviz_app.chapters.fill_in_the_blank import pseudo_perplexity
from bertviz_app.chapters.forward_pass import hidden_states
from bertviz_app.chapters.forward_pass import measures as forward_pass
from bertviz_app.chapters.interventions import head_effects, patching
from bertviz_app.chapters.interventions import measures as interventions
from bertviz_app.chapters.kinds_of_heads import measures as head_kinds
from bertviz_app.chapters.kinds_of_heads import sentences as head_sentences
from bertviz_app.chapters.logit_lens import measures as logit_lens
from bertviz_app.chapters.logit_lens import scores
from bertviz_app.chapters.next_sentence import measures as next_sentence
from bertviz_app.chapters.replaced_tokens import measures as replaced_tokens
from bertviz_app.chapters.tasks import summary, text_map
from bertviz_app.drawing.plots import percent
from bertviz_app.engine.model import Model
from bertviz_app.errors import InsideBertError
from bertviz_app.families.objectives import OBJECTIVES
from bertviz_app.records.attributions import Attribution
from bertviz_app.records.forward import ForwardPass
from bertviz_app.records.interventions import Intervention

SUPERLATIVE = re.compile(
    r"\b(most|least|highest|lowest|strongest|largest|longest|furthest|farthest|clearest|hardest|surest|likeliest|last to)\b",
    re.I,
)
# Said of no single thing: "no number is the largest", "none by more than".
DENIED = re.compile(r"\b(no|none|not)\b[^.;,]*", re.I)
MORE = (  # beside the odd ones: one token, equal sentences, ties, pairs, and more than any of these models reads
    ("a", None), ("a", "a"), ("a b", None), ("I love AI!", "I love AI!"), ("the the the the the the", None), ("the " * 80, None),
    ("The man went to the store.", "He bought a gallon of milk."), ("[MASK]", None), ("[MASK] [MASK]", "[MASK]"), ("?", "!"),
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """A sentence, and for each superlative in it the values that it is about, with how they are written."""

    said: str
    superlatives: tuple[tuple[str, np.ndarray, Callable[[float], str]], ...] = ()


def stands_out(values: np.ndarray, written: Callable[[float], str]) -> bool:
    """Whether one of three or more is the largest as it is written."""
    ordered = np.sort(np.asarray(values, dtype=np.float64).ravel())
    return len(ordered) >= 3 and written(ordered[-1]) != written(ordered[-2])


def claims(model: Model, forward: ForwardPass) -> Iterator[Claim]:
    """Every sentence that is built from one forward pass, with random numbers where a job would measure them."""
    encoding, names, last = forward.encoding, forward.encoding.tokens, forward.hidden_states[-1]
    random = np.random.default_rng(encoding.n_tokens)
    weights = attention.read_head(forward, 0, 1, HeadReading())
    yield Claim(
        attention.head_sentence(forward, weights, HeadReading()), (("the strongest link is", weights.weights, percent),)
    )
    patterns = attention.head_patterns(forward)
    yield Claim(attention.mosaic_sentence(patterns), (("^Head .* has the clearest habit", patterns.share, percent),))
    position = encoding.n_tokens // 2
    yield Claim(
        attention.token_sentence(weights, position),
        (
            (f"^Head 1.2: {re.escape(weights.query_name(position))} looks most at", weights.weights[position], percent),
            ("of all tokens,", weights.weights[:, position], percent),
        ),
    )
    mine = head_kinds.measured(forward)
    yield Claim(head_sentences.kinds_sentence(mine, None))
    for measure in head_kinds.MEASURES:
        ends = (("is highest|is lowest", mine.of(measure), measure.said),) if not mine.of(measure).any() else ()
        yield Claim(head_sentences.measure_sentence(mine, measure, None), ends)
    norms = hidden_states.norms(forward)
    yield Claim(hidden_states.norms_notice(norms, names), (("the longest vector", norms[-1], "{:.1f}".format),))
    counts = np.bincount(np.abs(last).argmax(axis=1), minlength=last.shape[1])
    yield Claim(hidden_states.states_notice(last, names), (("^Number .* is the largest", counts, "{:.0f}".format),))
    cosines = (
        (forward.hidden_states[0] * last).sum(-1)
        / np.linalg.norm(forward.hidden_states[0], axis=-1)
        / np.linalg.norm(last, axis=-1)
    )
    yield Claim(embeddings.travel_notice(forward), (("turns the most", -cosines, decimal),))
    for n_axes in (2, 3):
        projection = embeddings.project(last, 3)
        yield Claim(embeddings.points_notice(projection, forward, forward.model.n_layers, n_axes=n_axes))
    matrix = similarity.cosine_matrix(last)
    pairs = matrix[np.triu_indices(len(matrix), k=1)]
    named = [named_among(names, place) for place in range(len(names))]
    yield Claim(similarity.most_alike_notice(matrix, named), (("^Most alike", pairs, decimal),))
    yield Claim(words_to_tokens.notice(encoding, words_to_tokens.words(encoding, model.reader.trace)))
    yield Claim(forward_pass.notice(forward.model, encoding))
    given = deciding_tokens.attention_from(forward, 0, [0])
    yield Claim(deciding_tokens.sentence(encoding, given, 0, "the first token"))
    maps = {
        MEAN: token_maps.mean_weights(forward.attentions),
        ROLLOUT: rollout.rollout(rollout.with_residual(forward.attentions)),
    }
    yield Claim(token_maps_words.maps_sentence(maps, encoding))
    yield Claim(
        token_maps_words.map_sentence(MEAN, maps[MEAN], encoding),
        (("of the others most", _drawn_on(maps[MEAN]), percent),),
    )
    yield Claim(token_maps_words.token_sentence({MEAN: maps[MEAN]}, encoding, 0), (("draws most on", maps[MEAN][0], percent),))
    yield Claim(token_maps_words.agreement_sentence(agreement.rank_agreement(list(maps.values())), list(maps)))
    yield from of_heads(model, forward, random)
    yield from of_jobs(forward, random)


def of_heads(model: Model, forward: ForwardPass, random: np.random.Generator) -> Iterator[Claim]:
    """What prediction heads say."""
    encoding, last = forward.encoding, forward.hidden_states[-1]
    readable = pseudo_perplexity.readable(encoding)
    if model.info.fills_blanks:
        logits = model.vocabulary_logits(last)
        rows = np.arange(encoding.n_tokens)
        seen = softmax(logits.astype(np.float64))[rows, encoding.token_ids][readable].astype(np.float32)
        if readable:
            yield Claim(
                fill_in_the_blank.seen_notice(encoding, readable, seen),
                (("least goes to", -seen, lambda value: percent(-value)),),
            )
            score = pseudo_perplexity.score(encoding, readable, np.log(seen))
            yield Claim(pseudo_perplexity.notice(score), (("Hardest to guess", -seen, lambda value: percent(-value)),))
        for n in {1, min(2, encoding.n_tokens), encoding.n_tokens}:
            blanks = fill_in_the_blank.fill(logits[:n], range(n), model.reader.token, k=5)
            best = np.array([blank.probabilities[0] for blank in blanks])
            yield Claim(fill_in_the_blank.blanks_notice(blanks, ()), (("its surest of", best, percent),))
        states = [model.vocabulary_logits(state) for state in forward.hidden_states]
        said = logit_lens.stacked(logit_lens.says(scores.scored(one), scores.scored(states[-1])) for one in states)
        settled = logit_lens.settled(said)
        yield Claim(
            logit_lens.every_token_notice(said, encoding, range(encoding.n_tokens)),
            (("last to settle", settled, "{:.0f}".format),),
        )
    if "replaced_tokens" in model.info.objectives:
        shares = replaced_tokens.replaced(model.replacement_logits(last))
        real = shares[~encoding.is_special]
        yield Claim(replaced_tokens.notice(encoding, shares), (("looks replaced most", real, percent),))
    if forward.pooler_output is not None:
        pooled = forward.pooler_output
        yield Claim(next_sentence.alone_notice(pooled), (("the furthest from 0", np.abs(pooled), decimal),))
        parts = next_sentence.contributions(
            pooled, random.normal(size=(2, len(pooled))).astype(np.float32), np.zeros(2, dtype=np.float32)
        )
        yield Claim(next_sentence.verdict_notice(OBJECTIVES["next_sentence"], 0.5, parts))


def of_jobs(forward: ForwardPass, random: np.random.Generator) -> Iterator[Claim]:
    """What is said of numbers that take many passes: the numbers are drawn here, ties among them."""
    encoding, n = forward.encoding, forward.encoding.n_tokens
    shape = forward.attentions.shape[:2]
    for effects in (random.normal(size=shape), np.round(random.normal(size=shape)), np.zeros(shape)):
        yield Claim(
            head_effects.notice(effects.astype(np.float32), "x", 0.3),
            (("It needs head", -effects, lambda v: signed(-v)),) if effects.min() < 0 else (),
        )
    for values in (random.normal(size=n), np.round(random.normal(size=n)), np.zeros(n), -np.ones(n)):
        found = Attribution(np.where(encoding.is_special, 0, values), 1.0, -2.0)
        for method in attribution.METHODS.values():
            one = Attribution(np.abs(found.values), 1.0, -2.0) if not method.unit else found
            yield Claim(attribution.notice(encoding, one, "x", method))
            yield Claim(attribution.completeness(method, one, "[MASK]"))
    several = {key: Attribution(random.integers(-2, 3, size=n).astype(float), 1.0, 0.0) for key in attribution.METHODS}
    yield Claim(attribution_compared.notice(encoding, several))
    curves = faithfulness.curves(
        list(several), np.arange(3), random.normal(size=(4 + faithfulness.N_RANDOM, 2, 3)).astype(np.float32)
    )
    yield Claim(faithfulness.notice(curves, "x"))
    yield Claim(patching.notice(random.normal(size=(3, n)).astype(np.float32), encoding.tokens, ("p", "q")))
    before, after = (
        Prediction("sentiment", "sentiment", row.astype(np.float32), ("u", "v")) for row in random.normal(size=(2, 2))
    )
    changes = [interventions.change(before, after, str), interventions.change(before, before, str)]
    for what in (Intervention(), Intervention(heads=frozenset([(0, 1)])), Intervention(layers=frozenset([0, 1]))):
        yield Claim(interventions.notice(changes, what, 4))
    walk = summary.centrality(forward.hidden_states[-1][: min(n, 5)])
    yield Claim(summary.notice(walk, summary.chosen(walk, 0.4)), (("the most central:", walk, percent),))
    if n > 1:
        vectors = forward.hidden_states[-1][: min(n, 4)]
        yield Claim(text_map.notice(similarity.cosine_matrix(vectors), vectors))


def _drawn_on(weights: np.ndarray) -> np.ndarray:
    return (weights.sum(axis=0) - weights.diagonal()) / max(1, len(weights) - 1)


@pytest.fixture(scope="module")
def families(tiny_families: dict[str, Path]) -> dict[str, Model]:
    return {name: load(str(folder)) for name, folder in tiny_families.items()}


def read(model: Model, text: str, pair: str | None) -> ForwardPass | None:
    """A pass, or None where there is nothing to read: then a page shows an error, and no sentence."""
    try:
        return model.run(model.encode(text, pair))
    except InsideBertError:
        return None


def check(claim: Claim, forward: ForwardPass) -> None:
    said = claim.said
    assert not broken_laws(said), said
    for words, values, written in claim.superlatives:
        assert bool(re.search(words, said)) == stands_out(values, written), (said, np.sort(np.ravel(values))[-3:])
    for token, number in re.findall(r"“([^”]+)” \(token (\d+)\)", said):
        assert token == forward.encoding.tokens[int(number) - 1], said


@pytest.mark.parametrize("name", tiny.FAMILIES)
def test_every_sentence_holds_over_odd_inputs(families: Any, name: Any) -> None:
    """Each family reads its share of the odd texts, every other one as a pair, and all of the hard ones."""
    model, share = families[name], list(tiny.FAMILIES).index(name)
    texts = [(text, None if index % 2 else "the cat sat.") for index, text in enumerate(ODD_TEXTS[share :: len(tiny.FAMILIES)])]
    read_any = False
    for text, pair in (*texts, *MORE):
        if (forward := read(model, text, pair)) is not None:
            read_any = True
            for claim in claims(model, forward):
                check(claim, forward)
    assert read_any


def test_superlatives_are_only_about_three_or_more(families: Any) -> None:
    """Of one or two tokens nothing is the most."""
    model = families["bert"]
    forward = model.run(model.encode("a"))
    two = forward.hidden_states[:, :2]
    assert not SUPERLATIVE.search(DENIED.sub("", hidden_states.norms_notice(np.linalg.norm(two, axis=-1), ["a", "b"])))
    assert not SUPERLATIVE.search(similarity.most_alike_notice(similarity.cosine_matrix(two[-1]), ["a", "b"]))
    assert not SUPERLATIVE.search(text_map.notice(similarity.cosine_matrix(two[-1]), two[-1]))
