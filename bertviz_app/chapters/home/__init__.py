"""The chapter “Home”."""
