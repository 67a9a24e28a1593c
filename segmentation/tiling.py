"""A photo of any size through a network of one size: where the tiles lie, and how their answers are joined.

Tiles are cut at native resolution, the last one in each direction flush to the border. Where tiles overlap
their answers are averaged with weights that fade towards the tile's edge, where a network sees least, and the
sum is divided by the sum of the weights: no seam, no dim border, no stretching to the brightest pixel.
"""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

PredictBatch = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""uint8 (N, T, T, 3) RGB → float32 (N, T, T) probabilities in 0..1."""

Progress = Callable[[int, int], None]
"""Called with (tiles done, tiles in total); may raise to stop the work."""

BATCHES_AHEAD = 1


@dataclass(frozen=True, slots=True)
class TilePlan:
    """Where tiles of `tile` x `tile` pixels lie on a photo: every pair of a `left` and a `top`.

    A photo narrower or lower than a tile has one column or row, whose tiles reach past the photo.
    """

    width: int
    height: int
    tile: int
    lefts: tuple[int, ...]
    tops: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.lefts) * len(self.tops)


def plan_tiles(width: int, height: int, *, tile: int, overlap: int) -> TilePlan:
    """Cover `width` x `height` pixels with tiles that overlap by at least `overlap`, evenly spread.

    Raises ValueError where sizes are not positive or the overlap leaves no step.
    """
    if width < 1 or height < 1 or tile < 1:
        raise ValueError(f"cannot tile {width} x {height} pixels with tiles of {tile}")
    if not 0 <= overlap < tile:
        raise ValueError(f"the overlap must be from 0 to {tile - 1} pixels, not {overlap}")
    return TilePlan(width, height, tile, _starts(width, tile, overlap), _starts(height, tile, overlap))


def predict_tiled(
    pixels: NDArray[np.uint8],
    predict_batch: PredictBatch,
    plan: TilePlan,
    *,
    batch: int = 4,
    progress: Progress | None = None,
) -> NDArray[np.uint8]:
    """Return the crack probability of every pixel, uint8 (height, width), 0..255 for 0..1.

    `pixels` is uint8 (height, width, 3). The only floats kept are one band: a row of tiles, `plan.tile` high
    and as wide as the photo. `progress` is called before the first tile and after every batch.
    """
    if pixels.shape != (plan.height, plan.width, 3):
        raise ValueError(f"the plan is for {plan.width} x {plan.height} pixels, the photo is {pixels.shape}")
    report = progress or (lambda done, total: None)
    report(0, len(plan))
    probability = np.empty((plan.height, plan.width), np.uint8)
    band = _Band(plan)
    done = 0
    # The rows above the next row of tiles are finished: no later tile touches them.
    next_tops = dict(pairwise((*plan.tops, plan.height)))
    with closing(_answered(pixels, predict_batch, plan, batch)) as batches:
        for top, lefts, answers in batches:
            for left, answer in zip(lefts, answers, strict=True):
                band.add(left, answer)
            done += len(lefts)
            report(done, len(plan))
            if lefts[-1] == plan.lefts[-1]:
                probability[top : next_tops[top]] = band.finish(top, next_tops[top] - top)
    return probability


def _answered(
    pixels: NDArray[np.uint8], predict_batch: PredictBatch, plan: TilePlan, batch: int
) -> Generator[tuple[int, tuple[int, ...], NDArray[np.float32]], None, None]:
    """Top, lefts and answers of each batch in order; the network is always one batch ahead of who takes them.

    So it works while the batch before is cut, blended and reported, which take a processor of their own.
    """
    waiting: deque[tuple[int, tuple[int, ...], Future[NDArray[np.float32]]]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="network") as network:
        for top in plan.tops:
            for lefts in _groups(plan.lefts, batch):
                tiles = np.stack([cut_tile(pixels, left, top, plan.tile) for left in lefts])
                waiting.append((top, lefts, network.submit(predict_batch, tiles)))
                if len(waiting) > BATCHES_AHEAD:
                    first_top, first_lefts, answer = waiting.popleft()
                    yield first_top, first_lefts, answer.result()
        while waiting:
            first_top, first_lefts, answer = waiting.popleft()
            yield first_top, first_lefts, answer.result()


class _Band:
    """The weighted sum of one row of tiles, float32 (tile, width), moved down the photo row by row.

    Tiles lie on a grid and the window is a product of two curves, so the sum of the weights at (x, y) is the
    product of a sum over x and a sum over y: two vectors replace a second accumulator.
    """

    def __init__(self, plan: TilePlan) -> None:
        self.plan = plan
        self.curve = _fade(plan.tile)
        self.window = np.outer(self.curve, self.curve)
        self.sum = np.zeros((plan.tile, plan.width), np.float32)
        self.weight_x = self._weights(plan.lefts, plan.width)
        self.weight_y = self._weights(plan.tops, plan.height)

    def _weights(self, starts: tuple[int, ...], length: int) -> NDArray[np.float32]:
        total = np.zeros(max(length, starts[-1] + self.plan.tile), np.float32)
        for start in starts:
            total[start : start + self.plan.tile] += self.curve
        return total[:length]

    def add(self, left: int, answer: NDArray[np.float32]) -> None:
        """Add one tile's answer, float32 (tile, tile), at column `left` of the band."""
        inside = min(self.plan.tile, self.plan.width - left)
        self.sum[:, left : left + inside] += (answer * self.window)[:, :inside]

    def finish(self, top: int, rows: int) -> NDArray[np.uint8]:
        """Return the band's first `rows` rows, `top` in the photo, as uint8, and move the band below them."""
        weights = np.outer(self.weight_y[top : top + rows], self.weight_x)
        finished = np.rint(self.sum[:rows] / weights * 255).clip(0, 255).astype(np.uint8)
        self.sum[:-rows] = self.sum[rows:]
        self.sum[-rows:] = 0
        return finished


def _starts(length: int, tile: int, overlap: int) -> tuple[int, ...]:
    if length <= tile:
        return (0,)
    steps = -(-(length - tile) // (tile - overlap))
    return tuple(step * (length - tile) // steps for step in range(steps + 1))


def _groups(lefts: tuple[int, ...], size: int) -> list[tuple[int, ...]]:
    return [lefts[first : first + size] for first in range(0, len(lefts), size)]


def _fade(tile: int) -> NDArray[np.float32]:
    """A raised cosine over the tile, float32 (tile,): 1 in the middle, nearly 0 at the edge, never 0."""
    return (np.sin(np.pi * (np.arange(tile) + 0.5) / tile) ** 2).astype(np.float32)


def cut_tile(pixels: NDArray[np.uint8], left: int, top: int, tile: int) -> NDArray[np.uint8]:
    """One tile, mirrored past the photo's border as often as needed; a single row or column is repeated."""
    cut = pixels[top : top + tile, left : left + tile]
    for axis in (0, 1):
        missing = tile - cut.shape[axis]
        if missing:
            margins = [(0, 0), (0, 0), (0, 0)]
            margins[axis] = (0, missing)
            cut = np.pad(cut, margins, mode="reflect" if cut.shape[axis] > 1 else "edge")
    return cut
