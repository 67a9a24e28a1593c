"""Bodies that say nothing we do not know: an unknown or read-only name is refused, not dropped."""

from collections.abc import Callable
from copy import copy
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as ModelProblem
from django.db import models
from django.utils.translation import gettext as _
from rest_framework import serializers

from inspections.api.fields import FiniteFloat
from inspections.errors import InspectionError


class StrictSerializer(serializers.Serializer):
    """Refuses names it has no writable field for."""

    def to_internal_value(self, data: Any) -> Any:
        if hasattr(data, "keys"):
            writable = {field.field_name for field in self._writable_fields}
            for name in data:
                if name not in writable:
                    raise InspectionError("unknown_field", field=str(name)[:80], name=str(name)[:80])
        return super().to_internal_value(data)


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer):
    """The same over a model, whose own constraints and `clean` decide, in their own words.

    `settled` are the fields that say to whom a row belongs: they are told when it is made, and stay.
    """

    settled: ClassVar[tuple[str, ...]] = ()

    serializer_field_mapping = {**serializers.ModelSerializer.serializer_field_mapping, models.FloatField: FiniteFloat}

    def get_validators(self) -> list[Any]:
        """None of the serializer's own: `validate` asks the model."""
        return []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Run the model's checks on the row as it would be saved."""
        make: Callable[[], models.Model] = self.Meta.model
        row = make() if self.instance is None else copy(self.instance)
        if self.instance is not None:
            self._leave_settled(attrs)
        for name, value in attrs.items():
            setattr(row, name, value)
        try:
            row.full_clean()
        except ModelProblem as problem:
            raise serializers.ValidationError(serializers.as_serializer_error(problem)) from None
        return attrs

    def _leave_settled(self, attrs: dict[str, Any]) -> None:
        for name in self.settled:
            if name in attrs and attrs[name] != getattr(self.instance, name):
                raise serializers.ValidationError(
                    {name: _("This is settled when the row is made and cannot be changed.")}
                )
