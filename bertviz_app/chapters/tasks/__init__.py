"""The chapter “Tasks”."""
