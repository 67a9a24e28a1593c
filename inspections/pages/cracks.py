"""What the cracks of several photos, surveys, elements or bridges come to: a few queries, however many.

Only standing cracks of the latest analyses count.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, Subquery, Sum

from inspections.models import Finding, SurveyImage
from inspections.models.findings import WIDEST_FIRST, FindingQuerySet, from_photo


@dataclass(frozen=True, slots=True)
class Worst:
    """The widest place of a crack: in mm with its 95 % uncertainty, or less than a bound in mm, or only in pixels."""

    px: float
    mm: float | None = None
    u95_mm: float | None = None
    bound_mm: float | None = None

    @property
    def order(self) -> tuple[float, float, float]:
        """Greater for the wider of two, as `worst_by` puts them in order."""
        return -1.0 if self.mm is None else self.mm, -1.0 if self.bound_mm is None else self.bound_mm, self.px


@dataclass(frozen=True, slots=True)
class TotalLength:
    """The cracks of some photos laid end to end, by the names that `Survey.objects.with_progress()` uses.

    Millimetres are those of the `scaled_count` photos with a scale, of `analysed_count`.
    """

    crack_length_px: float
    crack_length_mm: float | None
    analysed_count: int
    scaled_count: int


def worst_by(path: str, keys: Iterable[Any]) -> dict[Any, Worst]:
    """For each of `keys` its widest crack, found along `path` from a finding. Keys without a crack are missing."""
    wanted = list(keys)
    return worst_of(Finding.objects.current(), path, wanted) if wanted else {}


def worst_of(findings: FindingQuerySet, path: str, keys: Iterable[Any]) -> dict[Any, Worst]:
    """For each of `keys`, found along `path`, the widest of `findings` that nobody has rejected."""
    ranked = findings.standing().with_widest_px()
    first = ranked.filter(**{path: OuterRef("pk")}).order_by(*WIDEST_FIRST).values("pk")[:1]
    # One subquery for each key keeps one crack in mind; ranking them all would sort them all.
    widest = _end_of(path).objects.filter(pk__in=list(keys)).annotate(widest=Subquery(first)).values("widest")
    rows = ranked.filter(pk__in=widest).order_by()
    numbers = rows.values_list(path, "widest_px", "widest_mm", "widest_u95_mm", "widest_bound_mm")
    return {key: Worst(*worst) for key, *worst in numbers}


def _end_of(path: str) -> type[Any]:
    """The model that `path` leads to from a finding."""
    model: Any = Finding
    for step in path.split("__"):
        model = model._meta.get_field(step).related_model
    return model


def last_lengths(path: str, keys: Iterable[Any]) -> dict[Any, TotalLength]:
    """For each of `keys` the cracks in its photos of the last survey that has been analysed, even in part.

    `path` leads from a photo. Not over all surveys: a crack that was seen twice would count twice.
    """
    last: dict[Any, dict[str, Any]] = {}
    for row in _analysed(path, keys):
        last[row[path]] = row
    totals = _lengths(path, last)
    return {
        key: TotalLength(*totals.get((key, row["survey"]), (0.0, None)), row["analysed"], row["scaled"])
        for key, row in last.items()
    }


def _analysed(path: str, keys: Iterable[Any]) -> Any:
    """The surveys of each key that have analysed photos, the last one last, with the numbers of those photos."""
    photos: Any = SurveyImage.objects.with_state().filter(**{f"{path}__in": list(keys)})
    photos = photos.filter(current_run_id__isnull=False)
    counted = (
        photos.order_by()
        .values(path, "survey")
        .annotate(
            analysed=Count("pk"),
            scaled=Count("pk", filter=Q(mm_per_px__isnull=False)),
            day=Max("survey__surveyed_on"),
            made=Max("survey__created_at"),
        )
    )
    return counted.order_by("day", "made")


def _lengths(path: str, last: dict[Any, dict[str, Any]]) -> dict[tuple[Any, Any], tuple[float, float | None]]:
    chosen = {row["survey"] for row in last.values()}
    standing = Finding.objects.current().standing().of_photos(**{"survey__in": chosen, f"{path}__in": last})
    sums: Any = standing.order_by().values(from_photo(path), "survey")
    sums = sums.annotate(px=Sum("length_px"), mm=Sum("length_mm"))
    return {(row[from_photo(path)], row["survey"]): (row["px"], row["mm"]) for row in sums}
