"""Thin regions to lines one pixel wide, at a cost that follows the cracks' pixels and not the photo's.

Four sub-iterations peel one layer from the north, south, west and east; a pixel goes when its removal neither
splits, joins nor shortens a line (A. Rosenfeld, "A characterization of parallel thinning algorithms",
Information and Control 29, 1975). Only pixels whose surroundings changed are looked at again, so that a thick
patch costs its area once; a thinning that visits every pixel of the photo per layer would take minutes.
"""

import numpy as np
from numpy.typing import NDArray

from segmentation.measurement.raster import Raster

EAST, NORTH, WEST, SOUTH = 0, 2, 4, 6
"""Where the four direct neighbours stand in `Raster.neighbours`."""


def thin(raster: Raster, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Thin the mask in `raster`, in place; `positions` are all its pixels. Returns those that remain, sorted."""
    cells, around = raster.cells, raster.neighbours
    sides = [around[side] for side in (NORTH, SOUTH, WEST, EAST)]
    active = positions
    while active.size:
        peeled = []
        for side in sides:
            edge = active[(cells[active] == 1) & (cells[active + side] == 0)]
            gone = edge[_REMOVABLE[_surroundings(cells, around, edge)]]
            cells[gone] = 0
            peeled.append(gone)
        removed = np.concatenate(peeled)
        nearby = (removed[:, None] + np.asarray(around)).ravel()
        active = np.unique(nearby[cells[nearby] == 1])
    return positions[cells[positions] == 1]


def _surroundings(cells: NDArray[np.uint8], around: tuple[int, ...], positions: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The eight neighbours of each position as bits, uint8: bit k is set where neighbour k is set."""
    code = np.zeros(positions.size, np.uint8)
    for bit, offset in enumerate(around):
        code |= cells[positions + offset] << bit
    return code


def _removable() -> NDArray[np.bool_]:
    """For each of the 256 surroundings: is the pixel simple (8-connectivity number 1) and no end of a line?"""
    table = np.zeros(256, bool)
    for code in range(256):
        near = [code >> bit & 1 for bit in range(8)]
        crossings = sum(
            not near[side] and bool(near[side + 1] or near[(side + 2) % 8]) for side in (EAST, NORTH, WEST, SOUTH)
        )
        table[code] = crossings == 1 and sum(near) > 1
    return table


_REMOVABLE = _removable()
