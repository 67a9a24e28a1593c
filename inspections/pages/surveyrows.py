"""The rows of a table of surveys."""

from typing import Any

from django.core.paginator import Page
from django.db.models import Count, Q, Sum

from inspections.models import Bridge, Finding, SegmentationRun, SurveyImage
from inspections.pages.cracks import TotalLength, Worst, last_lengths, worst_by

_NOTHING: dict[str, Any] = dict.fromkeys(
    ("photo_count", "analysed_count", "scaled_count", "open_run_count", "failed_count", "finding_count"), 0
) | {"undecided_count": 0, "crack_length_px": 0.0, "crack_length_mm": None}


def with_amounts(page: Page) -> Page:
    """A page of surveys, each with what `with_progress` tells of it, and `worst`, its widest crack, or None.

    Three queries for all: each number of `with_progress` looks at every photo or crack of a survey by itself.
    """
    surveys: list[Any] = list(page)
    keys = [survey.pk for survey in surveys]
    photos, cracks, worst = _photos(keys), _cracks(keys), worst_by("survey", keys)
    for survey in surveys:
        for name, value in {**_NOTHING, **photos.get(survey.pk, {}), **cracks.get(survey.pk, {})}.items():
            setattr(survey, name, value)
        survey.worst = worst.get(survey.pk)
    page.object_list = surveys
    return page


def worst_of_bridge(bridge: Bridge, page: Page) -> Worst | None:
    """The bridge's widest crack; no query where the page from `with_amounts` holds all its surveys."""
    if page.paginator.num_pages > 1:
        return worst_by("survey__bridge", [bridge.pk]).get(bridge.pk)
    return max((survey.worst for survey in page if survey.worst), key=lambda worst: worst.order, default=None)


def last_length_of_bridge(bridge: Bridge, page: Page) -> TotalLength | None:
    """What `last_lengths` tells of the bridge; no query where its last analysed survey is on the page."""
    last = next((survey for survey in page if survey.analysed_count), None) if page.number == 1 else None
    if last is None and page.paginator.num_pages > 1:
        return last_lengths("survey__bridge", [bridge.pk]).get(bridge.pk)
    if last is None:
        return None
    return TotalLength(last.crack_length_px or 0.0, last.crack_length_mm, last.analysed_count, last.scaled_count)


def _photos(surveys: list[Any]) -> dict[Any, dict[str, Any]]:
    analysed = Q(current_run_id__isnull=False)
    rows: Any = SurveyImage.objects.with_state().filter(survey__in=surveys).order_by().values("survey")
    rows = rows.annotate(
        photo_count=Count("pk"),
        analysed_count=Count("pk", filter=analysed),
        scaled_count=Count("pk", filter=analysed & Q(mm_per_px__isnull=False)),
        open_run_count=Count("pk", filter=Q(state__in=SegmentationRun.OPEN)),
        failed_count=Count("pk", filter=Q(state=SegmentationRun.Status.FAILED)),
    )
    return {row.pop("survey"): row for row in rows}


def _cracks(surveys: list[Any]) -> dict[Any, dict[str, Any]]:
    rows: Any = Finding.objects.current().standing().filter(survey__in=surveys)
    rows = rows.order_by().values("survey")
    rows = rows.annotate(
        finding_count=Count("pk"),
        undecided_count=Count("pk", filter=Q(verdict__isnull=True)),
        crack_length_px=Sum("length_px"),
        crack_length_mm=Sum("length_mm"),
    )
    return {row.pop("survey"): row for row in rows}
