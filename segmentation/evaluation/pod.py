"""Probability of detection by crack width: a logistic curve in the logarithm of the width, by maximum likelihood.

After MIL-HDBK-1823A (hit/miss, log-odds link). That model must end at 1; where blur or shade hides even wide cracks
that is the wrong model, so the curve may level off lower where the data ask for it (Annis, Gandossi and Martin, 2013;
ASNT 2015).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

Numbers = NDArray[np.float64]

MIN_TARGETS = 60
"""Hits and misses say too little with fewer targets (MIL-HDBK-1823A)."""
LEVELS_OFF = 2.706
"""Twice the gain in log-likelihood from which on a top below 1 is believed: 5 % error, since the top lies on the
edge of its range under the plain model (Self and Liang, JASA 82, 1987)."""
_STEEPEST = 25.0
_LOWEST_TOP = 0.05
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Curve:
    """POD(w) = top · σ(intercept + slope · ln(w / centre)), with w and `centre` in pixels."""

    top: float
    intercept: float
    slope: float
    centre: float

    def at(self, widths: Numbers) -> Numbers:
        """The probability of detection at each of `widths`, pixels."""
        return self.top * expit(self.intercept + self.slope * np.log(widths / self.centre))

    def width_at(self, probability: float) -> float | None:
        """The width at which the curve reaches `probability` (0..1); None where it never does."""
        if self.top <= probability or self.slope <= 1e-6:
            return None
        # Of a nearly flat curve the width may lie beyond all numbers.
        power = (float(logit(probability / self.top)) - self.intercept) / self.slope
        return self.centre * float(np.exp(power)) if power < 50 else None


def fit_curve(widths: Numbers, hits: NDArray[np.bool_]) -> Curve | None:
    """The most likely curve through `hits` of targets of `widths` (both (n,)); None where no curve can be told.

    There is none with fewer than 60 targets, without a hit or a miss, or where all widths are alike. The top is 1
    unless a lower one is believed.
    """
    if len(widths) < MIN_TARGETS or hits.all() or not hits.any() or np.ptp(np.log(widths)) < 1e-3:
        return None
    weights = np.ones(len(widths))
    plain, plain_loss = refit(Curve(1.0, 0.0, 1.0, float(np.exp(np.log(widths).mean()))), widths, hits, weights)
    wide = widths >= np.quantile(widths, 2 / 3)
    best, best_loss = plain, plain_loss
    for top in (0.95, max(_LOWEST_TOP, min(0.95, float(hits[wide].mean())))):
        start = Curve(top, plain.intercept, max(plain.slope, 1.0), plain.centre)
        curve, loss = refit(start, widths, hits, weights)
        if loss < best_loss:
            best, best_loss = curve, loss
    return best if 2 * (plain_loss - best_loss) > LEVELS_OFF else plain


def refit(start: Curve, widths: Numbers, hits: NDArray[np.bool_], weights: Numbers) -> tuple[Curve, float]:
    """The most likely curve with each target counted `weights` times, searched from `start`, and its negative
    log-likelihood.

    A `start` whose top is 1 keeps it; any other top is fitted too. The curve never falls: a wider crack is no harder
    to see.
    """
    position = np.log(widths / start.centre)
    fixed = start.top == 1.0
    first = [start.intercept, start.slope] if fixed else [start.intercept, start.slope, start.top]
    bounds = [(-60.0, 60.0), (0.0, _STEEPEST), (_LOWEST_TOP, 1.0)][: len(first)]
    found = minimize(_loss, first, args=(position, hits, weights), jac=True, method="L-BFGS-B", bounds=bounds)
    intercept, slope = (float(value) for value in found.x[:2])
    # A top fitted at 1 is not the plain model's: the next fit from here must be free to leave it.
    top = 1.0 if fixed else min(float(found.x[2]), 1 - 1e-9)
    return Curve(top, intercept, slope, start.centre), float(found.fun)


def _loss(parameters: Numbers, position: Numbers, hits: NDArray[np.bool_], weights: Numbers) -> tuple[float, Numbers]:
    """Negative log-likelihood and its gradient."""
    top = parameters[2] if len(parameters) > 2 else 1.0
    rise = expit(parameters[0] + parameters[1] * position)
    chance = np.clip(top * rise, _TINY, 1 - _TINY)
    loss = -(weights * np.where(hits, np.log(chance), np.log1p(-chance))).sum()
    pull = weights * np.where(hits, -1 / chance, 1 / (1 - chance))
    along = pull * top * rise * (1 - rise)
    gradient = [along.sum(), (along * position).sum(), (pull * rise).sum()]
    return float(loss), np.array(gradient[: len(parameters)])
