"""From a map of probabilities to the connected pieces of mask that may be cracks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

HOLE_PX = 64
"""Holes up to this many pixels are closed before thinning, so that the line does not run around them."""
_TOUCHING = np.ones((3, 3), bool)


@dataclass(frozen=True, slots=True)
class Regions:
    """`labels` is int32 (height, width): 0 for background, else the region; `pixels` their flat indices by region."""

    labels: NDArray[np.int32]
    order: NDArray[np.int64]
    bounds: NDArray[np.int64]

    def pixels(self, region: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of a region's pixels, row by row."""
        flat = self.order[self.bounds[region] : self.bounds[region + 1]]
        rows, columns = np.divmod(flat, self.labels.shape[1])
        return rows, columns


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
    """The mask without its holes of up to `max_pixels` pixels; background hangs together by edges, not corners."""
    background = np.empty(mask.shape, np.int32)
    ndimage.label(~mask, output=background)
    sizes = np.bincount(background.ravel())
    small = sizes <= max_pixels
    small[0] = False
    return mask | small[background]
