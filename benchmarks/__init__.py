"""Ratios measured in one run, for docs/performance.md."""

import bertviz_app  # noqa: F401 - first of all: it tells torch's threads how to wait, which is fair to both sides of a ratio only if both have it
