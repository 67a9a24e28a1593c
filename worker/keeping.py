"""What people have drawn on a photo, taken along into a new analysis of it: the same lines on the surface of now."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from inspections.models import Finding, SurveyImage
from inspections.services.carrying import Kept, drawn_to_keep
from inspections.services.measuring import CrackMeasure
from segmentation.results import Point, WidthProfile
from segmentation.run_lengths import Box
from segmentation.scale import CrackOnSurface
from worker.measuring import finding_on_surface
from worker.surfaces import Surface, measure_crack
from worker.widths import read_widths

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptCrack:
    """A drawn finding with its widths, and its number in the new analysis. Can be cut out as a patch."""

    finding: Finding
    number: int
    profile: WidthProfile
    there: CrackOnSurface | None

    @property
    def box(self) -> Box:
        return self.finding.box

    @property
    def path(self) -> Sequence[Point]:
        return [(x, y) for x, y in self.finding.path]

    @property
    def width_max_at(self) -> Point | None:
        x, y = self.finding.widest_x, self.finding.widest_y
        return None if x is None or y is None else (x, y)

    @property
    def facts(self) -> Kept:
        """As the record takes it in."""
        measure = measure_crack(self.there) if self.there else CrackMeasure()
        return Kept(self.finding.pk, self.number, self.finding.look_alikes, measure)


def keep_drawn(image: SurveyImage, surface: Surface, *, first: int) -> list[KeptCrack]:
    """What people have drawn on the photo and nobody has rejected, numbered from `first` on."""
    findings = list(drawn_to_keep(image).select_related("look_alikes"))
    # All of them are current, so they are of one analysis.
    profiles = profiles_of(findings[0].run.widths) if findings else {}
    kept = []
    for number, finding in enumerate(findings, start=first):
        profile = profiles.get(finding.number, WidthProfile())
        kept.append(KeptCrack(finding, number, profile, finding_on_surface(finding, profile, surface)))
    return kept


def profiles_of(widths: str) -> dict[int, WidthProfile]:
    """The profiles in a file of widths by their numbers; none where there is no such file any more."""
    try:
        return read_widths(widths) if widths else {}
    except (OSError, ValueError):
        logger.warning("The widths in %s cannot be read; their cracks go on without.", widths, exc_info=True)
        return {}
