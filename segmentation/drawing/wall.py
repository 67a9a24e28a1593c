"""The piece of concrete that a photo shows, with a margin around it so that the camera may move a little."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentation.drawing.noise import Enlarged, Field, FixedLattice, clouds, stream
from segmentation.drawing.truth import Points

MARGIN = 96
"""Pixels of wall beyond each side of the photo."""


@dataclass(frozen=True, slots=True)
class Wall:
    """Size and scale. `width` × `height` is the photo; the wall's own pixels start `MARGIN` before it.

    Things larger than a few pixels are made on a coarse grid, whose cells are `cell` wall pixels, and enlarged.
    """

    seed: int
    width: int
    height: int
    mm_per_pixel: float

    @property
    def columns(self) -> int:
        return self.width + 2 * MARGIN

    @property
    def lines(self) -> int:
        return self.height + 2 * MARGIN

    @property
    def cell(self) -> int:
        return 4 if self.width * self.height <= 24_000_000 else 8

    @property
    def coarse_shape(self) -> tuple[int, int]:
        return -(-self.lines // self.cell), -(-self.columns // self.cell)

    @property
    def area_m2(self) -> float:
        return self.lines * self.columns * (self.mm_per_pixel / 1000) ** 2

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of what the photo shows."""
        return self.width * self.mm_per_pixel, self.height * self.mm_per_pixel

    def px(self, mm: float) -> float:
        return mm / self.mm_per_pixel

    def stream(self, *names: str | int) -> np.random.Generator:
        return stream(self.seed, *names)

    def clouds(self, name: str, largest_mm: float, *, scales: int = 6, fade: float = 0.6) -> Field:
        """Coarse noise with mean 0 and standard deviation 1, features from `largest_mm` down by halves."""
        cells = tuple(self.px(largest_mm) / self.cell / 2**number for number in range(scales))
        return clouds(self.seed, name, self.coarse_shape, cells, fade)

    def coarse_mm(self) -> tuple[Field, Field]:
        """y (lines, 1) and x (1, columns) of the coarse cells' centres in mm from the photo's corner."""
        y, x = (((np.arange(count) + 0.5) * self.cell - MARGIN) * self.mm_per_pixel for count in self.coarse_shape)
        return y.astype(np.float32)[:, None], x.astype(np.float32)[None, :]

    def enlarge(self, coarse: NDArray) -> Enlarged:
        return Enlarged(FixedLattice(coarse), self.cell, self.cell, self.columns)

    def mark(self, paths: list[Points], strengths: Sequence[float] | None = None) -> Field:
        """A coarse array that is 1, or the path's strength, where a path (photo pixels) runs, 0 elsewhere."""
        marks = np.zeros(self.coarse_shape, np.float32)
        for path, strength in zip(paths, strengths or [1.0] * len(paths), strict=True):
            place = np.floor((path + MARGIN) / self.cell).astype(int)
            seen = (place >= 0).all(axis=1) & (place[:, 0] < marks.shape[1]) & (place[:, 1] < marks.shape[0])
            row, column = place[seen, 1], place[seen, 0]
            marks[row, column] = np.maximum(marks[row, column], strength)
        return marks
