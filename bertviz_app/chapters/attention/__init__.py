"""The chapter “Attention”."""
