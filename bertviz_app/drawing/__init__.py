"""The figures' shared vocabulary: theme, colours, axes, tables, and what Plotly cannot draw."""
