"""What is known about a drawn photo: where its cracks run, how wide they are, and how they were seen.

Points are x, y in pixels of the photo; the centre of the first pixel is (0.5, 0.5). Angles of walks are radians, y
pointing down.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""(N, 2): x, y."""


@dataclass(frozen=True, slots=True, eq=False)
class CrackShape:
    """A crack as two faces that were one before it opened: `left` and `right` are (N, 2), point beside point.

    `contrast` is the share of light that a fully covered pixel loses, 0..1, in linear light. `parent` is the name of
    the crack that this one branches from.
    """

    name: str
    left: Points
    right: Points
    contrast: float
    kind: str = "structural"
    parent: str | None = None

    @property
    def path(self) -> Points:
        """The line midway between the faces."""
        return (self.left + self.right) / 2

    @property
    def widths(self) -> NDArray[np.float64]:
        """Distance of the faces across the local direction of the path, at each point."""
        along = np.gradient(self.path, axis=0)
        across = self.right - self.left
        length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-12)
        return np.abs(across[:, 0] * along[:, 1] - across[:, 1] * along[:, 0]) / length

    @property
    def outline(self) -> Points:
        """The polygon between the faces."""
        return np.concatenate([self.left, self.right[::-1]])


@dataclass(frozen=True, slots=True)
class Camera:
    """How a photo lies on the wall: moved by `shift` wall pixels, turned about its centre, `scale` wall pixels each."""

    shift: tuple[float, float] = (0.0, 0.0)
    turn_deg: float = 0.0
    scale: float = 1.0

    @property
    def is_straight(self) -> bool:
        """Whether every pixel of the photo is one pixel of the wall, without any resampling."""
        whole = all(float(part).is_integer() for part in self.shift)
        return whole and self.turn_deg == 0.0 and self.scale == 1.0

    def matrix(self) -> NDArray[np.float64]:
        """The 2×2 part of the map from photo to wall."""
        angle = np.deg2rad(self.turn_deg)
        cos, sin = float(np.cos(angle)), float(np.sin(angle))
        return self.scale * np.array([[cos, -sin], [sin, cos]])

    def to_wall(self, points: Points, size: tuple[int, int]) -> Points:
        """Photo pixels to wall pixels; `size` is width, height of the photo."""
        centre = np.array(size) / 2
        return (points - centre) @ self.matrix().T + centre + self.shift

    def to_photo(self, points: Points, size: tuple[int, int]) -> Points:
        """Wall pixels to photo pixels."""
        centre = np.array(size) / 2
        return (points - centre - self.shift) @ np.linalg.inv(self.matrix()).T + centre

    def see(self, crack: CrackShape, size: tuple[int, int]) -> CrackShape:
        """A crack of the wall as it lies in the photo."""
        left, right = self.to_photo(crack.left, size), self.to_photo(crack.right, size)
        return CrackShape(crack.name, left, right, crack.contrast, crack.kind, crack.parent)


@dataclass(frozen=True, slots=True, eq=False)
class DrawnCrack:
    """One crack, or one branch, inside the photo. A crack that leaves the photo and comes back is cut: `c1`, `c1~2`.

    `widths_px` are perpendicular to the path at each of its points; `visible` is the share of the crack that nothing
    (moss, crust) hides there, 0..1.
    """

    name: str
    parent: str | None
    kind: str
    path: Points
    widths_px: NDArray[np.float64]
    visible: NDArray[np.float64]
    contrast: float
    mm_per_pixel: float

    @property
    def length_px(self) -> float:
        return float(self._steps().sum())

    @property
    def width_mean_px(self) -> float:
        """Mean along the path, by length."""
        steps = self._steps()
        middle = (self.widths_px[1:] + self.widths_px[:-1]) / 2
        return float(np.average(middle, weights=steps)) if steps.sum() > 0 else float(self.widths_px.mean())

    @property
    def width_max_px(self) -> float:
        return float(self.widths_px.max())

    @property
    def width_mean_mm(self) -> float:
        return self.width_mean_px * self.mm_per_pixel

    @property
    def width_max_mm(self) -> float:
        return self.width_max_px * self.mm_per_pixel

    def _steps(self) -> NDArray[np.float64]:
        step = np.diff(self.path, axis=0)
        return np.hypot(step[:, 0], step[:, 1])


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPhoto:
    """A drawn photo with its truth.

    `pixels` are uint8 (height, width, 3), sRGB. `mask` is bool (height, width): true where a crack covers at least half
    of the pixel and, where it is narrower than a pixel, along its centre line; not where moss or crust hides it.
    `covered_at` (flat row-major indices) and `covered_share` (0..1) hold the exact covered area, hidden or not.
    """

    pixels: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    cracks: tuple[DrawnCrack, ...]
    mm_per_pixel: float
    scene: str
    seed: int
    covered_at: NDArray[np.int64] = field(repr=False)
    covered_share: NDArray[np.float32] = field(repr=False)

    @property
    def coverage(self) -> NDArray[np.float32]:
        """float32 (height, width): the share of each pixel that cracks cover, made anew at each call."""
        dense = np.zeros(self.mask.size, np.float32)
        dense[self.covered_at] = self.covered_share
        return dense.reshape(self.mask.shape)

    def truth(self) -> dict[str, Any]:
        """The truth as plain values for JSON: pixels to 0.01, widths to 0.001 pixel."""
        height, width = self.mask.shape
        return {
            "scene": self.scene,
            "seed": self.seed,
            "width": width,
            "height": height,
            "mm_per_pixel": self.mm_per_pixel,
            "crack_pixels": int(self.mask.sum()),
            "cracks": [_as_plain(crack) for crack in self.cracks],
        }


def inside(crack: CrackShape, size: tuple[int, int], mm_per_pixel: float) -> list[DrawnCrack]:
    """The parts of a crack that lie in a photo of `size` (width, height), cut at its border."""
    path, widths = crack.path, crack.widths
    parts = _runs_inside(path, np.asarray(size, float))
    drawn = []
    for number, places in enumerate(parts, start=1):
        low = np.minimum(places.astype(np.intp), len(path) - 2)
        share = (places - low)[:, None]
        points = path[low] * (1 - share) + path[low + 1] * share
        across = widths[low] * (1 - share[:, 0]) + widths[low + 1] * share[:, 0]
        name = crack.name if number == 1 else f"{crack.name}~{number}"
        seen = np.ones(len(points))
        drawn.append(DrawnCrack(name, crack.parent, crack.kind, points, across, seen, crack.contrast, mm_per_pixel))
    return drawn


def _runs_inside(path: Points, size: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Runs of the path inside [0, size], each as places along it: whole numbers are its points."""
    runs: list[NDArray[np.float64]] = []
    open_run: list[float] = []
    for number in range(len(path) - 1):
        cut = _cut_to_box(path[number], path[number + 1], size)
        if cut is None:
            continue
        enter, leave = number + cut[0], number + cut[1]
        if open_run and enter == number:
            open_run.append(leave)
        else:
            open_run = [enter, leave]
            runs.append(open_run)  # type: ignore[arg-type]
        if leave < number + 1:
            open_run = []
    return [np.array(run) for run in runs if run[-1] - run[0] > 1e-6]


def _cut_to_box(start: Points, stop: Points, size: NDArray[np.float64]) -> tuple[float, float] | None:
    """Liang–Barsky: the share of a segment at which it enters and leaves the box, or None where it misses it."""
    enter, leave = 0.0, 1.0
    for axis in (0, 1):
        step = stop[axis] - start[axis]
        for sign, room in ((-1.0, start[axis]), (1.0, size[axis] - start[axis])):
            along = sign * step
            if along == 0.0:
                if room < 0:
                    return None
            elif along < 0:
                enter = max(enter, room / along)
            else:
                leave = min(leave, room / along)
    return (float(enter), float(leave)) if enter < leave else None


def _as_plain(crack: DrawnCrack) -> dict[str, Any]:
    return {
        "name": crack.name,
        "parent": crack.parent,
        "kind": crack.kind,
        "length_px": round(crack.length_px, 2),
        "length_mm": round(crack.length_px * crack.mm_per_pixel, 2),
        "width_mean_px": round(crack.width_mean_px, 3),
        "width_max_px": round(crack.width_max_px, 3),
        "width_mean_mm": round(crack.width_mean_mm, 3),
        "width_max_mm": round(crack.width_max_mm, 3),
        "contrast": round(crack.contrast, 3),
        "path": np.round(crack.path, 2).tolist(),
        "widths_px": np.round(crack.widths_px, 3).tolist(),
        "visible": np.round(crack.visible, 2).tolist(),
    }
