"""In which precision a forward pass is made: bfloat16 where the hardware multiplies it, float32 elsewhere.

A processor without such instructions emulates bfloat16, several times slower than it multiplies float32.
"""

from __future__ import annotations

import torch


def autocast() -> torch.autocast:
    """A context for forward passes, on the GPU where there is one."""
    if torch.cuda.is_available():
        return torch.autocast("cuda", torch.bfloat16)
    found = torch.cpu.get_capabilities()
    return torch.autocast("cpu", torch.bfloat16, enabled=bool(found.get("avx512_bf16") or found.get("amx_bf16")))
