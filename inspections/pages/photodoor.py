"""What the views of a photo share: the rows they read, what the reader may do there, where a form leads back to."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from inspections.models import Finding, Role, SegmentationRun, Survey, SurveyImage
from inspections.models.findings import FindingQuerySet
from inspections.models.images import SurveyImageQuerySet
from inspections.models.runs import SegmentationRunQuerySet
from inspections.pages.requests import MemberRequest


def photos() -> SurveyImageQuerySet:
    """Photos with everything that their page names."""
    return SurveyImage.objects.select_related(
        "survey__bridge__organisation", "survey__closed_by", "element__parent", "added_by"
    )


def analyses() -> SegmentationRunQuerySet:
    """Analyses with the organisation that they belong to."""
    return SegmentationRun.objects.select_related("image__survey__bridge__organisation")


def cracks() -> FindingQuerySet:
    """Findings with their analysis and the organisation that they belong to."""
    return Finding.objects.select_related(
        "run__network",
        "image__survey__bridge__organisation",
        "image__survey__closed_by",
        "image__element__parent",
        "assignee",
    )


def rights(request: MemberRequest, image: SurveyImage) -> dict[str, Any]:
    """What the reader may do with this photo, and a sentence where they may not decide."""
    user, survey = request.user, image.survey
    organisation = survey.bridge.organisation
    reviews = user.may(Role.REVIEWER, organisation)
    return {
        "may_analyse": user.may(Role.INSPECTOR, organisation) and not survey.is_closed,
        "may_review": reviews and not survey.is_closed,
        "may_assign": reviews and not survey.is_closed,
        "may_speak": user.may(Role.INSPECTOR, organisation),
        "read_only": _why_not(survey, reviews=reviews),
    }


def _why_not(survey: Survey, *, reviews: bool) -> str:
    if survey.is_closed:
        by = survey.closed_by.known_as if survey.closed_by else _("somebody")
        return _("Signed off by %(by)s. Nothing can be decided here until the survey is reopened.") % {"by": by}
    return "" if reviews else _("You read along: deciding is for reviewers. An administrator gives roles.")


def done(request: MemberRequest, image: SurveyImage, fragment: str = "") -> HttpResponse:
    """After a change: htmx hears the event and asks for what it shows; a plain form goes back to where it stood."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Trigger": "jobs-changed"})
    after = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(after, {request.get_host()}, require_https=request.is_secure()):
        after = reverse("photo", args=[image.pk])
    return redirect(after + fragment)
