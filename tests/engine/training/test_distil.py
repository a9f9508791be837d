"""What the teacher says is kept whole, and the student learns it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForPreTraining, MPNetForMaskedLM

from training import distil
from training.corpus import Corpus
from training.distil import Taught, joined, soft_loss, taught, write
from training.examples import Batch, TextExamples
from training.mpnet import Teacher
from training.network import SharedEncoder
from training.precision import autocast
from training.train import Lessons


@pytest.fixture(scope="module")
def teacher(new_mpnet: Callable[[], MPNetForMaskedLM]) -> Teacher:
    return Teacher(new_mpnet()).eval()


@pytest.fixture(scope="module")
def text() -> Corpus:
    """Sentences of three to eight words, drawn from ten."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(3, 9, size=300)
    ids = rng.integers(2000, 2010, size=lengths.sum()).astype(np.uint16)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return Corpus(ids, starts, np.arange(0, 301, 100), np.array([0, 0, 0]), ("a",))


def batches(text: Corpus, n: int) -> list[Batch]:
    return [TextExamples(text).pieces(np.random.default_rng(seed), distil.PIECES, longest=40) for seed in range(n)]


def test_the_loss_is_the_divergence_over_the_kept_words_and_all_others_as_one() -> None:
    """By hand: p = (1/2, 1/4, and 1/4 for the rest), q = (1/4, 1/4, and 1/2): KL = 1/2 ln 2 + 0 + 1/4 ln 1/2 = ln 2 / 4."""
    logits = torch.tensor([[0.25, 0.25, 0.3, 0.2]]).log() + 7  # logits are known but for a constant
    log_p = torch.tensor([[0.5, 0.25]]).log()
    assert soft_loss(logits, torch.tensor([[0, 1]]), log_p).item() == pytest.approx(np.log(2) / 4, abs=1e-6)


def test_the_loss_with_all_words_kept_is_that_of_torch() -> None:
    torch.manual_seed(1)
    student, other = torch.randn(5, 9), torch.randn(5, 9).log_softmax(dim=-1)
    log_p, words = other.topk(8)  # the ninth is all the others
    expected = torch.nn.functional.kl_div(student.log_softmax(dim=-1), other, log_target=True, reduction="batchmean")
    assert soft_loss(student, words, log_p).item() == pytest.approx(expected.item(), abs=1e-5)


def test_the_loss_is_finite_where_the_teacher_is_as_good_as_sure() -> None:
    logits = torch.zeros(1, 4, requires_grad=True)
    loss = soft_loss(logits, torch.tensor([[2, 0]]), torch.tensor([[0.0, -40.0]]))
    loss.backward()
    assert logits.grad is not None and torch.isfinite(logits.grad).all() and torch.isfinite(loss)


def test_what_is_kept_is_the_batch_and_what_the_teacher_says_about_it(teacher: Teacher, text: Corpus, tmp_path: Path) -> None:
    several = batches(text, 3)
    joined([taught(teacher.word_logits, batch) for batch in several]).save(tmp_path / "00000.npz")
    kept = Taught.open(tmp_path)
    assert kept.n_batches == 3
    for number, batch in enumerate(several):
        lesson = kept.batch(number)
        width = lesson.batch.ids.shape[1]
        for name in ("ids", "mask", "labels", "segments"):
            assert np.array_equal(getattr(lesson.batch, name), getattr(batch, name)[:, :width]), name
        with torch.inference_mode(), autocast():
            log_p = teacher.word_logits(batch).float().log_softmax(dim=-1)
        expected, words = log_p.topk(distil.KEPT)
        assert np.array_equal(lesson.words, words.numpy())
        assert np.abs(lesson.log_p - expected.numpy()).max() < 0.01  # 16 bits of about 10


def test_what_was_cut_off_goes_on_to_the_same_shards(
    teacher: Teacher, text: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distil, "BATCHES", 1)
    write(teacher, text, tmp_path / "whole", 3)
    write(teacher, text, tmp_path / "cut", 1)
    first = (tmp_path / "cut" / "00000.npz").stat().st_mtime_ns
    (tmp_path / "cut" / "00001.part").write_bytes(b"half")
    write(teacher, text, tmp_path / "cut", 3)
    assert (tmp_path / "cut" / "00000.npz").stat().st_mtime_ns == first
    whole, resumed = Taught.open(tmp_path / "whole"), Taught.open(tmp_path / "cut")
    assert whole.n_batches == 3
    for name in ("ids", "labels", "starts", "words", "log_p"):
        assert np.array_equal(getattr(whole, name), getattr(resumed, name)), name


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"holds nothing that training\.distil has written"):
        Taught.open(tmp_path)


def test_a_student_comes_to_say_what_the_teacher_says(teacher: Teacher, text: Corpus, tmp_path: Path) -> None:
    """And every step of stage 1 holds what the teacher says beside pairs."""
    said = tmp_path / "taught"
    said.mkdir()
    joined([taught(teacher.word_logits, batch) for batch in batches(text, 1)]).save(said / "00000.npz")
    text.save(tmp_path / "text.npz")
    config = BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=24)
    torch.manual_seed(0)
    student = SharedEncoder(BertForPreTraining._from_config(config, attn_implementation="eager"))
    seen, _ = Lessons(tmp_path, stage=1, masked=0.15, tasks_every=1, taught=said).backward(student, 0)
    assert set(seen) == {"words", "next", "taught", "taught words"}
    lesson = Taught.open(said).batch(0)
    optimizer = torch.optim.Adam(student.parameters(), lr=1e-2)
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = student.taught_losses(lesson)["taught"]
        loss.backward(), optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
