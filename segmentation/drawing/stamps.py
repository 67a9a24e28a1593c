"""Round things of known place in the surface: bug holes, tie holes, rust spots, drain openings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from segmentation.drawing.noise import Field
from segmentation.drawing.wall import MARGIN, Wall

Kind = Literal["pore", "tie", "drain"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """`x`, `y`, `radius` in wall pixels; `stretch` its height over its width; `depth` relative, about 1."""

    kind: Kind
    x: float
    y: float
    radius: float
    stretch: float = 1.0
    depth: float = 1.0
    tone: float = 0.0


class Stamps:
    """Stamps ordered by row, so that a strip finds its own quickly."""

    def __init__(self, stamps: Iterable[Stamp]) -> None:
        self._stamps = sorted(stamps, key=lambda stamp: stamp.y)
        self._y = np.array([stamp.y for stamp in self._stamps])
        self._reach = max((_reach(stamp) for stamp in self._stamps), default=0)

    def add(self, first: int, last: int, height: Field, tone: Field, rough: Field) -> None:
        """Add to rows [first, last). `rough` is noise of the same rows: it makes outlines uneven."""
        start, stop = np.searchsorted(self._y, (first - self._reach, last + self._reach))
        for stamp in self._stamps[start:stop]:
            reach = _reach(stamp)
            rows = slice(max(int(stamp.y) - reach, first), min(int(stamp.y) + reach + 1, last))
            columns = slice(max(int(stamp.x) - reach, 0), min(int(stamp.x) + reach + 1, tone.shape[1]))
            if rows.start >= rows.stop or columns.start >= columns.stop:
                continue
            y = (np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + np.float32(0.5 - stamp.y)) / np.float32(
                stamp.stretch
            )
            x = np.arange(columns.start, columns.stop, dtype=np.float32)[None, :] + np.float32(0.5 - stamp.x)
            here = (slice(rows.start - first, rows.stop - first), columns)
            away = np.sqrt(x * x + y * y) / np.float32(stamp.radius)
            _SHAPES[stamp.kind](stamp, away, height[here], tone[here], rough[here])


def scatter_pores(wall: Wall, *, per_m2: float, radius_mm: float, clumping: Field) -> list[Stamp]:
    """Bug holes: small ones by far the most, crowded where `clumping` (coarse, mean 0) is high."""
    numbers = wall.stream("pores")
    count = int(min(per_m2 * wall.area_m2, 60_000))
    x, y = numbers.uniform(0, wall.columns, count), numbers.uniform(0, wall.lines, count)
    crowd = clumping[(y // wall.cell).astype(int), (x // wall.cell).astype(int)]
    kept = numbers.uniform(0, 1, count) < np.clip(0.45 + 0.45 * crowd, 0.04, 1)
    radius = wall.px(radius_mm) * np.clip(numbers.pareto(2.6, count) + 0.35, 0.35, 5.0)
    stretch, depth = numbers.uniform(0.75, 1.2, count), numbers.uniform(0.35, 1.0, count)
    return [
        Stamp("pore", float(x[i]), float(y[i]), float(radius[i]), float(stretch[i]), float(depth[i]))
        for i in np.flatnonzero(kept & (radius > 0.45))
    ]


def place_stamp(wall: Wall, kind: Kind, at_mm: tuple[float, float], radius_mm: float, tone: float = 0.0) -> Stamp:
    """A stamp at x, y in mm from the photo's corner."""
    x, y = (MARGIN + wall.px(part) for part in at_mm)
    return Stamp(kind, x, y, wall.px(radius_mm), tone=tone)


def _reach(stamp: Stamp) -> int:
    return int(stamp.radius * max(stamp.stretch, 1) * 1.8) + 2


def _pore(stamp: Stamp, away: Field, height: Field, tone: Field, rough: Field) -> None:
    uneven = away * (1 + np.float32(0.10) * rough)
    soft = np.float32(1.0 / max(stamp.radius, 0.7))
    hollow = np.clip((1 - uneven) / soft * np.float32(0.6) + np.float32(0.5), 0, 1)
    bowl = np.clip(1 - uneven * uneven, 0, 1)
    height -= np.float32(min(0.8 * stamp.radius, 3.5) * stamp.depth) * np.sqrt(bowl)
    tone -= np.float32(0.52 * stamp.depth) * hollow * (np.float32(0.5) + np.float32(0.5) * bowl)


def _tie(stamp: Stamp, away: Field, height: Field, tone: Field, rough: Field) -> None:
    """A cone hole, filled with mortar a little below the surface: another tone, a dark ring, a soft lip."""
    uneven = away * (1 + np.float32(0.025) * rough)
    edge = np.float32(1.6 / stamp.radius)
    plug = np.clip((1 - uneven) / edge + np.float32(0.5), 0, 1)
    ring = np.clip(1 - np.abs(uneven - np.float32(0.97)) / np.float32(0.09), 0, 1)
    lip = np.clip(1 - np.abs(uneven - np.float32(1.18)) / np.float32(0.22), 0, 1)
    height -= np.float32(min(0.35 * stamp.radius, 6.0) * stamp.depth) * plug
    height += np.float32(0.8) * lip
    tone += plug * (np.float32(stamp.tone) + np.float32(0.05) * rough)
    tone -= np.float32(0.42) * ring * (np.float32(0.8) + np.float32(0.3) * rough)
    tone -= np.float32(0.07) * lip


def _drain(stamp: Stamp, away: Field, height: Field, tone: Field, rough: Field) -> None:
    """An open pipe: nearly black inside, a plastic rim, rough mortar around it."""
    edge = np.float32(1.5 / stamp.radius)
    hole = np.clip((np.float32(0.86) - away) / edge + np.float32(0.5), 0, 1)
    rim = np.clip((1 - away) / edge + np.float32(0.5), 0, 1) * (1 - hole)
    mortar = np.clip((np.float32(1.35) - away * (1 + np.float32(0.06) * rough)) / np.float32(0.2), 0, 1) * (1 - hole)
    height += np.float32(2.0) * rim + np.float32(1.2) * mortar
    tone -= np.float32(0.3) * rim
    tone -= np.float32(0.08) * mortar * (1 - rim)
    # In the dark of the pipe nothing of the wall is left to see.
    height *= 1 - hole
    tone *= 1 - hole
    tone -= hole * (np.float32(0.975) - np.float32(0.03) * away * away)


_SHAPES = {"pore": _pore, "tie": _tie, "drain": _drain}
