"""What we are measured against in the same run: a plain loop, the original's loop, the machine's own product."""

from collections.abc import Callable, Collection, Sequence
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from segmentation.engines import Recipe
from segmentation.tiling import TilePlan, cut_tile

ORIGINAL_TILE = 448
ORIGINAL_STRIDE = 44
"""`inference_unet.py` of khanhha/crack_segmentation (commit e924b6a): stride_ratio 0.1 of the tile, floored."""
MATRIX = 2048


def plain_seconds(recipe: Recipe, pixels: NDArray[np.uint8], plan: TilePlan, *, sample: int) -> float:
    """Seconds a photo takes tile by tile in eager f32 PyTorch; `sample` of the plan's tiles are run, the rest reckoned.

    `pixels` is uint8 (H, W, 3).
    """
    recipe = recipe.eval().float()
    places = [(left, top) for top in plan.tops for left in plan.lefts][:sample]
    tiles = [cut_tile(pixels, left, top, plan.tile_width, plan.tile_height)[None] for left, top in places]
    return _typical(lambda tile: _plain(recipe, tile), tiles) * len(plan)


def original_seconds(network: nn.Module, width: int, height: int, *, sample: int) -> float:
    """Seconds of the original's patch inference for a photo of `width` x `height` pixels: reckoned from `sample` tiles.

    448 px tiles every 44 px, one after the other, f32. `network` takes normalised (1, 3, 448, 448).
    """
    tile = torch.rand(1, 3, ORIGINAL_TILE, ORIGINAL_TILE)
    seconds = _typical(lambda _: _forward(network.eval(), tile), [tile] * sample)
    return seconds * original_tiles(width, height)


def original_tiles(width: int, height: int) -> int:
    """How many tiles the original runs: a grid that never looks past the last whole stride. At least one."""
    across, down = ((side - ORIGINAL_TILE) // ORIGINAL_STRIDE + 1 for side in (width, height))
    return max(1, across) * max(1, down)


def matrix_peak(dtype: torch.dtype, *, rounds: int = 30, side: int = MATRIX) -> float:
    """Multiply-adds a second of a square matrix product with all threads, in 10⁹: what this machine can at best.

    The best of several seconds and not the typical one: whoever disturbs it makes the peak too low, and any share of it
    too high.
    """
    multiply: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    if dtype == torch.int8:
        left, right = (torch.randint(-128, 128, (side, side), dtype=dtype) for _ in range(2))
        multiply = torch._int_mm
    else:
        left, right = (torch.randn(side, side).to(dtype) for _ in range(2))
        multiply = torch.matmul
    return side**3 / min(_seconds(lambda _: multiply(left, right), [None] * (rounds + 1))) / 1e9


def multiplications(network: nn.Module, side: int, names: Collection[str] | None = None) -> float:
    """Multiply-adds of one square tile, in 10⁹; convolutions and matrix products are counted, nothing else.

    With `names` only those of the modules that are called so.
    """
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        network.eval()(torch.zeros(1, 3, side, side))
    if names is None:
        return counter.get_total_flops() / 2e9
    root = type(network).__name__
    counts = counter.get_flop_counts()
    return sum(sum(counts[f"{root}.{name}"].values()) for name in names) / 2e9


def _typical(run: Callable[[Any], object], inputs: Sequence[object]) -> float:
    """The median seconds; the first one warms up and counts only where it is alone."""
    seconds = _seconds(run, inputs)
    return median(seconds[1:] or seconds)


def _seconds(run: Callable[[Any], object], inputs: Sequence[object]) -> list[float]:
    seconds = []
    for item in inputs:
        started = perf_counter()
        run(item)
        seconds.append(perf_counter() - started)
    return seconds


@torch.inference_mode()
def _plain(recipe: Recipe, tile: NDArray[np.uint8]) -> NDArray[np.float32]:
    return recipe(torch.from_numpy(np.ascontiguousarray(tile))).numpy()


@torch.inference_mode()
def _forward(network: nn.Module, tile: torch.Tensor) -> torch.Tensor:
    return network(tile).sigmoid()
