"""Finding an object for somebody. What is not theirs is not there; what they may not do is said."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.language import inside
from inspections.models import Organisation, Role, User
from inspections.models.owned import OwnedQuerySet


def fetch(rows: OwnedQuerySet, user: User, role: Role = Role.VIEWER, **lookup: Any) -> Any:
    """The one row for `lookup` in the reader's organisations.

    Raises InspectionError `not_found` when there is none, or none for this user; `forbidden` when they see it, but
    their role there is below `role`.
    """
    try:
        found = rows.visible_to(user).filter(**lookup).first()
    except (ValidationError, ValueError):
        found = None
    if found is None:
        raise InspectionError("not_found")
    demand(user, role, organisation_of(found))
    return found


def demand(user: User, role: Role, organisation: Organisation | None) -> None:
    """Raise `forbidden` unless the user has at least `role` in the organisation; `not_found` for an outsider."""
    if organisation is None:
        if role == Role.VIEWER:
            return
        raise InspectionError("forbidden", role=_("Viewer"), organisation=_("this server"))
    own = user.role_in(organisation)
    if own is None:
        raise InspectionError("not_found")
    if not own.allows(role):
        raise InspectionError("forbidden", role=inside(own.label), organisation=organisation.name)


def organisation_of(row: models.Model) -> Organisation | None:
    """The organisation a row belongs to, along the path its reads use; None for what is shipped to everybody."""
    value: Any = row
    for step in type(row)._default_manager.all().organisation_path.split("__"):  # type: ignore[attr-defined]
        value = getattr(value, step)
    return value
