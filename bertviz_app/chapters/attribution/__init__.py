"""The chapter “Attribution”."""
