"""The chapter “Tokens”."""
