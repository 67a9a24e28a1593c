"""Jobs: every analysis and what it does now. The buttons beside them lead to the photo's verbs in `images`."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_htmx.http import HTMX_STOP_POLLING

from inspections.language import Words
from inspections.models import Role, SegmentationRun, User
from inspections.models.paging import KeysFirst
from inspections.models.runs import SegmentationRunQuerySet
from inspections.pages.requests import MemberRequest

Status = SegmentationRun.Status
PAGE_SIZE = 30
GLANCE = 10


@dataclass(frozen=True, slots=True)
class Group:
    """A kind of job, in the words of the page."""

    key: str
    title: Words
    statuses: tuple[str, ...]
    order: tuple[str, ...]
    idle: Words


GROUPS = (
    Group("running", _("Running"), (Status.RUNNING,), ("started_at",), _("Nothing is running.")),
    Group("queued", _("Queued"), (Status.QUEUED,), ("created_at",), _("Nothing is waiting.")),
    Group("failed", _("Failed"), (Status.FAILED,), ("-finished_at",), _("Nothing has failed.")),
    Group(
        "done", _("Done"), (Status.SUCCEEDED, Status.CANCELLED), ("-finished_at",), _("Nothing has been analysed yet.")
    ),
)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A group with the page of its jobs that is shown."""

    group: Group
    page: Page


@require_GET
def jobs(request: MemberRequest) -> HttpResponse:
    """All jobs at a glance, or with `?state=` all of one kind."""
    return render(request, "jobs/jobs.html", _jobs(request))


@require_GET
def jobs_list(request: MemberRequest) -> HttpResponse:
    """The lists alone, polled while something is open. Answers 286 when nothing is, which ends the polling."""
    context = _jobs(request)
    return render(request, "jobs/_list.html", context, status=200 if context["open"] else HTMX_STOP_POLLING)


@require_GET
def jobs_pill(request: MemberRequest) -> HttpResponse:
    """What the top bar and the navigation say about jobs."""
    return render(request, "jobs/_pill.html", {"answering": True})


def _jobs(request: MemberRequest) -> dict[str, Any]:
    visible = _rows(request.user)
    chosen = next((group for group in GROUPS if group.key == request.GET.get("state")), None)
    number = request.GET.get("page")
    shelves = [
        Shelf(group, KeysFirst(_of(visible, group), PAGE_SIZE if chosen else GLANCE).get_page(number if chosen else 1))
        for group in ([chosen] if chosen else GROUPS)
    ]
    return {
        "shelves": shelves,
        "chosen": chosen,
        "groups": GROUPS,
        "open": SegmentationRun.objects.visible_to(request.user).open().exists(),
        "workable": {organisation.pk for organisation in request.user.organisations_allowing(Role.INSPECTOR)},
        "any": any(shelf.page.paginator.count for shelf in shelves),
    }


def _rows(user: User) -> SegmentationRunQuerySet:
    return (
        SegmentationRun.objects.visible_to(user)
        .select_related("image__survey__bridge", "network", "requested_by")
        .defer("image__metadata", "network__card")
        .with_superseded()
    )


def _of(visible: SegmentationRunQuerySet, group: Group) -> SegmentationRunQuerySet:
    rows = visible.filter(status__in=group.statuses).order_by(*group.order, "pk")
    # A failure that was tried again since is history, not something to act on.
    return rows.standing() if group.key == "failed" else rows
