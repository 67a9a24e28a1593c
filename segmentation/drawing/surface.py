"""The wall itself, row by row: reflectance, relief and light at every scale, without cracks."""

from dataclasses import dataclass

import numpy as np

from segmentation.drawing.formwork import Boards, Seam
from segmentation.drawing.light import Light
from segmentation.drawing.noise import Enlarged, Field, WhiteNoise, octave, soft_step
from segmentation.drawing.stamps import Stamps
from segmentation.drawing.wall import Wall
from segmentation.drawing.weathering import Colour, Layer

GRAIN_CELLS = (1, 2, 4, 8)
COVER = 3
"""The fourth plane of a strip: how much of a crack moss or crust hides."""


@dataclass(frozen=True, slots=True)
class Look:
    """The concrete before it was built with and weathered.

    `base` is linear reflectance; `relief` how rough (1 is a sawn board's face), `grain` how uneven the sand's tone,
    `mottle` the strength of pale and dark patches, `specks` the share of dark and pale grains seen.
    """

    base: Colour
    relief: float
    grain: float
    mottle: float
    specks: float
    tone: Enlarged
    warmth: Enlarged
    patches: Enlarged


class Surface:
    """A wall with its formwork, stamps and weathering, lit. Rows depend on nothing but their number."""

    def __init__(
        self,
        wall: Wall,
        look: Look,
        light: Light,
        *,
        seams: tuple[Seam, ...] = (),
        boards: Boards | None = None,
        stamps: Stamps | None = None,
        layers: tuple[Layer, ...] = (),
    ) -> None:
        self._wall, self._look, self._light = wall, look, light
        self._seams, self._boards, self._stamps = seams, boards, stamps or Stamps(())
        self._layers = layers
        self._sand = WhiteNoise(wall.seed, "sand", wall.columns)
        self._grain = [octave(wall.seed, f"grain {cell}", wall.columns, cell) for cell in GRAIN_CELLS[1:]]
        self._spots = [octave(wall.seed, f"spots {cell}", wall.columns, cell) for cell in (2, 6, 18)]
        # The same noise at two sizes: what counts is the size of a feature in millimetres, not in pixels.
        self._slopes = [_roughness(cell * wall.mm_per_pixel) for cell in GRAIN_CELLS]

    def rows(self, first: int, last: int) -> Field:
        """Light from rows [first, last): float32 (4, rows, columns), linear red, green, blue, and what hides cracks."""
        top, bottom = first - 1, last + 1
        grain = [self._sand.rows(top, bottom), *(layer.rows(top, bottom) for layer in self._grain)]
        spots = [layer.rows(top, bottom) for layer in self._spots]
        edges = (spots[0] + spots[1] + spots[2]) * np.float32(0.577)
        height = np.zeros_like(grain[0])
        for noise, slope, cell in zip(grain, self._slopes, GRAIN_CELLS, strict=True):
            height += _pitted(noise) * np.float32(self._look.relief * slope * cell)
        tone = self._tone(top, bottom, grain, spots, edges)
        if self._boards:
            self._boards.add(top, bottom, height, tone)
        for seam in self._seams:
            seam.add(top, bottom, height, tone)
        self._stamps.add(top, bottom, height, tone, grain[2])
        planes = self._paint(top, bottom, tone)
        cover = np.zeros_like(tone)
        for layer in self._layers:
            self._weather(layer, top, bottom, planes, cover, height, edges, grain)
        return self._lit(first, last, planes, height, cover)

    def _tone(self, top: int, bottom: int, grain: list[Field], spots: list[Field], edges: Field) -> Field:
        look = self._look
        tone = look.tone.rows(top, bottom).copy()
        tone += np.float32(0.55 * look.grain) * grain[0]
        tone += np.float32(0.6 * look.grain) * grain[1]
        tone += np.float32(0.45 * look.grain) * grain[2]
        tone += np.float32(0.35 * look.grain) * spots[1]
        patches = look.patches.rows(top, bottom)
        tone += np.float32(look.mottle) * (soft_step(patches + np.float32(0.35) * edges, -0.35, 0.55) - np.float32(0.5))
        tone += np.float32(0.6 * look.mottle) * soft_step(np.float32(0.45) * edges - patches, 0.75, 1.25)
        dark = spots[0] + np.float32(0.5) * spots[1] - np.float32(0.35) * patches
        tone -= np.float32(look.specks) * soft_step(dark, 1.75, 3.0)
        pale = grain[1] - np.float32(0.3) * spots[2]
        tone += np.float32(0.55 * look.specks) * soft_step(pale, 1.9, 3.0)
        return tone

    def _paint(self, top: int, bottom: int, tone: Field) -> Field:
        warmth = self._look.warmth.rows(top, bottom)
        bright = np.maximum(1 + tone, np.float32(0.04))
        planes = np.empty((3, *tone.shape), np.float32)
        for plane, base, lean in zip(planes, self._look.base, (1.0, 0.12, -1.25), strict=True):
            np.multiply(bright, np.float32(base) * (1 + np.float32(lean) * warmth), out=plane)
        return planes

    def _weather(
        self, layer: Layer, top: int, bottom: int, planes: Field, cover: Field, height: Field, edges: Field,
        grain: list[Field],
    ) -> None:  # fmt: skip
        found = layer.opacity(top, bottom, edges)
        if found is None:
            return
        columns, opacity = found
        own = opacity
        if layer.texture:
            clumps = (grain[1] + grain[2] + grain[3])[:, columns] * np.float32(0.577 * layer.texture)
            own = opacity * np.maximum(1 + clumps, np.float32(0.1))
        for plane, tint, paint in zip(planes[:, :, columns], layer.tint, layer.paint or (0, 0, 0), strict=True):
            if layer.paint is None:
                plane *= 1 - opacity * np.float32(1 - tint)
            else:
                plane *= 1 - opacity
                plane += own * np.float32(paint)
        if layer.thick:
            clods = np.float32(layer.thick) + np.float32(0.5 * layer.thick) * (grain[2] + grain[3])[:, columns]
            height[:, columns] += opacity * clods
        if layer.covers:
            hides = cover[:, columns]
            np.maximum(hides, opacity * np.float32(layer.covers), out=hides)

    def _lit(self, first: int, last: int, planes: Field, height: Field, cover: Field) -> Field:
        right, down = self._light.towards
        slope = np.zeros((last - first, height.shape[1]), np.float32)
        slope[:, 1:-1] = (height[1:-1, 2:] - height[1:-1, :-2]) * np.float32(0.5 * right)
        slope += (height[2:] - height[:-2]) * np.float32(0.5 * down)
        # A face turned away from the light never gets darker than what the sky gives it.
        relief = 1 - slope / (1 + np.float32(0.9) * np.abs(slope))
        result = np.empty((4, last - first, height.shape[1]), np.float32)
        np.multiply(planes[:, 1:-1], self._light.on(first, last), out=result[:3])
        result[:3] *= relief
        result[COVER] = cover[1:-1]
        return result


def _pitted(noise: Field) -> Field:
    """Cement paste is nearly flat between pits: gentle for most values, steep and deep for the highest."""
    above = np.maximum(noise - np.float32(0.8), 0)
    return np.float32(0.4) * noise - np.float32(1.5) * np.minimum(above * above, np.float32(1.5))


def _roughness(size_mm: float) -> float:
    """Root mean square slope of features of a size: sand (half to two millimetres) is steep, larger waves are flat."""
    return 0.085 / (1 + (0.5 / size_mm) ** 2) / (1 + (size_mm / 1.6) ** 1.5) + 0.007
