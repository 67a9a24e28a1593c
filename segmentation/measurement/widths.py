"""How wide a crack is: room at a point, and the profile of widths along a line.

Two measures, for two uses. *Clearance* is the distance from a point of the skeleton to the nearest pixel outside
the mask: cheap, quantised, up to 1 px of width too small; good for deciding what is a spur. The *profile*
integrates the mask along the normal of the smoothed line, between bilinearly interpolated pixels.

On straight strips of 1 to 12 px, any angle and offset, whose pixels are set when more than half covered: the
mean of the profile is 0.02 to 0.04 px too small, a single profile scatters by 0.3 px, the widest of 80 is 0.2 to
0.3 px too large; area / length is as good as the mean profile. All of them measure the mask: where the network
draws it wider than the crack, the crack is measured wider by as much.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, median_filter
from scipy.spatial import KDTree

from segmentation.measurement.geometry import Points, normals
from segmentation.measurement.raster import Raster

ALONG_PX = 2.0
"""Distance between two profiles."""
ACROSS_PX = 0.5
"""Distance between two samples of one profile."""
BACKGROUND = 0.02
"""Interpolated mask below which a profile has left the crack."""
SAMPLES_AT_ONCE = 2_000_000


class Clearance:
    """Half widths from the distance to the nearest pixel outside the mask.

    The edge lies half a pixel before that pixel's centre.
    """

    def __init__(self, raster: Raster, positions: NDArray[np.int64]) -> None:
        shore = [positions + offset for offset in raster.neighbours[::2]]
        outside = np.unique(np.concatenate([near[raster.cells[near] == 0] for near in shore]))
        self._tree = KDTree(raster.centres(outside))

    def at(self, points: Points) -> NDArray[np.float64]:
        """Half width of the mask at each of the points, pixels, at least 0.5: float (n,)."""
        distance, _ = self._tree.query(points)
        return np.maximum(np.asarray(distance) - 0.5, 0.5)


def width_profile(raster: Raster, line: Points, reach: NDArray[np.float64]) -> NDArray[np.float64]:
    """Width of the mask across the line at each of its points, pixels: float (n,).

    Follows the normal to either side until it leaves the mask, at most `reach` pixels, float (n,).
    """
    steps = np.arange(1, int(np.ceil(reach.max() / ACROSS_PX)) + 1) * ACROSS_PX
    across = normals(line)
    rows_at_once = max(1, SAMPLES_AT_ONCE // len(steps))
    widths = []
    for first in range(0, len(line), rows_at_once):
        part = slice(first, first + rows_at_once)
        centre = _sample(raster, line[part])
        sides = [_side(raster, line[part], across[part] * sign, steps, reach[part]) for sign in (1, -1)]
        widths.append(np.where(centre > BACKGROUND, ACROSS_PX * (centre + sides[0] + sides[1]), 0))
    return np.concatenate(widths)


def widest(profile: NDArray[np.float64]) -> float:
    """The largest width that holds over three neighbouring profiles, so that one ragged pixel does not count."""
    return float(median_filter(profile, size=3, mode="nearest").max())


def _side(
    raster: Raster, line: Points, across: Points, steps: NDArray[np.floating], reach: NDArray[np.float64]
) -> NDArray[np.float64]:
    values = _sample(raster, line[:, None, :] + across[:, None, :] * steps[:, None])
    inside = np.logical_and.accumulate((values > BACKGROUND) & (steps <= reach[:, None]), axis=1)
    return (values * inside).sum(axis=1)


def _sample(raster: Raster, points: Points) -> NDArray[np.float32]:
    """The mask between its pixel centres, 0..1, at points (..., 2) of the photo: float (...)."""
    # The first cell of the grid is the border: the centre of the photo's first pixel is cell (1, 1).
    coordinates = np.stack((points[..., 1] + 0.5, points[..., 0] + 0.5))
    return map_coordinates(raster.grid, coordinates, output=np.float32, order=1, mode="constant")
