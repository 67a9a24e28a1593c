"""Short gaps that a network leaves in a crack: closed where two ends look at each other and the map half believes it.

What is closed is the line, not the mask: the crack is one finding with its full length, and its mask stays what the
threshold makes of the map. A map of 0 and 255 alone has nothing between to believe in, and no gap in it is closed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.spatial import KDTree

from segmentation.measurement.geometry import Points, direction
from segmentation.measurement.graph import Arm, Branch, Graph

LONGEST_PX = 30.0
"""From one end of the mask to the other."""
LARGEST_MISS_DEG = 25.0
"""By which each end may look past the other."""
LARGEST_TURN_DEG = 40.0
"""By which the two may differ in direction: a bend shares its turn between both ends."""
LOOK_BACK_PX = 15.0
MIN_BRANCH_PX = 8.0
"""A shorter piece has no direction."""
RAISED, LEAST = 0.3, 0.1
"""Shares of the threshold that the map between the ends has in the median, and everywhere."""
ASIDE_PX = 2
"""The crack between two ends may run this far beside the straight line."""


@dataclass(frozen=True, slots=True)
class _End:
    """A free end of a branch: its node, its place, the way it looks, half the mask's width there."""

    node: int
    arm: Arm
    place: Points
    outward: Points
    half_width: float


def close_gaps(graph: Graph, probability: NDArray[np.uint8], level: float) -> list[tuple[Points, Points]]:
    """Join branches across gaps, in place, the shortest gaps first; returns the two ends of each gap that was closed.

    `level` (0..255) is the map's level for crack.
    """
    ends = _ends(graph)
    if len(ends) < 2:
        return []
    places = np.array([end.place for end in ends])
    widest = max(end.half_width for end in ends)
    pairs = KDTree(places).query_pairs(LONGEST_PX + 2 * widest, output_type="ndarray")
    gaps = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T)
    closed: list[tuple[Points, Points]] = []
    taken: set[int] = set()
    for one, other in pairs[np.argsort(gaps, kind="stable")].tolist():
        if one in taken or other in taken or not _belong_together(ends[one], ends[other]):
            continue
        if _is_raised(probability, ends[one].place, ends[other].place, level):
            taken.update((one, other))
            closed.append((ends[one].place, ends[other].place))
            _join(graph, ends[one], ends[other])
    return closed


def _ends(graph: Graph) -> list[_End]:
    lonely = ((node, arms[0]) for node, arms in graph.arms.items() if len(arms) == 1)
    return [_end(graph, node, arm) for node, arm in lonely if arm.branch.length >= MIN_BRANCH_PX]


def _end(graph: Graph, node: int, arm: Arm) -> _End:
    half_width = graph.widths[node] / 2
    # The last pixels of a skeleton turn towards a corner of the mask.
    inward = direction(arm.branch.leaving(arm.end), half_width, half_width + LOOK_BACK_PX)
    return _End(node, arm, graph.places[node], -inward, half_width)


def _belong_together(one: _End, other: _End) -> bool:
    if one.arm.branch is other.arm.branch:
        return False
    across = other.place - one.place
    gap = float(np.hypot(*across))
    if not 0 < gap <= LONGEST_PX + one.half_width + other.half_width:
        return False
    misses = one.outward @ across / gap, -other.outward @ across / gap
    straight = min(misses) >= np.cos(np.radians(LARGEST_MISS_DEG))
    return bool(straight and -(one.outward @ other.outward) >= np.cos(np.radians(LARGEST_TURN_DEG)))


def _is_raised(probability: NDArray[np.uint8], start: Points, stop: Points, level: float) -> bool:
    """Whether the map along the gap, at its highest nearby, is raised all the way."""
    gap = np.hypot(*(stop - start))
    along = np.linspace(0, 1, max(3, int(np.ceil(gap)) + 1))[:, None, None]
    across = np.array([start[1] - stop[1], stop[0] - start[0]]) / gap
    points = start + (stop - start) * along + across * np.arange(-ASIDE_PX, ASIDE_PX + 1)[:, None]
    values = map_coordinates(
        probability, (points[..., 1] - 0.5, points[..., 0] - 0.5), output=np.float32, order=1, mode="nearest"
    ).max(axis=1)
    between = values[values < level]
    return between.size == 0 or bool(np.median(between) >= RAISED * level and between.min() >= LEAST * level)


def _join(graph: Graph, one: _End, other: _End) -> None:
    graph.add(Branch(np.array([one.place, other.place]), (one.node, other.node)))
    for node in (one.node, other.node):
        graph.join(node)
