"""A mask as runs of pixels in rows: what hangs together is found without a label for every pixel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

BAND_ROWS = 512
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Runs:
    """The n runs of a mask, row by row and left to right, all (n,): columns `starts` to `stops` - 1 of `rows`.

    `width` is the photo's.
    """

    rows: Integers
    starts: Integers
    stops: Integers
    width: int

    @classmethod
    def where(cls, values: NDArray[Any], holds: Callable[[NDArray[Any]], NDArray[np.bool_]]) -> "Runs":
        """The runs of pixels of `values`, (height, width), where `holds` is true; it is asked for bands of rows."""
        tops = range(0, len(values), BAND_ROWS)
        parts = [_bounds(holds(values[top : top + BAND_ROWS]), top) for top in tops]
        rows, starts, stops = (np.concatenate(column) for column in zip(*parts, strict=True))
        return cls(rows, starts, stops, values.shape[1])

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def lengths(self) -> Integers:
        return self.stops - self.starts

    def chosen(self, which: NDArray[np.bool_] | Integers) -> "Runs":
        """Some of them, in their order where `which` says yes or no."""
        return Runs(self.rows[which], self.starts[which], self.stops[which], self.width)

    def pieces(self, *, corners: bool) -> Integers:
        """The piece of each run, numbered from 1 in the order of first pixels; `corners`: touching there counts."""
        row = self.width + 2
        reach = 1 if corners else 0
        above = (self.rows - 1) * row
        first = np.searchsorted(self.rows * row + self.stops, above + self.starts + 1 - reach)
        beyond = np.searchsorted(self.rows * row + self.starts, above + self.stops - 1 + reach, side="right")
        counts = np.maximum(beyond - first, 0)
        below = np.repeat(np.arange(len(self)), counts)
        touched = np.arange(len(below)) - np.repeat(np.cumsum(counts) - counts - first, counts)
        links = coo_array((np.ones(len(below), bool), (below, touched)), shape=(len(self), len(self)))
        _, piece = connected_components(links, directed=False)
        return piece.astype(np.int64) + 1

    def at(self, rows: Integers, columns: Integers) -> Integers:
        """The run that each pixel lies in; -1 where it lies in none."""
        if len(self) == 0:
            return np.full(np.shape(rows), -1)
        found = np.searchsorted(self.rows * self.width + self.starts, rows * self.width + columns, side="right") - 1
        inside = (found >= 0) & (self.rows[found] == rows) & (columns < self.stops[found])
        return np.where(inside, found, -1)

    def positions(self) -> Integers:
        """Flat indices of all pixels, run by run."""
        lengths = self.lengths
        offsets = self.rows * self.width + self.starts - (np.cumsum(lengths) - lengths)
        return np.arange(lengths.sum()) + np.repeat(offsets, lengths)


def _bounds(mask: NDArray[np.bool_], top: int) -> tuple[Integers, Integers, Integers]:
    # A run ends where the mask changes again, and the empty columns on both sides make it end in its own row.
    inside = np.pad(mask, ((0, 0), (1, 1)))
    changes = np.flatnonzero(inside[:, 1:] != inside[:, :-1])
    rows, columns = np.divmod(changes, inside.shape[1] - 1)
    return rows[0::2] + top, columns[0::2], columns[1::2]
