"""Gradients towards the vectors that tokens start from, and passes with some of those vectors replaced. Captum does the sums.

The network is shared between threads and is not touched: no hooks, no gradients of weights. A pass takes the word embeddings as its
input (`inputs_embeds`), and autograd is asked for the gradient towards that input alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bertviz_app.engine.hooks import Switches, switched
from bertviz_app.engine.model import Model
from bertviz_app.records.attributions import Attribution, Baseline, MethodKey, Target, attention_relevance, replaceable
from bertviz_app.records.forward import Encoding, Integers
from bertviz_app.records.interventions import NOTHING, Intervention
from bertviz_app.serving.pass_queue import pass_queue
from bertviz_app.serving.portions import MOST, Portions

N_STEPS = 64
Progress = Callable[[float], object]  # is told the share that is done, between two turns


class TargetFunction:
    """One output of one head, in bits of log-odds (a number as it is), as a function of the vectors that the tokens of an encoding start from.

    vectors  [1, position, d_embedding]   the word embeddings of the input
    blank    the same with the baseline's ("mask" or "pad") in the place of every word
    switched_off  heads and layers that every pass is made without
    """

    def __init__(
        self,
        model: Model,
        encoding: Encoding,
        target: Target,
        baseline: Baseline = "mask",
        *,
        switched_off: Intervention = NOTHING,
    ) -> None:
        self._model, self.target, self._switched_off = model, target, switched_off
        self.unit = "units" if target.decoding == "number" else "bits"
        self.removable = replaceable(encoding)
        token_id = {"mask": model.reader.mask_id, "pad": model.reader.pad_id}[baseline]
        self.vectors = self._embedded(encoding.token_ids)
        self.blank = self._embedded(np.where(self.removable, token_id, encoding.token_ids))
        self._inputs = {"attention_mask": encoding.attention_mask}
        if model.info.traits.has_segments:
            self._inputs["token_type_ids"] = encoding.segment_ids
        if model.info.traits.first_position:
            # These count places from the ids, without padding; given vectors alone they would count a typed [PAD] too.
            read = encoding.token_ids != model.reader.pad_id
            self._inputs["position_ids"] = np.cumsum(read) * read + model.reader.pad_id

    def bits(self, vectors: torch.Tensor) -> torch.Tensor:
        """[row, position, d_embedding] → [row]"""
        return self.said(self.encoded(vectors))

    def encoded(self, vectors: torch.Tensor, **options: Any) -> Any:
        """The encoder's output for rows of vectors."""
        inputs = {name: self._model.tensor(row)[None].expand(len(vectors), -1) for name, row in self._inputs.items()}
        with (
            switched(Switches(self._model.info, [self._switched_off] * len(vectors), None))
            if self._switched_off
            else nullcontext()
        ):
            return self._model.parts.encoder(inputs_embeds=vectors, **inputs, **options)

    def said(self, output: Any) -> torch.Tensor:
        """The encoder's output → the log-odds of the answer, or the number, [row]."""
        parts, target, rows = self._model.parts, self.target, output.last_hidden_state
        head = parts.head(target.task)
        if target.candidates:
            # [row, candidate, (start, end)] → [row, candidate]
            logits = head(rows[:, list(target.candidates)])[..., target.output]
            return log_odds(logits, target.candidates.index(target.reads))
        if target.position is None:
            logits = head(output.pooler_output if parts.has_pooler else rows[:, 0])
            if target.decoding == "number":
                return logits[:, target.output]
            # A label that is decided for itself is set against its own absence: its logit is its log-odds.
            return logits[:, target.output] / math.log(2) if target.decoding == "sigmoid" else log_odds(logits, target.output)
        logits = head(rows[:, target.position])
        if logits.ndim == 1:  # one output, yes or no: the logit is the log-odds of a yes
            return (logits if target.output else -logits) / math.log(2)
        return log_odds(logits, target.output)

    def ends(self) -> tuple[float, float]:
        """The log-odds with the input as it is, and with the baseline in the place of every word. A turn for each."""
        found = []
        for vectors in (self.vectors, self.blank):
            with pass_queue().turn(), torch.inference_mode():
                found.append(self.bits(vectors).item())
        return found[0], found[1]

    def _embedded(self, token_ids: Integers) -> torch.Tensor:
        with torch.no_grad():
            vectors: torch.Tensor = self._model.parts.encoder.get_input_embeddings()(self._model.tensor(token_ids)[None])
        return vectors


def log_odds(logits: torch.Tensor, output: int) -> torch.Tensor:
    """log2 (P / (1 − P)) of one output of a softmax: logits [row, output] → [row]."""
    others = torch.cat([logits[:, :output], logits[:, output + 1 :]], dim=-1)
    return (logits[:, output] - others.logsumexp(dim=-1)) / math.log(2)


def gradient_times_input(asked: TargetFunction) -> Attribution:
    """Gradient × input, summed over the numbers of each token's vector. One pass and its gradient."""
    from captum.attr import InputXGradient

    method = InputXGradient(asked.bits)
    method.gradient_func = _in_turns(1, lambda _: None)
    return _attribution(asked, method.attribute(asked.vectors.clone().requires_grad_()))


def integrated_gradients(
    asked: TargetFunction, *, n_steps: int = N_STEPS, batch_size: int = 8, progress: Progress = lambda _: None
) -> Attribution:
    """Integrated gradients from the baseline to the input, by Gauss–Legendre quadrature. Each batch of steps takes turns of its own."""
    from captum.attr import IntegratedGradients

    method = IntegratedGradients(asked.bits)
    method.gradient_func = _in_turns(n_steps, progress)
    values = method.attribute(
        asked.vectors, baselines=asked.blank, n_steps=n_steps, method="gausslegendre", internal_batch_size=batch_size
    )
    return _attribution(asked, values)


def occlusion(asked: TargetFunction, *, batch_size: int = 8, progress: Progress = lambda _: None) -> Attribution:
    """What the answer loses when one token alone is replaced by the baseline's. Each batch of passes takes its own turn."""
    from captum.attr import FeatureAblation

    # [1, position, 1]: every token that is taken away is a feature; those that stay are one together, which changes nothing.
    features = np.cumsum(asked.removable) * asked.removable
    method = FeatureAblation(_passes_in_turns(asked, 1 + len(set(features.tolist())), progress))
    values = method.attribute(
        asked.vectors,
        baselines=asked.blank,
        feature_mask=torch.tensor(features, device=asked.vectors.device)[None, :, None],
        perturbations_per_eval=batch_size,
    )
    # Each number of a token's vector is given the whole of its effect; what stays loses nothing but a rounding.
    return Attribution(np.where(asked.removable, values[0, :, 0].cpu().numpy(), 0), *asked.ends(), asked.unit)


def attention_times_gradient(asked: TargetFunction) -> Attribution:
    """Attention × gradient: the row of the token that the head reads. One pass and its gradient."""
    vectors = asked.vectors.clone().requires_grad_()
    with pass_queue().turn(), torch.enable_grad():
        output = asked.encoded(vectors, output_attentions=True)
        bits = asked.said(output)
    with pass_queue().turn():
        slopes = torch.autograd.grad(bits.sum(), output.attentions)
    # layer × [1, head, query, key] → [layer, head, query, key]
    weights, gradients = (torch.cat(tensors).detach().cpu().numpy() for tensors in (output.attentions, slopes))
    return Attribution(attention_relevance(weights, gradients)[asked.target.reads], *asked.ends(), asked.unit)


def without(
    asked: TargetFunction, removed: NDArray[np.bool_], *, batch_size: int | None = None, progress: Progress = lambda _: None
) -> NDArray[np.float32]:
    """The log-odds of the answer, [row], with the baseline in the place of the tokens that are `removed` [row, position].

    Each batch of passes takes its own turn; unless a size is given, batches are as large as `Portions` makes them.
    """
    found, portions = [], Portions(len(removed), most=batch_size or MOST, fixed=batch_size is not None)
    for rows in portions:
        away = torch.tensor(removed[rows], device=asked.vectors.device)[:, :, None]
        with pass_queue().turn(), portions.timed(), torch.no_grad():
            found.append(asked.bits(torch.where(away, asked.blank, asked.vectors)))
        progress(min(1.0, rows.stop / len(removed)))
    bits: NDArray[np.float32] = torch.cat(found).cpu().numpy()
    return bits


def attributed(
    asked: TargetFunction,
    method: MethodKey,
    *,
    n_steps: int = N_STEPS,
    batch_size: int = 8,
    progress: Progress = lambda _: None,
) -> Attribution:
    """One method by its key in `chapters.attribution.measures.METHODS`."""
    if method == "integrated_gradients":
        return integrated_gradients(asked, n_steps=n_steps, batch_size=batch_size, progress=progress)
    if method == "occlusion":
        return occlusion(asked, batch_size=batch_size, progress=progress)
    return {"gradient_x_input": gradient_times_input, "attention_x_gradient": attention_times_gradient}[method](asked)


def _in_turns(n_rows: int, progress: Progress) -> Callable[..., Any]:
    """What Captum calls for each batch of gradients. A pass takes a turn and its gradient another: none is longer than it must be."""
    done = 0

    def gradient(
        forward_fn: Callable[..., torch.Tensor], inputs: tuple[torch.Tensor, ...], *_: Any, **__: Any
    ) -> tuple[torch.Tensor, ...]:
        nonlocal done
        with pass_queue().turn(), torch.enable_grad():
            bits = forward_fn(*inputs)
        with pass_queue().turn():
            # Of a sum of rows that do not know each other, the gradient is that of each row.
            result = torch.autograd.grad(bits.sum(), inputs)
        done += len(bits)
        progress(min(1.0, done / n_rows))
        return result

    return gradient


def _passes_in_turns(asked: TargetFunction, n_rows: int, progress: Progress) -> Callable[[torch.Tensor], torch.Tensor]:
    """Passes without gradients, a turn for each batch of them; tells how many of `n_rows` are done."""
    done = 0

    def passes(vectors: torch.Tensor) -> torch.Tensor:
        nonlocal done
        with pass_queue().turn(), torch.no_grad():
            bits = asked.bits(vectors)
        done += len(bits)
        progress(min(1.0, done / n_rows))
        return bits

    return passes


def _attribution(asked: TargetFunction, values: torch.Tensor) -> Attribution:
    """[1, position, d_embedding] → one number a token, and the two ends."""
    whole, blank = asked.ends()
    return Attribution(values[0].sum(dim=-1).detach().cpu().numpy(), whole, blank, asked.unit)
