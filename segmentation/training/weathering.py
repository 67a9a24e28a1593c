"""What grows, runs and is built on concrete, painted over crops: moss, stains, dappled shade, joints. No cracks."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Pixels = NDArray[np.uint8]
Layer = NDArray[np.float32]

MOSS = ((58, 66, 32), (92, 104, 48), (44, 40, 30), (120, 116, 78), (30, 32, 28))
STAINS = ((84, 58, 38), (40, 38, 36), (225, 222, 214), (120, 84, 52), (60, 66, 60))


def paint_moss(pixels: Pixels, truth: Pixels, random: np.random.Generator) -> Pixels:
    """Patches of moss, algae or lichen. (H, W, 3) and truth (H, W; 0 or 1) → (H, W, 3).

    It stays thin on a crack: one that nothing shows any more has no truth that could be learnt.
    """
    size = truth.shape
    shape = clouds(size, random, cells=int(random.integers(2, 7)), octaves=3)
    share = random.uniform(0.05, 0.45)
    cover = np.clip((shape - np.quantile(shape, 1 - share)) * random.uniform(4, 20), 0, 1)
    cover *= random.uniform(0.5, 0.95) * (1 - 0.6 * widened(truth))
    colour = np.array(MOSS[random.integers(len(MOSS))], np.float32) * random.uniform(0.7, 1.3)
    grain = clouds(size, random, cells=int(random.integers(40, 90)), octaves=1)[..., None] - 0.5
    return blend(pixels, colour * (1 + 0.7 * grain), cover)


def paint_stain(pixels: Pixels, truth: Pixels, random: np.random.Generator) -> Pixels:
    """Water, rust or lime that ran down: streaks with soft edges, all in one direction."""
    height, width = truth.shape
    rows = random.uniform(0.5, 1.5)
    streaks = _stretched(random.random((max(2, round(rows)) + 1, int(random.integers(8, 60)))), (height, width))
    cover = np.clip((streaks - random.uniform(0.45, 0.7)) * random.uniform(2, 6), 0, 1) * random.uniform(0.2, 0.7)
    # The run thins out downwards from where it begins.
    start = random.uniform(-0.3, 0.7) * height
    reach = random.uniform(0.4, 1.5) * height
    along = (np.arange(height, dtype=np.float32) - start) / reach
    cover = cover * (np.clip(along * 8, 0, 1) * np.clip(1 - along, 0, 1)).astype(np.float32)[:, None]
    colour = np.array(STAINS[random.integers(len(STAINS))], np.float32)
    return blend(pixels, np.broadcast_to(colour, pixels.shape), _turned(cover, random))


def paint_shade(pixels: Pixels, truth: Pixels, random: np.random.Generator) -> Pixels:
    """The dappled shade of leaves, with edges from soft to sharp."""
    shape = clouds(truth.shape, random, cells=int(random.integers(3, 16)), octaves=2)
    level = np.quantile(shape, random.uniform(0.3, 0.8))
    shade = np.clip((shape - level) * random.uniform(3, 40), 0, 1) * random.uniform(0.2, 0.6)
    return (pixels * (1 - shade[..., None])).astype(np.uint8)


def paint_joints(pixels: Pixels, truth: Pixels, random: np.random.Generator) -> Pixels:
    """Straight lines of one width: board seams, tining, tile joints, cables; alone, in rows, or as a grid.

    A real crack that crosses stays visible: the lines are not drawn over it.
    """
    height, width = truth.shape
    layer = Image.new("L", (width, height))
    pen = ImageDraw.Draw(layer)
    angle = random.choice((0, 0, np.pi / 2, random.uniform(0, np.pi)))
    thick = int(random.choice((1, 1, 2, 2, 3, 4, 6, 9)))
    _rule(pen, (height, width), angle, thick, random)
    if random.random() < 0.25:
        _rule(pen, (height, width), angle + np.pi / 2, thick, random)
    lines = np.asarray(layer.filter(ImageFilter.GaussianBlur(float(random.uniform(0.3, 1.2)))), np.float32) / 255
    depth = random.uniform(0.15, 0.75) * (-1 if random.random() < 0.7 else 1)
    # A groove is not equally dark everywhere, and where a crack runs the crack is seen.
    worn = 0.6 + 0.8 * (clouds(truth.shape, random, cells=12, octaves=2) - 0.5)
    change = lines * depth * worn * (1 - widened(truth))
    light = pixels + change[..., None] * (pixels if depth < 0 else 255.0 - pixels)
    return np.clip(light, 0, 255).astype(np.uint8)


def clouds(size: tuple[int, int], random: np.random.Generator, *, cells: int, octaves: int) -> Layer:
    """Smooth noise (H, W), 0..1 or a little beyond: random grids of `cells`, 2 `cells` … stretched and added."""
    total = np.zeros(size, np.float32)
    weight = sum(0.5**octave for octave in range(octaves))
    for octave in range(octaves):
        side = cells * 2**octave
        total += _stretched(random.random((side, side)), size) / 2**octave
    return (total / weight).astype(np.float32)


def _rule(
    pen: ImageDraw.ImageDraw, size: tuple[int, int], angle: float, thick: int, random: np.random.Generator
) -> None:
    """One line or several parallel ones at `angle`, right across."""
    height, width = size
    reach = float(np.hypot(height, width))
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    centre = np.array([width, height]) / 2
    if random.random() < 0.5:
        offsets = [random.uniform(-0.45, 0.45) * min(size) for _ in range(int(random.integers(1, 3)))]
    else:
        narrowest = max(10.0, 3.0 * thick)
        gap = random.uniform(narrowest, max(narrowest, 0.6 * min(size)))
        offsets = list(np.arange(-reach / 2 + random.uniform(0, gap), reach / 2, gap))
    for offset in offsets:
        middle = centre + offset * across
        ends = (middle - reach * along, middle + reach * along)
        pen.line([tuple(end) for end in ends], fill=255, width=thick)


def widened(truth: Pixels) -> Layer:
    """Truth with a soft rim of a few pixels, 0..1."""
    grown = Image.fromarray(truth * np.uint8(255)).filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(2))
    return np.asarray(grown, np.float32) / np.float32(255)


def _stretched(grid: NDArray[np.float64], size: tuple[int, int]) -> Layer:
    height, width = size
    image = Image.fromarray(grid.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image, np.float32)


def _turned(layer: Layer, random: np.random.Generator) -> Layer:
    """Gravity points anywhere in a crop that was turned; the layer is square."""
    return np.rot90(layer, int(random.integers(4))) if layer.shape[0] == layer.shape[1] else layer


def blend(pixels: NDArray[Any], colour: NDArray[np.floating], cover: Layer) -> Pixels:
    """`colour` (H, W, 3; 0..255) over `pixels` (H, W, 3), as dense as `cover` (H, W; 0..1)."""
    mixed = pixels + (colour - pixels) * cover[..., None]
    return np.clip(mixed, 0, 255).astype(np.uint8)
