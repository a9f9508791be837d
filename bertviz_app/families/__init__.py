"""What differs between checkpoints, one row each: architectures, objectives, kinds of heads, spelling of tokens."""
