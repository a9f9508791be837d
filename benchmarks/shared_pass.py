"""`Model.run` against the bare encoder with eager attention, and the size of a record.

python -m benchmarks.shared_pass
"""

from __future__ import annotations

import sys

import torch
from transformers import AutoModel

from benchmarks.ratio import ratio
from bertviz_app import load


def main() -> None:
    model = load("embedded")
    bare = AutoModel.from_pretrained("bertviz_app/embedded", attn_implementation="eager").eval()
    words = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "while", "seven", "wizards", "watch"]
    for n_tokens in (16, 128):
        encoding = model.encode(" ".join(words * 12), max_tokens=n_tokens)
        ids = torch.tensor(encoding.token_ids)[None]
        mask, segments = torch.ones_like(ids), torch.zeros_like(ids)

        def encoder() -> object:
            with torch.inference_mode():
                return bare(ids, mask, segments, output_attentions=True, output_hidden_states=True)  # noqa: B023 - used in this round

        ours, theirs, times = ratio(lambda: model.run(encoding), encoder, rounds=60)  # noqa: B023
        record = model.run(encoding)
        size = record.n_bytes / (record.attentions.nbytes + record.hidden_states.nbytes)
        sys.stdout.write(
            f"{n_tokens:4} tokens: Model.run {1000 * ours:6.1f} ms, bare encoder {1000 * theirs:6.1f} ms, "
            f"ratio {times:.2f} (limit 1.25); record {record.n_bytes / 1e6:.2f} MB, {size:.3f} × its tensors (limit 1.1)\n"
        )


if __name__ == "__main__":
    main()
