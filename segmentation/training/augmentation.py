"""Making many crops out of few photos: what a camera, the weather and a JPEG do to concrete. numpy and Pillow only."""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from segmentation.training.masonry import paint_paving, paint_tar, paint_writing
from segmentation.training.weathering import paint_joints, paint_moss, paint_shade, paint_stain

Pixels = NDArray[np.uint8]

# A resized mask pixel counts as crack from this coverage (of 255) on: a little under half, so that a crack
# thinner than a pixel survives shrinking.
COVERED = 100


def cut_crop(pixels: Pixels, mask: Pixels, *, size: int, random: np.random.Generator) -> tuple[Pixels, Pixels]:
    """Cut a window at a random scale (0.5–1.5), flipped and turned at random.

    `pixels` (H, W, 3) and `mask` (H, W; 0 or 255) → (size, size, 3) and (size, size; 0 or 1). Seven windows of ten
    are laid over a crack pixel where there is one; a photo smaller than the window is continued by reflection.
    """
    scale = float(np.exp(random.uniform(np.log(0.5), np.log(1.5)))) if random.random() < 0.7 else 1.0
    side = max(8, round(size / scale))
    x, y = _window(mask, side, random)
    pixels, mask = _cut(pixels, x, y, side), _cut(mask, x, y, side)
    if side != size:
        pixels = np.asarray(Image.fromarray(pixels).resize((size, size), Image.Resampling.BILINEAR))
        mask = np.asarray(Image.fromarray(mask).resize((size, size), Image.Resampling.BILINEAR))
    turns, mirrored = int(random.integers(4)), random.random() < 0.5
    pixels, mask = np.rot90(pixels, turns), np.rot90(mask, turns)
    if mirrored:
        pixels, mask = pixels[:, ::-1], mask[:, ::-1]
    return np.ascontiguousarray(pixels), np.ascontiguousarray(mask > COVERED).view(np.uint8)


def disturb(pixels: Pixels, truth: Pixels, random: np.random.Generator, *, weather: bool = True) -> Pixels:
    """Change light and sharpness at random, never geometry. (H, W, 3), truth (H, W; 0 or 1) → (H, W, 3).

    With `weather` moss, stains, shade, joints, paving, tar and writing are painted on the surface first, more often
    where there is no crack: there all that is dark and long can be learnt to be something else.
    """
    often = 1.0 if truth.any() else WITHOUT_CRACK
    for chance, paint in WEATHER if weather else ():
        if random.random() < often * chance:
            pixels = paint(pixels, truth, random)
    for chance, change in CHANGES:
        if random.random() < chance:
            pixels = change(pixels, random)
    return pixels


def _window(mask: Pixels, side: int, random: np.random.Generator) -> tuple[int, int]:
    height, width = mask.shape
    free_x, free_y = max(0, width - side), max(0, height - side)
    cracked = np.flatnonzero(mask) if random.random() < 0.7 else np.empty(0)
    if cracked.size == 0:
        return int(random.integers(free_x + 1)), int(random.integers(free_y + 1))
    y, x = divmod(int(cracked[random.integers(cracked.size)]), width)
    left, top = x - int(random.integers(side)), y - int(random.integers(side))
    return min(max(0, left), free_x), min(max(0, top), free_y)


def _cut(array: Pixels, x: int, y: int, side: int) -> Pixels:
    cut = array[y : y + side, x : x + side]
    missing = [(0, side - cut.shape[0]), (0, side - cut.shape[1])] + [(0, 0)] * (array.ndim - 2)
    return np.pad(cut, missing, mode="symmetric") if cut.shape[0] < side or cut.shape[1] < side else cut


def _expose(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Brightness, contrast, gamma and a colour cast, as one table per channel."""
    gamma, contrast = random.uniform(0.65, 1.5), random.uniform(0.7, 1.35)
    light = random.uniform(-0.15, 0.15) + random.uniform(-0.04, 0.04, size=3)
    curve = (np.linspace(0, 1, 256) ** gamma - 0.5) * contrast + 0.5
    tables = np.clip((curve[:, None] + light) * 255, 0, 255).astype(np.uint8)
    return np.stack([tables[pixels[..., channel], channel] for channel in range(3)], axis=-1)


def _grey(pixels: Pixels, random: np.random.Generator) -> Pixels:
    return np.asarray(Image.fromarray(pixels).convert("L").convert("RGB"))


def _shade(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """The shadow of a railing or a cable: one straight band with soft edges."""
    height, width = pixels.shape[:2]
    angle = random.uniform(0, np.pi)
    along = np.cos(angle) * np.arange(width) + np.sin(angle) * np.arange(height)[:, None]
    start, breadth = random.uniform(along.min(), along.max()), random.uniform(8, 0.7 * width)
    softness = random.uniform(1, 12)
    inside = 1 / (1 + np.exp(np.clip((np.abs(along - start) - breadth / 2) / softness, -30, 30)))
    factor = 1 - random.uniform(0.2, 0.6) * inside
    return (pixels * factor[..., None].astype(np.float32)).astype(np.uint8)


def _blur(pixels: Pixels, random: np.random.Generator) -> Pixels:
    radius = float(random.uniform(0.4, 1.4))
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


def _sharpen(pixels: Pixels, random: np.random.Generator) -> Pixels:
    percent = int(random.integers(40, 160))
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.UnsharpMask(1.2, percent, 2)))


def _grain(pixels: Pixels, random: np.random.Generator) -> Pixels:
    channels = 1 if random.random() < 0.5 else 3
    noise = random.standard_normal((*pixels.shape[:2], channels), dtype=np.float32) * random.uniform(2, 14)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def _compress(pixels: Pixels, random: np.random.Generator) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=int(random.integers(30, 92)))
    return np.asarray(Image.open(file))


WITHOUT_CRACK = 2.5
WEATHER: tuple[tuple[float, Callable[[Pixels, Pixels, np.random.Generator], Pixels]], ...] = (
    (0.08, paint_moss),
    (0.08, paint_stain),
    (0.1, paint_shade),
    (0.1, paint_joints),
    (0.03, paint_paving),
    (0.09, paint_tar),
    (0.04, paint_writing),
)
CHANGES: tuple[tuple[float, Callable[[Pixels, np.random.Generator], Pixels]], ...] = (
    (0.75, _expose),
    (0.1, _grey),
    (0.15, _shade),
    (0.1, _blur),
    (0.08, _sharpen),
    (0.15, _grain),
    (0.15, _compress),
)
