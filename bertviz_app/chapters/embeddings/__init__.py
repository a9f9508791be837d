"""The chapter “Embeddings”."""
