"""Which cracks a wall has: each scene cracks in its own way. All lengths are millimetres from the photo's corner."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.spatial import Voronoi

from segmentation.drawing.truth import CrackShape, Points
from segmentation.drawing.walks import Numbers, Walk, run_walk
from segmentation.drawing.wall import MARGIN, Wall

Recipe = Callable[[Numbers, float, float], Iterator[Walk]]
DOWN = np.pi / 2


def crack_wall(
    wall: Wall, scene: str, age: float, openings: tuple[tuple[float, float, float], ...]
) -> list[CrackShape]:
    """The scene's cracks at `age` (0..1), in photo pixels of a camera that stands straight.

    `openings` are x, y, radius of holes from which shrinkage cracks run.
    """
    numbers = wall.stream("cracks", scene)
    step = max(0.8, 1.2 * wall.mm_per_pixel)
    width, height = wall.size_mm
    shapes: list[CrackShape] = []
    walks = list(_RECIPES[scene](numbers, width, height)) if scene in _RECIPES else []
    walks += _around(numbers, openings, min(width, height))
    for number, walk in enumerate(walks, start=1):
        own = wall.stream("crack", number)
        shapes += run_walk(own, _named(own, walk, f"c{number}"), step, age)
    if scene == "parapet":
        shapes += _map_cracks(wall.stream("map"), width, height, step)
    in_photo = [_scaled(shape, 1 / wall.mm_per_pixel) for shape in shapes]
    return [shape for shape in in_photo if _near(shape, wall)]


def _named(numbers: Numbers, walk: Walk, name: str) -> Walk:
    """Four cracks in ten grow between two visits; a few of the thin ones were not there at all."""
    fate = numbers.uniform()
    growth = (0.0, 0.0)
    if fate < 0.4:
        growth = (float(numbers.uniform(0.12, 0.4)), float(numbers.uniform(0.1, 0.4)))
    elif fate < 0.55 and walk.width_mm < 0.7:
        growth = (1.0, 0.5)
    fields = {field: getattr(walk, field) for field in Walk.__slots__}
    return Walk(**{**fields, "name": name, "growth": growth})


def _pier(numbers: Numbers, width: float, height: float) -> Iterator[Walk]:
    start = (width * float(numbers.uniform(0.25, 0.7)), -0.05 * height)
    length = height * float(numbers.uniform(0.75, 1.35))
    lean = float(numbers.normal(DOWN, 0.14))
    yield Walk("", start, lean, length, float(numbers.uniform(0.7, 2.6)), forks=2.5, fades_in=False)
    for _hairline in range(int(numbers.integers(1, 4))):
        yield _hairline_in(numbers, width, height, float(numbers.normal(DOWN, 0.35)))


def _deck_soffit(numbers: Numbers, width: float, height: float) -> Iterator[Walk]:
    along = float(numbers.normal(0, 0.08))
    at = float(numbers.uniform(0.05, 0.3)) * height
    while at < height:
        wide = float(numbers.uniform(0.18, 0.5) if numbers.uniform() < 0.65 else numbers.uniform(0.6, 1.5))
        first = float(numbers.uniform(-0.1, 0.35)) * width
        length = float(numbers.uniform(0.45, 1.1)) * width
        heading = along + float(numbers.normal(0, 0.06))
        yield Walk("", (first, at), heading, length, wide, wander=0.22, forks=0.8, fades_in=first > 0)
        at += float(numbers.uniform(0.22, 0.5)) * height


def _abutment(numbers: Numbers, width: float, height: float) -> Iterator[Walk]:
    from_left = bool(numbers.integers(2))
    start = (width * (-0.04 if from_left else 1.04), height * float(numbers.uniform(0.15, 0.65)))
    heading = float(numbers.uniform(0.15, 0.8))
    heading = heading if from_left else np.pi - heading
    length = width * float(numbers.uniform(0.8, 1.3))
    yield Walk("", start, heading, length, float(numbers.uniform(1.0, 3.6)), wander=0.3, forks=3.0, fades_in=False)
    for _hairline in range(int(numbers.integers(1, 3))):
        yield _hairline_in(numbers, width, height, float(numbers.normal(DOWN, 0.5)))


def _girder(numbers: Numbers, width: float, height: float) -> Iterator[Walk]:
    for place in np.arange(numbers.uniform(0.08, 0.2), 1.0, numbers.uniform(0.16, 0.3)):
        if numbers.uniform() < 0.2:
            continue
        start = (width * float(place + numbers.normal(0, 0.03)), height * 1.03)
        length = height * float(numbers.uniform(0.3, 0.9))
        lean = float(numbers.normal(-DOWN, 0.12))
        yield Walk("", start, lean, length, float(numbers.uniform(0.15, 0.65)), forks=0.4, fades_in=False)
    if numbers.uniform() < 0.75:
        start = (width * float(numbers.uniform(0.0, 0.4)), height * float(numbers.uniform(0.6, 1.0)))
        heading = float(numbers.normal(-0.75, 0.12))
        yield Walk("", start, heading, 0.9 * height, float(numbers.uniform(0.6, 2.0)), wander=0.25, forks=1.5)


def _parapet(numbers: Numbers, width: float, height: float) -> Iterator[Walk]:
    at = float(numbers.uniform(0.1, 0.5)) * width
    while at < width:
        lean = float(numbers.normal(DOWN, 0.08))
        wide = float(numbers.uniform(0.3, 1.8))
        length = height * float(numbers.uniform(0.6, 1.3))
        yield Walk("", (at, -0.04 * height), lean, length, wide, kind="shrinkage", forks=1.2, fades_in=False)
        at += float(numbers.uniform(0.4, 0.8)) * width


def _hairline_in(numbers: Numbers, width: float, height: float, heading: float) -> Walk:
    start = (width * float(numbers.uniform(0.05, 0.95)), height * float(numbers.uniform(0.05, 0.7)))
    length = height * float(numbers.uniform(0.25, 0.6))
    return Walk("", start, heading, length, float(numbers.uniform(0.1, 0.3)), kind="hairline", forks=0.4)


def _around(numbers: Numbers, openings: tuple[tuple[float, float, float], ...], size: float) -> list[Walk]:
    walks = []
    for x, y, radius in openings:
        for corner in numbers.choice([-2.4, -0.8, 0.75, 2.35], int(numbers.integers(2, 4)), replace=False):
            angle = float(corner + numbers.normal(0, 0.15))
            start = (x + radius * float(np.cos(angle)), y + radius * float(np.sin(angle)))
            length, wide = size * float(numbers.uniform(0.15, 0.4)), float(numbers.uniform(0.2, 0.9))
            walks.append(Walk("", start, angle, length, wide, kind="shrinkage", forks=0.5, fades_in=False))
    return walks


def _map_cracks(numbers: Numbers, width: float, height: float, step: float) -> Iterator[CrackShape]:
    """A patch of map cracking: the sides of an uneven honeycomb, widest in the middle of the patch."""
    centre = np.array([width * numbers.uniform(0.2, 0.8), height * numbers.uniform(0.3, 0.8)])
    reach = min(width, height) * float(numbers.uniform(0.2, 0.42))
    mesh = float(numbers.uniform(38, 75))
    widest = float(numbers.uniform(0.35, 0.9))
    count = max(int((2.4 * reach / mesh) ** 2), 12)
    cells = Voronoi(centre + numbers.uniform(-1.2 * reach, 1.2 * reach, (count, 2)))
    number = 0
    for start, stop in cells.ridge_vertices:
        luck, own = float(numbers.uniform()), np.random.Generator(np.random.SFC64(int(numbers.integers(2**63))))
        if start < 0 or stop < 0:
            continue
        ends = cells.vertices[[start, stop]]
        away = float(np.hypot(*(ends.mean(axis=0) - centre))) / reach
        length = float(np.hypot(*(ends[1] - ends[0])))
        if away + 0.35 * luck > 1.0 or not 4 * step < length < 4 * mesh:
            continue
        number += 1
        wide = widest * (1.05 - 0.75 * away) * (0.6 + 0.6 * luck)
        yield _side(own, f"m{number}", None if number == 1 else "m1", ends, wide, step)


def _side(numbers: Numbers, name: str, parent: str | None, ends: Points, wide: float, step: float) -> CrackShape:
    """One side of the honeycomb: a short walk, bent so that it ends where the next one starts."""
    across = ends[1] - ends[0]
    length, heading = float(np.hypot(*across)), float(np.arctan2(across[1], across[0]))
    walk = Walk(name, tuple(ends[0]), heading, length, wide, "map", wander=0.2, jag=0.9, forks=0.0, parent=parent)
    shape = next(run_walk(numbers, walk, step, 1.0))
    share = np.linspace(0, 1, len(shape.left))[:, None]
    bend = share * (ends[1] - shape.path[-1])
    return CrackShape(name, shape.left + bend, shape.right + bend, shape.contrast, "map", parent)


def _scaled(shape: CrackShape, factor: float) -> CrackShape:
    return CrackShape(shape.name, shape.left * factor, shape.right * factor, shape.contrast, shape.kind, shape.parent)


def _near(shape: CrackShape, wall: Wall) -> bool:
    """Whether any of the crack may be seen."""
    low, high = shape.path.min(axis=0), shape.path.max(axis=0)
    return bool((high > -MARGIN).all() and (low < (wall.width + MARGIN, wall.height + MARGIN)).all())


_RECIPES: dict[str, Recipe] = {
    "pier": _pier,
    "deck_soffit": _deck_soffit,
    "abutment": _abutment,
    "girder": _girder,
    "parapet": _parapet,
}
