"""What all cracks of a photo come to: how much, how dense, which way."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmentation.measurement.geometry import axial_mean
from segmentation.results import Crack

PARALLEL_R = 0.85
"""From this resultant length on cracks count as near-parallel: directions spread evenly over ±29° have it, for
R = sin(2a) / (2a)."""


@dataclass(frozen=True, slots=True)
class Totals:
    """All cracks of a photo; lengths in pixels.

    `density_per_px` is length per area of the photo, px / px². `orientation_deg` is the length-weighted axial mean,
    `resultant` its R, 0..1; None without cracks. `spacing_px` is the mean distance of near-parallel cracks, area of the
    photo / length; None for fewer than two cracks or none that are near-parallel.
    """

    findings: int
    length_px: float
    area_px: int
    area_share: float
    density_per_px: float
    orientation_deg: float | None
    resultant: float | None
    spacing_px: float | None

    def density_m_per_m2(self, mm_per_px: float) -> float:
        """Metres of crack per square metre of surface: 1 px / px² is 1000 / s m / m²."""
        return 1000 * self.density_per_px / mm_per_px


def total(cracks: Sequence[Crack], size: tuple[int, int]) -> Totals:
    """Add the cracks of a photo of `size`, width and height in px, up. Raises ValueError for a size that cannot be."""
    if min(size) < 1:
        raise ValueError(f"A photo of {size[0]}x{size[1]} pixels has no totals.")
    surface = size[0] * size[1]
    length, area = sum(crack.length_px for crack in cracks), sum(crack.area_px for crack in cracks)
    lines = [np.array(line) for crack in cracks for line in (crack.path, *crack.branches)]
    angle, resultant = axial_mean(lines) if lines else (None, None)
    parallel = len(cracks) > 1 and resultant is not None and resultant >= PARALLEL_R
    return Totals(
        findings=len(cracks),
        length_px=length,
        area_px=area,
        area_share=area / surface,
        density_per_px=length / surface,
        orientation_deg=angle,
        resultant=resultant,
        spacing_px=surface / length if parallel and length > 0 else None,
    )
