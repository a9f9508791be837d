"""The chapter “Interventions”."""
