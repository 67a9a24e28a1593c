"""How cracks run: a base line that wanders, jagged at every scale down to the grain, opened by a slowly changing width.

All lengths are millimetres on the wall; a step is short enough that a pixel shows no corner. The two faces of a crack
are the same jagged line moved apart across the base line, as when concrete is pulled open; chips make one face recede.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segmentation.drawing.truth import CrackShape, Points

Numbers = np.random.Generator

JAG_WAVES_MM = (160.0, 75.0, 34.0, 16.0, 7.5, 3.6, 1.7)


@dataclass(frozen=True, slots=True)
class Walk:
    """A crack to be. `heading` in radians, 0 along x, y down; `width_mm` about the widest opening.

    `wander` is how far the base line turns (radians), `jag` how rough it is (1 is usual); `forks` the mean number of
    branches; `fades_in` tells whether the start is a tip too. `growth` is how much of length and width the crack gains
    between age 0 and age 1, each 0..1.
    """

    name: str
    start: tuple[float, float]
    heading: float
    length_mm: float
    width_mm: float
    kind: str = "structural"
    wander: float = 0.35
    jag: float = 1.0
    forks: float = 1.0
    fades_in: bool = True
    growth: tuple[float, float] = (0.0, 0.0)
    parent: str | None = None


def run_walk(numbers: Numbers, walk: Walk, step_mm: float, age: float) -> Iterator[CrackShape]:
    """The crack at `age` (0..1) and its branches, in millimetres. The same numbers give the same crack at every age."""
    count = max(int(walk.length_mm / step_mm), 8)
    station = np.arange(count + 1, dtype=np.float64) * step_mm
    base, normal = _base_line(numbers, walk, station)
    path = base + normal * _jags(numbers, station, walk.jag)[:, None]
    opening = walk.width_mm * _opening(numbers, station)
    chips = _chips(numbers, station, opening)
    forks = list(_forks(numbers, walk, station, path, opening))
    contrast = float(np.clip(0.66 + 0.16 * walk.width_mm + numbers.normal(0, 0.05), 0.45, 0.95))

    reach = 1.0 - walk.growth[0] * (1.0 - age)
    kept = round(count * reach)
    if kept < 4:
        return
    widening = 1.0 - walk.growth[1] * (1.0 - age)
    cut = slice(0, kept + 1)
    open_share = widening * _tips(station[cut], walk)
    left = path[cut] - normal[cut] * (open_share * (opening[cut] / 2 + chips[0][cut]))[:, None]
    right = path[cut] + normal[cut] * (open_share * (opening[cut] / 2 + chips[1][cut]))[:, None]
    yield CrackShape(walk.name, left, right, contrast, walk.kind, walk.parent)
    for place, child, branch_numbers in forks:
        if place < reach:
            yield from run_walk(branch_numbers, child, step_mm, age)


def _base_line(numbers: Numbers, walk: Walk, station: NDArray[np.float64]) -> tuple[Points, Points]:
    turn = _knotted(numbers, station, 220.0, smooth=True) * walk.wander
    turn += _knotted(numbers, station, 70.0, smooth=True) * walk.wander * 0.5
    heading = walk.heading + turn - turn[0] * 0.7
    step = station[1] - station[0]
    x = walk.start[0] + np.concatenate([[0.0], np.cumsum(np.cos(heading[:-1]) * step)])
    y = walk.start[1] + np.concatenate([[0.0], np.cumsum(np.sin(heading[:-1]) * step)])
    return np.stack([x, y], axis=1), np.stack([-np.sin(heading), np.cos(heading)], axis=1)


def _jags(numbers: Numbers, station: NDArray[np.float64], jag: float) -> NDArray[np.float64]:
    """Sideways offset with corners at every scale; it starts at zero, so that a branch starts on its parent."""
    total = np.zeros_like(station)
    for wave in JAG_WAVES_MM:
        noise = _knotted(numbers, station, wave)
        total += jag * 0.085 * wave**0.92 * noise
    return total - total[0]


def _opening(numbers: Numbers, station: NDArray[np.float64]) -> NDArray[np.float64]:
    """Relative width along a crack, about 0.35 to 1.3: slow swelling, finer unevenness, a few places pinched shut."""
    slow = 0.85 + 0.22 * _knotted(numbers, station, 90.0, smooth=True)
    fine = 1.0 + 0.10 * _knotted(numbers, station, 9.0) + 0.08 * _knotted(numbers, station, 2.5)
    pinch = 1.0 - 0.6 * np.clip(_knotted(numbers, station, 40.0, smooth=True) - 1.3, 0.0, 1.0)
    return np.clip(slow * fine * pinch, 0.2, 1.5)


def _chips(numbers: Numbers, station: NDArray[np.float64], opening: NDArray[np.float64]) -> NDArray[np.float64]:
    """Broken corners, (2, N): how far each face recedes. Wide cracks have more and larger ones."""
    recess = np.zeros((2, len(station)))
    for _chip in range(numbers.poisson(station[-1] / 60.0)):
        place, face = numbers.uniform(0, station[-1]), int(numbers.integers(2))
        depth = numbers.uniform(0.3, 1.2) * float(np.interp(place, station, opening))
        before, after = numbers.uniform(1.0, 4.0, 2) * depth + 0.5
        rise = 1 - (place - station) / before
        fall = 1 - (station - place) / after
        recess[face] = np.maximum(recess[face], depth * np.clip(np.minimum(rise, fall), 0, 1))
    return recess


def _tips(station: NDArray[np.float64], walk: Walk) -> NDArray[np.float64]:
    """1 in the middle; towards a tip the width goes down to a sixth within a fifth of the length."""
    fade = max(0.22 * station[-1], 1e-6)
    share = np.clip((station[-1] - station) / fade, 0, 1)
    if walk.fades_in:
        share = np.minimum(share, np.clip(station / fade, 0, 1))
    return 0.16 + 0.84 * np.sqrt(share)


def _forks(
    numbers: Numbers, walk: Walk, station: NDArray[np.float64], path: Points, opening: NDArray[np.float64]
) -> Iterator[tuple[float, Walk, Numbers]]:
    """Branches: the share of the length at which each leaves, its walk, and numbers of its own."""
    for number in range(1, int(numbers.poisson(walk.forks)) + 1):
        place = float(numbers.uniform(0.12, 0.85))
        index = int(place * (len(station) - 1))
        ahead = path[min(index + 12, len(path) - 1)] - path[max(index - 12, 0)]
        side = numbers.choice([-1.0, 1.0]) * numbers.uniform(0.35, 1.15)
        child = replace(
            walk,
            name=f"{walk.name}.{number}",
            parent=walk.name,
            start=(float(path[index, 0]), float(path[index, 1])),
            heading=float(np.arctan2(ahead[1], ahead[0]) + side),
            length_mm=walk.length_mm * float(numbers.uniform(0.12, 0.4)),
            width_mm=walk.width_mm * float(opening[index] / opening.max() * numbers.uniform(0.35, 0.75)),
            forks=walk.forks * 0.3,
            fades_in=False,
        )
        yield place, child, np.random.Generator(np.random.SFC64(int(numbers.integers(2**63))))


def _knotted(numbers: Numbers, station: NDArray[np.float64], wave: float, smooth: bool = False) -> NDArray[np.float64]:
    """Noise along a line with unevenly spaced knots about `wave` / 2 apart: corners by default, curves if `smooth`."""
    gap = wave / 2
    count = int(station[-1] / gap * 1.6) + 6
    knots = np.cumsum(numbers.uniform(0.45, 1.55, count)) * gap - 2 * gap
    # Heavy tails: most corners are slight, a few are sharp, as where a crack goes around a stone.
    heights = numbers.normal(0, 1, count) if smooth else numbers.laplace(0, 0.7, count)
    if not smooth:
        return np.interp(station, knots, heights)
    place = np.clip(np.searchsorted(knots, station, side="right") - 1, 0, count - 2)
    share = np.clip((station - knots[place]) / (knots[place + 1] - knots[place]), 0, 1)
    share = share * share * (3 - 2 * share)
    return heights[place] * (1 - share) + heights[place + 1] * share
