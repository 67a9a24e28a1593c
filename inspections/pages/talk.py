"""What people say of a crack, and whom they ask to look at it. Viewers read; from inspectors on everybody may speak."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inspections.access import fetch
from inspections.errors import InspectionError
from inspections.models import Comment, Finding, Role, User
from inspections.pages.keys import BY_ACTION
from inspections.pages.photodoor import cracks, rights
from inspections.pages.requests import MemberRequest, read_body
from inspections.services.comments import assign, resolve, say


@require_http_methods(["GET", "POST"])
@never_cache
def finding_comments(request: MemberRequest, pk: UUID) -> HttpResponse:
    """What was said of a crack; or say something, as a form or as JSON with `text`."""
    if request.method == "GET":
        finding = fetch(cracks(), request.user, pk=pk)
        return render(request, "talk/_talk.html", talk_context(request, finding))
    finding = fetch(cracks(), request.user, Role.INSPECTOR, pk=pk)
    say(finding=finding, author=request.user, text=str(read_body(request).get("text") or ""))
    return _answer(request, finding)


@require_POST
def comment_resolve(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Say that a comment is dealt with, or with `resolved` no that it is not after all."""
    comment = fetch(
        Comment.objects.select_related("author", "finding__run__network"), request.user, Role.INSPECTOR, pk=pk
    )
    resolve(comment=comment, user=request.user, resolved=read_body(request).get("resolved") != "no")
    return _answer(request, fetch(cracks(), request.user, pk=comment.finding_id))


@require_POST
def finding_assign(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Ask the reviewer named `assignee` to look at a crack, nobody where it is empty; `mine` takes or leaves it."""
    finding = fetch(cracks(), request.user, Role.REVIEWER, pk=pk)
    body = read_body(request)
    name = str(body.get("assignee") or "")
    if body.get("mine"):
        name = "" if finding.assignee_id == request.user.pk else request.user.get_username()
    assign(finding=finding, assignee=_member(finding, name) if name else None, by=request.user)
    return _answer(request, fetch(cracks(), request.user, pk=pk))


@require_GET
@never_cache
def finding_people(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Who can be mentioned, as JSON: `people`, each with `name`, `words` and whether they may be asked to decide."""
    finding = fetch(cracks(), request.user, Role.INSPECTOR, pk=pk)
    organisation = finding.image.survey.bridge.organisation
    deciding = set(organisation.members_allowed(Role.REVIEWER).values_list("pk", flat=True))
    people = [
        {"name": member.get_username(), "words": member.get_full_name(), "decides": member.pk in deciding}
        for member in organisation.members_allowed(Role.VIEWER)
    ]
    return JsonResponse({"people": people})


def talk_context(request: MemberRequest, finding: Finding) -> dict[str, Any]:
    """What `talk/_talk.html` shows."""
    allowed = rights(request, finding.image)
    organisation = finding.image.survey.bridge.organisation
    thread = list(finding.comments.as_thread())
    return {
        **allowed,
        "finding": finding,
        "thread": thread,
        "open_comments": open_in(thread),
        "reviewers": organisation.members_allowed(Role.REVIEWER) if allowed["may_assign"] else (),
        "keys": BY_ACTION,
    }


def open_in(thread: list[Comment]) -> int:
    """How many of these comments wait for an answer."""
    return sum(comment.resolved_at is None for comment in thread)


def _answer(request: MemberRequest, finding: Finding) -> HttpResponse:
    """The review's script hears JSON, htmx gets the talk again, a plain form goes back to the crack on its photo."""
    if "application/json" in request.headers.get("Accept", ""):
        thread = list(finding.comments.as_thread())
        context = {**rights(request, finding.image), "thread": thread}
        return JsonResponse(
            {
                "assignee": finding.assignee.get_username() if finding.assignee else "",
                "thread": render_to_string("talk/_thread.html", context, request=request),
                "open": open_in(thread),
            }
        )
    if request.headers.get("HX-Request"):
        return render(request, "talk/_talk.html", talk_context(request, finding))
    return redirect(f"{reverse('photo', args=[finding.image_id])}?crack={finding.number}#crack-{finding.number}")


def _member(finding: Finding, name: str) -> User:
    member = finding.image.survey.bridge.organisation.members.filter(username=name).first()
    if member is None:
        reason = _("Nobody here is called %(name)s.") % {"name": name}
        raise InspectionError("invalid", field="assignee", reason=reason)
    return member
