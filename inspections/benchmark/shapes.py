"""Cracks as they are stored: a jagged line with its mask, so that rows weigh what rows of real photos weigh."""

from dataclasses import dataclass
from random import Random
from typing import Any

SHORTEST, LONGEST = 30, 200
"""Points of a path."""
STEP_PX, WANDER_PX, THICK_PX = 6, 4, 4
WIDTH, HEIGHT = 5472, 3648
"""Of the photos, in pixels."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A crack that runs down from (0, 0): its path, and mask runs inside a box of `width` × `height` px."""

    path: list[tuple[float, float]]
    width: int
    height: int
    mask_runs: list[int]

    def at(self, x: int, y: int) -> dict[str, Any]:
        """The fields of a finding whose box begins at x, y, where that lies inside the photo."""
        return {
            "path": [[x + dx, y + dy] for dx, dy in self.path],
            "box_x0": x,
            "box_y0": y,
            "box_x1": x + self.width,
            "box_y1": y + self.height,
            "mask_runs": self.mask_runs,
            "area_px": self.height * THICK_PX,
            "length_px": 1.1 * self.height,
        }


def draw_shapes(chance: Random, count: int) -> list[Shape]:
    """So many cracks, from SHORTEST to LONGEST points."""
    return [_draw(chance, chance.randint(SHORTEST, LONGEST)) for _shape in range(count)]


def _draw(chance: Random, points: int) -> Shape:
    sideways = [0]
    for _step in range(points - 1):
        sideways.append(sideways[-1] + chance.randint(-WANDER_PX, WANDER_PX))
    left = min(sideways)
    places = [x - left for x in sideways]
    width, height = max(places) + THICK_PX, points * STEP_PX
    path = [(x + THICK_PX / 2, STEP_PX * step + chance.randint(0, 9) / 10) for step, x in enumerate(places)]
    return Shape(path, width, height, _runs([places[row // STEP_PX] for row in range(height)], width))


def _runs(starts: list[int], width: int) -> list[int]:
    """Row-major run lengths, background first, of THICK_PX px in each row."""
    runs: list[int] = []
    end = 0
    for row, start in enumerate(starts):
        first = row * width + start
        if runs and first == end:
            runs[-1] += THICK_PX
        else:
            runs += [first - end, THICK_PX]
        end = first + THICK_PX
    return runs
