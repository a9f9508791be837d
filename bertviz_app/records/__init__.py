"""What travels: frozen, validated, read-only NumPy, no batch axis."""
