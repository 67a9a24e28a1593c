"""Drawn annotations as masks: polygons, lines, rectangles, and the run lengths of COCO.

Coordinates are pixels of the upright photo, x to the right, y down; the pixel in the corner covers 0 to 1. A pixel
belongs to a polygon when its centre does, so that area is neither gained nor lost at the edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from segmentation.datasets.pairs import Size, UnusableMask
from segmentation.run_lengths import positions_from_runs

Points = tuple[tuple[float, float], ...]

# Far beyond any photo, yet safe to compute with.
_FARTHEST = 1e6


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed outline, filled by the even-odd rule."""

    points: Points

    def paint(self, mask: NDArray[np.bool_]) -> None:
        """Set the pixels of `mask` (height, width) whose centre lies inside."""
        rows, columns = _crossings(np.array(self.points, np.float64), mask.shape[0])
        # Crossings of a row come in pairs: into the polygon, out of it. The first centre behind x is at ceil(x - ½).
        edges = np.clip(np.ceil(columns - 0.5), 0, mask.shape[1]).astype(np.int64)
        for row, start, stop in zip(rows[0::2], edges[0::2], edges[1::2], strict=True):
            mask[row, start:stop] = True


@dataclass(frozen=True, slots=True)
class Line:
    """A chain of straight pieces, `width` pixels wide."""

    points: Points
    width: int

    def paint(self, mask: NDArray[np.bool_]) -> None:
        """Set the pixels of `mask` (height, width) under the line."""
        picture = Image.new("1", (mask.shape[1], mask.shape[0]))
        # Pillow counts in pixel centres, annotations in corners.
        shifted = [(x - 0.5, y - 0.5) for x, y in self.points]
        ImageDraw.Draw(picture).line(shifted, fill=1, width=self.width, joint="curve")
        mask |= np.asarray(picture)


@dataclass(frozen=True, slots=True)
class Patch:
    """A small mask (h, w) whose corner lies at `left`, `top`."""

    left: int
    top: int
    pixels: NDArray[np.bool_]

    def paint(self, mask: NDArray[np.bool_]) -> None:
        """Set the pixels of `mask` under the patch; what reaches out of it is cut off."""
        height, width = mask.shape
        y0, x0 = max(0, self.top), max(0, self.left)
        y1, x1 = min(height, self.top + self.pixels.shape[0]), min(width, self.left + self.pixels.shape[1])
        if y0 < y1 and x0 < x1:
            mask[y0:y1, x0:x1] |= self.pixels[y0 - self.top : y1 - self.top, x0 - self.left : x1 - self.left]


@dataclass(frozen=True, slots=True)
class ColumnRuns:
    """A mask of `size` as COCO counts it: column by column, background first."""

    size: Size
    counts: tuple[int, ...]

    def paint(self, mask: NDArray[np.bool_]) -> None:
        """Set the pixels of the runs. Raises UnusableMask where they do not fill the picture."""
        height, width = self.size
        if mask.shape != self.size or min(self.counts, default=0) < 0 or sum(self.counts) != height * width:
            raise UnusableMask("unreadable", f"its run lengths do not fill {width} × {height} pixels")
        columns, rows = np.divmod(positions_from_runs(self.counts), height)
        mask[rows, columns] = True


Shape = Polygon | Line | Patch | ColumnRuns


@dataclass(frozen=True, slots=True)
class DrawnMask:
    """All shapes of a photo. `size` is the size they were drawn on, None where the annotation does not tell it."""

    shapes: tuple[Shape, ...]
    size: Size | None

    def read(self, size: Size) -> NDArray[np.bool_]:
        """The shapes on a picture of their own size, or of `size`. Raises UnusableMask."""
        mask = np.zeros(self.size or size, bool)
        for shape in self.shapes:
            shape.paint(mask)
        return mask


def points_of(numbers: Sequence[object]) -> Points:
    """Points from `[[x, y], …]` or `[x, y, x, y, …]`. Raises UnusableMask where they are no such numbers."""
    try:
        values = np.array(numbers, np.float64).reshape(-1, 2)
    except (ValueError, TypeError) as error:
        raise UnusableMask("unreadable", "a shape's points are not pairs of numbers") from error
    if not all(isfinite(value) and abs(value) < _FARTHEST for value in values.flat):
        raise UnusableMask("unreadable", "a shape's points lie nowhere")
    return tuple((float(x), float(y)) for x, y in values)


def decode_counts(text: str) -> tuple[int, ...]:
    """The run lengths in a compressed COCO string.

    Each number is written in groups of five bits from the lowest, as characters from '0' on; bit 6 says that another
    group follows, and the last group's top bit is the sign. From the fourth number on, the difference to the number
    two before is stored (pycocotools, `rleToString`). Raises UnusableMask where the string ends early or holds other
    characters.
    """
    counts: list[int] = []
    number = shift = 0
    for character in text:
        group = ord(character) - 48
        if not 0 <= group < 64:
            raise UnusableMask("unreadable", "its compressed run lengths hold a character that cannot be there")
        number |= (group & 0x1F) << shift
        shift += 5
        if group & 0x20:
            continue
        if group & 0x10:
            number -= 1 << shift
        counts.append(number + (counts[-2] if len(counts) > 2 else 0))
        number = shift = 0
    if shift:
        raise UnusableMask("unreadable", "its compressed run lengths end early")
    return tuple(counts)


def _crossings(points: NDArray[np.float64], height: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where the outline crosses the middle of each pixel row: row numbers and x, sorted by both."""
    rows: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    columns: list[NDArray[np.float64]] = [np.empty(0)]
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        crossed = np.arange(max(0, int(np.ceil(y0 - 0.5))), min(height, int(np.ceil(y1 - 0.5))))
        if crossed.size:
            rows.append(crossed)
            columns.append(x0 + (crossed + 0.5 - y0) * (x1 - x0) / (y1 - y0))
    every_row, every_column = np.concatenate(rows), np.concatenate(columns)
    order = np.lexsort((every_column, every_row))
    return every_row[order], every_column[order]
