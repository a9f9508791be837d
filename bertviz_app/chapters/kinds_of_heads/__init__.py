"""The chapter “Kinds of heads”."""
