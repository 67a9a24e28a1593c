"""The photos of the benchmark: one drawn wall, mirrored to any size, so that every megapixel is as hard as the next."""

from math import ceil, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmentation.drawing import draw_photo

SEED = 4
PATTERN = (2000, 1500)
MM_PER_PIXEL = 0.5
QUALITY = 90


def photo_size(megapixels: float) -> tuple[int, int]:
    """Width and height of a 4:3 photo of so many megapixels, whole pixels."""
    height = round(sqrt(megapixels * 1e6 * 3 / 4))
    return round(height * 4 / 3), height


def write_photo(path: Path, megapixels: float) -> None:
    """Write a drawn JPEG of so many megapixels. Its cracks per megapixel are those of a drawn pier, at any size."""
    width, height = photo_size(megapixels)
    Image.fromarray(mirrored(_pattern(), width, height)).save(path, "JPEG", quality=QUALITY)


def mirrored(pattern: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """`pattern` (h, w, 3) continued by reflection, without a seam, to (height, width, 3)."""
    rows, columns = ceil(height / pattern.shape[0]), ceil(width / pattern.shape[1])
    row = np.concatenate([pattern[:, :: 1 if column % 2 == 0 else -1] for column in range(columns)], axis=1)
    return np.concatenate([row[:: 1 if number % 2 == 0 else -1] for number in range(rows)])[:height, :width]


def _pattern() -> NDArray[np.uint8]:
    return draw_photo(SEED, *PATTERN, mm_per_pixel=MM_PER_PIXEL).pixels
