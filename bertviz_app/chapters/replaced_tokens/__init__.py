"""The chapter “Replaced tokens”."""
