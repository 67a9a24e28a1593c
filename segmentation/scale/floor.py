"""The narrowest crack that can be measured in a photo, and the narrowest that can be seen at all.

A crack of width w px that takes the share `contrast` of the light darkens a surface of grey level B, blurred by σ, by

    A·[Φ((x + w/2) / σ) - Φ((x - w/2) / σ)],   A = contrast · (B + 14) / 2.4,

at x px from its middle: A·w / (√(2π) σ) in the middle for w ≪ σ. (B + 14) / 2.4 is the slope of the sRGB curve, grey
levels per share of light.

Seen: the dip, weighed with a blurred line of one of a few widths and averaged along SEEN_ALONG_PX, stands out from what
the same average shows where there is no crack by ROSE times. That is the criterion of A. Rose (J. Opt. Soc. Am. 38,
1948). Measured: the 95 % uncertainty of the width is at most `share` of it. It is made of the best possible fit of
level, depth and width (Cramér-Rao), averaged along MEASURED_ALONG_PX; of what the fit goes wrong when the blur it is
told is wrong by BLUR_SD, in first order; and of EDGE_SD_PX that no fit knows. Below about twice the blur depth and
width cannot be told apart, and the uncertainty grows without end.
"""

import math
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve1d, uniform_filter1d
from scipy.special import ndtr

from segmentation.scale.plane import COVERAGE, Floats
from segmentation.scale.sharpness import estimate_blur, estimate_noise, sample_blocks, to_grey
from segmentation.scale.values import Scale

SHARE = 0.25
"""Uncertainty of a width, as a share of it, up to which the width counts as measured."""
CONTRAST = 0.7
"""Share of light that a crack takes: an estimate of this project for clean cracks; dirt and water change it."""
ROSE = 5.0
SEEN_ALONG_PX = 32
MEASURED_ALONG_PX = 8
EDGE_SD_PX = 0.3
"""Of a width, from ragged edges in mixed pixels: the lower end of 0.3 to 0.5 px, blur and noise being counted apart."""
BLUR_SD = 0.125
"""The blur is known to 25 % (95 %)."""
ASSUMED_BLUR_PX = 1.0
SPREADS = (1.0, 2.0, 4.0)
"""Widths of the lines that are looked for, in blurs: wider cracks stand out from a rough surface to a wider look."""
WIDTHS_PX = np.geomspace(0.02, 40, 153)
"""Widths that are tried."""


@dataclass(frozen=True, slots=True)
class Floor:
    """Widths in pixels, and in mm where the scale is known, below which cracks cannot be measured and cannot be seen.

    `measurable_px` and `visible_px` are None where no width up to 40 px is; `measurable_mm` also where the scale alone
    is less sure than `share`. `blur_px` is the standard deviation of
    the blur, the pixel included, `blur_is_assumed` where no edge showed it. `noise` is that of a pixel, grey levels of
    255; `grain` is what the noise would have to be to hide thin cracks as noise and texture together do.
    """

    measurable_px: float | None
    visible_px: float | None
    measurable_mm: float | None
    visible_mm: float | None
    blur_px: float
    noise: float
    grain: float
    blur_is_assumed: bool
    share: float
    depth: float = 0.0
    """Grey levels by which a wide crack darkens the surface."""

    def in_mm(self, scale: Scale | None) -> "Floor":
        """The same photo's floor by this scale; by none, in pixels only."""
        return _in_mm(replace(self, measurable_mm=None, visible_mm=None), scale)

    def to_facts(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @staticmethod
    def from_facts(facts: dict[str, Any]) -> "Floor":
        """Back from `to_facts`. Raises ValueError for facts that are not a floor."""
        try:
            return Floor(**facts)
        except TypeError as error:
            raise ValueError(f"These facts are not a floor ({error}). Analyse the photo again.") from error

    @property
    def sentence(self) -> str:
        """What the floor means, for the user."""
        if self.visible_px is None:
            return "The photo is too blurred or its surface too rough to tell cracks from it. Go nearer."
        seen = f"{self.visible_px:.1f} pixels" if self.visible_mm is None else f"{self.visible_mm:.2g} mm"
        if self.measurable_px is None:
            return f"No width can be measured here; cracks under {seen} cannot be seen."
        if self.visible_mm is not None and self.measurable_mm is None:
            return (
                f"The scale is too uncertain to measure any width to {self.share:.0%}; "
                f"cracks under {seen} cannot be seen here."
            )
        measured = f"{self.measurable_px:.1f} pixels" if self.measurable_mm is None else f"{self.measurable_mm:.2g} mm"
        return f"Cracks under {measured} cannot be measured here; under {seen} they cannot be seen."


def find_floor(
    pixels: NDArray[np.uint8], scale: Scale | None = None, *, share: float = SHARE, contrast: float = CONTRAST
) -> Floor:
    """The floor of an upright RGB photo, uint8 (height, width, 3), from at most 48 blocks of it.

    `share` is the largest uncertainty of a width that counts as measured, `contrast` the share of light that a crack
    takes, both between 0 and 1. Raises ValueError for others, and for a photo less than 16 px a side.
    """
    if not (0 < share < 1 and 0 < contrast <= 1):
        raise ValueError("share and contrast must lie between 0 and 1.")
    if pixels.ndim != 3 or min(pixels.shape[:2]) < 16:
        raise ValueError("The photo is too small to say what can be seen in it; 16 pixels a side at least.")
    greys = [to_grey(block) for block in sample_blocks(pixels)]
    found = estimate_blur(greys)
    blur = ASSUMED_BLUR_PX if found is None else found
    noise = estimate_noise(greys)
    depth = contrast * (float(np.median([np.median(grey) for grey in greys])) + 14) / 2.4
    # Where the blocks are too small for a wide look, the narrow one has to do.
    grains = [max(noise, measure_grain(greys, blur * spread) or math.inf) for spread in SPREADS]
    grains[0] = noise if math.isinf(grains[0]) else grains[0]
    floor = floor_in_px(blur, noise, tuple(grains), depth, share)
    return replace(_in_mm(floor, scale), blur_is_assumed=found is None)


def floor_in_px(blur_px: float, noise: float, grains: tuple[float, ...], depth: float, share: float = SHARE) -> Floor:
    """The floor in pixels from the blur (px), the noise, the grain for each of SPREADS, and the depth of a wide crack,
    all three in grey levels."""
    visible = _visible(blur_px, grains, depth)
    measurable = _larger(_measurable(blur_px, grains[0], depth, share), visible)
    return Floor(measurable, visible, None, None, blur_px, noise, grains[0], False, share, depth)


def measure_grain(greys: list[Floats], width_px: float) -> float | None:
    """White noise, grey levels, that would disturb the search for a line as the photo does: noise and texture.

    `width_px` is the standard deviation across the line. The median over blocks and over the directions along rows and
    columns, so that a crack or a joint does not count. None where the blocks are too small for the line.
    """
    taps = _line_taps(width_px)
    white = math.sqrt(float((taps**2).sum()) / SEEN_ALONG_PX)
    found = []
    for grey in greys:
        for values in (grey, grey.T):
            if values.shape[0] <= len(taps) or values.shape[1] <= SEEN_ALONG_PX:
                continue
            lines = convolve1d(uniform_filter1d(values, SEEN_ALONG_PX, axis=1), taps, axis=0)
            rows, columns = len(taps) // 2, SEEN_ALONG_PX // 2
            inner = lines[rows:-rows, columns:-columns]
            # Half the responses lie within 0.6745 sd of 0.
            found.append(float(np.median(np.abs(inner))) / 0.6745 / white)
    return float(np.median(found)) if found else None


def width_u95_px(width_px: float, blur_px: float, grain: float, depth: float) -> float:
    """95 % uncertainty of the width of a crack of `width_px`, in pixels; infinite where width and depth are one."""
    x = np.arange(-width_px / 2 - 6 * blur_px, width_px / 2 + 6 * blur_px + 0.25, 0.25)
    high, low = (x + width_px / 2) / blur_px, (x - width_px / 2) / blur_px
    bell_high, bell_low = (np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi) for z in (high, low))
    slopes = np.stack(
        [
            np.ones_like(x),
            ndtr(high) - ndtr(low),
            depth * (bell_high + bell_low) / (2 * blur_px),
            -depth * (bell_high * high - bell_low * low) / blur_px,
        ]
    )
    # Four samples a pixel stand for the unknown place of the crack between pixels.
    information = slopes @ slopes.T / 4 * MEASURED_ALONG_PX / max(grain, 1e-3) ** 2
    sizes = np.sqrt(np.diag(information))
    normal = information / np.outer(sizes, sizes)
    if np.linalg.cond(normal[:3, :3]) > 1e12:
        return math.inf
    inverse = np.linalg.inv(normal[:3, :3])
    by_noise = math.sqrt(max(float(inverse[2, 2]), 0)) / sizes[2]
    by_blur = float(inverse[2] @ normal[:3, 3]) * sizes[3] / sizes[2] * BLUR_SD * blur_px
    return COVERAGE * math.hypot(by_noise, by_blur, EDGE_SD_PX)


def _visible(blur_px: float, grains: tuple[float, ...], depth: float) -> float | None:
    spare = np.full(len(WIDTHS_PX), -math.inf)
    for spread, grain in zip(SPREADS, grains, strict=True):
        taps = _line_taps(blur_px * spread)
        x = np.arange(len(taps)) - len(taps) // 2
        widths = WIDTHS_PX[:, None]
        dips = depth * (ndtr((x + widths / 2) / blur_px) - ndtr((x - widths / 2) / blur_px))
        noise = max(grain, 1e-3) * math.sqrt(float((taps**2).sum()) / SEEN_ALONG_PX)
        spare = np.maximum(spare, dips @ taps - ROSE * noise)
    return _first(spare)


def _measurable(blur_px: float, grain: float, depth: float, share: float) -> float | None:
    return _first(share * WIDTHS_PX - _u95s(blur_px, grain, depth))


@lru_cache(maxsize=8)
def _u95s(blur_px: float, grain: float, depth: float) -> Floats:
    return np.array([width_u95_px(float(width), blur_px, grain, depth) for width in WIDTHS_PX])


def _first(spare: Floats) -> float | None:
    """The width from which `spare`, one number for each of WIDTHS_PX, is not negative; None where it always is."""
    if not (spare >= 0).any():
        return None
    number = int(np.argmax(spare >= 0))
    if number == 0 or not np.isfinite(spare[number - 1]):
        return float(WIDTHS_PX[number])
    return float(np.interp(0, spare[number - 1 : number + 1], WIDTHS_PX[number - 1 : number + 1]))


def _in_mm(floor: Floor, scale: Scale | None) -> Floor:
    if scale is None or floor.visible_px is None:
        return floor
    visible = floor.visible_px * scale.mm_per_px
    unsure = scale.u95_mm_per_px / scale.mm_per_px
    if unsure >= floor.share:
        return replace(floor, visible_mm=visible)
    left = math.sqrt(floor.share**2 - unsure**2)
    measurable = _larger(_measurable(floor.blur_px, floor.grain, floor.depth, left), floor.visible_px)
    return replace(floor, measurable_mm=measurable and measurable * scale.mm_per_px, visible_mm=visible)


def _larger(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else max(one, other)


def _line_taps(blur_px: float) -> Floats:
    """A blurred line without mean: the filter that sees it best in white noise on an unknown level."""
    reach = max(2, math.ceil(3 * blur_px))
    x = np.arange(-reach, reach + 1)
    taps = np.exp(-0.5 * (x / blur_px) ** 2)
    return np.asarray((taps - taps.mean()) / np.linalg.norm(taps - taps.mean()))
