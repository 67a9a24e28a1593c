"""What is kept of a photo once it has been looked at: counts, no pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentation.metrics import PixelCounts

NEAR_PX = (2, 4)
"""Tolerances of the forgiving pixel scores."""
LINE_PX = 4
"""Tolerance of centre lines: for clIoU, and for a crack to count as found."""
HIT_SHARE = 0.5
"""A true crack is found when this share of its centre line has something found beside it."""


@dataclass(frozen=True, slots=True)
class Target:
    """One true crack, as traced in the true mask.

    `width_px` is its mean width and `length_px` its length. `shown` is the share (0..1) of its centre line that lies
    within 4 px of a finding, `predicted` the share within 4 px of any pixel of at least the threshold.
    """

    width_px: float
    length_px: float
    shown: float
    predicted: float

    @property
    def hit(self) -> bool:
        """Whether a reviewer is shown this crack."""
        return self.shown >= HIT_SHARE


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """One photo, counted.

    `pixels` is its size, `seconds` the network's time. `strict`, `near2` and `near4` compare pixels with 0, 2 and
    4 px of tolerance, `lines` centre lines at 4 px. `histogram` is int64 (2, 256): pixels by level, off and on the
    true mask. `findings` are the areas, in pixels, of the cracks that daily use would show; `components` counts the
    touching pieces of the thresholded mask. `targets_px` is the area of the true cracks that became targets.
    `collection` is true for a photo of a crack-free collection, which stands beside the split and not in it.
    """

    set: str
    stem: str
    group: str
    pixels: int
    seconds: float
    strict: PixelCounts
    near2: PixelCounts
    near4: PixelCounts
    lines: PixelCounts
    histogram: NDArray[np.int64]
    findings: tuple[int, ...] = ()
    components: int = 0
    targets: tuple[Target, ...] = ()
    targets_px: int = 0
    collection: bool = False

    @property
    def cracked(self) -> bool:
        """Whether the true mask holds a crack pixel."""
        return self.strict.tp + self.strict.fn > 0

    @property
    def megapixels(self) -> float:
        """Size in millions of pixels."""
        return self.pixels / 1e6

    @property
    def dice(self) -> float:
        """Dice score of this photo as crack_segmentation's `evaluate_unet.py` takes it.

        (2 tp + e) / (2 tp + fp + fn + e) with e = 1e-15. Of an empty truth that makes 1 where nothing is predicted
        and about 0 where anything is.
        """
        return _softened(2 * self.strict.tp, self.strict.fp + self.strict.fn)

    @property
    def iou(self) -> float:
        """Jaccard index of this photo, softened in the same way as `dice`."""
        return _softened(self.strict.tp, self.strict.fp + self.strict.fn)


def _softened(right: int, wrong: int) -> float:
    return (right + 1e-15) / (right + wrong + 1e-15)
