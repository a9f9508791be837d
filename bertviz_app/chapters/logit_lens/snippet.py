"""The Python that gives the numbers of Logit lens, ready to paste."""

from __future__ import annotations

from collections.abc import Sequence

from bertviz_app.analysis.script import Script
from bertviz_app.chapters.logit_lens.neurons import MOST, WORDS
from bertviz_app.drawing.numbering import TOKEN_NUMBER
from bertviz_app.records.feed_forward import FeedForward
from bertviz_app.records.forward import Encoding, ModelInfo


def picture_code(info: ModelInfo, encoding: Encoding, positions: Sequence[int], hidden: Sequence[int] = ()) -> str:
    """The whole picture with plain transformers: `logits` [layer + 1, position, vocab], `entropy` and `kl` [layer + 1, position], in bits."""
    script = _states(info, encoding, hidden)
    script.lines(_EVERY_POSITION, positions=list(positions), logits=info.traits.vocabulary_head).lines(_IN_BITS)
    script.lines(_CHOICES).tokens().tokens("tokenizer.convert_ids_to_tokens(choice.flatten())", name="choices")
    return str(script.table(_PICTURE))


def followed_code(
    info: ModelInfo, encoding: Encoding, position: int, followed: Sequence[int], hidden: Sequence[int] = ()
) -> str:
    """The same numbers at one position with plain transformers: `ranks` [layer + 1, word], `kl` and `entropy` [layer + 1], in bits."""
    script = _states(info, encoding, hidden)
    script.lines(_ONE_POSITION, position=position, logits=info.traits.vocabulary_head).lines(_IN_BITS)
    script.lines(_RANKS, followed=list(followed)).tokens("tokenizer.convert_ids_to_tokens(followed)", name="words")
    return str(script.table({"layer": '["embeddings", *range(1, len(states))]'}, wide=_FOLLOWED))


def neurons_code(info: ModelInfo, encoding: Encoding, found: FeedForward, hidden: Sequence[int] = ()) -> str:
    """Neurons with plain transformers: `activations` [neuron], `strongest` [k] (from 0) and, with a head, `logits` [k, vocab]."""
    script = _inputs(info, encoding, hidden)
    k, position = min(MOST, len(found.activations)), found.position
    script.lines(_ACTIVATIONS, path=repr(found.path), call=found.call, position=position, k=k)
    columns = _NEURONS
    if info.fills_blanks:
        script.lines(_PROMOTES, position=position, logits=info.traits.vocabulary_head, words=WORDS)
        script.tokens("tokenizer.convert_ids_to_tokens(best.flatten())", name="words").lines("n = best.shape[-1]")
        columns = columns | {"promotes": '["  ".join(words[row * n : (row + 1) * n]) for row in range(len(strongest))]'}
    return str(script.lines("lengths = vectors.detach()[strongest].norm(dim=-1)").table(columns))


def _inputs(info: ModelInfo, encoding: Encoding, hidden: Sequence[int]) -> Script:
    script = Script(info).tokenizer().model_for_pretraining().inputs(encoding)
    if hidden:
        script.lines(f"inputs.input_ids[0, {list(hidden)}] = tokenizer.mask_token_id  # the word that was hidden")
    return script


def _states(info: ModelInfo, encoding: Encoding, hidden: Sequence[int]) -> Script:
    return _inputs(info, encoding, hidden).lines(_STATES)


_STATES = """with torch.no_grad():
    states = torch.cat(model(**inputs, output_hidden_states=True).hidden_states)  # [layer + 1, position, d_model]
"""
_EVERY_POSITION = """shown = $positions  # from 0
rows = states[:, shown]
with torch.no_grad():
    logits = $logits.double()  # [layer + 1, position, vocab]
"""
_ONE_POSITION = """rows = states[:, $position]
with torch.no_grad():
    logits = $logits.double()  # [layer + 1, vocab]
"""
_IN_BITS = """logs = logits.log_softmax(dim=-1)
bit = torch.tensor(2.0).log()
kl = (logs[-1].exp() * (logs[-1] - logs)).sum(dim=-1) / bit
entropy = -(logs.exp() * logs).sum(dim=-1) / bit
"""
_CHOICES = """choice = logits.argmax(dim=-1)  # [layer + 1, position]
layers = ["embeddings", *range(1, len(states))]
"""
_RANKS = """followed = $followed  # token ids
ranks = 1 + (logits[:, None] > logits[:, followed, None]).sum(dim=-1)
shares = logs.exp()[:, followed]
"""
_FOLLOWED = """{f"rank of {word}": ranks[:, place] for place, word in enumerate(words)} | {
    f"probability of {word}": shares[:, place] for place, word in enumerate(words)} | {"KL (bits)": kl, "entropy (bits)": entropy}"""
_PICTURE = {
    "layer": "[layer for layer in layers for _ in shown]",
    TOKEN_NUMBER: "[place + 1 for place in shown] * len(layers)",
    "token": "[tokens[place] for place in shown] * len(layers)",
    "first choice": "choices",
    "probability": "logs.exp().amax(dim=-1).flatten()",
    "entropy (bits)": "entropy.flatten()",
    "KL to the last layer (bits)": "kl.flatten()",
}
_ACTIVATIONS = """second = model.get_submodule($path)  # [d_feedforward] → [d_model]: what goes in are the activations
seen = []
second.register_forward_pre_hook(lambda module, given: seen.append(given[0][0]))
with torch.no_grad():
    hidden = model(**inputs, output_hidden_states=True).hidden_states[-1]
    activations = seen[$call][$position]
    vectors = second.weight.T  # [neuron, d_model]
    strongest = (activations.abs() * vectors.norm(dim=-1)).topk($k).indices
"""
_PROMOTES = """    length = hidden[0, $position].norm()  # the head was trained on vectors as long as this one
    rows = (activations[strongest].sign() * length / vectors[strongest].norm(dim=-1))[:, None] * vectors[strongest]
    logits = $logits  # [k, vocab]
    best = logits.topk(min($words, logits.shape[-1])).indices
"""
_NEURONS = {
    "neuron": "strongest + 1",
    "activation": "activations[strongest]",
    "length of its output vector": "lengths",
    "strength": "activations[strongest].abs() * lengths",
}
