"""How far a number may be from the truth by chance: 95 % intervals."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, norm

Interval = list[float] | None
"""Lower and upper bound, None where there is none to give."""
LEVEL = 0.95
TAIL = (1 - LEVEL) / 2


def wilson(hits: int, trials: int) -> Interval:
    """Interval of a share, 0..1 (Wilson, JASA 22, 1927); None without a trial.

    It takes the trials for independent. Photos of one wall are not: where groups are large it is too narrow.
    """
    if trials == 0:
        return None
    z = float(norm.isf(TAIL))
    share, weight = hits / trials, z * z / trials
    middle = (share + weight / 2) / (1 + weight)
    half = math.sqrt(share * (1 - share) * weight + weight * weight / 4) / (1 + weight)
    # Of none and of all, rounding would leave a crumb beside the exact bound.
    low, high = (0.0 if hits == 0 else middle - half), (1.0 if hits == trials else middle + half)
    return [round(low, 4), round(high, 4)]


def poisson_rate(count: int, exposure: float) -> Interval:
    """Exact interval of a rate, `count` events in `exposure` units (Garwood, Biometrika 28, 1936); None without any.

    It takes the events for independent. Where several come from one wall it is too narrow.
    """
    if exposure <= 0:
        return None
    low = chi2.ppf(TAIL, 2 * count) / 2 if count else 0.0
    high = chi2.isf(TAIL, 2 * count + 2) / 2
    return [round(float(low) / exposure, 4), round(float(high) / exposure, 4)]


def resample_weights(groups: int, *, draws: int, seed: Sequence[int]) -> NDArray[np.int64]:
    """How often each of `groups` groups is drawn when as many are drawn with replacement: int64 (draws, groups)."""
    random = np.random.default_rng(list(seed))
    return random.multinomial(groups, np.full(groups, 1 / groups), size=draws)


def percentiles(replicates: NDArray[np.float64], digits: int = 4) -> Interval:
    """The middle 95 % of the replicates (Efron 1979), those without meaning left out; None with fewer than half left.

    Of a score that can be computed in few resamples only, the rest would be a selection.
    """
    told = replicates[np.isfinite(replicates)]
    if told.size == 0 or told.size * 2 < replicates.size:
        return None
    low, high = np.quantile(told, (TAIL, 1 - TAIL))
    return [round(float(low), digits), round(float(high), digits)]
