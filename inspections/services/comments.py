"""Words on findings: said, answered, resolved. Nothing that was said is changed."""

import re

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.models import Comment, Event, Finding, Role, User
from inspections.services.history import remember

LONGEST = 4000
MENTION = re.compile(r"(?<![\w.@+-])@([\w.@+-]+)")


def say(*, finding: Finding, author: User, text: str) -> Comment:
    """Comment on a finding. `@name` mentions a member of its organisation; other names are only text.

    Raises InspectionError `invalid` for no words, and for more than 4000 characters. A closed survey may be spoken of.
    """
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        raise InspectionError(
            "invalid", field="text", reason=_("Write between 1 and {longest} characters.").format(longest=LONGEST)
        )
    organisation = finding.image.survey.bridge.organisation
    names = {name.rstrip(".") for name in MENTION.findall(text)}
    with transaction.atomic():
        comment = Comment.objects.create(finding=finding, author=author, text=text)
        mentioned = organisation.members.filter(username__in=names)
        comment.mentioned.set(mentioned)
        remember(
            Event.Kind.COMMENTED,
            actor=author,
            finding=finding,
            text=text[:200],
            mentioned=sorted(user.get_username() for user in mentioned),
        )
    return comment


def resolve(*, comment: Comment, user: User, resolved: bool = True) -> None:
    """Say that a comment is dealt with, or that it is not after all."""
    with transaction.atomic():
        changed = Comment.objects.filter(pk=comment.pk, resolved_at__isnull=resolved).update(
            resolved_at=timezone.now() if resolved else None, resolved_by=user if resolved else None
        )
        if changed:
            remember(Event.Kind.RESOLVED, actor=user, finding=comment.finding, resolved=resolved)
    comment.refresh_from_db()


def assign(*, finding: Finding, assignee: User | None, by: User) -> None:
    """Ask somebody to look at a finding, or nobody. Raises InspectionError `invalid` for one who may not decide."""
    if assignee is not None and not assignee.may(Role.REVIEWER, finding.image.survey.bridge.organisation):
        raise InspectionError("invalid", field="assignee", reason=_("Assign it to a reviewer of this organisation."))
    with transaction.atomic():
        changed = Finding.objects.filter(pk=finding.pk).exclude(assignee=assignee).update(assignee=assignee)
        if changed:
            name = assignee.get_username() if assignee else None
            remember(Event.Kind.ASSIGNED, actor=by, finding=finding, assignee=name)
    finding.refresh_from_db(fields=["assignee"])
