"""Lines in the plane: length, smoothing, orientation, fewer points. All points are float (n, 2), x and y."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

Points = NDArray[np.float64]


def path_length(points: Points) -> float:
    """The sum of the steps."""
    return float(_steps(points).sum())


def distances_along(points: Points) -> NDArray[np.float64]:
    """How far each point is from the first, along the line: float (n,)."""
    return np.concatenate(([0.0], np.cumsum(_steps(points))))


def resample(points: Points, step: float = 1.0) -> Points:
    """Points at equal distances of about `step` along the line; the first and the last stay."""
    along = distances_along(points)
    targets = np.linspace(0, along[-1], max(2, round(along[-1] / step) + 1))
    return np.column_stack([np.interp(targets, along, points[:, axis]) for axis in (0, 1)])


def smooth(points: Points, sigma: float, *, closed: bool = False) -> Points:
    """Gaussian smoothing by `sigma` points. An open line is continued by point reflection: its ends stay."""
    if closed:
        ring = gaussian_filter1d(points[:-1], sigma, axis=0, mode="wrap")
        return np.concatenate((ring, ring[:1]))
    margin = min(len(points) - 1, math.ceil(4 * sigma))
    before = 2 * points[0] - points[margin:0:-1]
    after = 2 * points[-1] - points[-2 : -margin - 2 : -1]
    continued = np.concatenate((before, points, after))
    return gaussian_filter1d(continued, sigma, axis=0)[margin : margin + len(points)]


def direction(points: Points, start: float, stop: float) -> Points:
    """The unit vector from the point `start` to the point `stop` along the line, both cut to its length."""
    along = distances_along(points)
    start, stop = min(start, along[-1] / 2), min(stop, along[-1])
    ends = [[np.interp(at, along, points[:, axis]) for axis in (0, 1)] for at in (start, stop)]
    step = np.subtract(ends[1], ends[0])
    return step / (np.hypot(*step) or 1.0)


def normals(points: Points) -> Points:
    """A unit vector across the line at each point."""
    tangents = np.gradient(points, axis=0)
    lengths = np.hypot(tangents[:, 0], tangents[:, 1])[:, None]
    tangents = tangents / np.where(lengths > 0, lengths, 1)
    return np.column_stack((-tangents[:, 1], tangents[:, 0]))


def orientation_deg(lines: Iterable[Points]) -> float:
    """The mean direction of the lines, see `axial_mean`. A ring has no orientation; it gives some angle."""
    return axial_mean(lines)[0]


def axial_mean(lines: Iterable[Points]) -> tuple[float, float]:
    """The mean direction of the lines, axial, in [0, 180): 0 along x, counter-clockwise as seen; and how much it means.

    Steps are weighted by their length and averaged at the doubled angle, so that 179° and 1° make 0° and not 90°
    (K. V. Mardia and P. E. Jupp, Directional Statistics, 2000, 1.1). The second number is the mean resultant length R:
    1 where all steps run one way, 0 where no direction prevails.
    """
    # Rows of a photo run down, so y is turned over to count angles as one sees them.
    steps = np.concatenate([np.diff(line, axis=0) * (1, -1) for line in lines])
    as_complex = steps[:, 0] + 1j * steps[:, 1]
    lengths = np.abs(as_complex)
    doubled = (as_complex**2 / np.where(lengths > 0, lengths, 1)).sum()
    # The modulo of a tiny negative angle rounds up to 180 itself.
    return float(np.degrees(np.angle(doubled)) / 2 % 180) % 180, float(np.abs(doubled) / (lengths.sum() or 1.0))


def simplify(points: Points, tolerance: float) -> Points:
    """Fewer points, none further than `tolerance` from the line (Douglas and Peucker); the ends stay."""
    kept = np.zeros(len(points), bool)
    kept[[0, -1]] = True
    parts = [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        away = _distances(points[first + 1 : last], points[first], points[last])
        if away.size and away.max() > tolerance:
            middle = first + 1 + int(away.argmax())
            kept[middle] = True
            parts += [(first, middle), (middle, last)]
    return points[kept]


def _distances(points: Points, start: Points, stop: Points) -> NDArray[np.float64]:
    """How far points are from the straight piece between two others; where the two are one, from that one."""
    along = stop - start
    share = (points - start) @ along / max(float(along @ along), float(np.finfo(np.float64).tiny))
    return np.hypot(*(points - start - np.clip(share, 0, 1)[:, None] * along).T)


def _steps(points: Points) -> NDArray[np.float64]:
    return np.hypot(*np.diff(points, axis=0).T)
