"""What the formwork left behind: seams between boards and panels, the boards' own tones, the grain of their wood.

Everything adds to two arrays of a strip: `height` (pixels towards the camera, only its slope is seen) and `tone`
(relative reflectance, 0 is unchanged).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentation.drawing.noise import Enlarged, Field, octave
from segmentation.drawing.wall import MARGIN, Wall


@dataclass(frozen=True, slots=True)
class Seam:
    """A nearly straight line across the wall. Arrays hold one value for each pixel along it: `place` and
    `half_width` in pixels, `ridge` (height, negative for a groove), `dark` (tone taken away). `step` is how much
    lighter the wall is after the seam.
    """

    upright: bool
    place: Field
    half_width: Field
    ridge: Field
    dark: Field
    step: float = 0.0

    def add(self, first: int, last: int, height: Field, tone: Field) -> None:
        """Add the seam to rows [first, last) of the wall."""
        if self.upright:
            self._add_upright(first, last, height, tone)
        else:
            self._add_level(first, last, height, tone)

    def _add_upright(self, first: int, last: int, height: Field, tone: Field) -> None:
        along = slice(first, last)
        reach = int(self.half_width.max() * 3) + 2
        columns = np.floor(self.place[along])[:, None].astype(np.intp) + np.arange(-reach, reach + 1)
        inside = (columns >= 0) & (columns < tone.shape[1])
        away = (columns + np.float32(0.5)) - self.place[along, None]
        line, dirt = _cross_section(away, self.half_width[along, None])
        row = np.broadcast_to(np.arange(last - first)[:, None], columns.shape)[inside]
        column = columns[inside]
        height[row, column] += (self.ridge[along, None] * line)[inside]
        tone[row, column] -= (self.dark[along, None] * dirt)[inside]

    def _add_level(self, first: int, last: int, height: Field, tone: Field) -> None:
        reach = self.half_width.max() * 3 + 2
        top = max(first, int(self.place.min() - reach))
        bottom = min(last, int(self.place.max() + reach) + 1)
        if self.step:
            tone[max(bottom - first, 0) :] += np.float32(self.step)
        if top >= bottom:
            return
        away = (np.arange(top, bottom, dtype=np.float32) + np.float32(0.5))[:, None] - self.place[None, :]
        line, dirt = _cross_section(away, self.half_width)
        height[top - first : bottom - first] += self.ridge * line
        tone[top - first : bottom - first] -= self.dark * dirt
        if self.step:
            tone[top - first : bottom - first] += np.float32(self.step) * np.clip(away + np.float32(0.5), 0, 1)


def _cross_section(away: Field, half_width: Field) -> tuple[Field, Field]:
    """The narrow line itself and the wider dirt beside it, both 1 in the middle."""
    near = np.clip(1 - (away / half_width) ** 2, 0, 1)
    wide = np.clip(1 - (away / (np.float32(3) * half_width)) ** 2, 0, 1)
    return near * near, np.float32(0.6) * near * near + np.float32(0.4) * wide * wide * wide


@dataclass(frozen=True, slots=True)
class Boards:
    """Tones of boards beside each other. `edges` are the seams between them, `steps` what each adds to the tone.

    `grain` is noise along the boards (streaks), `gains` its strength on each board; `print_through` says where the
    wood's grain shows, and where paste was too thick for it.
    """

    upright: bool
    edges: tuple[Field, ...]
    tones: tuple[float, ...]
    gains: tuple[float, ...]
    grain: tuple[Enlarged, ...]
    print_through: Enlarged

    def add(self, first: int, last: int, height: Field, tone: Field) -> None:
        """Add the boards' tones and their grain to rows [first, last) of the wall."""
        steps = np.zeros((2, *tone.shape), np.float32)
        for number, edge in enumerate(self.edges):
            jump = (self.tones[number + 1] - self.tones[number], self.gains[number + 1] - self.gains[number])
            self._step(steps, edge, jump, first, last)
        steps[0] += np.float32(self.tones[0])
        steps[1] += np.float32(self.gains[0])
        streaks = sum(layer.rows(first, last) for layer in self.grain) * np.float32(len(self.grain) ** -0.5)
        streaks *= steps[1] * np.maximum(self.print_through.rows(first, last), 0)
        tone += steps[0]
        tone += np.float32(0.5) * streaks
        height += np.float32(4.0) * streaks

    def _step(self, steps: Field, edge: Field, jump: tuple[float, float], first: int, last: int) -> None:
        if self.upright:
            place = edge[first:last, None]
            start = int(np.clip(np.floor(place.min()) - 1, 0, steps.shape[2]))
            share = np.clip(np.arange(start, steps.shape[2], dtype=np.float32) + 1 - place, 0, 1)
            steps[:, :, start:] += np.array(jump, np.float32)[:, None, None] * share
        else:
            top = int(np.clip(np.floor(edge.min()) - 1, first, last))
            share = np.clip(np.arange(top, last, dtype=np.float32)[:, None] + 1 - edge, 0, 1)
            steps[:, top - first :] += np.array(jump, np.float32)[:, None, None] * share


def lay_seam(
    wall: Wall,
    name: str,
    *,
    upright: bool,
    at_mm: float,
    slope: float,
    width_mm: float,
    ridge_mm: float,
    dark: float,
    gaps: float = 0.3,
    sway_mm: float = 0.8,
    step: float = 0.0,
) -> Seam:
    """A seam at `at_mm` from the photo's corner, leaning by `slope`, swaying a little, fainter for larger `gaps`."""
    length = wall.lines if upright else wall.columns
    along = np.arange(length, dtype=np.float32)
    sway = wall.px(sway_mm) * (
        _along(wall, name + "/sway", length, 260) + 0.25 * _along(wall, name + "/tremble", length, 14)
    )
    place = MARGIN + wall.px(at_mm) + slope * (along - MARGIN) + sway
    unevenness = 0.5 * _along(wall, name + "/uneven", length, 130) + 0.35 * _along(wall, name + "/rough", length, 9)
    there = np.clip(1.15 - 1.6 * gaps + unevenness, 0.12, 1.6)
    wet = np.clip(0.8 + 0.5 * _along(wall, name + "/wet", length, 120), 0, 1.6)
    swell = 1 + 0.35 * _along(wall, name + "/swell", length, 45) + 0.25 * _along(wall, name + "/crumbs", length, 6)
    return Seam(
        upright,
        place.astype(np.float32),
        np.maximum(wall.px(width_mm) / 2 * np.clip(swell, 0.4, 2.2), 0.6).astype(np.float32),
        (wall.px(ridge_mm) * there).astype(np.float32),
        (dark * (0.4 * there + 0.6 * wet)).astype(np.float32),
        step,
    )


def lay_boards(
    wall: Wall, *, upright: bool, width_mm: float, tone: float, grain: float, slope: float
) -> tuple[Boards, list[Seam]]:
    """Boards of about `width_mm`, and the seams between them; some seams are ridges where paste leaked out."""
    numbers = wall.stream("boards")
    across = wall.size_mm[0 if upright else 1] + 2 * MARGIN * wall.mm_per_pixel
    at = -MARGIN * wall.mm_per_pixel - float(numbers.uniform(0, width_mm)) - abs(slope) * max(wall.size_mm)
    seams: list[Seam] = []
    while at < across:
        at += width_mm * float(numbers.choice([0.8, 1.0, 1.0, 1.0, 1.25]) * numbers.uniform(0.97, 1.03))
        ridge = float(numbers.choice([-0.6, 0.3, 0.6, 1.0]))
        seams.append(
            lay_seam(
                wall, f"board {len(seams)}", upright=upright, at_mm=at, slope=slope + float(numbers.normal(0, 0.0012)),
                width_mm=float(numbers.uniform(1.0, 2.6)), ridge_mm=ridge,
                dark=float(numbers.uniform(0.05, 0.30)), gaps=float(numbers.uniform(0.1, 0.6)), sway_mm=0.6,
            )
        )  # fmt: skip
    count = len(seams) + 1
    tones = tuple(float(t) for t in np.clip(numbers.normal(0, tone, count), -2.2 * tone, 2.2 * tone))
    gains = tuple(float(g) for g in grain * numbers.uniform(0.25, 1.5, count))
    streaks = []
    for number, (along_mm, across_mm) in enumerate(((70.0, 0.9), (140.0, 2.2), (220.0, 5.0))):
        long, thin = max(round(wall.px(along_mm)), 4), max(round(wall.px(across_mm)), 1)
        cells = (long, thin) if upright else (thin, long)
        streaks.append(octave(wall.seed, f"wood {number}", wall.columns, *cells))
    through = wall.enlarge(0.65 + 0.6 * wall.clouds("print", 240, scales=5, fade=0.7))
    return Boards(upright, tuple(seam.place for seam in seams), tones, gains, tuple(streaks), through), seams


def _along(wall: Wall, name: str, length: int, wave_mm: float) -> NDArray[np.float64]:
    """Smooth noise along a line, standard deviation about 1."""
    gap = max(wall.px(wave_mm) / 2, 1.0)
    knots = wall.stream("along", name).normal(0, 1, int(length / gap) + 4)
    place = np.arange(length) / gap
    low = place.astype(int)
    share = place - low
    share = share * share * (3 - 2 * share)
    return 1.25 * (knots[low] * (1 - share) + knots[low + 1] * share)
