"""Draw a photo of concrete with its truth, in strips, so that a hundred megapixels need little more than themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from segmentation.drawing.coverage import CoverageRaster, Covered, line_pixels
from segmentation.drawing.cracking import crack_wall
from segmentation.drawing.exposure import PLAIN_OPTICS, Exposure, Optics, sensor_seed, srgb_to_linear
from segmentation.drawing.noise import Field, stream
from segmentation.drawing.scenes import SCENES, build_scene, openings_of
from segmentation.drawing.surface import COVER
from segmentation.drawing.truth import Camera, CrackShape, DrawnCrack, DrawnPhoto, inside
from segmentation.drawing.view import View, WallRows
from segmentation.drawing.wall import Wall

FLAT = "flat"
FLAT_LIGHT = float(srgb_to_linear(np.array(170 / 255)))
"""Linear light of the flat scene: even grey, for measuring; 170 in sRGB bytes without rounding."""

STRIP_PIXELS = 1 << 18
MAX_PIXELS = 120_000_000


@dataclass(frozen=True, slots=True)
class Visit:
    """One time of looking at the wall. `number` gives light and noise; `age` 0..1 how far the cracks have grown."""

    number: int = 0
    age: float = 1.0
    camera: Camera = field(default_factory=Camera)


class _FlatWall:
    """Even grey without texture or light."""

    def __init__(self, columns: int) -> None:
        self._columns = columns

    def rows(self, first: int, last: int) -> Field:
        light = np.full((4, last - first, self._columns), FLAT_LIGHT, np.float32)
        light[COVER] = 0.0
        return light


def draw_photo(
    seed: int,
    width: int,
    height: int,
    *,
    mm_per_pixel: float,
    scene: str = "pier",
    cracks: Sequence[CrackShape] | None = None,
    visit: Visit | None = None,
    optics: Optics | None = None,
    strip_rows: int | None = None,
) -> DrawnPhoto:
    """Draw a photo of `scene` (one of SCENES, or `flat`: even grey through a perfect camera).

    `cracks` None draws those of the scene, an empty sequence none, and others are drawn where they are said to be, in
    pixels of the photo. The same seed, size, scale and visit give the same photo; `strip_rows` changes memory and time
    only. Raises ValueError for an unknown scene, a size or scale out of range, or a camera that leaves the wall.
    """
    visit = visit or Visit()
    _check(width, height, mm_per_pixel, scene)
    wall = Wall(int(stream(seed, scene).integers(2**63)), width, height, mm_per_pixel)
    size = (width, height)
    openings = openings_of(wall, scene)
    if cracks is None:
        on_wall = crack_wall(wall, scene, visit.age, openings)
        shapes = [visit.camera.see(shape, size) for shape in on_wall]
    else:
        on_wall = shapes = list(cracks)
    surface: WallRows
    if scene == FLAT:
        surface, usual = _FlatWall(wall.columns), PLAIN_OPTICS
    else:
        surface, usual = build_scene(wall, scene, visit.number, on_wall, openings)
    if optics is None:
        optics = usual if visit.camera.is_straight else usual.after_resampling()
    exposure = Exposure(optics, sensor_seed(seed, visit.number), width, height)
    view = View(surface, visit.camera, wall, optics.reach)
    scale = mm_per_pixel * visit.camera.scale
    truth = [part for shape in shapes for part in inside(shape, size, scale)]
    return _Drawing(wall, view, exposure, shapes, truth).draw(strip_rows, scene, seed, scale)


def straight_crack(
    start: tuple[float, float], stop: tuple[float, float], width_px: float, *, contrast: float = 0.85, name: str = "c1"
) -> CrackShape:
    """A straight crack of even width between two points (pixels of the photo), for measuring."""
    ends = np.array([start, stop], float)
    along = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
    across = np.array([-along[1], along[0]]) * width_px / 2
    line = np.linspace(ends[0], ends[1], max(int(np.hypot(*(ends[1] - ends[0])) / 2), 2))
    return CrackShape(name, line - across, line + across, contrast)


def _check(width: int, height: int, mm_per_pixel: float, scene: str) -> None:
    if scene not in (*SCENES, FLAT):
        raise ValueError(f"There is no scene {scene!r}. Take one of {', '.join((*SCENES, FLAT))}.")
    if min(width, height) < 16 or width * height > MAX_PIXELS:
        raise ValueError(
            f"A photo of {width}x{height} is not drawn: 16 pixels a side at least, 120 megapixels at most."
        )
    if not 0.02 <= mm_per_pixel <= 20:
        raise ValueError(f"A scale of {mm_per_pixel} mm per pixel is not drawn; 0.02 to 20 is.")


class _Drawing:
    """Strip by strip: wall, cracks, lens, sensor."""

    def __init__(
        self, wall: Wall, view: View, exposure: Exposure, shapes: list[CrackShape], truth: list[DrawnCrack]
    ) -> None:
        self._wall, self._view, self._exposure, self._truth = wall, view, exposure, truth
        reach = exposure.optics.reach
        # Light is taken away before the lens blurs, so also just outside the photo.
        self._contrasts = [shape.contrast for shape in shapes]
        self._dark = CoverageRaster([shape.outline + reach for shape in shapes], wall.width + 2 * reach)
        self._covering = CoverageRaster([shape.outline for shape in shapes], wall.width)
        self._reach = reach

    def draw(self, strip_rows: int | None, scene: str, seed: int, mm_per_pixel: float) -> DrawnPhoto:
        wall = self._wall
        rows = strip_rows or int(np.clip(STRIP_PIXELS / wall.columns, 40, 256))
        pixels = np.empty((wall.height, wall.width, 3), np.uint8)
        mask = np.zeros((wall.height, wall.width), bool)
        hidden = _HiddenPoints(self._truth)
        covered: list[Covered] = []
        for first in range(0, wall.height, rows):
            last = min(first + rows, wall.height)
            light = self._view.rows(first, last)
            seen = light[COVER, self._reach : self._reach + last - first, self._reach : self._reach + wall.width]
            exact = self._covering.rows(first, last)
            full = exact.share >= 0.5
            mask[exact.row[full], exact.column[full]] = True
            hidden.look(first, last, seen, mask)
            covered.append(exact)
            self._crack(light, first, last)
            pixels[first:last] = self._exposure.developed(self._exposure.blurred(light[:3]), first)
        at = np.concatenate([part.row * wall.width + part.column for part in covered])
        share = np.concatenate([part.share for part in covered]).astype(np.float32)
        return DrawnPhoto(pixels, mask, hidden.cracks(), mm_per_pixel, scene, seed, at, share)

    def _crack(self, light: Field, first: int, last: int) -> None:
        """Take away the light that falls into cracks, as far as nothing grows over them."""
        for number, part in self._dark.each(first, last + 2 * self._reach):
            row, column = part.row - first, part.column
            open_share = part.share * (1 - light[COVER, row, column])
            light[:3, row, column] *= (1 - self._contrasts[number] * open_share).astype(np.float32)


class _HiddenPoints:
    """Draws thin cracks into the mask along their centre line, and notes how well each point of a crack is seen."""

    def __init__(self, truth: list[DrawnCrack]) -> None:
        self._truth = truth
        self._seen = [np.ones(len(crack.path)) for crack in truth]
        self._cells = [np.floor(crack.path).astype(int) for crack in truth]
        self._thin = [_thin_line(crack) for crack in truth]
        self._top = np.array([cells[:, 1].min() for cells in self._cells], int)
        self._end = np.array([cells[:, 1].max() + 1 for cells in self._cells], int)

    def look(self, first: int, last: int, cover: Field, mask: NDArray[np.bool_]) -> None:
        """`cover` and `mask`: what hides cracks in rows [first, last), and the whole photo's mask, which is changed."""
        width = mask.shape[1]
        near = np.flatnonzero((self._top < last) & (self._end > first))
        for row, column in (self._thin[number] for number in near):
            here = (row >= first) & (row < last) & (column >= 0) & (column < width)
            mask[row[here], column[here]] = True
        mask[first:last] &= cover < 0.5
        for seen, cells in ((self._seen[number], self._cells[number]) for number in near):
            here = (cells[:, 1] >= first) & (cells[:, 1] < last)
            column = np.clip(cells[here, 0], 0, width - 1)
            seen[here] = 1 - cover[cells[here, 1] - first, column]

    def cracks(self) -> tuple[DrawnCrack, ...]:
        return tuple(replace(crack, visible=seen) for crack, seen in zip(self._truth, self._seen, strict=True))


def _thin_line(crack: DrawnCrack) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pixels of the centre line where the crack is narrower than one pixel."""
    thin = crack.widths_px < 1.0
    starts = np.flatnonzero(thin & ~np.concatenate([[False], thin[:-1]]))
    stops = np.flatnonzero(thin & ~np.concatenate([thin[1:], [False]])) + 1
    parts = [line_pixels(crack.path[start:stop]) for start, stop in zip(starts, stops, strict=True)]
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate([row for row, _ in parts]), np.concatenate([column for _, column in parts])
