"""From a map of probabilities to the connected pieces of mask that may be cracks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from segmentation.measurement.raster import Raster
from segmentation.measurement.runs import BAND_ROWS, Integers, Runs

HOLE_PX = 64
"""Holes up to this many pixels are closed before thinning, so that the line does not run around them."""


@dataclass(frozen=True, slots=True)
class Regions:
    """The pieces of a mask, (height, width): its runs, and the piece of each, counted from 1.

    `order` are the runs' indices by piece, and `bounds` where each piece begins in it. A region is one piece, or
    several that were joined and go by the name of the first; `joint` has the pieces of those.
    """

    height: int
    runs: Runs
    piece: Integers
    order: Integers
    bounds: Integers
    joint: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def of(self, rows: Integers, columns: Integers) -> int:
        """The region of pixels that lie in it or in none; 0 where all are background."""
        piece = int(self._pieces_at(rows, columns).max())
        return self.joint[piece][0] if piece in self.joint else piece

    def pixels(self, region: int) -> tuple[Integers, Integers]:
        """Rows and columns of a region's pixels, row by row."""
        pieces = self.joint.get(region, (region,))
        own = np.concatenate([self.order[self.bounds[piece] : self.bounds[piece + 1]] for piece in pieces])
        rows, columns = np.divmod(self.runs.chosen(np.sort(own)).positions(), self.runs.width)
        return rows, columns

    def raster(self) -> Raster:
        """The mask of all pieces."""
        raster = Raster.empty(self.height, self.runs.width)
        rows, columns = np.divmod(self.runs.positions(), self.runs.width)
        raster.cells[raster.positions(rows, columns)] = 1
        return raster

    def joined(self, gaps: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> "Regions":
        """The same with the pieces at both ends of each gap, x and y, in one region."""
        joint: dict[int, tuple[int, ...]] = {}
        for gap in gaps:
            columns, rows = np.floor(np.array(gap)).astype(np.int64).T
            ends = self._pieces_at(rows, columns).tolist()
            pieces = {member for piece in ends for member in joint.get(piece, (piece,))}
            joint |= dict.fromkeys(pieces, tuple(sorted(pieces)))
        return replace(self, joint=joint)

    def _pieces_at(self, rows: Integers, columns: Integers) -> Integers:
        run = self.runs.at(rows, columns)
        return np.where(run < 0, 0, self.piece[run])


def find_regions(probability: NDArray[np.uint8], *, level: int, sure: int, min_pixels: float) -> Regions:
    """Pieces of pixels of at least `level` that touch (corners count), none of them a speck or a mere suspicion.

    A piece stays if it has `min_pixels` pixels, one of them of at least `sure` (both levels 0..255).
    """
    runs = Runs.where(probability, lambda band: band >= level)
    piece = runs.pieces(corners=True)
    count = int(piece.max(initial=0))
    sizes = np.bincount(piece, weights=runs.lengths, minlength=count + 1)
    certain = np.zeros(count + 1, bool)
    for top in range(0, len(probability), BAND_ROWS):
        rows, columns = np.divmod(np.flatnonzero(probability[top : top + BAND_ROWS] >= sure), runs.width)
        certain[piece[runs.at(rows + top, columns)]] = True
    stays = (certain & (sizes >= min_pixels))[piece]
    runs, piece = runs.chosen(stays), piece[stays]
    order = np.argsort(piece, kind="stable")
    return Regions(len(probability), runs, piece, order, np.searchsorted(piece[order], np.arange(count + 2)))


def close_holes(mask: NDArray[np.bool_], max_pixels: int = HOLE_PX) -> NDArray[np.bool_]:
    """Close the mask's holes of up to `max_pixels` pixels, in place; background hangs together by edges, not corners.

    What touches the first or the last row is no hole. Returns the mask.
    """
    outside = Runs.where(mask, np.logical_not)
    piece = outside.pieces(corners=False)
    small = np.bincount(piece, weights=outside.lengths) <= max_pixels
    small[piece[(outside.rows == 0) | (outside.rows == len(mask) - 1)]] = False
    mask[np.divmod(outside.chosen(small[piece]).positions(), outside.width)] = True
    return mask
