"""Words on findings: said, answered, resolved. Nothing that was said is changed."""

import re
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.models import Comment, Event, Finding, Role, User
from inspections.services.closing import ensure_open
from inspections.services.history import remember

LONGEST = 4000
ECHO = timedelta(minutes=1)
MENTION = re.compile(r"(?<![\w.@+-])@([\w.@+-]+)")


def say(*, finding: Finding, author: User, text: str) -> Comment:
    """Comment on a finding. `@name` mentions a member of its organisation; other names are only text.

    The same words again within a minute are one comment: a browser that heard no answer sends them twice. Raises
    InspectionError `invalid` for no words, and for more than 4000 characters. A closed survey may be spoken of.
    """
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        reason = _("Write between 1 and %(most)s characters.") % {"most": LONGEST}
        raise InspectionError("invalid", field="text", reason=reason)
    organisation = finding.image.survey.bridge.organisation
    names = {name.rstrip(".") for name in MENTION.findall(text)}
    with transaction.atomic():
        # The lock puts two that arrive together in order.
        Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
        heard = finding.comments.filter(author=author, text=text, created_at__gt=timezone.now() - ECHO).last()
        if heard is not None:
            return heard
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
            remember(
                Event.Kind.RESOLVED,
                actor=user,
                finding=comment.finding,
                resolved=resolved,
                text=comment.text[:200],
                author=comment.author.get_username(),
            )
    comment.refresh_from_db()


def assign(*, finding: Finding, assignee: User | None, by: User) -> None:
    """Ask somebody to look at a finding, or nobody.

    Raises InspectionError `invalid` for one who may not decide, and `survey_closed`.
    """
    ensure_open(finding.image.survey)
    if assignee is not None and not assignee.may(Role.REVIEWER, finding.image.survey.bridge.organisation):
        raise InspectionError("invalid", field="assignee", reason=_("Assign it to a reviewer of this organisation."))
    with transaction.atomic():
        changed = Finding.objects.filter(pk=finding.pk).exclude(assignee=assignee).update(assignee=assignee)
        if changed:
            told = {"assignee": assignee.get_username(), "name": assignee.known_as} if assignee else {"assignee": None}
            remember(Event.Kind.ASSIGNED, actor=by, finding=finding, **told)
    finding.refresh_from_db(fields=["assignee"])


def hand_on(homes: Mapping[UUID, Finding]) -> None:
    """Move what was said of a crack, and who is to look at it, to the finding that stands for it now.

    `homes` tells it by the earlier finding. Inside the transaction that replaces them. An assignment goes along only
    while nobody has decided; the record keeps on which finding each word was said.
    """
    for earlier in Comment.objects.filter(finding__in=homes).order_by().values_list("finding_id", flat=True).distinct():
        Comment.objects.filter(finding=earlier).update(finding=homes[earlier])
    asked = Finding.objects.filter(pk__in=homes, assignee__isnull=False).order_by("number")
    for earlier, assignee in asked.values_list("pk", "assignee"):
        waiting = Finding.objects.filter(pk=homes[earlier].pk, verdict__isnull=True, assignee__isnull=True)
        waiting.update(assignee=assignee)
