"""From a dip to the width of the slit that made it: how dark is the crack, and how blurred the photo?

Model: a slit of width w whose inside is darker than the wall by the share c (the *contrast*), seen through a Gaussian
blur of standard deviation s that lens, sensor and sampling make together. Then

    area A     =  ∫ d     =  c w
    square Q   =  ∫ d²    =  c² (w erf(w / 2s) − 2s/√π (1 − exp(−w² / 4s²)))

where d is the darkness along the profile. Two sums cannot give three unknowns: each contrast c between Q/A and 1 has a
width w = A / c and one blur s that fits. Contrasts are weighed by how plausible c and s are, and averaged. A wide
crack has a flat bottom and shows its contrast (Q/A → c, whatever is plausible); that of a narrow one is lost in the
blur, and the usual contrast stands in. Between the two nothing jumps.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from segmentation.measurement.dips import Dips, Numbers

CONTRASTS = (np.arange(50) + 0.5) / 50
MIN_RATIO_SD = 0.05
"""Squared darkness that asks for a contrast below Q/A is forgiven so much: noise, or an uneven bottom."""
MIN_BLUR_PX = 0.05


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is usual. `decode` says what counts as light: grey values as they are, or linear light by sRGB.

    `contrast` ± `contrast_sd` is the darkness of a crack, `blur_px` × e^(±`blur_spread`) the blur, as standard
    deviation in pixels with the pixel's own size in it. A width w has the 95 % uncertainty
    `factor` · √(`error_px`² + (`error_share` · w)² + (noise of the area / contrast)²).
    """

    decode: Literal["grey", "srgb"]
    contrast: float
    contrast_sd: float
    blur_px: float
    blur_spread: float
    error_px: float
    error_share: float
    factor: float
    edge: float = field(default=0.5, repr=False)
    """How far from the inside's brightness to the wall's an edge lies, 0..1 (`photo_edges.py`)."""
    median_share: float = field(default=1.0, repr=False)
    """Uncertainty of the median along a crack, as a share of that of one sample: what they do not have in common is
    averaged out. 1 where nobody has measured it."""


@dataclass(frozen=True, slots=True)
class Slits:
    """Widths with their 95 % uncertainty, contrasts and blurs, all (n,); lengths in pixels."""

    width: Numbers
    u95: Numbers
    contrast: Numbers
    blur: Numbers


def decoded(grey: NDArray[np.floating], calibration: Calibration) -> Numbers:
    """Grey values 0..255 of any shape as light, 0..1 (sRGB: IEC 61966-2-1)."""
    values = np.asarray(grey, np.float64) / 255
    if calibration.decode == "grey":
        return values
    return np.where(values <= 0.04045, values / 12.92, ((np.maximum(values, 0.04045) + 0.055) / 1.055) ** 2.4)


def fit_slits(dips: Dips, calibration: Calibration) -> Slits:
    """The slit behind each dip. Where there is no dip, area or square not above 0, widths are 0."""
    area = np.maximum(dips.area, 0.0)
    # Length over which an even dip of this area and square would spread; at least the slit's own width.
    spread = np.where(dips.square > 0, area**2 / np.maximum(dips.square, 1e-12), 0.0)
    widths = area[:, None] / CONTRASTS
    ratio = spread[:, None] / np.maximum(widths, 1e-12)
    blurs = np.maximum(widths * _blur_of(ratio), MIN_BLUR_PX)
    doubt = ((CONTRASTS - calibration.contrast) / calibration.contrast_sd) ** 2
    doubt = doubt + (np.log(blurs / calibration.blur_px) / calibration.blur_spread) ** 2
    doubt += (np.maximum(1 - ratio, 0) / MIN_RATIO_SD) ** 2
    weight = np.exp(-0.5 * (doubt - doubt.min(1, keepdims=True)))
    weight /= weight.sum(1, keepdims=True)
    # The harmonic mean, so that width = area / contrast holds for what is returned.
    contrast = 1 / (weight @ (1 / CONTRASTS))
    width = area / contrast
    noise = dips.area_noise / contrast
    scale = np.sqrt(calibration.error_px**2 + (calibration.error_share * width) ** 2 + noise**2)
    return Slits(width, calibration.factor * scale, contrast, (weight * blurs).sum(1))


def spread_ratio(relative: Numbers) -> Numbers:
    """A² / (Q w) of a slit by its width in blurs, u = w / s: 2√π / u where narrow, 1 where wide."""
    return relative / (relative * erf(relative / 2) - 2 / np.sqrt(np.pi) * -np.expm1(-(relative**2) / 4))


_WIDTHS_IN_BLURS = np.geomspace(0.01, 100, 600)
_LOG_RATIOS = np.log(spread_ratio(_WIDTHS_IN_BLURS))


def _blur_of(ratio: Numbers) -> Numbers:
    """Blur in widths, s / w, by the ratio of spread and width: the inverse of `spread_ratio`."""
    log = np.log(np.maximum(ratio, 1e-12))
    return np.exp(-np.interp(-log, -_LOG_RATIOS, np.log(_WIDTHS_IN_BLURS)))
