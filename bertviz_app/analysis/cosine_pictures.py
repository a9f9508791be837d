"""Pictures of why two texts are alike: the parts of their cosine as a matrix, and the strongest as lines between their tokens."""

from __future__ import annotations

from bertviz_app.analysis.cosine_parts import Doubles, Names, link_columns, matrix_columns, notice, strongest_links
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.differences import Grid, difference_map
from bertviz_app.drawing.pictures import Picture
from bertviz_app.drawing.token_links import links_figure

UNIT = "of the cosine"


def parts_picture(parts: Doubles, names: Names, theme: Theme) -> Picture:
    """Every part of the cosine: a row for each token of the first text, a column for each of the second."""

    def of_cell(first: int, second: int) -> str:
        return f"{names[0][first]} and {names[1][second]}"

    grid = Grid(parts, names[0], names[1], axes=("second text", "first text"), unit="part", said=of_cell)
    figure = difference_map(grid, theme, title=f"What the cosine of {parts.sum():.2f} is the sum of".replace("-", "−"))
    return Picture(figure, notice(parts, names), matrix_columns(parts, names), "Map of the part of each pair of tokens")


def links_picture(parts: Doubles, names: Names, theme: Theme, *, k: int = 12) -> Picture:
    """The k strongest parts of the cosine as lines between the tokens of both texts."""
    links = strongest_links(parts, k)
    lines = [(link.first, link.second, link.part) for link in links]
    few = f"The {len(links)} strongest of {parts.size:,} parts" if len(links) < parts.size else "All parts"
    figure = links_figure(names, lines, theme, title=f"{few}: rust pulls the texts together, blue apart", unit=UNIT)
    return Picture(figure, notice(parts, names), link_columns(links, names), "Lines between the tokens of two texts")
