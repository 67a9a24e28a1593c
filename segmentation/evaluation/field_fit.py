"""Fitting the calibration of grey widths to widths that people measured, and its cross-validation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from segmentation.measurement.dips import Dips, find_dips
from segmentation.measurement.slits import Calibration, decoded, fit_slits

Numbers = NDArray[np.float64]

CONTRASTS = np.arange(0.7, 0.991, 0.005)
ERRORS_PX = np.arange(0.02, 0.301, 0.02)
ERROR_SHARES = np.arange(0.0, 0.301, 0.02)
SOFT_PX = 0.1
"""Below this, errors count by their square in the fit, above by their size: a card reads no finer, and slips happen."""
COVERAGE = 0.95
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Fitted:
    """Widths and their 95 % uncertainties, each from a fit that has not seen it: (n,), pixels."""

    width: Numbers
    u95: Numbers


def dips_of(profiles: Sequence[Numbers], calibration: Calibration) -> Dips:
    """The dips of profiles of different lengths, samples one pixel apart, each crack expected in the middle."""
    longest = max(len(profile) for profile in profiles)
    greys = np.full((len(profiles), longest), np.nan)
    for row, profile in enumerate(profiles):
        # An odd number of samples too few leaves the middle half a pixel off; the search reaches five.
        first = (longest - len(profile)) // 2
        greys[row, first : first + len(profile)] = profile
    return find_dips(decoded(greys, calibration), np.arange(longest, dtype=np.float64) - (longest - 1) / 2)


def rows_of(dips: Dips, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Dips:
    """Some of the dips."""
    return Dips(**{name: getattr(dips, name)[rows] for name in Dips.__slots__})


def fit(dips: Dips, truth: Numbers, start: Calibration) -> Calibration:
    """The calibration that serves `truth` (n,), pixels, best: contrast first, then the terms of the uncertainty.

    The contrast has the smallest mean of √(error² + 0.1²). `error_px` and `error_share` are the most likely ones if
    errors are distributed by Laplace; `factor` makes the interval cover 95 % of the errors. Raises ValueError for
    fewer than 20 widths.
    """
    if len(truth) < FEWEST:
        raise ValueError(f"A calibration needs at least {FEWEST} measured widths; there are {len(truth)}.")
    found = min(
        (replace(start, contrast=round(float(c), 3)) for c in CONTRASTS), key=lambda one: _loss(dips, truth, one)
    )
    slits = fit_slits(dips, found)
    error = np.abs(slits.width - truth)
    noise = dips.area_noise / slits.contrast
    best, scale = min(
        ((pair, np.sqrt(pair[0] ** 2 + (pair[1] * slits.width) ** 2 + noise**2))
         for pair in product(ERRORS_PX, ERROR_SHARES)),
        key=lambda one: float(np.mean(np.log(one[1]) + error / one[1])),
    )  # fmt: skip
    # The smallest factor that covers 95 of 100 with one more error to come (conformal prediction, Vovk 2005).
    share = min(1.0, COVERAGE * (1 + 1 / len(truth)))
    factor = float(np.quantile(error / scale, share))
    return replace(
        found, error_px=round(float(best[0]), 3), error_share=round(float(best[1]), 3), factor=round(factor, 2)
    )


def cross_validate(dips: Dips, truth: Numbers, folds: NDArray[np.integer], start: Calibration) -> Fitted:
    """Measure each fold, numbers (n,), with the calibration that is fitted to all the others."""
    width, u95 = np.empty(len(truth)), np.empty(len(truth))
    for fold in np.unique(folds):
        out = folds == fold
        slits = fit_slits(rows_of(dips, out), fit(rows_of(dips, ~out), truth[~out], start))
        width[out], u95[out] = slits.width, slits.u95
    return Fitted(width, u95)


def _loss(dips: Dips, truth: Numbers, calibration: Calibration) -> float:
    error = fit_slits(dips, calibration).width - truth
    return float(np.mean(np.sqrt(error**2 + SOFT_PX**2)))
