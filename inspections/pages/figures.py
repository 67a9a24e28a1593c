"""What a survey comes to, in the figures above its photos."""

import math
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, FloatField, Max, Min, Q, Sum, Value
from django.db.models.functions import Cos, Sin

from inspections.models import Finding, SegmentationRun, Survey, SurveyImage
from inspections.pages.cracks import Worst, worst_by
from inspections.pages.selections import SHOWN

ALIGNED = 0.3
"""R below which cracks count as running in all directions."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a survey comes to: photos behind each filter's word, what is still open, its cracks and their scale.

    Rejected cracks are left out; what was not measured is None. `measuring` photos wait for their millimetres.
    Millimetres, metres and the area in them are those of the `scaled_count` analysed photos that have a scale, of
    `smallest_px` to `largest_px` mm per pixel. `orientation_deg` is the axial mean of all cracks, weighed by length, 0
    along x and counter-clockwise; `orientation_r` 1 where all are parallel and 0 where none is preferred.
    `looked` is the share of the photos' area that people have looked at, 0 to 1.
    """

    photos: dict[str, int]
    open: int
    measuring: int
    cracks: int | None
    undecided: int
    worst: Worst | None
    crack_length_px: float | None
    crack_length_mm: float | None
    scaled_count: int
    area_m2: float | None
    smallest_px: float | None
    largest_px: float | None
    orientation_deg: float | None
    orientation_r: float | None
    looked: float

    @property
    def analysed_count(self) -> int:
        """Photos with a finished analysis."""
        return self.photos["analysed"]

    @property
    def density(self) -> float | None:
        """Metres of crack on a square metre of what the photos with a scale show."""
        if self.crack_length_mm is None or not self.area_m2:
            return None
        return self.crack_length_mm / 1000 / self.area_m2

    @property
    def is_aligned(self) -> bool:
        """Whether the cracks have a main direction; a single one has no other to agree with."""
        return (self.cracks or 0) > 1 and (self.orientation_r or 0.0) >= ALIGNED


def read_figures(survey: Survey) -> Figures:
    """Three queries, however many photos there are: the page asks again every few seconds.

    The same as `Survey.objects.with_progress()` tells, in one pass over the photos and two over their cracks.
    """
    photos, cracks = _photos(survey), _cracks(survey)
    scaled = photos["scaled"]
    deg, r = _mean_axis(cracks)
    return Figures(
        photos={word: photos[word] for word in SHOWN},
        open=photos["open"],
        measuring=photos["measuring"],
        cracks=cracks["count"] if photos["analysed"] else None,
        undecided=cracks["undecided"],
        worst=worst_by("survey", [survey.pk]).get(survey.pk),
        crack_length_px=cracks["px"],
        crack_length_mm=(cracks["mm"] or 0.0) if scaled else None,
        scaled_count=scaled,
        area_m2=photos["area_mm2"] and photos["area_mm2"] / 1e6,
        smallest_px=photos["smallest"],
        largest_px=photos["largest"],
        orientation_deg=deg,
        orientation_r=r,
        looked=(photos["looked_px"] or 0.0) / (photos["all_px"] or 1.0),
    )


def _photos(survey: Survey) -> dict[str, Any]:
    rows = SurveyImage.objects.filter(survey=survey).with_state().with_cracks()
    scaled = Q(current_run_id__isnull=False, mm_per_px__isnull=False)
    # The scale leads: a product of whole numbers may be too large for the database's.
    area = F("mm_per_px") * F("mm_per_px") * F("width") * F("height")
    return rows.aggregate(
        **{word: Count("pk", filter=rule) for word, (_, rule) in SHOWN.items()},
        open=Count("pk", filter=Q(state__in=SegmentationRun.OPEN)),
        measuring=Count("pk", filter=Q(measure_wanted__gt=F("measure_done"))),
        scaled=Count("pk", filter=scaled),
        area_mm2=Sum(area, filter=scaled, output_field=FloatField()),
        smallest=Min("mm_per_px", filter=scaled),
        largest=Max("mm_per_px", filter=scaled),
        looked_px=Sum(F("coverage") * F("width") * F("height"), output_field=FloatField()),
        all_px=Sum(Value(1.0) * F("width") * F("height"), output_field=FloatField()),
    )


def _cracks(survey: Survey) -> dict[str, Any]:
    # Not with `Radians`: SQLite calls back into Python for each of them.
    twice = F("orientation_deg") * (math.pi / 90)
    sums = {
        f"{unit}{name}": Sum(F(f"length_{unit}") * part(twice))
        for unit in ("mm", "px")
        for name, part in (("_x", Cos), ("_y", Sin))
    }
    standing = Finding.objects.current().standing().filter(survey=survey)
    return standing.aggregate(
        count=Count("pk"),
        px=Sum("length_px"),
        mm=Sum("length_mm"),
        undecided=Count("pk", filter=Q(verdict__isnull=True)),
        **sums,
    )


def _mean_axis(cracks: dict[str, Any]) -> tuple[float | None, float | None]:
    """The length-weighted axial mean of directions θ: half the angle of Σ l·(cos 2θ, sin 2θ), and its R.

    (Mardia & Jupp, Directional Statistics, 2000, section 1.3, for axial data.)
    """
    unit = "mm" if cracks["mm"] else "px"
    x, y, length = cracks[f"{unit}_x"], cracks[f"{unit}_y"], cracks[unit]
    if not length:
        return None, None
    return math.degrees(math.atan2(y, x)) / 2 % 180, math.hypot(x, y) / length
