"""Choosing the probability from which on a pixel is called crack, on validation data."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from segmentation.metrics import LEVELS, counts_from_level

Histogram = NDArray[np.int64]
"""int64 (2, 256) from `metrics.level_histogram`."""


def level_of(threshold: float) -> int:
    """The lowest level (1..255) of a probability map that `threshold` (0..1) calls crack."""
    return max(1, math.ceil(threshold * (LEVELS - 1) - 1e-9))


def best_threshold(histograms: Mapping[str, Histogram]) -> tuple[float, float]:
    """The threshold with the best mean over sets of the pooled F1, and that mean; (0.5, 0) without a crack pixel.

    The mean over sets, not the pool of all pixels: otherwise the set with the most pixels would decide alone. The
    threshold lies half a level below the best level, so that no rounding can move it to another one.
    """
    cracked = [histogram for histogram in histograms.values() if histogram[1].any()]
    if not cracked:
        return 0.5, 0.0
    means = [float(np.mean([counts_from_level(h, level).f1 for h in cracked])) for level in range(1, LEVELS)]
    level = int(np.argmax(means)) + 1
    return round((level - 0.5) / (LEVELS - 1), 4), means[level - 1]
