"""Scoring an engine on a split: whole photos at native resolution, tiled as in daily use, counted in pixels."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation.engines import Engine
from segmentation.metrics import PixelCounts, count_pixels, level_histogram
from segmentation.tiling import plan_tiles, predict_tiled
from segmentation.training.catalogue import Sample
from segmentation.training.data import PhotoStore
from segmentation.training.thresholds import Histogram, best_threshold, level_of

TOLERANCE_PX = 2
Progress = Callable[[Sample], None]


@dataclass(frozen=True, slots=True)
class SetScore:
    """Counts of one set, or of several added up: strict, and with 2 px tolerance."""

    photos: int = 0
    strict: PixelCounts = field(default_factory=PixelCounts)
    tolerant: PixelCounts = field(default_factory=PixelCounts)

    def __add__(self, other: "SetScore") -> "SetScore":
        return SetScore(self.photos + other.photos, self.strict + other.strict, self.tolerant + other.tolerant)

    def to_facts(self) -> dict[str, Any]:
        """Scores 0..1 with four decimals."""
        scores = {name: getattr(self.strict, name) for name in ("precision", "recall", "f1", "iou")}
        scores["f1_2px"] = self.tolerant.f1
        return {"photos": self.photos} | {name: round(score, 4) for name, score in scores.items()}


def evaluate(
    engine: Engine, samples: Iterable[Sample], *, threshold: float, progress: Progress | None = None
) -> dict[str, SetScore]:
    """Score every pixel of `samples` by set; a pixel of at least `threshold` (0..1) is called crack.

    `progress` is called before each photo. Raises DataError or a SegmentationError for a photo or mask that cannot
    be read.
    """
    level = level_of(threshold)
    scores: dict[str, SetScore] = {}
    for sample, probability, truth in _predictions(engine, samples, progress):
        found = probability >= level
        score = SetScore(1, count_pixels(found, truth), count_pixels(found, truth, TOLERANCE_PX))
        scores[sample.set] = scores.get(sample.set, SetScore()) + score
    return scores


def choose_threshold(
    engine: Engine, samples: Iterable[Sample], *, progress: Progress | None = None
) -> tuple[float, float]:
    """The threshold with the best mean over sets of F1 on `samples`, and that mean. Never ask it about test photos."""
    histograms: dict[str, Histogram] = {}
    for sample, probability, truth in _predictions(engine, samples, progress):
        histogram = level_histogram(probability, truth)
        histograms[sample.set] = histograms[sample.set] + histogram if sample.set in histograms else histogram
    return best_threshold(histograms)


def _predictions(
    engine: Engine, samples: Iterable[Sample], progress: Progress | None
) -> Iterable[tuple[Sample, NDArray[np.uint8], NDArray[np.bool_]]]:
    store = PhotoStore(0)
    for sample in samples:
        if progress:
            progress(sample)
        pixels, mask = store.read(sample)
        height, width = mask.shape
        plan = plan_tiles(width, height, tile=engine.card.tile, overlap=engine.card.overlap)
        yield sample, predict_tiled(pixels, engine.predict, plan, batch=engine.batch), mask > 0
