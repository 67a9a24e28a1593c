"""A scale: how many millimetres a pixel is, how surely, where that comes from; and what it makes of a width."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from segmentation.results import Point
from segmentation.scale.given import Source
from segmentation.scale.plane import Floats, Plane

GRID = 7
"""Points along each side of the photo at which `anywhere` looks."""
ANYWHERE_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Scale:
    """Millimetres per pixel of one photo.

    `mm_per_px` and `u95_mm_per_px` (95 %) hold at `plane.anchor`, over all directions; elsewhere ask `at` and `u95_at`.
    `size` is width, height in px of the upright photo; `note` tells the user what was measured with what.
    """

    mm_per_px: float
    u95_mm_per_px: float
    source: Source
    note: str
    size: tuple[int, int]
    plane: Plane

    @staticmethod
    def on(plane: Plane, source: Source, note: str, size: tuple[int, int]) -> "Scale":
        """The scale of a plane, taken at its anchor."""
        x, y = plane.anchor
        return Scale(float(plane.scale(x, y)), float(plane.u95(x, y)), source, note, size, plane)

    def at(self, x: float, y: float, direction_deg: float | None = None) -> float:
        """mm per px at a point of the photo along a direction (degrees, 0 along x, counter-clockwise as seen).

        NaN where the surface is not seen: beyond its horizon.
        """
        return float(self.plane.scale(x, y, direction_deg))

    def u95_at(self, x: float, y: float, direction_deg: float | None = None) -> float:
        """95 % uncertainty of `at`, mm per px."""
        return float(self.plane.u95(x, y, direction_deg))

    def along(self, points: ArrayLike, directions_deg: ArrayLike) -> tuple[Floats, Floats]:
        """`at` and `u95_at` for many points (n, 2) and directions (n,) at once."""
        x, y = np.asarray(points, float).reshape(-1, 2).T
        return self.plane.scale(x, y, directions_deg), self.plane.u95(x, y, directions_deg)

    def anywhere(self) -> tuple[float, float]:
        """`mm_per_px` and a 95 % uncertainty that holds all over the photo, for a width whose place is not known."""
        width, height = self.size
        x, y, direction = np.meshgrid(
            np.linspace(0, width, GRID), np.linspace(0, height, GRID), np.arange(0, 180, 45.0), indexing="ij"
        )
        scale, u95 = self.plane.scale(x, y, direction), self.plane.u95(x, y, direction)
        apart = np.hypot(np.abs(scale - self.mm_per_px), u95)
        seen = apart[np.isfinite(apart)]
        reach = float(np.quantile(seen, ANYWHERE_SHARE)) if seen.size else math.inf
        return self.mm_per_px, max(reach, self.u95_mm_per_px)

    def to_facts(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "source": self.source.value,
            "note": self.note,
            "mm_per_px": self.mm_per_px,
            "u95_mm_per_px": self.u95_mm_per_px,
            "size": list(self.size),
            "plane": {
                "anchor": list(self.plane.anchor),
                "numbers": list(self.plane.numbers),
                "covariance": [list(row) for row in self.plane.covariance],
            },
        }

    @staticmethod
    def from_facts(facts: dict[str, Any]) -> "Scale":
        """Back from `to_facts`. Raises ValueError for facts that are not a scale."""
        try:
            width, height = facts["size"]
            x, y = facts["plane"]["anchor"]
            numbers = np.array(facts["plane"]["numbers"], float)
            covariance = np.array(facts["plane"]["covariance"], float)
            values = np.array([facts["mm_per_px"], facts["u95_mm_per_px"], x, y, width, height], float)
            source, note = Source(facts["source"]), str(facts["note"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"These facts are not a scale ({error!r}). Find the scale of the photo again.") from error
        whole = all(np.isfinite(part).all() for part in (values, numbers, covariance))
        if numbers.shape != (6,) or covariance.shape != (6, 6) or not whole or (values[[0, 4, 5]] <= 0).any():
            raise ValueError("These facts are not a scale. Find the scale of the photo again.")
        plane = Plane.of((float(x), float(y)), numbers, covariance)
        return Scale(float(values[0]), float(values[1]), source, note, (int(width), int(height)), plane)


@dataclass(frozen=True, slots=True)
class Tried:
    """A source that was tried before the one that was taken, and the sentence why it gave no scale, with the cure."""

    source: Source
    reason: str


@dataclass(frozen=True, slots=True)
class ScaleResult:
    """`scale` is the best one, None for pixels only. `others` are what lower sources would have given."""

    scale: Scale | None
    tried: tuple[Tried, ...]
    others: tuple[Scale, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Sentences on sources that contradict the one that was taken: apart by more than both their uncertainties."""
        return tuple(
            f"The scale from {_words(self.scale.source)} ({self.scale.mm_per_px:.3g} mm per pixel) and that from "
            f"{_words(other.source)} ({here:.3g}) cannot both be right. Check what was given for this photo."
            for other in self.others
            if self.scale and _apart(self.scale, other, here := other.at(*self.scale.plane.anchor))
        )

    def to_facts(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "scale": self.scale.to_facts() if self.scale else None,
            "tried": [[tried.source.value, tried.reason] for tried in self.tried],
            "others": [other.to_facts() for other in self.others],
            "notes": list(self.notes),
        }

    @staticmethod
    def from_facts(facts: dict[str, Any]) -> "ScaleResult":
        """Back from `to_facts`. Raises ValueError for facts that are not a result."""
        try:
            tried = tuple(Tried(Source(source), str(reason)) for source, reason in facts["tried"])
            others = tuple(Scale.from_facts(other) for other in facts["others"])
            found = facts["scale"]
            scale = Scale.from_facts(found) if found is not None else None
            return ScaleResult(scale, tried, others, tuple(str(note) for note in facts["notes"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"These facts are not a scale ({error!r}). Find the scale of the photo again.") from error


def width_in_mm(
    width_px: float, u95_px: float, scale: Scale, *, at: Point | None = None, across_deg: float | None = None
) -> tuple[float, float] | None:
    """A width in millimetres and its 95 % uncertainty; None where the surface is not seen at that point.

        w = s·p,   (U_w / w)² = (U_s / s)² + (U_p / p)²

    first order, edge and scale being independent. `at` is where the width was measured, `across_deg` the direction in
    which, square to the crack; without a place the uncertainty covers the whole photo. Raises ValueError for a width
    or an uncertainty that is negative or not finite.
    """
    if not (0 <= width_px < math.inf and 0 <= u95_px < math.inf):
        raise ValueError(f"A width of {width_px:g} ± {u95_px:g} px cannot be turned into millimetres.")
    if at is None:
        mm_per_px, u95 = scale.anywhere()
    else:
        mm_per_px, u95 = scale.at(*at, across_deg), scale.u95_at(*at, across_deg)
        if across_deg is None:
            least, most = (pick(scale.at(*at, angle) for angle in range(0, 180, 15)) for pick in (min, max))
            u95 = math.hypot(u95, (most - least) / 2)
    if not math.isfinite(mm_per_px):
        return None
    return width_px * mm_per_px, math.hypot(mm_per_px * u95_px, width_px * u95)


def _apart(scale: Scale, other: Scale, here: float) -> bool:
    both = math.hypot(scale.u95_mm_per_px, other.u95_at(*scale.plane.anchor))
    return math.isfinite(here) and abs(here - scale.mm_per_px) > both


def _words(source: Source) -> str:
    return f"the {source.value.replace('_', ' ')}"
