"""What needs somebody, in some bridges or in one: reads only, a fixed number of queries however many there are."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, date

from django.db.models import Count, Exists, Max, OuterRef, Q

from inspections.models import Bridge, Finding, SegmentationRun, Survey, SurveyImage, User
from inspections.models.bridges import BridgeQuerySet
from inspections.models.findings import WIDEST_FIRST

AHEAD_MONTHS = 3
"""A survey that is due within so many months is worth planning."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far analysing and reviewing have come. Findings are those of the latest analyses, rejected ones included.

    A photo counts as `failed` when its latest analysis has failed, and as `in_work` while that is queued or running.
    """

    photos: int
    analysed: int
    failed: int
    in_work: int
    looked_at: int
    decided: int
    undecided: int

    @property
    def findings(self) -> int:
        """All of them, decided or not."""
        return self.decided + self.undecided

    @property
    def decided_share(self) -> float | None:
        """0 to 1; None where there is nothing to decide on."""
        return self.decided / self.findings if self.findings else None

    @property
    def looked_share(self) -> float | None:
        """Photos that people have looked at as a whole, 0 to 1; None without photos."""
        return self.looked_at / self.photos if self.photos else None


def progress_in(bridges: BridgeQuerySet) -> Progress:
    """Three queries, the findings out of an index alone."""
    runs = SegmentationRun.objects.filter(image=OuterRef("pk"))
    newer = SegmentationRun.objects.filter(image=OuterRef("image"), created_at__gt=OuterRef("created_at"))
    failed = runs.filter(status=SegmentationRun.Status.FAILED).filter(~Exists(newer))
    photos = SurveyImage.objects.filter(survey__bridge__in=bridges).aggregate(
        photos=Count("pk"),
        looked_at=Count("pk", filter=Q(coverage__gte=1)),
        analysed=Count("pk", filter=Exists(runs.filter(status=SegmentationRun.Status.SUCCEEDED))),
        failed=Count("pk", filter=Exists(failed)),
        in_work=Count("pk", filter=Exists(runs.open())),
    )
    findings = Finding.objects.current().filter(survey__bridge__in=bridges)
    # Apart: only with a condition on the verdict is the index over photo and verdict enough.
    decided, undecided = findings.filter(verdict__isnull=False), findings.undecided()
    return Progress(**photos, decided=decided.count(), undecided=undecided.count())


def worst_cracks(bridges: BridgeQuerySet, count: int) -> list[Finding]:
    """The widest cracks that nobody has rejected, with the rows they are named by. Two queries."""
    standing = Finding.objects.current().standing().filter(survey__bridge__in=bridges).with_widest_px()
    widest = list(standing.order_by(*WIDEST_FIRST, "pk").values_list("pk", flat=True)[:count])
    named = Finding.objects.select_related("image__survey__bridge", "image__element__parent", "run").defer(
        "mask_runs", "path", "branches", "proposal", "image__metadata", "image__scale", "image__markers"
    )
    found = named.in_bulk(widest)
    return [found[pk] for pk in widest if pk in found]


def assigned_to(user: User, bridges: BridgeQuerySet) -> int:
    """How many undecided findings are assigned to a person. One query."""
    return Finding.objects.current().undecided().filter(assignee=user, survey__bridge__in=bridges).count()


@dataclass(frozen=True, slots=True)
class Due:
    """When a bridge is to be surveyed next; `due_on` is None where nobody has surveyed it yet: that is due, too."""

    bridge: Bridge
    last_surveyed_on: date | None
    due_on: date | None
    today: date

    @property
    def is_overdue(self) -> bool:
        """Whether the day has passed."""
        return self.due_on is not None and self.due_on < self.today

    @property
    def is_due(self) -> bool:
        """Whether it has passed, comes within AHEAD_MONTHS, or nobody knows."""
        return self.due_on is None or self.due_on <= months_after(self.today, AHEAD_MONTHS)


def next_survey(bridge: Bridge, last_surveyed_on: date | None, today: date) -> Due:
    """When a bridge is to be surveyed next."""
    due_on = months_after(last_surveyed_on, bridge.inspection_months) if last_surveyed_on else None
    return Due(bridge, last_surveyed_on, due_on, today)


def surveys_due(bridges: BridgeQuerySet, today: date) -> list[Due]:
    """Overdue ones, the oldest first; then bridges that nobody has surveyed; then those due soon. One query."""
    rows = bridges.annotate(last_day=Max("surveys__surveyed_on")).only("name", "inspection_months", "organisation")
    every = [next_survey(row, row.last_day, today) for row in rows]
    return sorted((due for due in every if due.is_due), key=_urgency)


def latest_sign_offs(bridges: BridgeQuerySet, count: int) -> Iterable[Survey]:
    """The surveys that were signed off last and are still closed. One query."""
    closed = Survey.objects.filter(bridge__in=bridges, closed_at__isnull=False)
    return closed.select_related("bridge", "closed_by").order_by("-closed_at")[:count]


def running_now(bridges: BridgeQuerySet, count: int) -> Iterable[SegmentationRun]:
    """What is being analysed at this moment. One query."""
    running = SegmentationRun.objects.filter(status=SegmentationRun.Status.RUNNING, image__survey__bridge__in=bridges)
    return running.select_related("image__survey__bridge").defer("image__metadata").order_by("started_at")[:count]


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _urgency(due: Due) -> tuple[int, date, str]:
    if due.due_on is None:
        return 1, due.today, due.bridge.name
    return (0 if due.is_overdue else 2), due.due_on, due.bridge.name
