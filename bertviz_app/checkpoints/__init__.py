"""From a name to a checked folder: the catalogue, where things are, how large they are, how they are fetched."""
