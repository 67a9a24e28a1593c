"""One region as the review's script draws it, and the words and numbers that stand beside it."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from inspections.conditions.wording import result
from inspections.media import DeepZoom
from inspections.media.pyramids import TILE_SIZE
from inspections.models import Comment, Finding, Organisation, Review, SurveyImage
from inspections.models.findings import FindingQuerySet
from inspections.pages.photodoor import rights
from inspections.pages.picked import standing_decision, states_for
from inspections.pages.requests import MemberRequest
from inspections.pages.talk import open_in
from inspections.templatetags.talk import person


def first_of(rows: FindingQuerySet, count: int) -> list[Finding]:
    """The first regions of a queue with what each needs, in its order; only the keys of the others are looked at."""
    keys = list(rows.values_list("pk", flat=True)[:count])
    found = with_surroundings(Finding.objects.all()).in_bulk(keys)
    return [found[key] for key in keys if key in found]


def with_surroundings(rows: FindingQuerySet) -> FindingQuerySet:
    """What one region needs, with its row."""
    related = ("image__survey__bridge__organisation", "image__survey__closed_by", "image__element__parent")
    reviews = Review.objects.with_deciders().order_by("-sequence")
    return (
        rows.select_related(*related, "run__network", "assignee")
        .defer("mask_runs", "image__metadata", "image__scale", "image__markers")
        .prefetch_related(Prefetch("comments", Comment.objects.as_thread()), Prefetch("reviews", reviews))
    )


def describe_regions(request: MemberRequest, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The regions as JSON values; a fixed number of queries however many there are, and one per organisation."""
    rows = list(findings)
    earlier = _earlier_photos(rows)
    organisations = {finding.image.survey.bridge.organisation for finding in rows}
    states = {organisation: _states(organisation) for organisation in organisations}
    return [
        _region(request, finding, earlier.get(finding.image_id))
        | {"states": states[finding.image.survey.bridge.organisation]}
        for finding in rows
    ]


def describe_standing(request: MemberRequest, finding: Finding) -> dict[str, Any]:
    """What changes of a region while people work on it, for the answer to a decision.

    `by` is who acted on it last, `decision` what stands in words, `standing` the same as HTML; both empty for nothing.
    """
    reviews = list(finding.reviews.all())
    standing, last = standing_decision(reviews), reviews[0] if reviews else None
    return _told(request, finding) | {
        "by": person(last.reviewer) if last else "",
        "isOwn": last is not None and last.reviewer_id == request.user.pk,
        "decision": _("%(decision)s, by %(name)s") % {"decision": standing["words"], "name": person(standing["by"])}
        if standing
        else "",
        "standing": render_to_string("images/_standing.html", {"standing": standing}, request=request),
    }


def _states(organisation: Organisation) -> list[dict[str, str]]:
    return [{"value": state, "words": result(state)} for state in states_for(organisation)]


def _told(request: MemberRequest, finding: Finding) -> dict[str, Any]:
    image = finding.image
    allowed = rights(request, image)
    # As they were read with the rows, in their order.
    thread, reviews = list(finding.comments.all()), list(finding.reviews.all())
    open_comments = open_in(thread)
    context = {
        **allowed,
        "finding": finding,
        "image": image,
        "survey": image.survey,
        "bridge": image.survey.bridge,
        "thread": thread,
        "open_comments": open_comments,
        "standing": standing_decision(reviews),
    }
    return {
        "seen": finding.reviews_count,
        "verdict": finding.verdict or "undecided",
        "state": finding.decided_state or finding.state,
        "assignee": finding.assignee.get_username() if finding.assignee else "",
        "may": {"review": allowed["may_review"], "assign": allowed["may_assign"], "speak": allowed["may_speak"]},
        "readOnly": allowed["read_only"],
        "openComments": open_comments,
        "thread": render_to_string("talk/_thread.html", context, request=request),
        "html": render_to_string("review/_facts.html", context, request=request),
    }


def _region(request: MemberRequest, finding: Finding, earlier: SurveyImage | None) -> dict[str, Any]:
    image = finding.image
    return {
        "id": str(finding.pk),
        "number": finding.number,
        "lines": [finding.path, *finding.branches],
        "box": finding.box,
        "widest": [finding.widest_x, finding.widest_y] if finding.widest_x is not None else None,
        "photo": {
            "id": str(image.pk),
            "name": image.original_name,
            "width": image.width,
            "height": image.height,
            "tileSize": TILE_SIZE,
            "maxLevel": DeepZoom(image.width, image.height).max_level,
            "tiles": reverse("photo-tile", args=[image.pk, 0, 0, 0]).removesuffix("0/0_0.jpg")
            if image.pyramid
            else None,
            "preview": reverse("photo-preview", args=[image.pk]) if image.preview else None,
            "page": f"{reverse('photo', args=[image.pk])}#crack-{finding.number}",
        },
        "earlier": earlier
        and {
            "name": f"{earlier.survey}, {earlier.original_name}",
            "preview": reverse("photo-preview", args=[earlier.pk]),
            "page": reverse("photo", args=[earlier.pk]),
            "compare": _comparison(earlier, image),
        },
        "edit": reverse("finding-edit", args=[finding.pk]),
        "decide": reverse("finding-decide", args=[finding.pk]),
        "comments": reverse("finding-comments", args=[finding.pk]),
        "assign": reverse("finding-assign", args=[finding.pk]),
        "people": reverse("finding-people", args=[finding.pk]),
        **_told(request, finding),
    }


def _comparison(earlier: SurveyImage, image: SurveyImage) -> str:
    """Where the two photos of the element lie over each other."""
    chosen = {"element": image.element_id, "left": earlier.survey_id, "right": image.survey_id}
    query = urlencode({**chosen, "a": earlier.pk, "b": image.pk})
    return f"{reverse('bridge-compare', args=[image.survey.bridge_id])}?{query}"


def _earlier_photos(findings: list[Finding]) -> dict[UUID, SurveyImage]:
    """For each photo of an element, the last photo of that element from the survey before."""
    wanted = {
        finding.image_id: finding.image for finding in findings if finding.image.element_id and finding.image.survey
    }
    elements = {image.element_id for image in wanted.values()}
    if not elements:
        return {}
    candidates = (
        SurveyImage.objects.filter(element__in=elements)
        .exclude(preview="")
        .select_related("survey")
        .only("element", "original_name", "survey__name", "survey__surveyed_on", "survey__created_at")
        .order_by("-survey__surveyed_on", "-survey__created_at", "original_name")[:500]
    )
    found: dict[UUID, SurveyImage] = {}
    for image_id, image in wanted.items():
        for candidate in candidates:
            same = candidate.element_id == image.element_id
            if same and candidate.survey.surveyed_on < image.survey.surveyed_on:
                found[image_id] = candidate
                break
    return found
