"""A mask as a flat array with a border of background: a neighbour is an offset away, and no border needs care."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Raster:
    """`cells` is uint8 (rows * stride,), 1 in the mask; a *position* is an index into it.

    `stride` is the photo's width plus the border of one cell on each side.
    """

    cells: NDArray[np.uint8]
    stride: int

    @classmethod
    def from_mask(cls, mask: NDArray[np.bool_]) -> "Raster":
        """Copy a bool mask (height, width)."""
        return cls(np.pad(mask.view(np.uint8), 1).ravel(), mask.shape[1] + 2)

    @classmethod
    def empty(cls, height: int, width: int) -> "Raster":
        """A mask of background alone."""
        return cls(np.zeros((height + 2) * (width + 2), np.uint8), width + 2)

    @property
    def grid(self) -> NDArray[np.uint8]:
        """The cells as rows and columns, border included."""
        return self.cells.reshape(-1, self.stride)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """The mask itself, bool (height, width); what is written to it is written to the cells."""
        return self.grid[1:-1, 1:-1].view(np.bool_)

    @property
    def neighbours(self) -> tuple[int, ...]:
        """Offsets of the eight neighbours, counter-clockwise as seen: E, NE, N, NW, W, SW, S, SE."""
        row = self.stride
        return (1, 1 - row, -row, -1 - row, -1, row - 1, row, row + 1)

    def positions(self, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.int64]:
        """Positions of pixels of the photo."""
        return (rows.astype(np.int64) + 1) * self.stride + columns + 1

    def pixels(self, positions: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of positions in the photo."""
        rows, columns = np.divmod(positions, self.stride)
        return rows - 1, columns - 1

    def centres(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Where the pixels' centres lie in the photo: float (n, 2), x and y; that of the first pixel is (0.5, 0.5)."""
        rows, columns = self.pixels(positions)
        return np.column_stack((columns + 0.5, rows + 0.5)).astype(np.float64)

    def holds(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each of the points, float (n, 2), x and y in the photo, lies on a pixel of the mask."""
        rows = np.floor(points[:, 1]).astype(np.int64).clip(-1, len(self.cells) // self.stride - 2)
        columns = np.floor(points[:, 0]).astype(np.int64).clip(-1, self.stride - 2)
        return self.cells[self.positions(rows, columns)] == 1
