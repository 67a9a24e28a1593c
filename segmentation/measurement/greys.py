"""Widths from grey values across a crack, for cracks that are too narrow for a mask: 0.2 to about 5 px.

The mask of a crack one pixel wide may be one, two or three pixels wide; the light that is missing from the photo is
not. `dips.py` sums it, `slits.py` turns the sum into a width, and here stand what is usual for a camera (`CAMERA`) and
for a picture without a camera's processing (`PLAIN`), and what is refused.

Why two calibrations of one formula: the light of a *plain* picture follows from its grey values by the sRGB curve, and
drawn cracks are then measured without bias. Photos of real walls are not plain: measured that way, 509 cracks whose
widths were read with a crack card come out 0.4 to 0.5 px too wide, the narrow ones twice too wide. A camera's picture
style steepens the middle tones, its sharpening deepens narrow dips, and the edges of real cracks are broken and darken
more wall than the gap between them. In the grey values themselves, which are flatter than light, these effects cancel
the curve: darkness of grey, over one contrast, gives the widths of the card from 0.3 to 5 px. So for photos grey
values count as light. That is an observation on two structures and one kind of camera, not a law of optics; the
uncertainty is that of these photos.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from segmentation.measurement.dips import Dips, Flags, Numbers, find_dips
from segmentation.measurement.slits import Calibration, decoded, fit_slits

CAMERA = Calibration(
    decode="grey",
    contrast=0.87,
    contrast_sd=0.1,
    blur_px=0.7,
    blur_spread=0.35,
    error_px=0.1,
    error_share=0.08,
    factor=2.54,
)
"""For photos. `contrast` and the last three are fitted to the measured field profiles by
`python -m segmentation.evaluation.field_widths`, which prints them; the blur is what narrow cracks there show
(A² / Q = 2√π s for w < s), and `contrast_sd` is set so wide that the flat bottom of a wide crack overrules it."""
PLAIN = Calibration(
    decode="srgb",
    contrast=0.75,
    contrast_sd=0.13,
    blur_px=0.9,
    blur_spread=0.35,
    error_px=0.13,
    error_share=0.22,
    factor=2.0,
    edge=0.45,
    median_share=0.85,
)
"""For pictures without a camera's processing: drawn ones, or raw data developed without tone curve and sharpening.
Contrasts and blurs are those that such pictures are drawn with. `error_px`, `edge` and `median_share` are chosen on 68
drawn walls, where dust lies beside cracks and texture hides hairlines; `python -m segmentation.evaluation.drawn_widths`
says on others how often the interval holds the truth."""

MIN_LENGTH_PX = 12.0
MIN_DEPTH = 0.03
MIN_DEPTH_IN_NOISE = 2.5
MIN_AREA_IN_NOISE = 3.0
"""A smaller dip cannot be told from the wall: of profiles without a crack one in thirty has such a dip where the noise
changes from pixel to pixel, and one in four where three pixels share it (coarse texture)."""
FAINT_IN_NOISE = 4.0
"""Dips less deep than this are measured and called faint."""
RIVAL_SHARE = 0.6
"""From this share of the dip's depth on, a second dip may as well be the crack."""
DARKEST_WALL, BRIGHTEST_WALL = 10.0, 250.0
"""Grey values beyond which a wall is black or burnt out, and how much light is missing cannot be told."""
WIDEST_PX = 6.0
"""Wider cracks are left to the mask: field widths above are measured 0.3 px too small, and their edges are resolved."""

Doubt = Literal["faint", "another dip", "wide"]


@dataclass(frozen=True, slots=True)
class GreyWidth:
    """The width of one crack at one place. `u95_px` is its 95 % uncertainty: the truth lies within width ± u95.

    `contrast` (0..1) is how much darker than the wall the crack was taken to be, `blur_px` the standard deviation of
    the blur that fits. `doubt` names what speaks against the measurement: a dip hardly deeper than the wall's
    texture, another dip nearly as deep beside it, or a crack too wide for this way of measuring.
    """

    width_px: float
    u95_px: float
    contrast: float
    blur_px: float
    doubt: Doubt | None

    @property
    def reliable(self) -> bool:
        return self.doubt is None


def width_from_greys(
    profile: NDArray[np.floating],
    *,
    step_px: float = 1.0,
    centre: float | None = None,
    calibration: Calibration = CAMERA,
) -> GreyWidth | None:
    """Measure a crack from grey values (0..255, sRGB) along a line straight across it, `step_px` pixels apart.

    `profile` is (n,); single NaN are left out. The crack lies within 5 px of `centre`, an index into the profile, by
    default its middle. None where there is nothing to measure: no dip that the wall's texture would not make, less
    than 12 px of profile, less than 3 px of wall on either side, a wall that is black or burnt out, or a dip that
    goes on to the profile's end. Raises ValueError for a profile of other than one dimension or a step not above 0.
    """
    values = np.asarray(profile, np.float64)
    if values.ndim != 1:
        raise ValueError(f"A profile is one row of grey values, not an array of {values.ndim} dimensions.")
    if not (np.isfinite(step_px) and step_px > 0):
        raise ValueError(f"Samples lie a positive number of pixels apart, not {step_px}.")
    middle = (len(values) - 1) / 2 if centre is None else centre
    at = (np.arange(len(values), dtype=np.float64) - middle) * step_px
    if len(values) * step_px < MIN_LENGTH_PX or at[0] > 0 or at[-1] < 0:
        return None
    widths = measure_profiles(values[None, :], at, calibration)
    if not widths.found[0]:
        return None
    return GreyWidth(
        width_px=float(widths.width[0]),
        u95_px=float(widths.u95[0]),
        contrast=float(widths.contrast[0]),
        blur_px=float(widths.blur[0]),
        doubt=widths.doubt(0),
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """What many profiles gave, all (n,). Where `found` is False the other numbers mean nothing."""

    found: Flags
    width: Numbers
    u95: Numbers
    contrast: Numbers
    blur: Numbers
    faint: Flags
    rivalled: Flags

    @property
    def reliable(self) -> Flags:
        return self.found & ~self.faint & ~self.rivalled & (self.width <= WIDEST_PX)

    def doubt(self, row: int) -> Doubt | None:
        """What speaks against one row that was found."""
        if self.faint[row]:
            return "faint"
        if self.rivalled[row]:
            return "another dip"
        return "wide" if self.width[row] > WIDEST_PX else None


def measure_profiles(greys: Numbers, at: Numbers, calibration: Calibration) -> Measured:
    """Measure rows of grey values (n, m), taken at `at` (m,) pixels from where the cracks are expected."""
    usable = np.where((greys >= 0) & (greys <= 255), greys, np.nan)
    dips = find_dips(decoded(usable, calibration), at)
    slits = fit_slits(dips, calibration)
    return Measured(
        found=_found(dips, calibration),
        width=slits.width,
        u95=slits.u95,
        contrast=slits.contrast,
        blur=slits.blur,
        faint=dips.depth < FAINT_IN_NOISE * dips.noise,
        rivalled=dips.rival > RIVAL_SHARE * dips.depth,
    )


def _found(dips: Dips, calibration: Calibration) -> Flags:
    darkest, brightest = decoded(np.array([DARKEST_WALL, BRIGHTEST_WALL]), calibration)
    deep = (dips.depth > MIN_DEPTH) & (dips.depth > MIN_DEPTH_IN_NOISE * dips.noise)
    lit = (dips.wall > darkest) & (dips.wall < brightest)
    large = (dips.area > MIN_AREA_IN_NOISE * dips.area_noise) & (dips.square > 0)
    return deep & large & lit & dips.whole
