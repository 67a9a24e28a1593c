"""Staff rights from memberships: a row is there for those whose role in its organisation is high enough."""

from typing import Any, cast

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from inspections.access import organisation_of
from inspections.models import Organisation, Role, User
from inspections.models.owned import OwnedQuerySet


class OwnedAdmin(admin.ModelAdmin):
    """Rows of organisations in which the staff member is at least a curator.

    `writes` is the role that may add and change; None closes that to everybody, superusers included. Deleting is for
    superusers, and only where the record allows it.
    """

    reads: Role = Role.CURATOR
    writes: Role | None = Role.CURATOR

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows if person(request).is_superuser else rows.allowing(person(request), self.reads)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return somewhere(request, self.reads)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.reads, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.writes)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.writes, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.writes is not None and person(request).is_superuser

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only what the staff member could have chosen in its own list."""
        if not person(request).is_superuser and "queryset" not in kwargs:
            kwargs["queryset"] = choosable(db_field, request, self.writes or self.reads)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _may(self, request: HttpRequest, role: Role | None, obj: Any = None) -> bool:
        if role is None:
            return False
        if obj is None or person(request).is_superuser:
            return somewhere(request, role)
        organisation = organisation_of(obj)
        return organisation is not None and person(request).may(role, organisation)


class ReadOnlyAdmin(OwnedAdmin):
    """Rows to look at: what the analysis found and what people decided is not edited by hand."""

    writes = None


def person(request: HttpRequest) -> User:
    """The staff member."""
    return cast(User, request.user)


def somewhere(request: HttpRequest, role: Role) -> bool:
    """Whether the staff member has this role in any organisation; a superuser has."""
    user = person(request)
    return user.is_active and user.is_staff and (user.is_superuser or bool(user.organisations_allowing(role)))


def choosable(field: models.ForeignKey, request: HttpRequest, role: Role) -> Any:
    """The rows a staff member may point `field` at."""
    rows = field.remote_field.model._default_manager.all()
    if isinstance(rows, OwnedQuerySet):
        return rows.allowing(person(request), role)
    if rows.model is Organisation:
        return rows.filter(pk__in=[own.pk for own in person(request).organisations_allowing(role)])
    return rows.none()
