"""torch: from a checked folder to records. The only room that knows torch and transformers."""
