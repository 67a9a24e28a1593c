"""The wall as the camera sees it: rows of the photo out of rows of the wall, turned and scaled where need be."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from segmentation.drawing.noise import Field
from segmentation.drawing.truth import Camera
from segmentation.drawing.wall import MARGIN, Wall

PHASES = 256
"""Places within a pixel that resampling tells apart; whole fractions, so that a strip's cut changes no place."""


class WallRows(Protocol):
    """Rows of light on the wall: (planes, last - first, columns)."""

    def rows(self, first: int, last: int) -> Field: ...


class View:
    """A camera before a wall. Raises ValueError where it would see beyond the wall's margin."""

    def __init__(self, surface: WallRows, camera: Camera, wall: Wall, reach: int) -> None:
        self._surface, self._camera, self._wall, self._reach = surface, camera, wall, reach
        self._splines = _spline_table()
        matrix, size = camera.matrix(), (wall.width, wall.height)
        corners = np.array([[x, y] for x in (-reach, wall.width + reach) for y in (-reach, wall.height + reach)], float)
        on_wall = camera.to_wall(corners, size) + MARGIN
        if on_wall.min() < 4 or (on_wall > (wall.columns - 4, wall.lines - 4)).any():
            raise ValueError(f"The camera leaves the wall: more than {MARGIN} pixels beyond the photo. Move it less.")
        # Place on the wall of the photo's pixel (0, 0), and what a step right and a step down add to it.
        self._origin = camera.to_wall(np.array([[0.5, 0.5]]), size)[0] + MARGIN - 0.5
        self._right, self._down = matrix[:, 0], matrix[:, 1]

    def rows(self, first: int, last: int) -> Field:
        """(planes, last - first + 2 reach, width + 2 reach) for the photo's rows [first, last)."""
        first, last = first - self._reach, last + self._reach
        if self._camera.is_straight:
            right, down = (int(part) + MARGIN for part in self._camera.shift)
            light = self._surface.rows(first + down, last + down)
            return light[:, :, right - self._reach : right + self._wall.width + self._reach]
        return self._resampled(first, last)

    def _resampled(self, first: int, last: int) -> Field:
        """Two passes, along rows and then along columns, each with cubic B-splines without prefilter: those blur alike
        at every phase, where a sharper kernel would show a moiré (two-pass method: Catmull and Smith 1980)."""
        x = np.arange(-self._reach, self._wall.width + self._reach, dtype=float)
        y = np.arange(first, last, dtype=float)[:, None]
        line = self._origin[1] + self._right[1] * x + self._down[1] * y
        top, bottom = int(np.floor(line.min())) - 2, int(np.floor(line.max())) + 4
        light = self._surface.rows(top, bottom)
        # Along a row of the wall, the photo's column x lies where the photo's row is such that the line is this one.
        row = (np.arange(top, bottom)[:, None] - self._origin[1] - self._right[1] * x) / self._down[1]
        column = self._origin[0] + self._right[0] * x + self._down[0] * row
        start = np.arange(bottom - top)[:, None] * light.shape[2]
        across = self._spliced(light, column, start, 1)
        columns = np.broadcast_to(np.arange(len(x)), line.shape)
        return self._spliced(across, line - top, columns, len(x))

    def _spliced(self, planes: Field, place: NDArray[np.float64], start: NDArray[np.intp], stride: int) -> Field:
        """Values at `place` (pixels along one axis) of lines that start at flat index `start`, `stride` apart."""
        parts = np.rint(place * PHASES).astype(np.int32)
        index = (parts // PHASES - 1) * stride + start
        phase = parts % PHASES
        flat = planes.reshape(len(planes), -1)
        result = np.empty((len(planes), *place.shape), np.float32)
        weights = [tap[phase] for tap in self._splines]
        places = [index + tap * stride for tap in range(4)]
        for source, total in zip(flat, result, strict=True):
            np.multiply(source[places[0]], weights[0], out=total)
            for at, weight in zip(places[1:], weights[1:], strict=True):
                total += source[at] * weight
        return result


def _spline_table() -> Field:
    """(4, PHASES): weights of the uniform cubic B-spline."""
    t = np.arange(PHASES) / PHASES
    taps = [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]
    return (np.stack(taps) / 6).astype(np.float32)
