"""Ratios measured in one run, for docs/performance.md."""
