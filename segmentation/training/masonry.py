"""Things made by people that look like cracks, painted over crops: paving and brickwork, sealant and tar, writing."""

import string

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from segmentation.training.weathering import Layer, blend, clouds, widened

Pixels = NDArray[np.uint8]

FILLINGS = ((28, 26, 24), (52, 48, 42), (70, 84, 36), (104, 122, 44), (150, 144, 132), (96, 84, 66))
TAR = ((18, 18, 20), (34, 33, 34), (50, 50, 54))


def paint_paving(pixels: Pixels, truth: Pixels, random: np.random.Generator) -> Pixels:
    """Bricks, slabs or cobbles with open, mossy or mortared joints, (H, W, 3) and truth (H, W; 0 or 1) → (H, W, 3).

    A stone is lit at its edges; the joints are not drawn over a real crack.
    """
    size = truth.shape
    lines = _cobbles(size, random) if random.random() < 0.4 else _courses(size, random)
    thick = random.uniform(1.5, 12)
    wobble = 1 + 1.5 * (clouds(size, random, cells=int(random.integers(6, 24)), octaves=2) - 0.5)
    joints = np.clip((thick / 2 * wobble - lines) / random.uniform(0.7, 2.5) + 0.5, 0, 1)
    joints *= random.uniform(0.5, 1) * (1 - widened(truth))
    rounded = np.clip(1 - lines / random.uniform(6, 20), 0, 1) * random.uniform(0, 0.35)
    stones = pixels * (1 - rounded[..., None] * (1 - widened(truth)[..., None]))
    colour = np.array(FILLINGS[random.integers(len(FILLINGS))], np.float32)
    grain = clouds(size, random, cells=int(random.integers(30, 90)), octaves=1)[..., None] - 0.5
    return blend(stones, colour * (1 + 0.8 * grain), joints)


def paint_tar(pixels: Pixels, truth: Pixels, random: np.random.Generator) -> Pixels:
    """Bitumen, sealant or a skid mark: dark bands and puddles, far wider than a crack and without its depth."""
    height, width = size = truth.shape
    if random.random() < 0.3:
        shape = clouds(size, random, cells=int(random.integers(2, 5)), octaves=3)
        cover = np.clip((shape - np.quantile(shape, random.uniform(0.7, 0.95))) * random.uniform(15, 60), 0, 1)
    else:
        layer = Image.new("L", (width, height))
        thick = int(random.uniform(8, max(9, 0.28 * min(size))))
        ImageDraw.Draw(layer).line(_bow(size, random), fill=255, width=max(2, thick), joint="curve")
        ragged = random.uniform(0, 0.8) * (clouds(size, random, cells=int(random.integers(10, 50)), octaves=2) - 0.5)
        soft = np.asarray(layer.filter(ImageFilter.GaussianBlur(float(random.uniform(1, 5)))), np.float32) / 255
        cover = np.clip((soft - 0.5 + ragged) * random.uniform(3, 15) + 0.5, 0, 1)
    cover = (cover * random.uniform(0.6, 1) * (1 - widened(truth))).astype(np.float32)
    colour = np.array(TAR[random.integers(len(TAR))], np.float32)
    gloss = clouds(size, random, cells=int(random.integers(3, 40)), octaves=2)[..., None] - 0.5
    # Through tar the grain of the road still shows a little.
    relief = (pixels.astype(np.float32) - pixels.mean()) * random.uniform(0, 0.3)
    return blend(pixels, colour * (1 + gloss) + relief, cover)


def paint_writing(pixels: Pixels, truth: Pixels, random: np.random.Generator) -> Pixels:
    """Chalk marks, signs, time stamps, watermarks: letters of any size, angle and grey."""
    height, width = truth.shape
    letters = list(string.ascii_letters + string.digits + "  .:-/")
    text = "".join(random.choice(letters, size=int(random.integers(2, 14))))
    layer = Image.new("L", (2 * width, 2 * height))
    font = ImageFont.load_default(float(random.uniform(10, 60)))
    place = (float(random.uniform(0.4, 1.3) * width), float(random.uniform(0.5, 1.4) * height))
    ImageDraw.Draw(layer).text(place, text, fill=255, font=font)
    angle = float(random.choice((0, 90, 180, 270, random.uniform(0, 360))))
    turned = layer.rotate(angle, Image.Resampling.BILINEAR)
    half = turned.crop((width // 2, height // 2, width // 2 + width, height // 2 + height))
    cover = (np.asarray(half, np.float32) / 255 * random.uniform(0.3, 1) * (1 - widened(truth))).astype(np.float32)
    grey = random.choice((15, 40, 215, 250)) * random.uniform(0.85, 1, size=3)
    return blend(pixels, np.broadcast_to(grey.astype(np.float32), pixels.shape), cover)


def _courses(size: tuple[int, int], random: np.random.Generator) -> Layer:
    """Distance of every pixel to the next joint of a wall in courses, pixels: (H, W)."""
    height, width = size
    angle = random.choice((0, np.pi / 2, random.uniform(0, np.pi)))
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    along = np.cos(angle) * columns + np.sin(angle) * rows
    across = -np.sin(angle) * columns + np.cos(angle) * rows
    # Nothing that is laid by hand is straight.
    sway = random.uniform(0, 8) * (clouds(size, random, cells=int(random.integers(3, 8)), octaves=1) - 0.5)
    course = random.uniform(24, 140)
    stone = course * random.uniform(1, 3)
    across = across + sway + random.uniform(0, course)
    number = np.floor(across / course)
    shift = np.where(number % 2 == 0, 0, stone * random.choice((0, 0.5, random.uniform(0, 1))))
    along = along + sway + shift + random.uniform(0, stone)
    to_bed = np.abs(across / course - np.round(across / course)) * course
    to_head = np.abs(along / stone - np.round(along / stone)) * stone
    return np.minimum(to_bed, to_head)


def _cobbles(size: tuple[int, int], random: np.random.Generator) -> Layer:
    """The same for stones of irregular shape: half the difference of the distances to the two nearest centres."""
    height, width = size
    step = random.uniform(30, 120)
    grid = np.mgrid[-step : height + step : step, -step : width + step : step].reshape(2, -1).T
    centres = grid + random.uniform(-0.35, 0.35, grid.shape) * step
    # At a quarter of the size: a stone's outline needs no more.
    rows, columns = np.mgrid[:height:4, :width:4]
    points = np.stack([rows.ravel(), columns.ravel()], axis=1)
    distances = np.linalg.norm(points[:, None].astype(np.float32) - centres[None].astype(np.float32), axis=2)
    nearest = np.partition(distances, 1, axis=1)[:, :2]
    gap = ((nearest[:, 1] - nearest[:, 0]) / 2).reshape(rows.shape).astype(np.float32)
    return np.asarray(Image.fromarray(gap).resize((width, height), Image.Resampling.BICUBIC), np.float32)


def _bow(size: tuple[int, int], random: np.random.Generator) -> list[tuple[float, float]]:
    """A bent line right across, as points (x, y)."""
    height, width = size
    start, end = random.uniform(-0.1, 1.1, 2), random.uniform(-0.1, 1.1, 2)
    side = random.integers(2)
    start[side], end[side] = -0.15, 1.15
    bend = random.uniform(-0.35, 0.35, 2)
    share = np.linspace(0, 1, 24)[:, None]
    points = start * (1 - share) + end * share + 4 * share * (1 - share) * bend
    return [(float(x * width), float(y * height)) for x, y in points]
