"""Measures that several chapters share, and what their sentences and Python are put together from."""
