"""How far two cracks run along each other: measured along both, so that a mere crossing is short."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from segmentation.measurement.geometry import Points, resample
from segmentation.run_lengths import Box, positions_from_runs

REACH_PX = 3.0
"""A line so near to a mask is on it: hands are less exact, and networks differ at the edges."""


class Traced(Protocol):
    """A crack in pixels of a photo: its lines, and its mask as run lengths inside its box."""

    @property
    def path(self) -> Sequence[Sequence[float]]: ...
    @property
    def branches(self) -> Sequence[Sequence[Sequence[float]]]: ...
    @property
    def length_px(self) -> float: ...
    @property
    def box(self) -> Box: ...
    @property
    def mask_runs(self) -> Sequence[int]: ...


@dataclass(frozen=True, slots=True)
class Trodden:
    """A crack ready to be compared: a point for each pixel of its lines (n, 2), and the centres of its mask's pixels.

    Points that lie on one of `known` are left out: they are not what is asked about.
    """

    points: Points
    mask: KDTree

    @classmethod
    def of(cls, crack: Traced, known: Iterable[KDTree] = ()) -> "Trodden":
        lines = [np.asarray(line, np.float64) for line in (crack.path, *crack.branches)]
        points = np.concatenate([resample(line) for line in lines])
        for mask in known:
            points = points[~_near(points, mask)]
        return cls(points, mask_of(crack))

    def on(self, other: "Trodden") -> NDArray[np.bool_]:
        """For each point whether it lies on the other's mask: bool (n,)."""
        return _near(self.points, other.mask)


def mask_of(crack: Traced) -> KDTree:
    """The centres of a crack's pixels."""
    x0, y0, x1, _y1 = crack.box
    rows, columns = np.divmod(positions_from_runs(crack.mask_runs), x1 - x0)
    return KDTree(np.column_stack((columns + x0, rows + y0)) + 0.5)


def touch(one: Traced, other: Traced) -> bool:
    """Whether the boxes of two cracks come within reach of each other: the quick question before the slow one."""
    a, b = one.box, other.box
    return all(a[axis] - REACH_PX < b[axis + 2] and b[axis] - REACH_PX < a[axis + 2] for axis in (0, 1))


def shared_length(one: Trodden, other: Trodden) -> int:
    """The pixels along which two cracks are one, 0 and up: along the one or the other, whichever is less."""
    return min(int(one.on(other).sum()), int(other.on(one).sum()))


def _near(points: Points, mask: KDTree) -> NDArray[np.bool_]:
    if not len(points):
        return np.zeros(0, bool)
    away, _index = mask.query(points, distance_upper_bound=REACH_PX)
    return np.isfinite(away)
