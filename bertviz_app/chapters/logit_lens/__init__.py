"""The chapter “Logit lens”."""
