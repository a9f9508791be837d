"""The chapter “Models”."""
