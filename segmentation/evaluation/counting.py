"""From a photo and its true mask to a record: looked at as in daily use, counted once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from segmentation.errors import SegmentationError
from segmentation.evaluation.records import LINE_PX, PhotoRecord, Target
from segmentation.inference import CrackSegmenter
from segmentation.measurement import trace_cracks
from segmentation.measurement.geometry import resample
from segmentation.metrics import MaskPair, count_centre_lines, distance_to, level_histogram
from segmentation.overlay import mask_of
from segmentation.results import Crack, Segmentation
from segmentation.training.catalogue import DataError, Sample
from segmentation.training.data import PhotoStore
from segmentation.training.thresholds import level_of

Failed = Callable[[Sample, Exception], None]
"""Told about a photo that cannot be looked at."""
_TOUCHING = np.ones((3, 3), bool)


@dataclass(frozen=True, slots=True)
class Look:
    """A photo that was looked at: `pixels` uint8 (H, W, 3), `truth` and `found` bool (H, W), and what was counted.

    `found` is every pixel of at least the threshold; `shown` the mask of the findings alone.
    """

    pixels: NDArray[np.uint8]
    truth: NDArray[np.bool_]
    found: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    record: PhotoRecord


def look_at(
    segmenter: CrackSegmenter,
    samples: Iterable[Sample],
    *,
    threshold: float,
    collection: bool = False,
    failed: Failed | None = None,
) -> Iterator[Look]:
    """Look at one photo after the other, whole, at native resolution, with `threshold` (0..1) for crack.

    A photo or mask that cannot be read goes to `failed` and is left out; without `failed` its DataError or
    SegmentationError is raised. `collection` marks the records, see `PhotoRecord`.
    """
    store = PhotoStore(0)
    for sample in samples:
        try:
            pixels, mask = store.read(sample)
            segmentation = segmenter.segment(pixels, threshold=threshold)
        except (DataError, SegmentationError, OSError) as error:
            if failed is None:
                raise
            failed(sample, error)
            continue
        yield count_photo(sample, pixels, mask > 0, segmentation, collection=collection)


def count_photo(
    sample: Sample,
    pixels: NDArray[np.uint8],
    truth: NDArray[np.bool_],
    segmentation: Segmentation,
    *,
    collection: bool = False,
) -> Look:
    """Count one photo: `pixels` uint8 (H, W, 3), `truth` bool (H, W), and what the network made of it."""
    found = segmentation.probability >= level_of(segmentation.threshold)
    shown = mask_of(segmentation)
    pair = MaskPair(found, truth)
    near2, near4 = (pair.counts(2), pair.counts(4))
    cracks = _true_cracks(truth)
    record = PhotoRecord(
        set=sample.set,
        stem=sample.stem,
        group=sample.group,
        pixels=truth.size,
        seconds=segmentation.seconds["network"],
        strict=pair.counts(),
        near2=near2,
        near4=near4,
        lines=count_centre_lines(found, truth, LINE_PX),
        histogram=level_histogram(segmentation.probability, truth),
        findings=tuple(crack.area_px for crack in segmentation.cracks),
        components=int(ndimage.label(found, _TOUCHING)[1]),
        targets=_targets(cracks, pair, shown),
        targets_px=sum(crack.area_px for crack in cracks),
        collection=collection,
    )
    return Look(pixels, truth, found, shown, record)


def _true_cracks(truth: NDArray[np.bool_]) -> tuple[Crack, ...]:
    """The cracks of a true mask, traced like those of a network that is certain of every pixel.

    Tracing, not connected pieces: two cracks that cross are two, a speck is none, and what counts as one crack is the
    same on both sides of the comparison.
    """
    return trace_cracks(np.where(truth, np.uint8(255), np.uint8(0)), threshold=0.5)


def _targets(cracks: tuple[Crack, ...], pair: MaskPair, shown: NDArray[np.bool_]) -> tuple[Target, ...]:
    if not cracks:
        return ()
    to_shown = distance_to(shown)
    targets = []
    for crack in cracks:
        rows, columns = _centre_line(crack, shown.shape)
        near_shown = to_shown[rows, columns] <= LINE_PX
        near_found = pair.to_pred[rows, columns] <= LINE_PX
        share = float(near_shown.mean()), float(near_found.mean())
        targets.append(Target(crack.width_mean_px, crack.length_px, *share))
    return tuple(targets)


def _centre_line(crack: Crack, shape: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the pixels under a crack's lines, about one for every pixel of length."""
    points = np.concatenate([resample(np.array(line)) for line in (crack.path, *crack.branches)])
    columns, rows = np.floor(points).astype(np.int64).T
    return rows.clip(0, shape[0] - 1), columns.clip(0, shape[1] - 1)
