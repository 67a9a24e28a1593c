"""Threshold and temperature from validation photos. Never ask this room about test photos."""

from collections.abc import Callable, Iterable

from segmentation.engines import Engine, look
from segmentation.metrics import level_histogram
from segmentation.training.catalogue import Sample
from segmentation.training.data import PhotoStore
from segmentation.training.thresholds import Histogram, best_threshold, fit_temperature

Progress = Callable[[Sample], None]


def choose_threshold(
    engine: Engine, samples: Iterable[Sample], *, progress: Progress | None = None
) -> tuple[float, float]:
    """The threshold by its mean over sets of F1 on `samples` (see `best_threshold`), and that mean."""
    return best_threshold(set_histograms(engine, samples, progress=progress))


def choose_temperature(engine: Engine, samples: Iterable[Sample], *, progress: Progress | None = None) -> float:
    """The temperature for the engine's card: what it divides by now, times what its probabilities still lack."""
    fitted = fit_temperature(set_histograms(engine, samples, progress=progress))
    return round(engine.card.temperature * fitted, 4)


def set_histograms(
    engine: Engine, samples: Iterable[Sample], *, progress: Progress | None = None
) -> dict[str, Histogram]:
    """Pixels by level, off and on the true mask, by set; `progress` is called before each photo.

    Raises DataError or a SegmentationError for a photo or mask that cannot be read: a choice must not depend on which
    photos happened to be there.
    """
    store = PhotoStore(0)
    histograms: dict[str, Histogram] = {}
    for sample in samples:
        if progress:
            progress(sample)
        pixels, mask = store.read(sample)
        histogram = level_histogram(look(engine, pixels), mask > 0)
        histograms[sample.set] = histograms[sample.set] + histogram if sample.set in histograms else histogram
    return histograms
