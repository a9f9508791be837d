"""Every score of the embedded model, on held-out data, through plain transformers. Minutes on two cores.

    python -m training.evaluate --corpus CORPUS                    # measures bertviz_app/embedded, writes its metrics.json
    python -m training.evaluate --corpus CORPUS --model FOLDER     # another folder of the same layout; prints, writes beside it

A head that the folder lacks is left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers

from training.cloze import FORTY, sentences
from training.corpus import pack, running_text
from training.measure import cloze_scores, held_out_pairs, text_scores
from training.network import SharedEncoder
from training.prepare import TOKENIZER
from training.scores import answer_exact, answer_f1, entity_f1
from training.tasks import RELATIONS, entity_lines, entity_row, json_lines, pair_rows, sentiment_rows

PAIRS = 2000  # of held-out text
WINDOW, STRIDE = 256, 96  # tokens of question and passage that are read at once, and how much two windows share
LONGEST_ANSWER = 30  # tokens

Scores = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=TOKENIZER)
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    tokenizer = transformers.AutoTokenizer.from_pretrained(TOKENIZER)
    tasks, model = arguments.corpus / "tasks", arguments.model
    scores: Scores = {}
    measures: tuple[tuple[Callable[[], Scores], str], ...] = (
        (lambda: _text(model, arguments.corpus / "heldout", tokenizer), ""),
        (lambda: _cloze(model, tokenizer), ""),
        (lambda: _sentiment(model, tasks, tokenizer), "sentiment"),
        (lambda: _entities(model, tasks, tokenizer), "entities"),
        (lambda: _pairs(model, tasks, tokenizer), "pairs"),
        (lambda: _answers(model, tasks / "squad11" / "dev.jsonl", tokenizer), "answers"),
    )
    for measure, head in measures:
        if (model / head / "config.json").is_file():
            found = {name: round(score, 4) for name, score in measure().items()}
            scores |= found
            sys.stdout.write("".join(f"{name:40} {100 * score:6.2f} %\n" for name, score in found.items()))
            sys.stdout.flush()
    (model / "metrics.json").write_text(json.dumps(scores, indent=2) + "\n")


def _text(folder: Path, heldout: Path, tokenizer: Any) -> Scores:
    corpus = pack(running_text(heldout), tokenizer, refuse=lambda _: False, report=lambda _: None)
    scores = text_scores(SharedEncoder.start_from(folder).eval(), held_out_pairs(corpus, PAIRS))
    return {"masked words, top 1": scores["masked_words"], "next sentence, accuracy": scores["next_sentence"]}


def _cloze(folder: Path, tokenizer: Any) -> Scores:
    model = SharedEncoder.start_from(folder)
    model.eval()
    further = cloze_scores(model.word_logits, tokenizer, sentences(FORTY))
    return cloze_scores(model.word_logits, tokenizer) | {f"forty further {name}": score for name, score in further.items()}


def _sentiment(folder: Path, tasks: Path, tokenizer: Any) -> Scores:
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder / "sentiment").eval()
    sets = {
        "SST-2 dev": ("sst2", "dev"),
        "SST-2 test": ("sst2", "test"),
        "movie reviews (CC BY) dev": ("sentiment_rt_ccby", "dev"),
    }
    scores = {}
    for name, (source, split) in sets.items():
        rows = sentiment_rows(tasks, tokenizer, split, {source: 1})
        scores[f"{name}, accuracy"] = _accuracy(model, rows)
    return scores


def _pairs(folder: Path, tasks: Path, tokenizer: Any) -> Scores:
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder / "pairs").eval()
    assert [model.config.id2label[index] for index in range(len(RELATIONS))] == list(RELATIONS)
    return {"SNLI-style pairs dev, accuracy": _accuracy(model, pair_rows(tasks, tokenizer, "dev"))}


def _accuracy(model: Any, rows: Any) -> float:
    right = 0
    for chosen in _in_batches([int(length) for length in np.diff(rows.starts)]):
        batch = rows.batch(np.array(chosen))
        right += int((_logits(model, batch).argmax(axis=-1) == batch.labels).sum())
    return right / len(rows)


def _entities(folder: Path, tasks: Path, tokenizer: Any) -> Scores:
    model = transformers.AutoModelForTokenClassification.from_pretrained(folder / "entities").eval()
    scores = {}
    sets = {"wikigold dev": "ner_wikigold/dev.jsonl", "CrossNER test": "ner_crossner_folded/test.jsonl"}
    for name, file in sets.items():
        predicted, gold = [], []
        for words, tags in entity_lines(tasks / file):
            ids, _, labels = entity_row(words, tags, tokenizer)
            inputs = {"input_ids": torch.tensor([ids])}
            with torch.inference_mode():
                said = model(**inputs).logits[0].argmax(dim=-1).tolist()
            first_pieces = [place for place, label in enumerate(labels) if label >= 0]
            predicted.append([model.config.id2label[said[place]] for place in first_pieces])
            gold.append(tags[: len(first_pieces)])
        scores[f"entities, {name}, F1 of PER ORG LOC MISC"] = entity_f1(predicted, gold, ("PER", "ORG", "LOC", "MISC"))
        scores[f"entities, {name}, F1 of PER ORG LOC"] = entity_f1(predicted, gold, ("PER", "ORG", "LOC"))
    return scores


def _answers(folder: Path, path: Path, tokenizer: Any) -> Scores:
    model = transformers.AutoModelForQuestionAnswering.from_pretrained(folder / "answers").eval()
    questions = json_lines(path)
    f1 = exact = 0.0
    for at in range(0, len(questions), 500):
        some = questions[at : at + 500]
        answers = _read_answers(model, tokenizer, some)
        for question, answer in zip(some, answers, strict=True):
            gold = [one["text"] for one in question["answers"]]
            f1 += answer_f1(answer, gold)
            exact += answer_exact(answer, gold)
    return {"SQuAD 1.1 dev, F1": f1 / len(questions), "SQuAD 1.1 dev, exact": exact / len(questions)}


def _read_answers(model: Any, tokenizer: Any, questions: Sequence[Any]) -> list[str]:
    """The likeliest stretch of each passage, over all windows of it."""
    windows = tokenizer(
        [q["question"] for q in questions], [q["context"] for q in questions], truncation="only_second", max_length=WINDOW, stride=STRIDE,
        return_overflowing_tokens=True, return_offsets_mapping=True,
    )  # fmt: skip
    best = [(-np.inf, "")] * len(questions)
    for chosen in _in_batches([len(ids) for ids in windows["input_ids"]]):
        names = ("input_ids", "token_type_ids", "attention_mask")
        batch = tokenizer.pad({name: [windows[name][i] for i in chosen] for name in names}, return_tensors="pt")
        with torch.inference_mode():
            output = model(**batch)
        for row, window in enumerate(chosen):
            passage = np.array([part == 1 for part in windows.sequence_ids(window)])
            n = len(passage)
            starts, ends = (
                np.where(passage, logits[row, :n].numpy(), -np.inf) for logits in (output.start_logits, output.end_logits)
            )
            total = starts[:, None] + ends[None, :]  # [first, last]
            total[~allowed_spans(n, LONGEST_ANSWER)] = -np.inf
            first, last = np.unravel_index(int(total.argmax()), total.shape)
            question = windows["overflow_to_sample_mapping"][window]
            if total[first, last] > best[question][0]:
                offsets = windows["offset_mapping"][window]
                best[question] = (total[first, last], questions[question]["context"][offsets[first][0] : offsets[last][1]])
    return [answer for _, answer in best]


def allowed_spans(n: int, longest: int) -> np.ndarray:
    """[first, last] True where last is neither before first nor `longest` or more positions behind it.

    >>> allowed_spans(3, 2).astype(int).tolist()
    [[1, 1, 0], [0, 1, 1], [0, 0, 1]]
    """
    distance = np.arange(n)[None, :] - np.arange(n)[:, None]
    return (distance >= 0) & (distance < longest)


def _logits(model: Any, batch: Any) -> Any:
    arrays = {"input_ids": batch.ids, "token_type_ids": batch.segments, "attention_mask": batch.mask}
    with torch.inference_mode():
        return model(**{name: torch.from_numpy(array) for name, array in arrays.items()}).logits.numpy()


def _in_batches(lengths: Sequence[int], size: int = 32) -> Iterator[list[int]]:
    """Indices in batches of about the same length."""
    order = sorted(range(len(lengths)), key=lambda index: lengths[index])
    for start in range(0, len(order), size):
        yield order[start : start + size]


if __name__ == "__main__":
    main()
