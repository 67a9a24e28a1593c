"""A flat surface seen in a photo: how many millimetres a pixel is at a place, along a direction, and how surely.

The surface is a homography from pixels to millimetres on it, kept about an anchor where it is (0, 0):

    (u, v) = ((a·dx + b·dy) / w, (d·dx + e·dy) / w),   w = 1 + g·dx + h·dy,   dx, dy pixels from the anchor.

Of the eight numbers of a homography two are a shift of the millimetres, which no length depends on; a turn of them is
left in. Photo points are x, y in pixels of the upright photo, the centre of the first pixel being (0.5, 0.5).
Directions are degrees, 0 along x, counter-clockwise as seen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

COVERAGE = 1.96
"""Factor from a standard uncertainty to one that holds in 95 of 100 cases, for a normal distribution."""


@dataclass(frozen=True, slots=True)
class Plane:
    """`anchor` is x, y in px; `numbers` are a, b, d, e (mm per px) and g, h (per px); `covariance` is theirs, 6×6."""

    anchor: tuple[float, float]
    numbers: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]

    def scale(self, x: ArrayLike, y: ArrayLike, direction_deg: ArrayLike | None = None) -> Floats:
        """Millimetres per pixel at points; without a direction the root of the area of a pixel.

        Arguments are numbers or arrays that fit together. NaN where the surface is not seen: beyond its horizon.
        """
        return self._scale(np.asarray(self.numbers), x, y, direction_deg)

    def u95(self, x: ArrayLike, y: ArrayLike, direction_deg: ArrayLike | None = None) -> Floats:
        """95 % uncertainty of `scale`, mm per px, first order (GUM, JCGM 100:2008, 5.2). NaN beyond the horizon."""
        numbers, covariance = np.asarray(self.numbers), np.asarray(self.covariance)
        slopes = jacobian(lambda values: self._scale(values, x, y, direction_deg), numbers, self._steps())
        variance = np.einsum("i...,ij,j...->...", slopes, covariance, slopes)
        return np.asarray(COVERAGE * np.sqrt(np.maximum(variance, 0)))

    def to_mm(self, points: ArrayLike) -> Floats:
        """Points (…, 2) of the photo as millimetres on the surface from the anchor. NaN beyond the horizon."""
        (a, b, d, e, g, h), points = self.numbers, np.asarray(points, float)
        dx, dy = points[..., 0] - self.anchor[0], points[..., 1] - self.anchor[1]
        w = _in_front(1 + g * dx + h * dy)
        return np.stack([(a * dx + b * dy) / w, (d * dx + e * dy) / w], axis=-1)

    def distance(self, start: ArrayLike, stop: ArrayLike) -> float:
        """Millimetres on the surface between two points of the photo; NaN where one of them is not on it."""
        return float(np.hypot(*(self.to_mm(stop) - self.to_mm(start))))

    def times(self, factor: float, relative_sd: float = 0.0) -> "Plane":
        """The same view of a surface `factor` times as large, its size being uncertain by `relative_sd` (standard)."""
        size = np.array([factor] * 4 + [1.0, 1.0])
        numbers = np.asarray(self.numbers) * size
        covariance = np.asarray(self.covariance) * np.outer(size, size)
        along = numbers * [1, 1, 1, 1, 0, 0]
        return Plane.of(self.anchor, numbers, covariance + relative_sd**2 * np.outer(along, along))

    @staticmethod
    def of(anchor: tuple[float, float], numbers: Floats, covariance: Floats) -> "Plane":
        """From arrays (6,) and (6, 6)."""
        rows = tuple(tuple(float(value) for value in row) for row in (covariance + covariance.T) / 2)
        return Plane(anchor, tuple(float(value) for value in numbers), rows)

    def _scale(self, numbers: Floats, x: ArrayLike, y: ArrayLike, direction_deg: ArrayLike | None) -> Floats:
        a, b, d, e, g, h = numbers
        dx, dy = np.asarray(x, float) - self.anchor[0], np.asarray(y, float) - self.anchor[1]
        w = _in_front(1 + g * dx + h * dy)
        u, v = (a * dx + b * dy) / w, (d * dx + e * dy) / w
        if direction_deg is None:
            return np.sqrt(np.abs((a - u * g) * (e - v * h) - (b - u * h) * (d - v * g))) / w
        angle = np.deg2rad(np.asarray(direction_deg, float))
        right, down = np.cos(angle), -np.sin(angle)
        along_u = (a - u * g) * right + (b - u * h) * down
        along_v = (d - v * g) * right + (e - v * h) * down
        return np.hypot(along_u, along_v) / w

    def _steps(self) -> Floats:
        size = max(abs(number) for number in self.numbers[:4])
        return np.array([1e-6 * size] * 4 + [1e-10] * 2)


def jacobian(function: Callable[[Floats], Floats], at: Floats, steps: Floats) -> Floats:
    """Slopes of `function` by central differences: (numbers, …)."""
    slopes = []
    for number, step in enumerate(steps):
        aside = np.zeros_like(at)
        aside[number] = step
        slopes.append((function(at + aside) - function(at - aside)) / (2 * step))
    return np.stack(slopes)


def _in_front(w: Floats) -> Floats:
    # At the horizon w is 0; so near to it that a pixel is fifty times as long as at the anchor, nothing is measured.
    return np.where(w > 0.02, w, np.nan)


def about(matrix: Floats, anchor: tuple[float, float]) -> Floats:
    """The six numbers about `anchor` of a homography (3, 3) from pixels to millimetres.

    Raises ValueError where the anchor is not on the surface that the homography shows.
    """
    shifted = matrix @ np.array([[1, 0, anchor[0]], [0, 1, anchor[1]], [0, 0, 1]])
    if not np.isfinite(shifted).all() or shifted[2, 2] <= 0:
        raise ValueError("The anchor lies beyond the horizon of the surface.")
    (a, b, c), (d, e, f), (g, h, _) = shifted / shifted[2, 2]
    return np.array([a - c * g, b - c * h, d - f * g, e - f * h, g, h])
