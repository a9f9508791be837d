"""The chapter “Fill in the blank”."""
