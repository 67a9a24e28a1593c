"""How many cracks, how long together and how wide: of several surveys or photos, each with what it takes to compare."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, FloatField, Q, Sum

from inspections.models import Finding, SegmentationRun, SurveyImage
from inspections.models.images import SurveyImageQuerySet
from inspections.pages.cracks import Worst, worst_of


@dataclass(frozen=True, slots=True)
class Amounts:
    """Cracks of the latest analyses that nobody has rejected, and the photos they are from.

    Millimetres are those of the `scaled_count` analysed photos with a scale, `mm_per_px` their mean pixel size.
    `crack_length_u95_mm` is what the scales leave open, as if all erred alike: they mostly come from one instrument.
    """

    photo_count: int = 0
    analysed_count: int = 0
    scaled_count: int = 0
    mm_per_px: float | None = None
    networks: tuple[str, ...] = ()
    cracks: int = 0
    undecided: int = 0
    crack_length_px: float = 0.0
    crack_length_mm: float | None = None
    crack_length_u95_mm: float | None = None
    worst: Worst | None = None

    @property
    def accepted(self) -> int:
        """Cracks that a person has called so."""
        return self.cracks - self.undecided

    @property
    def is_measured(self) -> bool:
        """Whether any of the photos has been analysed and has a scale: only then are there millimetres."""
        return self.scaled_count > 0

    @property
    def analysed_share(self) -> float:
        """0 to 1."""
        return self.analysed_count / self.photo_count if self.photo_count else 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more the second has than the first, in millimetres, ± `u95_mm`."""

    mm: float
    u95_mm: float

    @property
    def is_clear(self) -> bool:
        """Whether it is more than the uncertainty of both."""
        return abs(self.mm) > self.u95_mm


def amounts_by(key: str, **wanted: Any) -> dict[UUID, Amounts]:
    """Amounts by `survey`, or by photo with `pk`, of the photos that the lookups name.

    Four queries, however many photos.
    """
    path = {"survey": "survey", "pk": "image"}[key]
    photos = SurveyImage.objects.filter(**wanted).order_by()
    standing = Finding.objects.current().standing().of_photos(**wanted)
    counted: dict[UUID, dict[str, Any]] = {row.pop("key"): row for row in _photos(key, photos)}
    for row in _findings(path, standing):
        # What came between the queries counts from the next reading on.
        counted.get(row.pop("key"), {}).update(row)
    worst, networks = worst_of(standing, path, counted), _networks(key, photos)
    return {
        pk: Amounts(**row, worst=worst.get(pk), networks=tuple(sorted(networks[pk]))) for pk, row in counted.items()
    }


def _photos(key: str, photos: SurveyImageQuerySet) -> Any:
    scaled = Q(current_run_id__isnull=False, mm_per_px__isnull=False)
    rows = photos.with_state().annotate(key=F(key)).values("key")
    return rows.annotate(
        photo_count=Count("pk"),
        analysed_count=Count("pk", filter=Q(current_run_id__isnull=False)),
        scaled_count=Count("pk", filter=scaled),
        mm_per_px=Avg("mm_per_px", filter=scaled),
    ).values("key", "photo_count", "analysed_count", "scaled_count", "mm_per_px")


def _findings(path: str, standing: Any) -> Any:
    rows = standing.order_by().annotate(key=F(path)).values("key")
    u95 = F("length_mm") * F("image__mm_per_px_u95") / F("image__mm_per_px")
    return rows.annotate(
        cracks=Count("pk"),
        undecided=Count("pk", filter=Q(verdict__isnull=True)),
        crack_length_px=Sum("length_px"),
        crack_length_mm=Sum("length_mm"),
        crack_length_u95_mm=Sum(u95, output_field=FloatField()),
    )


def _networks(key: str, photos: SurveyImageQuerySet) -> Mapping[UUID, set[str]]:
    """By what the latest analyses were made."""
    path = {"survey": "image__survey", "pk": "image"}[key]
    latest = photos.with_state().values("current_run_id")
    rows = SegmentationRun.objects.filter(pk__in=latest).order_by()
    found: dict[UUID, set[str]] = defaultdict(set)
    for pk, name, version in rows.values_list(path, "network__name", "network__version").distinct():
        found[pk].add(f"{name} {version}".strip())
    return found


def length_difference(first: Amounts, second: Amounts) -> Difference | None:
    """None where one of them has no scale, or one whose uncertainty nobody knows."""
    one, other = _length(first), _length(second)
    if one is None or other is None:
        return None
    return Difference(other[0] - one[0], math.hypot(one[1], other[1]))


def _length(found: Amounts) -> tuple[float, float] | None:
    """Length and its uncertainty, in millimetres; of no crack at all both are 0."""
    if not found.is_measured or (found.crack_length_mm and found.crack_length_u95_mm is None):
        return None
    return found.crack_length_mm or 0.0, found.crack_length_u95_mm or 0.0


def width_difference(first: Amounts, second: Amounts) -> Difference | None:
    """None where one of them has no width in millimetres: less than a bound is no number to subtract."""
    one, other = first.worst, second.worst
    if one is None or other is None or None in (one.mm, other.mm, one.u95_mm, other.u95_mm):
        return None
    return Difference((other.mm or 0.0) - (one.mm or 0.0), math.hypot(one.u95_mm or 0.0, other.u95_mm or 0.0))
