"""A photo and its mask at another size or in tiles: never squashed, never enlarged."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from segmentation.tiling import plan_tiles

Picture = NDArray[np.uint8]
"""uint8 (height, width, 3), RGB."""

Truth = NDArray[np.bool_]
"""bool (height, width), True for crack."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What becomes of a photo: shrunk so that its long side has `size` pixels, or cut into tiles of `crop`, or neither.

    With `drop_empty`, tiles without crack are left out where the photo itself has one: what an annotator overlooked is
    most likely there.
    """

    size: int | None = None
    crop: int | None = None
    drop_empty: bool = False

    def __post_init__(self) -> None:
        if self.size and self.crop:
            raise ValueError("shrink the photos or cut them into tiles, not both")

    @property
    def native(self) -> bool:
        """Whether photos stay as they are."""
        return not self.size and not self.crop

    def pieces(self, pixels: Picture, mask: Truth) -> Iterator[tuple[str, Picture, Truth]]:
        """The photo's pieces, each with what is added to its name: nothing, or `_x_y`, the corner of the tile."""
        if self.size:
            yield "", *shrink(pixels, mask, self.size)
        elif self.crop:
            yield from _tiles(pixels, mask, self.crop, drop_empty=self.drop_empty and bool(mask.any()))
        else:
            yield "", pixels, mask


def shrink(pixels: Picture, mask: Truth, size: int) -> tuple[Picture, Truth]:
    """Photo and mask with a long side of `size` pixels, or as they are where that is not smaller.

    Every new pixel is the mean of the area that it covers, and crack where half of that area is. A crack that is
    narrower than half a new pixel is lost: rather cut tiles.
    """
    height, width = mask.shape
    scale = size / max(height, width)
    if scale >= 1:
        return pixels, mask
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    down, across = _areas(height, rows), _areas(width, columns)
    colours = [_mean(pixels[..., channel], down, across) for channel in range(3)]
    coverage = _mean(mask.astype(np.uint8) * 255, down, across)
    return np.rint(np.stack(colours, axis=2)).astype(np.uint8), coverage > 127


def _tiles(pixels: Picture, mask: Truth, side: int, *, drop_empty: bool) -> Iterator[tuple[str, Picture, Truth]]:
    """Tiles of `side` pixels at native resolution, the last ones flush to the border; a smaller photo is one tile."""
    height, width = mask.shape
    plan = plan_tiles(width, height, tile=side, overlap=0)
    for top in plan.tops:
        for left in plan.lefts:
            place = np.s_[top : top + side, left : left + side]
            if not drop_empty or mask[place].any():
                yield f"_{left}_{top}", pixels[place], mask[place]


def _areas(length: int, pieces: int) -> csr_array:
    """(pieces, length): which share of each new pixel every old one fills; rows add up to 1."""
    edges = np.linspace(0, length, pieces + 1)
    rows, columns, shares = [], [], []
    for piece, (start, stop) in enumerate(pairwise(edges)):
        old = np.arange(int(start), min(length, int(np.ceil(stop))))
        rows.append(np.full(old.size, piece))
        columns.append(old)
        shares.append((np.minimum(old + 1, stop) - np.maximum(old, start)) / (stop - start))
    values = np.concatenate(shares).astype(np.float32)
    return csr_array((values, (np.concatenate(rows), np.concatenate(columns))), shape=(pieces, length))


def _mean(values: NDArray[np.uint8], down: csr_array, across: csr_array) -> NDArray[np.float32]:
    return np.asarray((across @ (down @ values.astype(np.float32)).T).T)
