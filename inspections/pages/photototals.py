"""What the cracks of one photo come to together: how dense, which way, how far apart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from inspections.models import Finding, SurveyImage
from inspections.pages.figures import ALIGNED

PARALLEL_R = 0.85
"""From here on cracks count as parallel, and have a spacing; as in `segmentation.measurement.totals`."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Cracks that stand, rejected ones left out.

    `density` is metres of crack on a square metre of surface, None without a scale. `orientation_deg` is the axial mean
    weighed by length, 0 along x and counter-clockwise, `resultant` its R, 0 to 1. `spacing_px` and `spacing_mm` are the
    mean distance of near-parallel cracks, area / length; None for fewer than two or none parallel. `area_share` is the
    share of the photo's pixels that lie in cracks.
    """

    count: int
    density: float | None
    orientation_deg: float
    resultant: float
    spacing_px: float | None
    spacing_mm: float | None
    area_share: float

    @property
    def is_aligned(self) -> bool:
        """Whether there is a main direction; a single crack has its own."""
        return self.count == 1 or self.resultant >= ALIGNED


def totals_of(image: SurveyImage, standing: Sequence[Finding]) -> Totals | None:
    """The totals of a photo; None where no crack stands."""
    length = sum(finding.length_px for finding in standing)
    if not length:
        return None
    pixels = image.width * image.height
    twice = [(finding.length_px, math.radians(2 * finding.orientation_deg)) for finding in standing]
    x, y = sum(part * math.cos(angle) for part, angle in twice), sum(part * math.sin(angle) for part, angle in twice)
    resultant = math.hypot(x, y) / length
    spacing = pixels / length if len(standing) > 1 and resultant >= PARALLEL_R else None
    scale = image.mm_per_px
    return Totals(
        count=len(standing),
        density=1000 * length / pixels / scale if scale else None,
        orientation_deg=math.degrees(math.atan2(y, x)) / 2 % 180,
        resultant=resultant,
        spacing_px=spacing,
        spacing_mm=spacing * scale if spacing and scale else None,
        area_share=sum(finding.area_px for finding in standing) / pixels,
    )
