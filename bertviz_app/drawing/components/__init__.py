"""What Plotly cannot draw. Each module hands back HTML, CSS, JavaScript and data; the pages and the workspace show it."""
