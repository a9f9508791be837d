"""The chapter “Sentiment”."""
