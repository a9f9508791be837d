"""How the embedded model is made and measured: prepare → train (two stages) → evaluate. See README.md."""
