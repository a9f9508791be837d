"""The bytes that the attention explorer is sent, read as the browser reads them."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Header and arrays."""
    plain = zlib.decompress(data)
    length = int.from_bytes(plain[:4], "little")
    header, rest, arrays = json.loads(plain[4 : 4 + length]), plain[4 + length :], {}
    for array in header["arrays"]:
        kind = np.dtype(array["kind"]).newbyteorder("<")
        size = int(np.prod(array["shape"])) * kind.itemsize
        arrays[array["name"]] = np.frombuffer(rest[:size], kind).reshape(array["shape"])
        rest = rest[size:]
    assert not rest
    return header, arrays
