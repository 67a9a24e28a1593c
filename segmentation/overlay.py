"""Pictures of what was found: a photo with its cracks marked, a transparent layer of them, a small probability map.

Amber with a dark casing shows on grey concrete and red brick, to colour-blind eyes too.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from segmentation.results import Crack, Segmentation
from segmentation.run_lengths import paint_masks

PROPOSED = (0xFF, 0xB0, 0x00)
CASING = (0x15, 0x17, 0x1A)
TINT = 0.35
"""Opacity of the colour inside a crack: enough to see, little enough to see the crack."""
OUTLINE_PX = 2
CASING_PX = 1
PIXELS_PER_LINE = 1600
"""A photo longer than this gets thicker outlines, so that they are 2 px wide when it is shown at this length."""
LAYER_LINE_PX = 1.5
OVERSAMPLING = 4
"""Layers are drawn larger and shrunk, because Pillow draws lines without smoothing their edges."""


def overlay_image(pixels: NDArray[np.uint8], segmentation: Segmentation) -> Image.Image:
    """The photo, uint8 (height, width, 3), with every crack tinted and outlined outside its mask."""
    mask = mask_of(segmentation)
    thickness = max(1, round(max(mask.shape) / PIXELS_PER_LINE))
    inner = _grow(mask, OUTLINE_PX * thickness)
    outer = _grow(inner, CASING_PX * thickness)
    marked = pixels.copy()
    marked[outer & ~inner] = CASING
    marked[inner & ~mask] = PROPOSED
    marked[mask] = np.rint(pixels[mask] * (1 - TINT) + np.array(PROPOSED) * TINT).astype(np.uint8)
    return Image.fromarray(marked)


def overlay_layer(segmentation: Segmentation, size: tuple[int, int]) -> Image.Image:
    """A transparent RGBA picture of `size` (width, height) with the cracks' lines, to lie over a thumbnail.

    Lines are as wide as the crack in this size and never finer than 1.5 px, so that hairlines stay visible.
    """
    width, height = size
    scale = np.array([width / segmentation.width, height / segmentation.height])
    lines = Image.new("L", (width * OVERSAMPLING, height * OVERSAMPLING))
    casing = lines.copy()
    for crack in segmentation.cracks:
        wide = max(LAYER_LINE_PX, crack.width_mean_px * float(scale.mean()))
        _draw_crack(casing, crack, scale, wide + 2 * CASING_PX)
        _draw_crack(lines, crack, scale, wide)
    line = np.asarray(lines.resize(size, Image.Resampling.BOX)) / 255
    around = np.asarray(casing.resize(size, Image.Resampling.BOX)) / 255
    share = (line / np.maximum(around, line).clip(1 / 255))[:, :, None]
    colour = np.array(PROPOSED) * share + np.array(CASING) * (1 - share)
    layer = np.dstack((colour, np.maximum(around, line) * 255))
    return Image.fromarray(np.rint(layer).astype(np.uint8), "RGBA")


def probability_preview(probability: NDArray[np.uint8], long_edge: int) -> NDArray[np.uint8]:
    """The map, uint8 (height, width), shrunk to `long_edge` pixels by the largest value in each block.

    A mean would wash hairlines out. A map that is small enough comes back as it is.
    """
    height, width = probability.shape
    scale = long_edge / max(height, width)
    if scale >= 1:
        return probability
    rows, columns = (np.arange(max(1, round(side * scale))) for side in (height, width))
    by_rows = np.maximum.reduceat(probability, rows * height // rows.size, axis=0)
    return np.maximum.reduceat(by_rows, columns * width // columns.size, axis=1)


def mask_of(segmentation: Segmentation) -> NDArray[np.bool_]:
    """The mask of all cracks together, bool (height, width)."""
    masks = ((crack.box, crack.mask_runs) for crack in segmentation.cracks)
    return paint_masks(segmentation.height, segmentation.width, masks)


def _draw_crack(canvas: Image.Image, crack: Crack, scale: NDArray[np.float64], width: float) -> None:
    pen = ImageDraw.Draw(canvas)
    for path in (crack.path, *crack.branches):
        points = np.array(path) * scale * OVERSAMPLING
        pen.line([(x, y) for x, y in points.tolist()], fill=255, width=round(width * OVERSAMPLING), joint="curve")


def _grow(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """The mask and all pixels within about `pixels` of it: an octagon, which is quick at any size of photo."""
    grown = mask
    for step in range(pixels):
        grown = _spread(grown, axis=0) | _spread(grown, axis=1) if step % 2 == 0 else _spread(_spread(grown, 0), 1)
    return grown


def _spread(mask: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    spread = mask.copy()
    here, there = (np.moveaxis(array, axis, 0) for array in (mask, spread))
    there[1:] |= here[:-1]
    there[:-1] |= here[1:]
    return spread
