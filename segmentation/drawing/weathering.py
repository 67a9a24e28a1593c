"""What years leave on concrete: water stains, rust, lime, algae, moss, lichen. Each is a coarse map with rough edges.

A map is a density: about 0 where there is none and 1 where it is certain; noise of the strip decides in between.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from segmentation.drawing.noise import Enlarged, Field, octave, soft_step
from segmentation.drawing.wall import Wall

Colour = tuple[float, float, float]
"""Linear red, green, blue."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One kind of weathering.

    The surface is multiplied by `tint` and, where `paint` is given, replaced by it, as far as density, `ragged` (how
    much fine noise decides the edge) and `crisp` (how sharp the edge is) say, at most `strength`. `covers` is the share
    of a crack that it hides, `thick` raises it from the wall (pixels), `texture` is how uneven its own tone is.
    """

    density: Enlarged
    tint: Colour = (1.0, 1.0, 1.0)
    paint: Colour | None = None
    strength: float = 0.8
    ragged: float = 0.25
    crisp: float = 2.0
    covers: float = 0.0
    thick: float = 0.0
    texture: float = 0.0

    def opacity(self, first: int, last: int, rough: Field) -> tuple[slice, Field] | None:
        """0..1 for rows [first, last) in the columns where there is any. `rough` is noise of the same rows."""
        found = self.density.rows_above(0.05, first, last)
        if found is None:
            return None
        columns, density = found
        decided = rough[:, columns] * np.float32(self.ragged * self.crisp)
        decided += density * np.float32(self.crisp)
        decided += np.float32(0.5 - 0.5 * self.crisp)
        np.clip(decided, 0, 1, out=decided)
        density = density * np.float32(5)
        density -= np.float32(0.25)
        np.clip(density, 0, 1, out=density)
        density *= np.float32(self.strength)
        density *= decided
        return columns, density


def layer(wall: Wall, density: NDArray, **look: object) -> Layer:
    """A layer from a coarse density."""
    return Layer(wall.enlarge(density), **look)  # type: ignore[arg-type]


def run_down(wall: Wall, name: str, source: Field, *, length_mm: float, sway_mm: float = 6.0) -> Field:
    """What water carries down from `source` (coarse, 0..1): streaks of uneven length that sway and thin out."""
    patchy = wall.clouds(name + "/patchy", 60, scales=3)
    uneven = np.clip(1.0 + 0.7 * wall.stream(name, "columns").normal(0, 1, source.shape[1]), 0.15, 3.0)
    uneven = ndimage.gaussian_filter1d(uneven, 1.0)
    step_mm = wall.cell * wall.mm_per_pixel
    keep = np.clip(1 - step_mm / (length_mm * uneven * np.clip(1 + 0.5 * patchy, 0.3, 2)), 0, 0.9995).astype(np.float32)
    ran = source.copy()
    for line in range(1, len(ran)):
        np.maximum(source[line], ran[line - 1] * keep[line], out=ran[line])
    tall = max(round(wall.px(55) / wall.cell), 2)
    trails = octave(wall.seed, name + "/trails", source.shape[1], tall, 1).rows(0, len(source))
    ran *= np.clip(0.75 + 0.35 * trails, 0.1, 1.3)
    ran = np.maximum(ran, ndimage.gaussian_filter1d(ran, max(wall.px(2.0) / wall.cell, 0.4), axis=1))
    sway = wall.clouds(name + "/sway", 320, scales=5, fade=0.5) * np.float32(wall.px(sway_mm) / wall.cell)
    y, x = np.mgrid[: ran.shape[0], : ran.shape[1]].astype(np.float32)
    return ndimage.map_coordinates(ran, (y, x + sway), order=1, mode="nearest")


def curtain(wall: Wall, name: str, *, share: float, length_mm: float, top_mm: float = 0.0) -> Field:
    """Streaks from above: water that ran over an edge at `top_mm`, on about `share` of the width."""
    numbers = wall.stream(name, "curtain")
    strands = _strands(wall, name, (5.0, 18.0, 70.0))[0]
    strong = soft_step(strands, 1.3 - 2.4 * share, 2.9 - 2.4 * share)
    source = np.zeros(wall.coarse_shape, np.float32)
    first = int(np.clip((wall.px(top_mm) + 96) / wall.cell, 0, len(source) - 1))
    source[first] = strong * numbers.uniform(0.3, 1.0, len(strong))
    late = numbers.uniform(0, 1, source.shape) < 0.4 / len(source)
    source += late * strong[None, :] * np.float32(0.8)
    ran = run_down(wall, name, source, length_mm=length_mm)
    wide = ndimage.gaussian_filter1d(ran, wall.px(16.0) / wall.cell, axis=1)
    patchy = np.clip(0.85 + 0.4 * wall.clouds(name + "/veil", 190, scales=5, fade=0.7), 0.1, 1.6)
    return ((0.6 * ran + 0.6 * wide) * patchy).astype(np.float32)


def leaks(wall: Wall, name: str, marks: Field, *, share: float) -> Field:
    """Where water comes out of what is marked (cracks, seams): single spots, more of them along some stretches."""
    stretch = wall.clouds(name + "/where", 110, scales=2)
    spots = _strands(wall, name, (1.5, 4.0, 11.0))
    strong = soft_step(stretch + np.float32(0.9) * spots, 2.3 - 2.6 * share, 3.2 - 2.6 * share)
    return (marks * strong).astype(np.float32)


def _strands(wall: Wall, name: str, widths_mm: tuple[float, ...]) -> Field:
    """Noise that changes from column to column only, (1, columns), standard deviation 1."""
    numbers = wall.stream(name, "strands")
    columns = wall.coarse_shape[1]
    total = np.zeros(columns)
    for width in widths_mm:
        sigma = max(wall.px(width) / wall.cell / 2, 0.3)
        noise = ndimage.gaussian_filter1d(numbers.normal(0, 1, columns), sigma, mode="wrap")
        total += noise / noise.std()
    return (total / len(widths_mm) ** 0.5).astype(np.float32)[None, :]


def rising_growth(wall: Wall, name: str, *, height_mm: float, foot_mm: float) -> Field:
    """Moss and algae from the foot of a wall at `foot_mm` up to about `height_mm` above it, in tongues."""
    y, _x = wall.coarse_mm()
    above = (np.float32(foot_mm) - y) / np.float32(height_mm)
    tongues = wall.clouds(name + "/tongues", 300, scales=4, fade=0.7)
    clumps = wall.clouds(name + "/clumps", 45, scales=4, fade=0.75)
    return (np.float32(1.05) - above + np.float32(0.35) * tongues + np.float32(0.3) * clumps).astype(np.float32)


def colonies(wall: Wall, name: str, *, per_m2: float, radius_mm: float) -> Field:
    """Lichen: round, scalloped patches, often ringed, crowded together in places."""
    numbers = wall.stream(name, "colonies")
    density = np.zeros(wall.coarse_shape, np.float32)
    warp = wall.clouds(name + "/edge", 22, scales=3, fade=0.7)
    crowd = wall.clouds(name + "/crowd", 500, scales=2)
    step = wall.cell
    for _colony in range(int(min(per_m2 * wall.area_m2, 4000))):
        x, y = numbers.uniform(0, density.shape[1]), numbers.uniform(0, density.shape[0])
        radius = wall.px(radius_mm) / step * float(np.clip(numbers.lognormal(0, 0.55), 0.3, 3.5))
        ring, luck = numbers.uniform(0.0, 0.6), numbers.uniform()
        if luck > 0.5 + 0.5 * crowd[int(y), int(x)] or radius < 0.4:
            continue
        reach = int(radius * 1.8) + 2
        rows = slice(max(int(y) - reach, 0), int(y) + reach + 1)
        columns = slice(max(int(x) - reach, 0), int(x) + reach + 1)
        here = density[rows, columns]
        down = np.arange(here.shape[0])[:, None] + rows.start + 0.5 - y
        right = np.arange(here.shape[1])[None, :] + columns.start + 0.5 - x
        away = np.sqrt(down * down + right * right) / radius * (1 + 0.3 * np.clip(warp[rows, columns], -1.2, 1.2))
        body = np.clip((1.1 - away) * 2.2, 0, 1) * (1 - ring * np.clip(1 - away * 1.6, 0, 1))
        np.maximum(here, body.astype(np.float32), out=here)
    return density
