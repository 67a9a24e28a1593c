"""What a patch looks like, as numbers whose distance says how alike two patches are.

Three parts, weighted against each other on 865 patches of 45 photos (see DECISIONS.md):
where dark lines run (histograms of oriented gradients, Dalal and Triggs 2005, of which only what rises above the
patch's own roughness counts, since on a textured wall all else is texture), the colour and how it varies, and the
roughness at three sizes (differences of neighbouring levels of a pyramid, Burt and Adelson 1983).
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Descriptor = NDArray[np.float32]

SIDE, GRID, BINS = 32, 4, 8
ROUGHNESS_SIDES = (96, 48, 24)
ABOVE_ROUGHNESS = 2.0
"""Gradients count by how much they are stronger than so many times the patch's median."""
EDGES, COLOUR, ROUGHNESS = 0.4, 1.5, 6.0


def describe(patch: Image.Image) -> Descriptor:
    """The descriptor of an RGB patch, float32 (GRID² · BINS + 9,); most of its values lie between -1 and 1."""
    light = np.asarray(patch, np.float32) / np.float32(255)
    return np.concatenate((EDGES * _edges(patch), COLOUR * _colour(light), ROUGHNESS * _roughness(light.mean(axis=2))))


def _edges(patch: Image.Image) -> NDArray[np.float32]:
    """Where lines run and in which direction, (GRID² · BINS,), of length 1; all zero where there are none."""
    small = np.asarray(patch.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32).mean(axis=2) / 255
    rows, columns = np.gradient(small)
    strength = np.hypot(rows, columns)
    strength = np.maximum(0, strength - ABOVE_ROUGHNESS * np.median(strength))
    # Directions without a sign: a dark line on a light wall has both.
    turn = (np.arctan2(rows, columns) % np.pi) / np.pi * BINS
    low = np.floor(turn).astype(int)
    cell = SIDE // GRID
    place = (np.arange(SIDE) // cell)[:, None] * GRID + (np.arange(SIDE) // cell)[None, :]
    bins = np.zeros(GRID * GRID * BINS)
    for offset, weight in ((0, 1 - (turn - low)), (1, turn - low)):
        np.add.at(bins, (place * BINS + (low + offset) % BINS).ravel(), (strength * weight).ravel())
    # Square roots keep one strong edge from hiding all the others.
    return np.sqrt(bins / max(1e-6, bins.sum())).astype(np.float32)


def _colour(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lightness, red against green, yellow against blue: means and spreads, (6,). Tints are small beside lightness."""
    red, green, blue = np.moveaxis(light, 2, 0)
    channels = (light.mean(axis=2), red - green, (red + green) / 2 - blue)
    means = [weight * float(channel.mean()) for weight, channel in zip((1, 2, 2), channels, strict=True)]
    spreads = [weight * float(channel.std()) for weight, channel in zip((2, 4, 4), channels, strict=True)]
    return np.array(means + spreads, np.float32)


def _roughness(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """The root mean square of what each coarser level leaves out, finest first, (3,)."""
    told = []
    finer = Image.fromarray(grey)
    for side in ROUGHNESS_SIDES:
        coarser = finer.resize((side, side), Image.Resampling.BOX)
        kept = np.asarray(coarser.resize(finer.size, Image.Resampling.BILINEAR))
        told.append(float(np.sqrt(np.mean((np.asarray(finer) - kept) ** 2))))
        finer = coarser
    return np.array(told, np.float32)
