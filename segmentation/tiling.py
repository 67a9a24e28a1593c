"""A photo of any size through a network of one size: where the tiles lie, and how their answers are joined.

Tiles are cut at native resolution. Where they overlap their answers are averaged with weights that fade towards the
tile's edge, where a network sees least, and that add up to one: no seam, no dim border, no stretching to the brightest
pixel. A tile may be larger than those the network learned from: fewer pixels are then seen twice, and fewer lie near a
tile's edge.
"""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

PredictBatch = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""uint8 (N, T, T, 3) RGB → float32 (N, T, T) probabilities in 0..1."""

Progress = Callable[[int, int], None]
"""Called with (tiles done, tiles in total); may raise to stop the work."""

LARGEST = 1.5
"""Of the card's tile: as long as the side of a fitted tile may be. A network's memory grows with its square; what is
computed twice shrinks by two per cent up to 1.75."""


@dataclass(frozen=True, slots=True)
class TilePlan:
    """Where tiles of `tile_width` x `tile_height` pixels lie on a photo: every pair of a `left` and a `top`.

    A photo narrower or lower than a tile has one column or row; the last tiles may reach past the photo.
    """

    width: int
    height: int
    tile_width: int
    tile_height: int
    lefts: tuple[int, ...]
    tops: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.lefts) * len(self.tops)


def plan_tiles(width: int, height: int, *, tile: int, overlap: int) -> TilePlan:
    """Cover `width` x `height` pixels with square tiles that overlap by at least `overlap`, evenly spread.

    The last one in each direction is flush to the border. Raises ValueError where sizes are not positive or the overlap
    leaves no step.
    """
    _check(width, height, tile, overlap)
    return TilePlan(width, height, tile, tile, _starts(width, tile, overlap), _starts(height, tile, overlap))


def fit_tiles(width: int, height: int, *, tile: int, overlap: int, step: int) -> TilePlan:
    """Cover a photo with tiles that are made to fit it: at least `tile` long, at most `LARGEST` times that.

    Sides, starts and overlaps are multiples of `step`, the network's stride: its coarse maps then lie on the photo as
    they would if it saw the whole at once. Raises ValueError as `plan_tiles` does, and where `tile` is no multiple.
    """
    _check(width, height, tile, overlap)
    if step < 1 or tile % step:
        raise ValueError(f"tiles of {tile} pixels are no multiple of {step}")
    columns, rows = (_fitted(length, tile, overlap, step) for length in (width, height))
    return TilePlan(width, height, columns[0], rows[0], columns[1], rows[1])


def predict_tiled(
    pixels: NDArray[np.uint8],
    predict_batch: PredictBatch,
    plan: TilePlan,
    *,
    batch: int = 4,
    at_once: int = 1,
    progress: Progress | None = None,
) -> NDArray[np.uint8]:
    """Return the crack probability of every pixel, uint8 (height, width), 0..255 for 0..1.

    `pixels` is uint8 (height, width, 3). The only floats kept are one band: a row of tiles, as wide as the photo.
    `predict_batch` is called with up to `batch` tiles, from `at_once` threads. `progress` is called before the first
    tile and after every batch.
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
    with closing(_answered(pixels, predict_batch, plan, batch, at_once)) as batches:
        for top, lefts, answers in batches:
            for left, answer in zip(lefts, answers, strict=True):
                band.add(left, top, answer)
            done += len(lefts)
            report(done, len(plan))
            if lefts[-1] == plan.lefts[-1]:
                probability[top : next_tops[top]] = band.finish(next_tops[top] - top)
    return probability


def _answered(
    pixels: NDArray[np.uint8], predict_batch: PredictBatch, plan: TilePlan, batch: int, at_once: int
) -> Generator[tuple[int, tuple[int, ...], NDArray[np.float32]], None, None]:
    """Top, lefts and answers of each batch in order; the network always has a batch waiting for it.

    So it works while the batch before is cut, blended and reported, which take a processor of their own.
    """
    waiting: deque[tuple[int, tuple[int, ...], Future[NDArray[np.float32]]]] = deque()
    with ThreadPoolExecutor(at_once, thread_name_prefix="network") as network:
        for top in plan.tops:
            for lefts in _groups(plan.lefts, batch):
                tiles = np.stack([cut_tile(pixels, left, top, plan.tile_width, plan.tile_height) for left in lefts])
                waiting.append((top, lefts, network.submit(predict_batch, tiles)))
                if len(waiting) > at_once:
                    first_top, first_lefts, answer = waiting.popleft()
                    yield first_top, first_lefts, answer.result()
        while waiting:
            first_top, first_lefts, answer = waiting.popleft()
            yield first_top, first_lefts, answer.result()


class _Band:
    """The weighted sum of one row of tiles, float32 (tile height, width) in 0..255, moved down the photo row by row.

    Tiles lie on a grid and the window is a product of two curves, so the sum of the weights at (x, y) is the
    product of a sum over x and a sum over y: each tile is given its share at once, and nothing is divided later.
    """

    def __init__(self, plan: TilePlan) -> None:
        self.sum = np.zeros((plan.tile_height, plan.width), np.float32)
        self.across = _shares(plan.lefts, plan.tile_width, plan.width)
        self.down = {top: 255 * share for top, share in _shares(plan.tops, plan.tile_height, plan.height).items()}

    def add(self, left: int, top: int, answer: NDArray[np.float32]) -> None:
        """Add one tile's answer, float32 (tile height, tile width), whose corner is at (left, top) of the photo."""
        across, down = self.across[left], self.down[top]
        share = answer[: len(down), : len(across)] * across
        share *= down[:, None]
        self.sum[: len(down), left : left + len(across)] += share

    def finish(self, rows: int) -> NDArray[np.uint8]:
        """Return the band's first `rows` rows as uint8, and move the band below them."""
        finished = np.rint(self.sum[:rows]).clip(0, 255).astype(np.uint8)
        self.sum[:-rows] = self.sum[rows:]
        self.sum[-rows:] = 0
        return finished


def _shares(starts: tuple[int, ...], tile: int, length: int) -> dict[int, NDArray[np.float32]]:
    """What each tile counts along one side of the photo, by its start; where tiles overlap that adds up to one."""
    curve = _fade(tile)
    total = np.zeros(max(length, starts[-1] + tile))
    for start in starts:
        total[start : start + tile] += curve
    inside = {start: min(tile, length - start) for start in starts}
    return {start: (curve[:size] / total[start : start + size]).astype(np.float32) for start, size in inside.items()}


def _check(width: int, height: int, tile: int, overlap: int) -> None:
    if width < 1 or height < 1 or tile < 1:
        raise ValueError(f"cannot tile {width} x {height} pixels with tiles of {tile}")
    if not 0 <= overlap < tile:
        raise ValueError(f"the overlap must be from 0 to {tile - 1} pixels, not {overlap}")


def _fitted(length: int, tile: int, overlap: int, step: int) -> tuple[int, tuple[int, ...]]:
    """Side of the tiles and their starts along one side of a photo."""
    if length <= tile:
        return tile, (0,)
    length, overlap = (ceil(value / step) * step for value in (length, overlap))
    largest = max(tile, int(tile * LARGEST) // step * step)
    count = 1 if length <= largest else ceil((length - overlap) / max(step, largest - overlap))
    side = max(tile, ceil((length + (count - 1) * overlap) / count / step) * step)
    last = length - side
    return side, tuple(number * last // max(1, count - 1) // step * step for number in range(count))


def _starts(length: int, tile: int, overlap: int) -> tuple[int, ...]:
    if length <= tile:
        return (0,)
    steps = -(-(length - tile) // (tile - overlap))
    return tuple(step * (length - tile) // steps for step in range(steps + 1))


def _groups(lefts: tuple[int, ...], size: int) -> list[tuple[int, ...]]:
    return [lefts[first : first + size] for first in range(0, len(lefts), size)]


def _fade(tile: int) -> NDArray[np.float64]:
    """A raised cosine over the tile, (tile,): 1 in the middle, nearly 0 at the edge, never 0."""
    return np.sin(np.pi * (np.arange(tile) + 0.5) / tile) ** 2


def cut_tile(pixels: NDArray[np.uint8], left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
    """One tile, mirrored past the photo's border as often as needed; a single row or column is repeated."""
    cut = pixels[top : top + height, left : left + width]
    for axis, side in enumerate((height, width)):
        missing = side - cut.shape[axis]
        if missing:
            margins = [(0, 0), (0, 0), (0, 0)]
            margins[axis] = (0, missing)
            cut = np.pad(cut, margins, mode="reflect" if cut.shape[axis] > 1 else "edge")
    return cut
