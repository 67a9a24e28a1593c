"""Fields of request bodies: finite numbers, and references, where somebody else's row is as unknown as none at all."""

from math import isfinite
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from inspections.access import demand, fetch
from inspections.errors import InspectionError
from inspections.models import Organisation, Role, User


class FiniteFloat(serializers.FloatField):
    """A number that is one: Python also reads "nan" and "inf", which no limit catches and no answer can hold."""

    def to_internal_value(self, data: Any) -> float:
        value = super().to_internal_value(data)
        if not isfinite(value):
            self.fail("invalid")
        return value


class OwnedReference(serializers.PrimaryKeyRelatedField):
    """The id of a row in which the sender's organisation allows them `role`.

    Raises InspectionError `invalid_reference` for an unknown or foreign id, `forbidden` where the role is too low.
    """

    def __init__(self, *, role: Role = Role.INSPECTOR, **kwargs: Any) -> None:
        self.role = role
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        rows: Any = self.get_queryset()
        kind = str(rows.model._meta.verbose_name).capitalize()
        key = _readable(data, kind=kind, field=self.field_name)
        try:
            return fetch(rows, self.context["request"].user, self.role, pk=key)
        except InspectionError as error:
            if error.code != "not_found":
                raise
            raise _unknown(data, kind=kind, field=self.field_name) from None


class OwnOrganisation(serializers.PrimaryKeyRelatedField):
    """The id of an organisation in which the sender is at least an inspector."""

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("read_only"):
            kwargs.setdefault("queryset", Organisation.objects.all())
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Organisation:
        key = _readable(data, kind=_("Organisation"), field=self.field_name)
        user: User = self.context["request"].user
        found = next((m.organisation for m in user.memberships_by_name() if m.organisation_id == key), None)
        if found is None:
            raise _unknown(data, kind=_("Organisation"), field=self.field_name)
        demand(user, Role.INSPECTOR, found)
        return found


def only_organisation(user: User) -> Organisation:
    """The organisation that a sender need not name because it is their only one."""
    own = user.organisations_allowing(Role.INSPECTOR)
    if len(own) != 1:
        sentence = _("Name the organisation: see /api/v1/me/ for yours.") if own else _("You are in no organisation.")
        raise serializers.ValidationError({"organisation": sentence})
    return own[0]


def _readable(data: Any, *, kind: str, field: str | None) -> Any:
    try:
        return serializers.UUIDField().run_validation(data)
    except serializers.ValidationError:
        raise _unknown(data, kind=kind, field=field) from None


def _unknown(data: Any, *, kind: str, field: str | None) -> InspectionError:
    return InspectionError("invalid_reference", field=field, kind=kind, id=str(data)[:60])
