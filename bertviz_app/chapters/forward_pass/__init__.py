"""The chapter “Forward pass”."""
