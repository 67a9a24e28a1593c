"""Drawing on a photo: the editor of masks, and the door for what was drawn."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from inspections.access import fetch
from inspections.errors import InspectionError
from inspections.language import inside
from inspections.media.crops import check_box
from inspections.models import Drawing, Finding, Role, SurveyImage
from inspections.pages.keys import sheet
from inspections.pages.linework import cracks_on, describe_drawing, full_size
from inspections.pages.photodoor import cracks, done, photos
from inspections.pages.requests import MemberRequest, read_body
from inspections.services.closing import ensure_open
from inspections.services.drawings import request_drawing, undo_drawing

SENT_AGAIN = timedelta(minutes=30)
MOST_FINDINGS = 100


@require_GET
@never_cache
def finding_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Correct one crack on a crop at 1:1: paint its mask, cut it, join it with its neighbours."""
    finding = fetch(cracks(), request.user, Role.REVIEWER, pk=pk)
    if not finding.is_current:
        messages.info(request, _("This crack has been drawn anew or analysed again meanwhile; here is its photo."))
        return redirect("photo", pk=finding.image_id)
    x0, y0, x1, y1 = finding.box
    centre = [(x0 + x1) / 2, (y0 + y1) / 2] if finding.widest_x is None else [finding.widest_x, finding.widest_y]
    page = f"{reverse('photo', args=[finding.image_id])}#crack-{finding.number}"
    return _editor(request, finding.image, finding, {"centre": centre, "back": _way_back(request, page)})


@require_GET
@never_cache
def photo_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Paint a crack that was missed; `box` is the part of the photo to begin with."""
    image = fetch(photos(), request.user, Role.REVIEWER, pk=pk)
    centre = [image.width / 2, image.height / 2]
    if "box" in request.GET:
        x0, y0, x1, y1 = check_box(request.GET["box"], image.width, image.height)
        centre = [(x0 + x1) / 2, (y0 + y1) / 2]
    page = reverse("photo", args=[image.pk])
    return _editor(request, image, None, {"centre": centre, "back": _way_back(request, page)})


def _editor(request: MemberRequest, image: SurveyImage, finding: Finding | None, place: dict[str, Any]) -> HttpResponse:
    ensure_open(image.survey)
    keys = sheet("edit")
    own = finding and {"id": str(finding.pk), "box": finding.box, "runs": finding.mask_runs}
    scene = {
        "photo": full_size(image),
        "crop": reverse("photo-crop", args=[image.pk]),
        "finding": own,
        "cracks": cracks_on(image),
        "keys": keys.bindings,
        **place,
    }
    context = {
        "image": image,
        "survey": image.survey,
        "bridge": image.survey.bridge,
        "finding": finding,
        "back": place["back"],
        "keys": keys.by_action,
        "key_table": keys.keys,
        "scene": scene,
    }
    return render(request, "drawings/edit.html", context)


@require_POST
def photo_draw(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Take what was drawn, as JSON {kind, findings, line, box, mask_runs, reason, seen}; a worker measures it.

    `seen` tells for each finding how many decisions the reviewer saw; left out for whoever does not mind. A stroke that
    comes again, because its answer was lost on the way, is the one that is there.
    """
    image = fetch(photos(), request.user, Role.REVIEWER, pk=pk)
    stroke = _read_stroke(read_body(request, too_large="mask_too_ragged"))
    found = _sent_before(request, image, stroke)
    if found is None:
        findings = [fetch(cracks().filter(image=image), request.user, pk=key) for key in stroke["findings"]]
        _ensure_seen(findings, stroke.pop("seen"))
        found = request_drawing(image=image, author=request.user, **{**stroke, "findings": findings})
    return JsonResponse(describe_drawing(found), status=202)


@require_GET
@never_cache
def drawing(request: MemberRequest, pk: UUID) -> HttpResponse:
    """What became of a drawing, as JSON, for the script that waits for it."""
    return JsonResponse(describe_drawing(fetch(_drawings(), request.user, pk=pk)))


@require_POST
def drawing_undo(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Take a drawing back: what it replaced stands again."""
    found = fetch(_drawings(), request.user, Role.REVIEWER, pk=pk)
    undo_drawing(drawing=found, by=request.user)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(describe_drawing(found) | {"cracks": cracks_on(found.image)})
    return done(request, found.image)


def _drawings() -> Any:
    return Drawing.objects.select_related("image__survey__bridge__organisation")


def _read_stroke(body: dict[str, Any]) -> dict[str, Any]:
    """The parts of a stroke with the types they must have; what they say is the service's business."""
    stroke = {name: body.get(name) or [] for name in ("findings", "line", "box", "mask_runs")}
    stroke |= {"kind": body.get("kind"), "reason": body.get("reason") or "", "seen": body.get("seen") or {}}
    kinds = {"kind": str, "reason": str, "seen": dict}
    for name, value in stroke.items():
        if not isinstance(value, kinds.get(name, list)):
            raise InspectionError("invalid", field=name, reason=_("Send %(name)s as described.") % {"name": name})
    findings = stroke["findings"]
    if len(findings) > MOST_FINDINGS or not all(isinstance(key, str) for key in findings):
        raise InspectionError("invalid", field="findings", reason=_("Send the ids of the cracks as a list of text."))
    return stroke


def _sent_before(request: MemberRequest, image: SurveyImage, stroke: dict[str, Any]) -> Drawing | None:
    standing = (Drawing.Status.WAITING, Drawing.Status.DONE)
    rows = Drawing.objects.filter(image=image, author=request.user, kind=stroke["kind"], status__in=standing)
    for row in rows.filter(created_at__gt=timezone.now() - SENT_AGAIN).prefetch_related("replaced"):
        same = all(getattr(row, name) == stroke[name] for name in ("line", "box", "mask_runs"))
        if same and _asked_for(row, set(stroke["findings"])):
            return row
    return None


def _asked_for(row: Drawing, findings: set[str]) -> bool:
    """Whether a drawing was to replace `findings`. A new line or mask may have taken in others beside them."""
    replaced = {str(finding.pk) for finding in row.replaced.all()}
    return findings <= replaced if row.kind in (Drawing.Kind.LINE, Drawing.Kind.MASK) else findings == replaced


def _ensure_seen(findings: list[Finding], seen: dict[str, Any]) -> None:
    for finding in findings:
        if seen.get(str(finding.pk), finding.reviews_count) != finding.reviews_count:
            last = finding.reviews.select_related("reviewer").latest("sequence")
            raise InspectionError(
                "decided_meanwhile", by=last.reviewer.known_as, verdict=inside(last.get_verdict_display())
            )


def _way_back(request: MemberRequest, otherwise: str) -> str:
    """Where the reader came from, if that is a page of ours."""
    back = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if ours else otherwise
