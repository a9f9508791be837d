"""Who waits, and what is kept: the queue of passes, the pool of models, the portions of long work."""
