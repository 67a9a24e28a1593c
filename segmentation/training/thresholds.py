"""What is chosen on validation data: the probability from which on a pixel is called crack, and the temperature."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logit

from segmentation.metrics import LEVELS, counts_from_level

Histogram = NDArray[np.int64]
"""int64 (2, 256) from `metrics.level_histogram`."""

ALIKE = 0.01
"""Scores that differ by less, relatively, count as the same."""
COLDEST, HOTTEST = 0.25, 4.0
"""Where a temperature may lie: a network that wants more than this is not cured by a temperature."""


def level_of(threshold: float) -> int:
    """The lowest level (1..255) of a probability map that `threshold` (0..1) calls crack."""
    return max(1, math.ceil(threshold * (LEVELS - 1) - 1e-9))


def best_threshold(histograms: Mapping[str, Histogram]) -> tuple[float, float]:
    """The highest threshold whose mean over sets of F1 is within one percent of the best, and that mean.

    The mean over sets, not the pool of all pixels: otherwise the set with the most pixels would decide alone. Near its
    top the mean hardly changes over a third of all thresholds, and validation photos cannot tell those apart; of
    thresholds alike the highest raises the fewest false alarms and draws no crack wider than need be. It lies half a
    level below its level, so that no rounding can move it to another one. (0.5, 0) without a crack pixel.
    """
    cracked = [histogram for histogram in histograms.values() if histogram[1].any()]
    if not cracked:
        return 0.5, 0.0
    means = [float(np.mean([counts_from_level(h, level).f1 for h in cracked])) for level in range(1, LEVELS)]
    level = max(place for place, mean in enumerate(means, 1) if mean >= (1 - ALIKE) * max(means))
    return round((level - 0.5) / (LEVELS - 1), 4), means[level - 1]


def fit_temperature(histograms: Mapping[str, Histogram] | Histogram) -> float:
    """The T that minimises the mean negative log-likelihood of sigmoid(logit / T) on validation (Guo et al. 2017).

    `histograms` is one, or several by set, each of which then counts alike, as for the threshold. A level stands for
    the middle of the probabilities that are rounded to it. For 0 and 255 that is a logit of ∓6.9, though the network
    may have been surer by far, so that the fit errs towards the sharper side: where 2 is right it finds 1.5 to 1.9. To
    leave the certain pixels out of it is worse: nine in ten pixels are then softened without having been asked.

    Returns 0.25..4, and 1 where no pixel or every pixel is crack.
    """
    sets = [histograms] if isinstance(histograms, np.ndarray) else list(histograms.values())
    counts = np.array([histogram for histogram in sets if histogram.any()], float)
    if not counts.size or not counts.any(axis=(0, 2)).all():
        return 1.0
    share = (counts / counts.sum(axis=(1, 2), keepdims=True)).mean(axis=0)
    middles = np.clip(np.arange(LEVELS), 0.25, LEVELS - 1.25) / (LEVELS - 1)
    bounds = (math.log(COLDEST), math.log(HOTTEST))
    found = minimize_scalar(_loss, bounds=bounds, args=(logit(middles), share), method="bounded")
    return round(math.exp(found.x), 4)


def _loss(log_temperature: float, logits: NDArray[np.float64], share: NDArray[np.float64]) -> float:
    off, on = share
    scaled = logits / math.exp(log_temperature)
    return float(on @ np.logaddexp(0, -scaled) + off @ np.logaddexp(0, scaled))
