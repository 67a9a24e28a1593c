"""Noise that is the same however it is cut into strips: every block of rows has a generator of its own.

Sizes are pixels of the wall. All fields are float32 with mean 0 and standard deviation 1.
"""

import zlib
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

BLOCK_ROWS = 64
EDGE = 2
"""Lattice rows and columns that a lattice has beyond each side of what it covers, for the spline."""


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """A generator that depends on `seed` and the names alone, so that adding a layer leaves the others as they were."""
    words = [seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF, *(zlib.crc32(str(name).encode()) for name in names)]
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(words)))


class Lattice(Protocol):
    """Rows of lattice values. Row and column `EDGE` lie on the first cell of what is covered."""

    def rows(self, first: int, last: int) -> Field: ...


class WhiteNoise:
    """Independent normal numbers by rows of a fixed width, made when asked for; a few blocks are kept."""

    def __init__(self, seed: int, name: str, width: int) -> None:
        self._seed, self._name, self._width = seed, name, width
        self._kept: dict[int, Field] = {}

    def rows(self, first: int, last: int) -> Field:
        """Rows [first, last) as float32 (rows, width); `first` is 0 or more."""
        wanted = range(first // BLOCK_ROWS, (last - 1) // BLOCK_ROWS + 1)
        self._kept = {index: self._block(index) for index in wanted}
        joined = np.concatenate(list(self._kept.values())) if len(wanted) > 1 else self._kept[wanted[0]]
        start = first - wanted[0] * BLOCK_ROWS
        return joined[start : start + last - first]

    def _block(self, index: int) -> Field:
        if index in self._kept:
            return self._kept[index]
        numbers = stream(self._seed, self._name, index)
        return numbers.standard_normal((BLOCK_ROWS, self._width), dtype=np.float32)


class FixedLattice:
    """A whole array as a lattice; beyond its sides it goes on with the value at the side."""

    def __init__(self, values: NDArray) -> None:
        self.values = np.pad(values.astype(np.float32), EDGE, mode="edge")

    def rows(self, first: int, last: int) -> Field:
        return self.values[first:last]


class Enlarged:
    """A lattice enlarged by whole cells with cubic B-splines: smooth, and nearly the same in every direction."""

    def __init__(self, lattice: Lattice, cell_y: int, cell_x: int, width: int, gain: float = 1.0) -> None:
        self._lattice, self._cell_y, self._width = lattice, cell_y, width
        self._base_y, self._taps_y = _spline(cell_y)
        self._base_x, taps_x = _spline(cell_x)
        self._taps_x = taps_x * np.float32(gain)

    def rows(self, first: int, last: int) -> Field:
        """Rows [first, last) as float32 (rows, width)."""
        return self._columns(self._lines(np.arange(first, last)))[:, : self._width]

    def rows_above(self, level: float, first: int, last: int) -> tuple[slice, Field] | None:
        """The columns of rows [first, last) in which anything exceeds `level`, and their values; None for nowhere."""
        lattice = self._lattice.rows(first // self._cell_y, (last - 1) // self._cell_y + 1 + 2 * EDGE)
        found = np.flatnonzero((lattice > level).any(axis=0))
        if not len(found):
            return None
        # A spline never exceeds its lattice, and a lattice column reaches two cells to each side.
        cells = -(-self._width // len(self._base_x))
        start, stop = max(int(found[0]) - 2 * EDGE, 0), min(int(found[-1]) + 1, cells)
        values = self._columns(self._lines(np.arange(first, last))[:, start : stop + 2 * EDGE])
        columns = slice(start * len(self._base_x), min(stop * len(self._base_x), self._width))
        return columns, values[:, : columns.stop - columns.start]

    def _lines(self, y: NDArray[np.intp]) -> Field:
        phase = y % self._cell_y
        line = y // self._cell_y + self._base_y[phase] + EDGE - 1
        lattice = self._lattice.rows(int(line[0]), int(line[-1]) + 4)
        line -= line[0]
        result = lattice[line] * self._taps_y[0, phase, None]
        for tap in range(1, 4):
            part = lattice[line + tap]
            part *= self._taps_y[tap, phase, None]
            result += part
        return result

    def _columns(self, lines: Field) -> Field:
        cell = len(self._base_x)
        cells = lines.shape[1] - 2 * EDGE
        result = np.empty((len(lines), cells * cell), np.float32)
        mixed, part = np.empty((2, len(lines), cells), np.float32)
        for phase in range(cell):
            start = self._base_x[phase] + EDGE - 1
            np.multiply(lines[:, start : start + cells], self._taps_x[0, phase], out=mixed)
            for tap in range(1, 4):
                np.multiply(lines[:, start + tap : start + tap + cells], self._taps_x[tap, phase], out=part)
                mixed += part
            result[:, phase::cell] = mixed
        return result


def octave(seed: int, name: str, width: int, cell_y: int, cell_x: int | None = None) -> Enlarged:
    """Noise whose features are about two cells large; unequal cells give streaks. One pixel a cell is slightly soft."""
    cell_x = cell_x or cell_y
    lattice = WhiteNoise(seed, name, -(-width // cell_x) + 2 * EDGE)
    return Enlarged(lattice, cell_y, cell_x, width, 1.0 / (_spread(cell_y) * _spread(cell_x)))


def clouds(seed: int, name: str, shape: tuple[int, int], cells: tuple[float, ...], fade: float = 0.6) -> Field:
    """A whole array of noise at several scales, largest cell first; each next scale has `fade` of the last one's size.

    Cells below one pixel are left out: they cannot be seen.
    """
    total, size, square = np.zeros(shape, np.float32), 1.0, 0.0
    for number, cell in enumerate(cells):
        whole = round(cell)
        if whole < 1:
            continue
        total += np.float32(size) * octave(seed, f"{name}/{number}", shape[1], whole).rows(0, shape[0])
        square += size * size
        size *= fade
    return total / np.float32(max(square, 1e-9) ** 0.5)


def soft_step(values: NDArray, low: float, high: float) -> Field:
    """0 below `low`, 1 above `high`, an S in between."""
    share = np.clip((values - np.float32(low)) * np.float32(1.0 / (high - low)), 0, 1)
    return share * share * (np.float32(3) - np.float32(2) * share)


def _spline(cell: int) -> tuple[NDArray[np.intp], Field]:
    """For each pixel of a cell: the lattice step (-1 or 0) and the four weights of the uniform cubic B-spline."""
    place = (np.arange(cell) + 0.5) / cell - 0.5
    base = np.floor(place).astype(np.intp)
    t = place - base
    taps = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]) / 6
    return base, taps.astype(np.float32)


def _spread(cell: int) -> float:
    """Standard deviation that white noise keeps along one axis after `Enlarged`."""
    return float(np.sqrt((_spline(cell)[1].astype(np.float64) ** 2).sum(axis=0).mean()))
