"""The chapter “Attention summed up”."""
