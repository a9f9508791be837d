"""The Python of one prediction: the model with its head, its input, and the expression that reads the prediction off them."""

from __future__ import annotations

from bertviz_app.analysis.head_snippet import arguments, n_outputs
from bertviz_app.analysis.predictions import Prediction
from bertviz_app.families.decodings import DECODINGS
from bertviz_app.families.objectives import OBJECTIVES, PAIRS
from bertviz_app.records.attributions import Target
from bertviz_app.records.forward import Encoding, ModelInfo


def loading(info: ModelInfo, prediction: Prediction | Target) -> str:
    """Imports, tokenizer, and the model with the head of a prediction."""
    return f"""import torch
from transformers import {model_class(info, prediction)[0]}, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({info.pretrained()})
{model_line(info, prediction)}"""


def model_line(info: ModelInfo, prediction: Prediction | Target) -> str:
    name, more = model_class(info, prediction)
    return f'model = {name}.from_pretrained({info.pretrained(prediction.task)}, attn_implementation="eager"{more}).eval()'


def model_class(info: ModelInfo, prediction: Prediction | Target) -> tuple[str, str]:
    """The class of transformers with the head of a prediction, and what it has to be told."""
    task = prediction.task
    if task == "masked_words":
        return "AutoModelForMaskedLM", info.traits.arguments
    name = info.traits.loads_as if task in OBJECTIVES else info.task_heads[task].row.auto
    return name, n_outputs(info, task) if task in info.task_heads else ""


def inputs(info: ModelInfo, encoding: Encoding, *, name: str = "inputs") -> str:
    """The tokenizer's output under a name."""
    return f'{name} = tokenizer({arguments(encoding)}, truncation=True, max_length={info.max_tokens}, return_tensors="pt")\n'


def read(prediction: Prediction) -> str:
    """The expression of a prediction's probabilities, or of its numbers."""
    return DECODINGS[prediction.decoding].python.format(logits=logits(prediction))


def logits(prediction: Prediction) -> str:
    """The expression of a prediction's logits."""
    if prediction.task in PAIRS:
        return f"model(**inputs).{OBJECTIVES[prediction.task].output}[0]"
    if prediction.candidates:
        return f"model(**inputs).{('start', 'end')[prediction.side]}_logits[0, {list(prediction.candidates)}]"
    if prediction.task == "replaced_tokens":  # one output, a yes or no: a softmax of two, of which the first is 0
        return f"torch.nn.functional.pad(model(**inputs).logits[0, [{prediction.position}]], (1, 0))"
    return "model(**inputs).logits[0" + ("]" if prediction.position is None else f", {prediction.position}]")
