"""The dip that a crack leaves in a profile of brightness across it: how much light is missing, and how it is spread.

A crack, however thin, takes light away. A lens and a sensor spread the loss over two or three pixels but do not change
its sum; so the *area* of the dip, with the brightness of the wall as 1, is width times contrast, also far below one
pixel. All functions work on many profiles at once: rows are profiles, columns are samples at equal steps.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Columns = NDArray[np.intp]

SEARCH_PX = 5.0
"""The deepest sample this near to the expected centre is the crack's."""
MIDDLE_PX = 4.0
"""Nothing this near to the expected centre is taken for wall before the dip is known."""
GAP_PX = 2.0
"""Nor, afterwards, anything this near to the half-depth points: blur darkens it, a camera's sharpening brightens it."""
BEYOND_PX = 1.0
"""The sums run this far beyond the half-depth points. Further out, texture adds more than blur took away."""
MIN_WALL_PX = 3.0
"""Wall that must be seen on each side of a dip."""
ROUNDS = 4
TUNE = 1.5
"""Residuals of this many standard deviations get half the weight in the fit of the wall (Cauchy's weights)."""
LEVEL_PRIOR = 0.02
"""Added to the variance of the positions (in units of half a profile): keeps the slope tame where one side is gone."""
TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Dips:
    """One dip for each profile, all (n,), lengths in pixels, darkness as a share of the wall's brightness.

    `area` is the sum of darkness times step, `square` that of squared darkness without what noise adds. `left` and
    `right` are the half-depth points, from the expected centre. `noise` is the standard deviation of the wall's
    darkness beside the dip, `window` the length that was summed over, `rival` the depth of the deepest other dip.
    `whole` is False where the profile ends before the dip does, or leaves too little wall to tell.
    """

    area: Numbers
    square: Numbers
    depth: Numbers
    left: Numbers
    right: Numbers
    wall: Numbers
    noise: Numbers
    window: Numbers
    rival: Numbers
    whole: Flags

    @property
    def area_noise(self) -> Numbers:
        """Standard deviation of `area` from the wall's noise, which is taken to change from pixel to pixel."""
        return self.noise * np.sqrt(self.window)


def find_dips(light: Numbers, at: Numbers) -> Dips:
    """Find the dip nearest to the expected centre in each profile.

    `light` is float (n, m), any unit, NaN where nothing was seen; `at` is (m,), ascending with equal steps: pixels
    from the expected centre. A profile without any dip gives one of no depth; it is for the caller to judge.
    """
    step = float(at[1] - at[0])
    seen = np.isfinite(light)
    values = np.where(seen, light, 0.0)
    wall, _ = _fit_wall(values, seen & (np.abs(at) > MIDDLE_PX), at)
    dark = np.where(seen, 1 - values / wall, 0.0)
    deepest = _deepest(dark, seen & (np.abs(at) <= SEARCH_PX))
    first, last = _run(seen & (dark > _row(dark, deepest)[:, None] / 2), deepest)
    columns, gap = np.arange(len(at)), GAP_PX / step
    free = seen & ((columns < first[:, None] - gap) | (columns > last[:, None] + gap))
    wall, spread = _fit_wall(values, free, at)
    dark = np.where(seen, 1 - values / wall, 0.0)
    inside = (columns >= first[:, None] - 1) & (columns <= last[:, None] + 1) & seen
    return _measure(dark, seen, free, _deepest(dark, inside), at, wall, spread)


def _measure(
    dark: Numbers, seen: Flags, free: Flags, deepest: Columns, at: Numbers, wall: Numbers, spread: Numbers
) -> Dips:
    step = float(at[1] - at[0])
    depth = _row(dark, deepest)
    first, last = _run(seen & (dark > depth[:, None] / 2), deepest)
    left = _crossing(dark, at, first, first - 1, depth / 2)
    right = _crossing(dark, at, last, last + 1, depth / 2)
    # Samples at the window's ends count in part, so that nothing jumps as a dip moves.
    part = _share(at - (left - BEYOND_PX)[:, None], step) * _share((right + BEYOND_PX)[:, None] - at, step) * seen
    middle = np.abs(at).argmin()
    noise = spread / np.maximum(wall[:, middle], TINY)
    window = part.sum(1) * step
    on_left = (free & (at < left[:, None])).sum(1) * step
    on_right = (free & (at > right[:, None])).sum(1) * step
    return Dips(
        area=(part * dark).sum(1) * step,
        square=(part * dark**2).sum(1) * step - noise**2 * window,
        depth=depth,
        left=left,
        right=right,
        wall=wall[:, middle],
        noise=noise,
        window=window,
        rival=np.where(free, dark, 0.0).max(1),
        whole=(on_left >= MIN_WALL_PX) & (on_right >= MIN_WALL_PX),
    )


def _fit_wall(values: Numbers, use: Flags, at: Numbers) -> tuple[Numbers, Numbers]:
    """A straight line through the samples in `use`, robustly, at all samples (n, m), and the spread about it (n,)."""
    t = at / np.abs(at).max()
    weight = use.astype(np.float64)
    for _ in range(ROUNDS):
        total = np.maximum(weight.sum(1), TINY)
        mean_t, mean = (weight @ t) / total, (weight * values).sum(1) / total
        over = t - mean_t[:, None]
        slope = (weight * over * values).sum(1) / ((weight * over**2).sum(1) + LEVEL_PRIOR * total)
        wall = mean[:, None] + slope[:, None] * over
        away = np.abs(values - wall)
        spread = 1.4826 * median_where(away, use) + TINY * np.maximum(mean, TINY)
        weight = use / (1 + (away / (TUNE * spread[:, None])) ** 2)
    return np.maximum(wall, TINY), spread


def median_where(values: Numbers, use: Flags) -> Numbers:
    """The lower median of each row's values in `use`, both (n, m); 0 where there are none."""
    ordered = np.sort(np.where(use, values, np.inf), axis=1)
    middle = _row(ordered, np.maximum(use.sum(1) - 1, 0) // 2)
    return np.where(np.isfinite(middle), middle, 0.0)


def _run(above: Flags, start: Columns) -> tuple[Columns, Columns]:
    """First and last column of the unbroken run of True about `start` in each row."""
    columns = np.arange(above.shape[1])
    before = np.where(~above & (columns < start[:, None]), columns, -1).max(1)
    after = np.where(~above & (columns > start[:, None]), columns, above.shape[1]).min(1)
    return before + 1, after - 1


def _crossing(dark: Numbers, at: Numbers, inner: Columns, outer: Columns, level: Numbers) -> Numbers:
    """Where the line between a sample above `level` and its neighbour below crosses it; the end of a profile stays."""
    outer = np.clip(outer, 0, len(at) - 1)
    high, low = _row(dark, inner), _row(dark, outer)
    share = np.clip((high - level) / np.maximum(high - low, TINY), 0, 1)
    return at[inner] + share * (at[outer] - at[inner])


def _share(distance: Numbers, step: float) -> Numbers:
    return np.clip(distance / step + 0.5, 0, 1)


def _deepest(dark: Numbers, among: Flags) -> Columns:
    return np.argmax(np.where(among, dark, -np.inf), axis=1)


def _row(values: Numbers, column: Columns) -> Numbers:
    return values[np.arange(len(values)), column]
