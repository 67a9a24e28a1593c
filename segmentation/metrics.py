"""Scores of a predicted mask against a true one: count pixels first, add the counts, score from the sum.

Crack pixels are few and their labels uncertain by a pixel, so the strict score of a hairline says little: a
3 px crack found one pixel aside scores IoU 0.5. Quote a score with a tolerance beside the strict one.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from skimage.morphology import skeletonize

LEVELS = 256
"""A probability map is uint8: 0..255 for 0..1."""


@dataclass(frozen=True, slots=True)
class PixelCounts:
    """Counted pixels of one photo, or of many: counts add with `+`.

    `tp` and `fp` are predicted pixels with and without a true one in reach, `found` and `fn` true pixels with
    and without a predicted one in reach, `tn` pixels that are neither predicted nor true. Reach is the
    tolerance; where it is zero `found` equals `tp` and may be left out.
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0
    found: int = -1

    def __post_init__(self) -> None:
        if self.found < 0:
            object.__setattr__(self, "found", self.tp)

    def __add__(self, other: "PixelCounts") -> "PixelCounts":
        return PixelCounts(
            tp=self.tp + other.tp,
            fp=self.fp + other.fp,
            fn=self.fn + other.fn,
            tn=self.tn + other.tn,
            found=self.found + other.found,
        )

    @property
    def precision(self) -> float:
        """Share of the predicted pixels that are right, 1 where nothing is predicted."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """Share of the true pixels that are found, 1 where nothing is true."""
        return _share(self.found, self.found + self.fn)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; without tolerance the Dice score of the crack class."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def iou(self) -> float:
        """Intersection over union of the crack class alone, never averaged with the background.

        With a tolerance: found / (found + fn + fp), the Jaccard index of OmniCrack30k.
        """
        return _share(self.found, self.found + self.fn + self.fp)


class MaskPair:
    """A predicted and a true mask, bool (height, width), and how far apart they are.

    The distances are measured at the first question that needs them and kept for the next one.
    """

    def __init__(self, pred: NDArray[np.bool_], true: NDArray[np.bool_]) -> None:
        _check_masks(pred, true)
        self.pred = pred
        self.true = true

    @cached_property
    def to_pred(self) -> NDArray[np.float64]:
        """How far each pixel is from the nearest predicted one, pixels: float (height, width)."""
        return distance_to(self.pred)

    @cached_property
    def to_true(self) -> NDArray[np.float64]:
        """How far each pixel is from the nearest true one, pixels: float (height, width)."""
        return distance_to(self.true)

    def counts(self, tolerance_px: float = 0) -> PixelCounts:
        """Count pixels by kind; a pixel counts as met within `tolerance_px` pixels, Euclidean."""
        if tolerance_px > 0:
            # Most photos of a survey are free of cracks: an empty mask costs no distances.
            right = self.pred & (self.to_true <= tolerance_px) if self.pred.any() else self.pred
            found = self.true & (self.to_pred <= tolerance_px) if self.true.any() else self.true
        else:
            right = found = self.pred & self.true
        tp, hits = _count(right), _count(found)
        neither = _count(~(self.pred | self.true))
        return PixelCounts(tp=tp, fp=_count(self.pred) - tp, fn=_count(self.true) - hits, tn=neither, found=hits)


def distance_to(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How far each pixel is from the nearest pixel of `mask`, Euclidean, pixels; infinitely far where it is empty."""
    if not mask.any():
        # Without a single pixel to be near to, the distance transform has no meaning.
        return np.broadcast_to(np.inf, mask.shape)
    return distance_transform_edt(~mask)


def count_pixels(pred: NDArray[np.bool_], true: NDArray[np.bool_], tolerance_px: float = 0) -> PixelCounts:
    """Compare two bool masks of one shape; a pixel counts as met within `tolerance_px` pixels, Euclidean."""
    return MaskPair(pred, true).counts(tolerance_px)


def count_centre_lines(pred: NDArray[np.bool_], true: NDArray[np.bool_], tolerance_px: float = 4) -> PixelCounts:
    """Compare the centre lines of two bool masks: width does not matter, position within `tolerance_px` does.

    The `.iou` of the summed counts is clIoU as in OmniCrack30k (Benz and Rodehorst, 2024) at 4 pixels.
    """
    _check_masks(pred, true)
    return count_pixels(skeletonize(pred), skeletonize(true), tolerance_px)


def cl_iou(pred: NDArray[np.bool_], true: NDArray[np.bool_], tolerance_px: float = 4) -> float:
    """clIoU of one pair of bool masks, 0..1. For many photos add `count_centre_lines` and take `.iou`."""
    return count_centre_lines(pred, true, tolerance_px).iou


def level_histogram(probability: NDArray[np.uint8], true: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the levels of a probability map off and on the true mask: int64 (2, 256).

    Histograms add with `+`; from the sum `counts_from_level` scores every threshold, with no second look.
    """
    if probability.dtype != np.uint8 or probability.shape != true.shape:
        raise ValueError(f"expected uint8 {true.shape}, not {probability.dtype} {probability.shape}")
    return np.stack(
        [np.bincount(probability[mask], minlength=LEVELS) for mask in (~true, true)]  # off, then on
    ).astype(np.int64)


def counts_from_level(histogram: NDArray[np.int64], level: int) -> PixelCounts:
    """The strict counts when every pixel of at least `level` (0..255) is called crack."""
    off, on = histogram
    return PixelCounts(
        tp=int(on[level:].sum()),
        fp=int(off[level:].sum()),
        fn=int(on[:level].sum()),
        tn=int(off[:level].sum()),
    )


def _check_masks(pred: NDArray[np.bool_], true: NDArray[np.bool_]) -> None:
    if pred.dtype != np.bool_ or true.dtype != np.bool_ or pred.shape != true.shape:
        raise ValueError(
            f"expected two bool masks of one shape, not {pred.dtype} {pred.shape}, {true.dtype} {true.shape}"
        )


def _count(mask: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(mask))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
