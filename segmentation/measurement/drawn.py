"""Cracks from what a person drew: a line along one that was missed, a painted mask, a cut, a join.

All masks are bool (height, width) of the photo or of a window of it, all cracks in its pixels. What hangs together is
one crack; pieces with a gap that the map half believes in stay one, as when a network's map is traced (`gaps.py`). A
crack's confidence stays what the network gives it: the mean of the map under the mask, or 1 where there is no map.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label
from scipy.spatial import KDTree

from segmentation.errors import CutMisses, NothingDrawn, TooFarApart, TooManyPieces
from segmentation.measurement.geometry import Points, resample
from segmentation.measurement.slits import Calibration
from segmentation.measurement.snapping import paint_line, pixels_along, snap_line, widths_seen
from segmentation.measurement.tracing import Believed, Rules, trace_by
from segmentation.results import Crack
from segmentation.run_lengths import decode_runs

MIN_LENGTH_PX = 3.0
CUT_PX = 1.0
"""Half the width of a cut: thin, and yet no two pixels touch across it."""
CUT_IN_MAP_PX = 4.0
"""Nothing this near to a cut closes the gap again."""
LONGEST_GAP_PX = 200.0
MOST_PIECES = 100

Mask = NDArray[np.bool_]
EIGHT = np.ones((3, 3), bool)


@dataclass(frozen=True, slots=True)
class Canvas:
    """What is drawn on: the photo, RGB uint8 (height, width, 3), what its greys mean, and what a network saw there.

    `probability` is uint8 (height, width), None where no map is left; `threshold` is its level for crack, 0..1.
    """

    pixels: NDArray[np.uint8]
    calibration: Calibration
    probability: NDArray[np.uint8] | None = None
    threshold: float = 0.5


def trace_line(canvas: Canvas, line: Points) -> tuple[Crack, ...]:
    """The crack along a line (n, 2) drawn by hand, some pixels off; its widths are the photo's, or there are none.

    Where no darker line lies beside it, the drawn line itself is the crack, a pixel wide. Raises NothingDrawn.
    """
    height, width = canvas.pixels.shape[:2]
    # Along the photo's border the centre line of the outermost pixels is meant.
    snapped = np.clip(snap_line(canvas.pixels, line, canvas.calibration), 0.5, (width - 0.5, height - 0.5))
    mask = paint_line(snapped, widths_seen(canvas.pixels, snapped, canvas.calibration), (height, width))
    return _some(_trace(canvas, mask, photo_only=True))


def trace_painted(
    canvas: Canvas, before: Mask, box: tuple[int, int, int, int], runs: Sequence[int]
) -> tuple[Crack, ...]:
    """The cracks in a mask that is what was painted inside `box`, and `before` outside of it; the longest first.

    Raises NothingDrawn where no line is left, TooManyPieces.
    """
    x0, y0, x1, y1 = box
    mask = before.copy()
    mask[y0:y1, x0:x1] = decode_runs(box, runs)
    unpainted = np.zeros_like(mask)
    unpainted[y0:y1, x0:x1] = ~mask[y0:y1, x0:x1]
    if label(mask, EIGHT)[1] > MOST_PIECES:
        raise TooManyPieces(limit=MOST_PIECES)
    # A brush is coarse; what it adds to nothing is measured in the photo alone.
    return _some(_trace(canvas, mask, never=unpainted, photo_only=not before.any()))


def split(canvas: Canvas, mask: Mask, cut: Points) -> tuple[Crack, ...]:
    """The pieces that a cut along a line (n, 2) leaves of a crack. Raises CutMisses where it leaves one piece."""
    cut_away = mask & ~_near(mask.shape, cut, CUT_PX)
    pieces = _trace(canvas, cut_away, never=_near(mask.shape, cut, CUT_IN_MAP_PX))
    if len(pieces) < 2 or len(pieces) <= len(_trace(canvas, mask)):
        raise CutMisses
    return pieces


def merge(canvas: Canvas, masks: Sequence[Mask], *, photo_only: bool = False) -> tuple[Crack, ...]:
    """Several cracks as one; pieces that do not touch are joined by straight lines, a pixel wide, the nearest first.

    With `photo_only` one of them was drawn by hand, and widths are those that the photo shows. Raises TooFarApart where
    a gap is longer than LONGEST_GAP_PX or than what it joins.
    """
    mask = np.logical_or.reduce(masks)
    return _some(_trace(canvas, _bridged(mask), photo_only=photo_only))


def _trace(canvas: Canvas, mask: Mask, *, never: Mask | None = None, photo_only: bool = False) -> tuple[Crack, ...]:
    rules = Rules(MIN_LENGTH_PX, min_elongation=0.0, whole=True, photo_only=photo_only)
    drawn = mask.astype(np.uint8) * np.uint8(255)
    level = max(1, round(canvas.threshold * 255))
    believed = drawn
    if canvas.probability is not None:
        believed = np.where(mask, np.uint8(255), np.minimum(canvas.probability, level - 1))
    if never is not None:
        # Also where the mask is: its pixels on both sides of a cut would be believed across it.
        believed = np.where(never, np.uint8(0), believed)
    cracks = trace_by(rules, drawn, 0.5, Believed(believed, level), canvas.pixels, canvas.calibration)
    return tuple(replace(crack, confidence=_confidence(canvas, crack)) for crack in cracks)


def _confidence(canvas: Canvas, crack: Crack) -> float:
    if canvas.probability is None:
        return 1.0
    x0, y0, x1, y1 = crack.box
    return float(canvas.probability[y0:y1, x0:x1][decode_runs(crack.box, crack.mask_runs)].mean() / 255)


def _some(cracks: tuple[Crack, ...]) -> tuple[Crack, ...]:
    if not cracks:
        raise NothingDrawn
    return cracks


def _near(shape: tuple[int, ...], line: Points, reach: float) -> Mask:
    """The pixels whose centres are within `reach` of a line."""
    near = np.zeros(shape, bool)
    for centres, _away, _nearest in pixels_along(resample(line, 0.25), reach, shape):
        columns, rows = np.floor(centres).astype(int).T
        near[rows, columns] = True
    return near


def _bridged(mask: Mask) -> Mask:
    """The mask with straight lines between its pieces, the shortest first, until all hang together."""
    mask = mask.copy()
    while True:
        pieces, count = label(mask, EIGHT)
        if count < 2:
            return mask
        one, other, gap = _nearest(pieces, count)
        limit = min(LONGEST_GAP_PX, _extent(pieces, one) + _extent(pieces, other))
        if gap.length > limit:
            raise TooFarApart(gap=gap.length, limit=limit)
        points = np.linspace(gap.start, gap.stop, int(np.ceil(2 * gap.length)) + 1)
        columns, rows = np.floor(points).astype(int).T
        mask[rows, columns] = True


@dataclass(frozen=True, slots=True)
class _Gap:
    start: Points
    stop: Points
    length: float


def _nearest(pieces: NDArray[np.int32], count: int) -> tuple[int, int, _Gap]:
    """The two pieces that lie nearest to each other, and the gap between them."""
    rows, columns = np.nonzero(pieces)
    owner, centres = pieces[rows, columns], np.column_stack((columns, rows)) + 0.5
    best: tuple[int, int, _Gap] | None = None
    for piece in range(1, count):
        # Each pair once: those after this one.
        own, others = owner == piece, owner > piece
        away, index = KDTree(centres[others]).query(centres[own])
        place = int(away.argmin())
        if best is None or away[place] < best[2].length:
            at = index[place]
            gap = _Gap(centres[own][place], centres[others][at], float(away[place]))
            best = piece, int(owner[others][at]), gap
    assert best is not None
    return best


def _extent(pieces: NDArray[np.int32], piece: int) -> float:
    rows, columns = np.nonzero(pieces == piece)
    return float(np.hypot(np.ptp(rows) + 1, np.ptp(columns) + 1))
