"""What the eye returns: plain frozen values, all geometry in pixels of the upright photo."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
"""x, y in pixels; the centre of the first pixel is (0.5, 0.5)."""


@dataclass(frozen=True, slots=True)
class Crack:
    """One traced crack.

    `orientation_deg` is axial in [0, 180), 0 along x, counter-clockwise as seen. `confidence` is the mean
    probability over the crack's mask (0..1). `box` is x0, y0, x1, y1, half open. `mask_runs` are row-major run
    lengths inside `box`, the first one counting background.
    """

    path: tuple[Point, ...]
    branches: tuple[tuple[Point, ...], ...]
    length_px: float
    width_mean_px: float
    width_max_px: float
    orientation_deg: float
    area_px: int
    confidence: float
    box: tuple[int, int, int, int]
    mask_runs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A looked-at photo. `probability` is uint8 (height, width), 0..255 for 0..1; `seconds` is time by stage."""

    width: int
    height: int
    probability: NDArray[np.uint8]
    threshold: float
    cracks: tuple[Crack, ...]
    crack_area_share: float
    crack_length_px: float
    tiles: int
    device: str
    seconds: dict[str, float] = field(default_factory=dict)
