"""What every sentence on the screen keeps to as it is written, whatever it says."""

from __future__ import annotations

import re

FORBIDDEN = {
    "a hyphen for a minus": r"(?<![\w.\-])-\d",
    "a signed nothing": r"[−+]0(\.0+)?(?![\d.])",
    "a number that is none": r"\b(nan|inf|None)\b",
    "a plural of one": r"\b1 (tokens|heads|words|pieces|numbers|points|neurons|pairs|sentences|layers|passes|blanks|texts|rows)\b",
    "a plural verb of one": r"^1 (are|were|have|bring|put|change)\b",
    "two spaces": r"\S  +\S",
    "a kind of head that cannot be": r"\b0 block\b",
}


def broken_laws(sentence: str) -> list[str]:
    """The laws that a sentence breaks, by name."""
    broken = [name for name, pattern in FORBIDDEN.items() if re.search(pattern, sentence)]
    if not sentence.endswith((".", "?", "…")) or sentence.endswith(".."):
        broken.append("no full stop, or two")
    # What a patched vector brings back may overshoot, and points are no share.
    is_share = "brings back" not in sentence and "percentage points" not in sentence
    if is_share and any(float(share) > 100 for share in re.findall(r"(\d+(?:\.\d+)?)\s%", sentence)):
        broken.append("more than all")
    return broken
