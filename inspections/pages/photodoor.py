"""What the views of a photo share: the rows they read, what the reader may do there, where a form leads back to."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from inspections.models import Finding, Role, SegmentationRun, SurveyImage
from inspections.models.findings import FindingQuerySet
from inspections.models.images import SurveyImageQuerySet
from inspections.models.runs import SegmentationRunQuerySet
from inspections.pages.requests import MemberRequest


def photos() -> SurveyImageQuerySet:
    """Photos with everything that their page names."""
    return SurveyImage.objects.select_related("survey__bridge__organisation", "element", "added_by")


def analyses() -> SegmentationRunQuerySet:
    """Analyses with the organisation that they belong to."""
    return SegmentationRun.objects.select_related("image__survey__bridge__organisation")


def cracks() -> FindingQuerySet:
    """Findings with their analysis and the organisation that they belong to."""
    return Finding.objects.select_related("run", "image__survey__bridge__organisation", "image__element")


def rights(request: MemberRequest, image: SurveyImage) -> dict[str, bool]:
    """What the reader may do with this photo."""
    user, organisation = request.user, image.survey.bridge.organisation
    return {
        "may_analyse": user.may(Role.INSPECTOR, organisation),
        "may_review": user.may(Role.REVIEWER, organisation),
    }


def done(request: MemberRequest, image: SurveyImage, fragment: str = "") -> HttpResponse:
    """After a change: htmx hears the event and asks for what it shows; a plain form goes back to where it stood."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Trigger": "jobs-changed"})
    after = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(after, {request.get_host()}, require_https=request.is_secure()):
        after = reverse("photo", args=[image.pk])
    return redirect(after + fragment)
