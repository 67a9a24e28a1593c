"""From a map of crack probabilities to cracks with path, length, width and orientation.

What is in a crack's mask: pixels of at least the threshold that touch each other and hang together with a pixel
that is surer than that (threshold + a quarter of what is left to 1), in a piece that is long enough and longer
than wide. Pieces with a short gap between them that the map half believes in are one crack (`gaps.py`). The mask
of a photo is the union of its cracks' masks, and no pixel belongs to two cracks: where cracks cross, each pixel
goes to the nearest centre line.
"""

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from segmentation.measurement.chains import Chain, count_arms, trace_chains
from segmentation.measurement.gaps import close_gaps
from segmentation.measurement.geometry import Points, orientation_deg, path_length, simplify
from segmentation.measurement.graph import mend
from segmentation.measurement.greys import CAMERA
from segmentation.measurement.lines import Line, finish_line
from segmentation.measurement.profiles import Ruler, summarise
from segmentation.measurement.raster import Raster
from segmentation.measurement.regions import Regions, close_holes, find_regions
from segmentation.measurement.skeleton import trace_graph
from segmentation.measurement.slits import Calibration
from segmentation.measurement.thinning import thin
from segmentation.measurement.widths import Clearance
from segmentation.results import Crack
from segmentation.run_lengths import runs_from_positions

MIN_LENGTH_PX = 20.0
MIN_ELONGATION = 3.0
"""A finding is at least this many times longer than wide; less is a stain or a hole."""
SURE_SHARE = 0.25
SIMPLIFY_PX = 0.5

Pixels = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows and columns."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as a crack: how long in pixels, how many times longer than wide.

    With `whole` everything that hangs together is one crack, also where lines cross. `by_hand`, bool (height, width),
    is where a person painted or rubbed out: widths there are those that the photo shows, since the edges of a brush are
    nobody's measurement.
    """

    min_length_px: float = MIN_LENGTH_PX
    min_elongation: float = MIN_ELONGATION
    whole: bool = False
    by_hand: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Believed:
    """What may close a gap: a map of probabilities, uint8 (height, width), and its level for crack, 0..255."""

    probability: NDArray[np.uint8]
    level: float


def trace_cracks(
    probability: NDArray[np.uint8],
    *,
    threshold: float,
    min_length_px: float = MIN_LENGTH_PX,
    pixels: NDArray[np.uint8] | None = None,
    calibration: Calibration = CAMERA,
) -> tuple[Crack, ...]:
    """Trace every crack of a photo, the longest first.

    `probability` is uint8 (height, width), 0..255 for 0..1; `threshold` is 0..1. Cracks shorter than
    `min_length_px` are left out. Lengths, widths and points are pixels of the map, the centre of the first pixel
    at (0.5, 0.5). `pixels` is the photo itself, RGB uint8 (height, width, 3): with it the widths of narrow cracks come
    from its grey values by `calibration`, without it all widths are those between the edges in the map.

    The length is that of the smoothed centre line with its side branches, from edge to edge of the mask. The mask's
    mean width is area / length, its maximum that of profiles across the line (`widths.py`) away from junctions. The
    measured widths are described in `profiles.py`. Raises ValueError for a photo of another size.
    """
    if pixels is not None and pixels.shape != (*probability.shape, 3):
        raise ValueError(f"A map of shape {probability.shape} does not belong to a photo of shape {pixels.shape}.")
    rules = Rules(min_length_px)
    return trace_by(rules, probability, threshold, Believed(probability, threshold * 255), pixels, calibration)


def trace_by(
    rules: Rules,
    probability: NDArray[np.uint8],
    threshold: float,
    gaps: Believed,
    pixels: NDArray[np.uint8] | None,
    calibration: Calibration,
) -> tuple[Crack, ...]:
    """Trace by other rules than those for a network's map; the rest as in `trace_cracks`."""
    level = max(1, math.ceil(threshold * 255 - 1e-9))
    sure = math.ceil((threshold + (1 - threshold) * SURE_SHARE) * 255)
    # A diagonal line of one pixel in each row is 1.4 times longer than it has pixels.
    regions = find_regions(probability, level=level, sure=sure, min_pixels=rules.min_length_px / 1.5)
    if len(regions.runs) == 0:
        return ()
    raster = regions.raster()
    close_holes(raster.mask)
    positions = np.flatnonzero(raster.cells)
    clearance = Clearance(raster, positions)
    graph = trace_graph(raster, thin(raster, positions), clearance)
    # Thinned in place and filled again: a copy of the photo's size would be the largest thing in memory.
    raster.cells[positions] = 1
    mend(graph)
    regions = regions.joined(close_gaps(graph, gaps.probability, gaps.level))
    by_region = defaultdict(list)
    for chains in trace_chains(graph):
        # Finishing adds about one width. Where that is half the length and more, the piece is no crack.
        if sum(chain.length for chain in chains) > rules.min_length_px / 2:
            by_region[_region(regions, chains[0])].append(chains)
    ruler = Ruler(probability, threshold * 255, raster, pixels, calibration, rules.by_hand)
    cracks = []
    for region, members in by_region.items():
        drafts = [_draft(chains, raster, clearance) for chains in members]
        drafts = [_joined(drafts)] if rules.whole else drafts
        cracks += _cracks_of_region(drafts, regions.pixels(region), ruler, rules)
    return tuple(sorted(cracks, key=lambda crack: -crack.length_px))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A crack before it is known which pixels are its own: main line first."""

    lines: list[Line]
    length: float
    arms: int
    closed: bool


def _draft(chains: list[Chain], raster: Raster, clearance: Clearance) -> _Draft:
    lines = [finish_line(chain, raster, clearance) for chain in chains]
    return _Draft(lines, sum(path_length(line.points) for line in lines), count_arms(chains), chains[0].closed)


def _joined(drafts: list[_Draft]) -> _Draft:
    """All that hangs together as one: the longest of the main lines stays the main line."""
    first, *others = sorted(drafts, key=lambda draft: -draft.length)
    lines = [*first.lines, *(line for other in others for line in other.lines)]
    return _Draft(lines, sum(d.length for d in drafts), sum(d.arms for d in drafts), first.closed)


def _region(regions: Regions, chain: Chain) -> int:
    # A point may lie in a hole that was closed, or between the pixels of a junction; the line as a whole does not.
    columns, rows = np.floor(chain.points).astype(np.int64).T
    return regions.of(rows, columns)


def _cracks_of_region(drafts: list[_Draft], pixels: Pixels, ruler: Ruler, rules: Rules) -> list[Crack]:
    long_enough = [draft for draft in drafts if draft.length >= rules.min_length_px]
    cracks = []
    for draft, own in zip(long_enough, _share_out(pixels, long_enough), strict=True):
        if own[0].size and draft.length**2 >= rules.min_elongation * own[0].size:
            cracks.append(_crack(draft, own, ruler))
    return cracks


def _share_out(pixels: Pixels, drafts: list[_Draft]) -> list[Pixels]:
    """Give each pixel of a region to the draft whose line is nearest."""
    if len(drafts) < 2:
        return [pixels] * len(drafts)
    points = [np.concatenate([line.points for line in draft.lines]) for draft in drafts]
    owner = np.repeat(np.arange(len(drafts)), [len(group) for group in points])
    rows, columns = pixels
    _, nearest = KDTree(np.concatenate(points)).query(np.column_stack((columns, rows)) + 0.5)
    mine = owner[nearest]
    return [(rows[mine == number], columns[mine == number]) for number in range(len(drafts))]


def _crack(draft: _Draft, pixels: Pixels, ruler: Ruler) -> Crack:
    rows, columns = pixels
    x0, y0 = int(columns.min()), int(rows.min())
    x1, y1 = int(columns.max()) + 1, int(rows.max()) + 1
    width_mean = rows.size / draft.length
    main, *sides = [line.points for line in draft.lines]
    profile = ruler.profile(draft.lines)
    return Crack(
        path=_as_path(main),
        branches=tuple(_as_path(side) for side in sides),
        length_px=draft.length,
        width_mean_px=width_mean,
        width_max_px=max(width_mean, *(line.width_max for line in draft.lines)),
        orientation_deg=orientation_deg((main, *sides)),
        area_px=rows.size,
        confidence=float(ruler.probability[rows, columns].mean() / 255),
        box=(x0, y0, x1, y1),
        mask_runs=runs_from_positions((rows - y0) * (x1 - x0) + columns - x0, (y1 - y0) * (x1 - x0)),
        arms=draft.arms,
        tortuosity=None if draft.closed else _tortuosity(main),
        widths=summarise(profile, ruler.calibration.median_share if ruler.pixels is not None else 1.0),
        profile=profile,
    )


def _tortuosity(points: Points) -> float | None:
    apart = math.dist(points[0], points[-1])
    return path_length(points) / apart if apart >= 1 else None


def _as_path(points: Points) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in simplify(points, SIMPLIFY_PX))
