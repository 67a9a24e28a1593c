"""Near-duplicates: the same picture again, turned, mirrored, resized, squashed, brighter, or saved once more.

Two questions, the first one cheap. A perceptual hash: the signs of 64 low-frequency cosine coefficients of the grey
picture at 32 × 32 (Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010, takes the median
for zero). A mirrored or turned picture has the same coefficients with other signs, or transposed, so that all eight
positions are compared without touching the picture again. Flat concrete, whose low frequencies are the light alone,
makes hashes collide; so a pair also has to correlate in what is left at 32 × 32 without the light.

What it finds and what it mistakes is measured in docs/datasets.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn

MAX_DISTANCE = 12
"""Bits of 64 by which the hashes of a picture and its copy may differ."""

MIN_CORRELATION = 0.9
"""How well a copy's detail has to agree with the picture's, 1 for exactly."""

_SIDE = 32
_ROWS, _COLUMNS = np.indices((9, 9))
_AT_ONCE = 64

Values = NDArray[np.float32]


def _surfaces() -> Values:
    """An orthonormal basis (1024, 6) of planes and bowls: how light falls off over a wall."""
    y, x = np.indices((_SIDE, _SIDE)).reshape(2, -1) / (_SIDE - 1) - 0.5
    return np.linalg.qr(np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1))[0].astype(np.float32)


_LIGHT = _surfaces()


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What a picture looks like: `coefficients` float32 (9, 9) of low frequency, `detail` float32 (32, 32) of norm 1.

    The detail of a picture without any is all zeros, and resembles nothing.
    """

    coefficients: Values
    detail: Values


@dataclass(frozen=True, slots=True)
class Resemblance:
    """Pictures `first` and `second`, by their place in the list, show the same."""

    first: int
    second: int
    distance: int
    correlation: float


def fingerprint(pixels: NDArray[np.uint8]) -> Fingerprint:
    """The fingerprint of uint8 (height, width, 3) pixels."""
    grey = Image.fromarray(pixels).convert("L").convert("F")
    # One step of Pillow's box filter is exact enough, and floats keep what is left of the texture of flat concrete.
    small = np.asarray(grey.resize((_SIDE, _SIDE), Image.Resampling.BOX), np.float32)
    spectrum = dctn(small, norm="ortho")
    coefficients = spectrum[:9, :9].copy()
    light = _LIGHT @ (_LIGHT.T @ small.ravel())
    detail = small - light.reshape(small.shape)
    norm = float(np.sqrt((detail**2).sum()))
    # A level or so of rounding is not detail.
    scaled = detail / norm if norm > _SIDE * 0.05 else np.zeros_like(detail)
    return Fingerprint(coefficients.astype(np.float32), scaled.astype(np.float32))


def near_duplicates(
    fingerprints: Sequence[Fingerprint],
    *,
    max_distance: int = MAX_DISTANCE,
    min_correlation: float = MIN_CORRELATION,
) -> list[Resemblance]:
    """Every pair of pictures that show the same, `first` before `second`, in order.

    Twelve thousand pictures are 576 million comparisons of 64 bits: some seconds.
    """
    if not fingerprints:
        return []
    turned = _turned(np.stack([one.coefficients for one in fingerprints]))
    hashes = _hash(turned)
    found: dict[tuple[int, int], Resemblance] = {}
    for first, second, position, distance in _close(hashes, max_distance):
        detail = _turned(fingerprints[first].detail[None])[position, 0]
        correlation = float((detail * fingerprints[second].detail).sum())
        known = found.get((first, second))
        if correlation >= min_correlation and (known is None or known.correlation < correlation):
            found[first, second] = Resemblance(first, second, distance, round(correlation, 3))
    return [found[pair] for pair in sorted(found)]


def _turned(values: Values) -> Values:
    """(n, side, side) → (8, n, side, side): as it is, mirrored, upside down, both; then all of these transposed.

    Coefficients (9, 9) change their signs where the picture is mirrored; the pixels of a detail change their places.
    """
    signs = (-1.0) ** np.arange(values.shape[-1], dtype=np.float32)
    spectral = values.shape[-1] == 9
    positions = []
    for base in (values, values.swapaxes(-1, -2)):
        for upside_down in (False, True):
            for mirrored in (False, True):
                one = base
                if upside_down:
                    one = one * signs[:, None] if spectral else one[..., ::-1, :]
                if mirrored:
                    one = one * signs if spectral else one[..., ::-1]
                positions.append(one)
    return np.stack(positions)


def _hash(coefficients: Values) -> NDArray[np.uint64]:
    """(…, 9, 9) → (…): one bit for each of the 8 × 8 lowest coefficients, with (8, 8) in the place of the mean."""
    chosen = (_ROWS < 8) & (_COLUMNS < 8) & (_ROWS + _COLUMNS > 0) | (_ROWS + _COLUMNS == 16)
    bits = np.uint64(1) << np.arange(64, dtype=np.uint64)
    return ((coefficients[..., chosen] > 0) * bits).sum(-1, dtype=np.uint64)


def _close(hashes: NDArray[np.uint64], limit: int) -> Iterator[tuple[int, int, int, int]]:
    """Pairs within `limit` bits in some position of the first: (first, second, position, bits)."""
    upright = hashes[0]
    for start in range(0, upright.size, _AT_ONCE):
        block = hashes[:, start : start + _AT_ONCE, None] ^ upright[None, None, start:]
        distances = np.bitwise_count(block)
        for position, row, column in np.argwhere(distances <= limit).tolist():
            if row < column:
                yield start + row, start + column, position, int(distances[position, row, column])
