"""One room for each page: its measures, figures, Python, and the view that puts them on the screen."""
