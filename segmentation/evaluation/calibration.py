"""Whether a probability means what it says.

Everything is computed from histograms of levels, int64 (2, 256) from `metrics.level_histogram`: pixels by level, off
and on the true mask. Level k stands for the probability k / 255.
"""

from dataclasses import dataclass

import numpy as np

from segmentation.metrics import LEVELS
from segmentation.training.thresholds import Histogram

BINS = 15
SUSPECT = 0.05
"""Pixels below this probability are background that nobody doubts: nine in ten of a photo, and all of them right."""
PROBABILITIES = np.arange(LEVELS) / (LEVELS - 1)


@dataclass(frozen=True, slots=True)
class Bin:
    """Pixels of one stretch of probability: how many, what they said on average, and what share was crack."""

    start: float
    stop: float
    pixels: int
    mean_probability: float | None
    crack_share: float | None


def reliability(histogram: Histogram, *, bins: int = BINS) -> tuple[Bin, ...]:
    """The reliability diagram as data: `bins` stretches of equal width from 0 to 1."""
    places = np.minimum((PROBABILITIES * bins).astype(int), bins - 1)
    pixels = np.bincount(places, weights=histogram.sum(axis=0), minlength=bins)
    said = np.bincount(places, weights=histogram.sum(axis=0) * PROBABILITIES, minlength=bins)
    crack = np.bincount(places, weights=histogram[1], minlength=bins)
    return tuple(
        Bin(
            start=number / bins,
            stop=(number + 1) / bins,
            pixels=int(pixels[number]),
            mean_probability=float(said[number] / pixels[number]) if pixels[number] else None,
            crack_share=float(crack[number] / pixels[number]) if pixels[number] else None,
        )
        for number in range(bins)
    )


def expected_calibration_error(histogram: Histogram, *, at_least: float = 0.0, bins: int = BINS) -> float | None:
    """Mean distance between what pixels said and what share of them was crack, weighted by pixels: 0..1.

    Σ n_b / n · |crack share_b - mean probability_b| over bins of equal width (Naeini, Cooper and Hauskrecht, AAAI
    2015; Guo et al., ICML 2017), of the probability of crack. Only pixels of a probability of `at_least` count; None
    without any.
    """
    kept = histogram * (at_least - 1e-9 <= PROBABILITIES)
    total = int(kept.sum())
    if not total:
        return None
    full = [part for part in reliability(kept, bins=bins) if part.pixels]
    return sum(part.pixels * abs((part.crack_share or 0) - (part.mean_probability or 0)) for part in full) / total
