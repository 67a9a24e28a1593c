"""How blurred and how grainy a photo is, from blocks spread over it.

Blur: along the gradient of the strongest edges a step blurred by a Gaussian is fitted, in linear light; of the steps
that fit well the median width is the blur. Softer edges than steps (a shadow, a rounded arris) do not fit, or count as
more blur. Noise: mixed differences over two pixels, which see hardly any slope and are nearly free of the likeness of
neighbours that demosaicing leaves; a low quantile over the blocks, so that texture does not count.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.special import ndtr

Floats = NDArray[np.float64]

BLOCK_PX = 128
MOST_BLOCKS = 48
EDGES_PER_BLOCK = 40
LEAST_EDGES = 10
"""So many good edges, or the blur is not known."""
REACH_PX = 6.0
STEP_PX = 0.5
BESIDE = np.arange(-3, 4)
"""Profiles beside each other that are averaged, px."""
GOOD_FIT = 0.97
CLEAR_EDGE = 8.0
"""An edge counts from so many times the noise."""
COARSE = (1, 2, 4)
TOO_SOFT = 2.2
"""Above so many pixels a step no longer ends within REACH_PX; the blocks are then looked at in smaller copies."""
NOISE_QUANTILE = 0.2
NOISE_STEP = 2
LUMA = np.array([0.299, 0.587, 0.114])


def sample_blocks(pixels: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """At most MOST_BLOCKS blocks of BLOCK_PX a side, evenly spread, views of an RGB photo (height, width, 3).

    A photo smaller than a block is one block.
    """
    height, width = pixels.shape[:2]
    across = max(1, min(width // BLOCK_PX, round(math.sqrt(MOST_BLOCKS * width / height))))
    down = max(1, min(height // BLOCK_PX, MOST_BLOCKS // across))
    across = max(1, min(width // BLOCK_PX, MOST_BLOCKS // down))
    tops = np.linspace(0, max(height - BLOCK_PX, 0), down).astype(int)
    lefts = np.linspace(0, max(width - BLOCK_PX, 0), across).astype(int)
    return [pixels[top : top + BLOCK_PX, left : left + BLOCK_PX] for top in tops for left in lefts]


def to_grey(block: NDArray[np.uint8]) -> Floats:
    """Grey levels 0..255 of the file (Rec. 601 luma)."""
    return block @ LUMA


def estimate_noise(greys: list[Floats]) -> float:
    """Standard deviation of the noise of a pixel, grey levels."""
    spreads = [_mixed_difference(grey) for grey in greys]
    return float(np.quantile([spread for spread in spreads if math.isfinite(spread)] or [0.0], NOISE_QUANTILE))


def estimate_blur(greys: list[Floats]) -> float | None:
    """Standard deviation of the blur of an edge in pixels, the pixel's own included; None without clear edges."""
    lights = [_to_light(grey) for grey in greys]
    known = None
    for coarse in COARSE:
        widths = np.concatenate([_edge_widths(_reduced(light, coarse)) for light in lights])
        if len(widths) >= LEAST_EDGES:
            soft = float(np.median(widths))
            # Averaging n × n pixels adds (n² - 1) / 12 to the variance.
            known = math.sqrt(max((coarse * soft) ** 2 - (coarse**2 - 1) / 12, 0.3**2))
            if soft <= TOO_SOFT:
                return known
    return known


def _mixed_difference(values: Floats) -> float:
    if min(values.shape) <= 2 * NOISE_STEP:
        return math.nan
    step = NOISE_STEP
    mixed = (values[:-step, :-step] - values[step:, :-step] - values[:-step, step:] + values[step:, step:]) / 2
    # The mean of |x| of a normal distribution is √(2/π) sd.
    return float(np.abs(mixed).mean() * math.sqrt(math.pi / 2))


def _edge_widths(light: Floats) -> Floats:
    """Standard deviations of the steps that are found in a block of linear light, in its pixels."""
    if min(light.shape) < 4 * REACH_PX:
        return np.empty(0)
    noise = max(_mixed_difference(light), 1e-4)
    rows, columns, right, down = _strongest_edges(light)
    if not len(rows):
        return np.empty(0)
    away, beside = _away()[None, None, :], BESIDE[None, :, None]
    right, down = right[:, None, None], down[:, None, None]
    x = columns[:, None, None] + away * right - beside * down
    y = rows[:, None, None] + away * down + beside * right
    profiles = map_coordinates(light, [y, x], order=1, mode="nearest").mean(axis=1)
    widths, fit = _fit_steps(profiles)
    return widths[(fit > GOOD_FIT) & (np.ptp(profiles, axis=1) > CLEAR_EDGE * noise)]


def _strongest_edges(light: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]:
    """Rows, columns and unit gradients (x, y) of ridges of the gradient, strongest first, not side by side."""
    gx, gy = gaussian_filter(light, 1.0, order=(0, 1)), gaussian_filter(light, 1.0, order=(1, 0))
    slope = np.hypot(gx, gy)
    border = math.ceil(REACH_PX * 1.5)
    inner = np.zeros(light.shape, bool)
    inner[border:-border, border:-border] = True
    strong = inner & (slope > np.quantile(slope[inner], 0.95))
    rows, columns = np.nonzero(strong)
    right, down = gx[strong] / slope[strong], gy[strong] / slope[strong]
    ahead = map_coordinates(slope, [rows + down, columns + right], order=1)
    behind = map_coordinates(slope, [rows - down, columns - right], order=1)
    order = np.argsort(-slope[strong])
    order = order[((slope[strong] >= ahead) & (slope[strong] >= behind))[order]]
    free, chosen = np.ones(light.shape, bool), []
    for number in order:
        row, column = rows[number], columns[number]
        if free[row, column]:
            chosen.append(number)
            free[max(row - 4, 0) : row + 5, max(column - 4, 0) : column + 5] = False
            if len(chosen) == EDGES_PER_BLOCK:
                break
    return rows[chosen], columns[chosen], right[chosen], down[chosen]


def _fit_steps(profiles: Floats) -> tuple[Floats, Floats]:
    """Width of the best blurred step and the share of variance that it explains, for each profile (n, samples)."""
    steps, widths = _steps()
    centred = profiles - profiles.mean(axis=1, keepdims=True)
    total = np.maximum((centred**2).sum(axis=1), 1e-12)
    explained = (centred @ steps.T) ** 2
    best = explained.argmax(axis=1)
    return widths[best], explained[np.arange(len(best)), best] / total


@cache
def _steps() -> tuple[Floats, Floats]:
    """Blurred steps of many widths and offsets, without mean and of length 1, (n, samples); and their widths."""
    widths, offsets = np.meshgrid(np.geomspace(0.3, 6, 40), np.linspace(-1, 1, 9), indexing="ij")
    steps = ndtr((_away()[None, :] - offsets.reshape(-1, 1)) / widths.reshape(-1, 1))
    steps -= steps.mean(axis=1, keepdims=True)
    return steps / np.linalg.norm(steps, axis=1, keepdims=True), widths.ravel()


def _away() -> Floats:
    return np.arange(-REACH_PX, REACH_PX + STEP_PX / 2, STEP_PX)


def _reduced(light: Floats, factor: int) -> Floats:
    rows, columns = (side // factor for side in light.shape)
    return light[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor).mean(axis=(1, 3))


def _to_light(grey: Floats) -> Floats:
    values = grey / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
