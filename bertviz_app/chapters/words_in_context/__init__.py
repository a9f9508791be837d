"""The chapter “Words in context”."""
