"""A mask as run lengths: how a crack's pixels travel without a picture.

Row by row inside a box, the runs count background, crack, background, … pixels. The first run may be 0, and
the runs add up to the whole box.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels, half open."""


def encode_runs(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    """The run lengths of a bool mask (height, width)."""
    return runs_from_positions(np.flatnonzero(mask), mask.size)


def decode_runs(box: Box, runs: Sequence[int]) -> NDArray[np.bool_]:
    """The bool mask (y1 - y0, x1 - x0) of the run lengths inside `box`.

    Raises ValueError where the runs do not fill the box.
    """
    x0, y0, x1, y1 = box
    mask = np.zeros((y1 - y0) * (x1 - x0), bool)
    if sum(runs) != mask.size:
        raise ValueError(f"the runs count {sum(runs)} pixels, the box holds {mask.size}")
    mask[positions_from_runs(runs)] = True
    return mask.reshape(y1 - y0, x1 - x0)


def paint_masks(height: int, width: int, masks: Iterable[tuple[Box, Sequence[int]]]) -> NDArray[np.bool_]:
    """One bool mask (height, width) of the photo from the boxes and runs of its cracks."""
    painted = np.zeros((height, width), bool)
    for (x0, y0, x1, _), runs in masks:
        rows, columns = np.divmod(positions_from_runs(runs), x1 - x0)
        painted[rows + y0, columns + x0] = True
    return painted


def runs_from_positions(positions: NDArray[np.int64], size: int) -> tuple[int, ...]:
    """Run lengths of the sorted flat `positions` of crack pixels in a box of `size` pixels.

    Works on the crack's pixels alone: a long diagonal hairline costs its length, not its box.
    """
    if positions.size == 0:
        return (size,)
    breaks = np.flatnonzero(np.diff(positions) != 1)
    first = positions[np.concatenate(([0], breaks + 1))]
    last = positions[np.concatenate((breaks, [-1]))] + 1
    bounds = np.column_stack((first, last)).ravel()
    runs = np.diff(bounds, prepend=0).tolist()
    return tuple(runs) if bounds[-1] == size else (*runs, int(size - bounds[-1]))


def positions_from_runs(runs: Sequence[int]) -> NDArray[np.int64]:
    """The sorted flat positions of crack pixels: the way back of `runs_from_positions`."""
    ends = np.cumsum(np.asarray(runs, np.int64))
    first, last = ends[0::2][: len(runs) // 2], ends[1::2]
    lengths = last - first
    starts_in_output = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) + np.repeat(first - starts_in_output, lengths)
