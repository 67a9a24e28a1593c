"""Exact area of thin polygons in pixels: what light a crack takes away, however thin it is.

Each edge is cut at the pixel grid; each piece adds its height, and the area beside it, to its pixel, and a running
sum along the row fills the inside (the signed-area method of font renderers, e.g. Levien's font-rs). The areas of one
simple polygon are exact to the precision of a double; where two polygons overlap, their areas add up to at most 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_NOTHING = 1e-9
"""Areas below this are what rounding leaves behind."""


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Parts of edges, each within one pixel, ordered by row: height with sign, and the share of it in the pixel."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    height: NDArray[np.float64]
    beside: NDArray[np.float64]


class CoverageRaster:
    """Coverage of polygons by rows. `polygons` are (N, 2) arrays of x, y in pixels, not closed, without holes.

    Pixel (row, column) spans [column, column + 1) × [row, row + 1). What lies outside `width` is cut off.
    """

    def __init__(self, polygons: Sequence[NDArray[np.float64]], width: int) -> None:
        self._width = width
        self._pieces = [_cut(polygon) for polygon in polygons]
        self._top = np.array([pieces.row[0] if len(pieces.row) else 0 for pieces in self._pieces], int)
        self._end = np.array([pieces.row[-1] + 1 if len(pieces.row) else 0 for pieces in self._pieces], int)

    def rows(self, first: int, last: int) -> "Covered":
        """What all polygons together cover in rows [first, last), ordered by row and column."""
        parts = [covered for _number, covered in self.each(first, last)]
        if not parts:
            return Covered.nothing()
        pixel = np.concatenate([part.row * self._width + part.column for part in parts])
        pixel, number = np.unique(pixel, return_inverse=True)
        share = np.bincount(number, np.concatenate([part.share for part in parts]))
        return Covered(pixel // self._width, pixel % self._width, np.minimum(share, 1.0))

    def each(self, first: int, last: int) -> Iterator[tuple[int, "Covered"]]:
        """What each polygon (by its number) covers in rows [first, last); polygons that cover nothing are left out."""
        for number in np.flatnonzero((self._top < last) & (self._end > first)):
            pieces = self._pieces[number]
            start, stop = np.searchsorted(pieces.row, (first, last))
            if start < stop:
                yield int(number), self._covered(pieces, slice(start, stop))

    def _covered(self, pieces: _Pieces, part: slice) -> "Covered":
        first = int(pieces.row[part.start])
        row = pieces.row[part] - first
        # An edge left of the picture still opens the row; one right of it changes nothing that is seen.
        column = np.maximum(pieces.column[part], -1)
        beside = np.where(pieces.column[part] < 0, 0.0, pieces.beside[part])
        height = pieces.height[part]
        left, right = int(column.min()), min(int(column.max()) + 2, self._width)
        if right <= max(left, 0):
            return Covered.nothing()
        seen = column < right
        row, column, height, beside = row[seen], column[seen] - left, height[seen], beside[seen]
        span = right - left + 1
        lines = int(row.max()) + 1
        sums = np.bincount(row * span + column, height * beside, lines * span)
        sums += np.bincount(row * span + column + 1, height * (1 - beside), lines * span)
        area = np.cumsum(sums.reshape(lines, span), axis=1)[:, max(-left, 0) : span - 1]
        row, column = np.nonzero(area > _NOTHING)
        return Covered(row + first, column + max(left, 0), np.minimum(area[row, column], 1.0))


@dataclass(frozen=True, slots=True)
class Covered:
    """Pixels with a share of them that is covered, in (0, 1]."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    share: NDArray[np.float64]

    @classmethod
    def nothing(cls) -> "Covered":
        none = np.empty(0, np.int64)
        return cls(none, none, np.empty(0))


def polygon_area(polygon: NDArray[np.float64]) -> float:
    """Signed area in square pixels (shoelace); positive clockwise as seen, since y points down."""
    x, y = polygon.T
    return 0.5 * float(np.dot(x, np.roll(y, -1)) - np.dot(np.roll(x, -1), y))


def line_pixels(path: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the pixels along a path: one pixel wide, joined at sides or corners."""
    rows, columns = [], []
    cells = np.floor(path).astype(np.int64)
    keep = np.ones(len(cells), bool)
    keep[1:] = (np.diff(cells, axis=0) != 0).any(axis=1)
    cells = cells[keep]
    for start, stop in pairwise(cells):
        steps = int(np.abs(stop - start).max())
        between = start + (2 * np.arange(steps)[:, None] * (stop - start) + steps) // (2 * steps)
        rows.append(between[:, 1])
        columns.append(between[:, 0])
    rows.append(cells[-1:, 1])
    columns.append(cells[-1:, 0])
    return np.concatenate(rows), np.concatenate(columns)


def _cut(polygon: NDArray[np.float64]) -> _Pieces:
    start = polygon if polygon_area(polygon) >= 0 else polygon[::-1]
    stop = np.roll(start, -1, axis=0)
    edges = np.arange(len(start))
    edge, share = np.concatenate([edges, edges]), np.repeat([0.0, 1.0], len(start))
    for axis in (0, 1):
        low = np.minimum(start[:, axis], stop[:, axis])
        high = np.maximum(start[:, axis], stop[:, axis])
        lines = np.maximum(np.ceil(high) - np.floor(low) - 1, 0).astype(np.int64)
        which = np.repeat(edges, lines)
        number = np.arange(len(which)) - np.repeat(np.cumsum(lines) - lines, lines)
        line = np.floor(low)[which] + 1 + number
        edge = np.concatenate([edge, which])
        share = np.concatenate([share, (line - start[which, axis]) / (stop - start)[which, axis]])
    order = np.lexsort((share, edge))
    edge, share = edge[order], np.clip(share[order], 0, 1)
    same = np.flatnonzero((edge[1:] == edge[:-1]) & (share[1:] > share[:-1]))
    edge, begin, end = edge[same], share[same], share[same + 1]
    step = (stop - start)[edge]
    middle = start[edge] + step * ((begin + end) / 2)[:, None]
    cell = np.floor(middle).astype(np.int64)
    # Clockwise as seen, an edge that goes up has the inside on its right: running sums go to the right.
    height = -(end - begin) * step[:, 1]
    order = np.argsort(cell[:, 1], kind="stable")
    order = order[height[order] != 0]
    return _Pieces(cell[order, 1], cell[order, 0], height[order], 1 - (middle - cell)[order, 0])
