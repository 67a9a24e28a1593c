"""What the eye returns: plain frozen values, all geometry in pixels of the upright photo."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
"""x, y in pixels; the centre of the first pixel is (0.5, 0.5)."""
Floats = NDArray[np.float32]


def _nothing() -> Floats:
    return np.empty(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class WidthProfile:
    """Widths of a crack at its samples, main line first, a sample about every 2 px, none near a junction or an end.

    All float32: `places` (n, 2) x and y, the rest (n,). `width_px` ± `u95_px` (95 %) holds at each place, measured
    along `across_deg` (degrees, 0 along x, counter-clockwise as seen). `grey_share` is how much of a width the missing
    light gave and not the distance of two edges, 0..1.
    """

    places: Floats = field(default_factory=lambda: np.empty((0, 2), np.float32))
    width_px: Floats = field(default_factory=_nothing)
    u95_px: Floats = field(default_factory=_nothing)
    grey_share: Floats = field(default_factory=_nothing)
    across_deg: Floats = field(default_factory=_nothing)

    def __len__(self) -> int:
        return len(self.width_px)


@dataclass(frozen=True, slots=True)
class WidthSummary:
    """What a profile comes to, pixels: `median` ± `u95` (95 %), `mean`, `p95` (95 % of the samples are narrower).

    `widest` ± `widest_u95` is the largest width that holds over three neighbouring samples, `widest_at` the place of
    the middle one, which is sample `widest_index` of the profile.
    """

    median: float
    u95: float
    mean: float
    p95: float
    widest: float
    widest_u95: float
    widest_at: Point
    widest_index: int


@dataclass(frozen=True, slots=True)
class Crack:
    """One traced crack.

    `orientation_deg` is axial in [0, 180), 0 along x, counter-clockwise as seen. `confidence` is the mean
    probability over the crack's mask (0..1). `box` is x0, y0, x1, y1, half open. `mask_runs` are row-major run
    lengths inside `box`, the first one counting background.

    Two kinds of width. `width_mean_px` (area / length) and `width_max_px` are those of the *mask*: they exist for every
    crack, and for a hairline they are several times too large. `widths` are *measured* across the line, from the
    photo's grey values where the crack is narrow and from the mask's edges where it is wide; None where no sample lies
    far enough from junctions and ends. `profile` holds the samples themselves.

    `arms` counts the pieces between ends and forks: 1 for a line or a ring, 3 for a Y. `tortuosity` is the length of
    the main line over the distance of its ends, 1 for a straight one; None for a ring.
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
    arms: int = 1
    tortuosity: float | None = None
    widths: WidthSummary | None = None
    profile: WidthProfile = field(default_factory=WidthProfile, compare=False, repr=False)

    @property
    def samples(self) -> int:
        """Number of widths in the profile."""
        return len(self.profile)

    @property
    def width_median_px(self) -> float | None:
        """Median of the measured widths; None where there are none. So the next four."""
        return None if self.widths is None else self.widths.median

    @property
    def width_u95_px(self) -> float | None:
        return None if self.widths is None else self.widths.u95

    @property
    def width_p95_px(self) -> float | None:
        return None if self.widths is None else self.widths.p95

    @property
    def width_widest_px(self) -> float | None:
        return None if self.widths is None else self.widths.widest

    @property
    def width_max_at(self) -> Point | None:
        return None if self.widths is None else self.widths.widest_at


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
