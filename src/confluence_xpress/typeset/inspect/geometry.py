"""Boxes and matrices of PDF."""

from __future__ import annotations

from confluence_xpress.typeset.inspect.finding import TOLERANCE

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def multiply(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that applies `inner` first."""
    a, b, c, d, e, f = inner
    k, l, m, n, o, p = outer  # noqa: E741 - six letters in a row, as the standard names them
    return a * k + b * m, a * l + b * n, c * k + d * m, c * l + d * n, e * k + f * m + o, e * l + f * n + p


def transform(box: Box, matrix: Matrix) -> Box:
    """The smallest upright box around a transformed box."""
    left, bottom, right, top = box
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x in (left, right) for y in (bottom, top)]
    ys = [b * x + d * y + f for x in (left, right) for y in (bottom, top)]
    return min(xs), min(ys), max(xs), max(ys)


def intersect(one: Box, other: Box) -> Box:
    """What two boxes have in common; the right is left of the left, or the top below the bottom, if nothing."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def is_empty(box: Box) -> bool:
    """Whether nothing can be seen of it."""
    return box[2] <= box[0] or box[3] <= box[1]


def leaves(box: Box, page: Box) -> bool:
    """Whether a box reaches over the page's edge by more than is tolerated."""
    return (
        box[0] < page[0] - TOLERANCE
        or box[1] < page[1] - TOLERANCE
        or box[2] > page[2] + TOLERANCE
        or box[3] > page[3] + TOLERANCE
    )
