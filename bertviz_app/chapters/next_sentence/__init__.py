"""The chapter “Next sentence”."""
