"""A measured crack width, and how probable it is that the true one lies beyond a limit."""

import math
from dataclasses import dataclass

from inspections.conditions.rules import COMPARED_DECIMALS, Limit

COVERAGE = 1.96
"""Standard deviations in an expanded uncertainty of 95 % (normal distribution, two-sided)."""

_EXACT_MM = 10.0**-COMPARED_DECIMALS


@dataclass(frozen=True, slots=True)
class Width:
    """A crack's width in millimetres with its expanded uncertainty (95 %), or only an upper bound of it.

    With `upper_bound` the crack is seen but too fine to be measured, "< 0.4 mm"; `u95_mm` then belongs to the bound.
    Raises ValueError for a width or an uncertainty that is negative or not finite, and for a bound of 0.
    """

    mm: float
    u95_mm: float = 0.0
    upper_bound: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mm) and self.mm >= 0):
            raise ValueError(f"A crack width is 0 mm or more, not {self.mm}. Where it is not known, pass no width.")
        if not (math.isfinite(self.u95_mm) and self.u95_mm >= 0):
            raise ValueError(f"An uncertainty is 0 mm or more, not {self.u95_mm}.")
        if self.upper_bound and self.mm < _EXACT_MM:
            raise ValueError("An upper bound is above 0 mm: below 0 there is no crack.")

    @property
    def bound_mm(self) -> float:
        """What an upper bound is taken for: the bound and its uncertainty, so that the crack is narrower than that."""
        return round(self.mm + self.u95_mm, COMPARED_DECIMALS)

    @property
    def exact(self) -> bool:
        """Whether the width was given without an uncertainty."""
        return self.u95_mm < _EXACT_MM

    def probability_beyond(self, limit: Limit) -> float:
        """How probable it is that the true width has the wider result, 0 to 1.

        Measured: normal with σ = u95 / 1.96, cut off at 0. Only bounded: every width from 0 to the bound is equally
        likely, the distribution for a quantity of which nothing but bounds is known (JCGM 100:2008, 4.3.7).
        """
        if self.upper_bound:
            return max(0.0, 1.0 - limit.mm / self.bound_mm)
        if self.exact:
            return float(limit.passed_by(self.mm))
        spread = math.sqrt(2.0) * self.u95_mm / COVERAGE
        # erfc(x) / 2 is the upper tail of the normal distribution, and stays exact where the tail is thin.
        return math.erfc((limit.mm - self.mm) / spread) / math.erfc(-self.mm / spread)
