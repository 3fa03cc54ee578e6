"""Columns side by side."""

from __future__ import annotations

from confluence_xpress.model import Blocks, Column, Columns

_WIDTHS: dict[str, tuple[float, ...]] = {
    "two_left_sidebar": (30, 70),
    "two_right_sidebar": (70, 30),
    "three_with_sidebars": (20, 60, 20),
    "three_left_sidebars": (20, 20, 60),
    "three_right_sidebars": (60, 20, 20),
}
"""Column widths in percent by section type; the columns of all other types are equally wide."""


def columns(cells: list[Blocks], kind: str) -> Blocks:
    """Cells side by side; one is no layout, and nothing remains of empty ones alone."""
    if len(cells) < 2 or not any(cells):
        return tuple(block for cell in cells for block in cell)
    widths = _WIDTHS.get(kind, ())
    if len(widths) != len(cells):
        widths = (round(100 / len(cells), 2),) * len(cells)
    return (Columns(tuple(Column(cell, width) for cell, width in zip(cells, widths, strict=True))),)
