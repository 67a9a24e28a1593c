"""What the forms of the record's nouns share."""

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.language import Words, inside
from inspections.models import Organisation, Role, User


class DateField(forms.DateInput):
    """The browser's own date picker; it wants the date as year-month-day whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class RecordForm(forms.ModelForm):
    """A form in parts, that checks every constraint of its row.

    `parts` name the groups of fields and their order. `given` are fields that the page knows and nobody fills in, such
    as an element's bridge: Django would skip their constraints, and the database would refuse the row instead.
    `cures` name the field beside which a constraint's sentence stands.
    """

    parts: tuple[tuple[Words, tuple[str, ...]], ...] = ()
    given: tuple[str, ...] = ()
    cures: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The summary leads to each field, and a lost colon is no loss.
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            field.error_messages["required"] = _("Please fill this in.")
            if isinstance(field, forms.TypedChoiceField) and not field.required:
                choices = cast(list[tuple[str, str]], field.choices)
                field.choices = [("", _("Not stated")), *(choice for choice in choices if choice[0])]

    def grouped(self) -> Iterator[tuple[Words, list[BoundField]]]:
        """The parts, with their fields."""
        for legend, names in self.parts:
            yield legend, [self[name] for name in names if name in self.fields]

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - set(self.given)  # type: ignore[misc]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        general = self.errors.pop(NON_FIELD_ERRORS, None)
        for error in general.as_data() if general else []:
            self.add_error(self._field_curing(error), error)

    def _field_curing(self, error: ValidationError) -> str | None:
        for constraint in self._meta.model._meta.constraints:
            if constraint.get_violation_error_message() in error.messages:
                return self.cures.get(constraint.name)
        return None


def choosable_organisations(user: User) -> list[Organisation]:
    """Where this user may add to the record. Raises `forbidden` when that is nowhere."""
    organisations = user.organisations_allowing(Role.INSPECTOR)
    if organisations:
        return organisations
    own = user.memberships_by_name()
    if not own:
        raise InspectionError("forbidden", role=_("member of no organisation"), organisation=_("this server"))
    names = _(" or ").join(membership.organisation.name for membership in own)
    raise InspectionError("forbidden", role=inside(Role(own[0].role).label), organisation=names)


class OwnedForm(RecordForm):
    """A form for what belongs directly to an organisation; asks for it only where there is a choice."""

    given = ("organisation",)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            del self.fields["organisation"]
            return
        organisations = choosable_organisations(user)
        if len(organisations) == 1:
            del self.fields["organisation"]
            self.instance.organisation = organisations[0]
            return
        field = cast(forms.ModelChoiceField, self.fields["organisation"])
        field.queryset = Organisation.objects.filter(pk__in=[organisation.pk for organisation in organisations])
        field.help_text = _("Who looks after it. This cannot be changed later.")
