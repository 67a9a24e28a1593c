"""From a map of probabilities to the connected pieces of mask that may be cracks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

HOLE_PX = 64
"""Holes up to this many pixels are closed before thinning, so that the line does not run around them."""
BAND_ROWS = 1024
_TOUCHING = np.ones((3, 3), bool)


@dataclass(frozen=True, slots=True)
class Regions:
    """`labels` is int32 (height, width): 0 for background, else the piece; `order` their flat indices by piece.

    A region is one piece, or several that were joined and go by the name of the first; `joint` has the pieces of those.
    """

    labels: NDArray[np.int32]
    order: NDArray[np.int64]
    bounds: NDArray[np.int64]
    joint: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def of(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> int:
        """The region of pixels that lie in it or in none; 0 where all are background."""
        piece = int(self.labels[rows, columns].max())
        return self.joint[piece][0] if piece in self.joint else piece

    def pixels(self, region: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of a region's pixels, row by row."""
        pieces = self.joint.get(region, (region,))
        flat = np.concatenate([self.order[self.bounds[piece] : self.bounds[piece + 1]] for piece in pieces])
        rows, columns = np.divmod(np.sort(flat) if len(pieces) > 1 else flat, self.labels.shape[1])
        return rows, columns

    def joined(self, gaps: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> "Regions":
        """The same with the pieces at both ends of each gap, x and y, in one region."""
        joint: dict[int, tuple[int, ...]] = {}
        for gap in gaps:
            columns, rows = np.floor(np.array(gap)).astype(np.int64).T
            pieces = {member for piece in self.labels[rows, columns].tolist() for member in joint.get(piece, (piece,))}
            joint |= dict.fromkeys(pieces, tuple(sorted(pieces)))
        return replace(self, joint=joint)


def find_regions(probability: NDArray[np.uint8], *, level: int, sure: int, min_pixels: float) -> Regions:
    """Pieces of pixels of at least `level` that touch (corners count), none of them a speck or a mere suspicion.

    A piece stays if it has `min_pixels` pixels, one of them of at least `sure` (both levels 0..255).
    """
    labels = np.empty(probability.shape, np.int32)
    count = ndimage.label(probability >= level, _TOUCHING, output=labels)
    flat = np.flatnonzero(labels)
    owner = labels.ravel()[flat]
    sizes = np.bincount(owner, minlength=count + 1)
    certain = np.zeros(count + 1, bool)
    certain[owner[probability.ravel()[flat] >= sure]] = True
    stays = certain & (sizes >= min_pixels)
    labels.ravel()[flat[~stays[owner]]] = 0
    flat, owner = flat[stays[owner]], owner[stays[owner]]
    by_region = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[by_region], np.arange(count + 2))
    return Regions(labels, flat[by_region], bounds)


def close_holes(mask: NDArray[np.bool_], max_pixels: int = HOLE_PX) -> NDArray[np.bool_]:
    """The mask without its holes of up to `max_pixels` pixels; background hangs together by edges, not corners.

    Works in bands of rows, for the memory's sake. They overlap by so much that every such hole lies inside one.
    """
    closed = mask.copy()
    for top in range(0, len(mask), BAND_ROWS):
        band = slice(max(0, top - max_pixels - 1), top + BAND_ROWS + max_pixels + 1)
        background, count = ndimage.label(~mask[band])
        sizes = np.bincount(background[background > 0], minlength=count + 1)
        small = sizes <= max_pixels
        # What touches the end of a band may go on outside it.
        small[np.concatenate(([0], background[0], background[-1]))] = False
        closed[band] |= small[background]
    return closed
