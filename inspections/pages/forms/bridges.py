"""Bridges and their elements."""

from operator import attrgetter
from typing import Any, cast

from django import forms
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inspections.language import Words
from inspections.models import Bridge, Element, Organisation, SurveyImage
from inspections.pages.forms.record import OwnedForm, RecordForm
from inspections.services.conditions import pack_of
from inspections.services.rules import judge_again


class JudgedForm(RecordForm):
    """A form for what cracks are judged by: material, and exposure as one of the classes of the rules in use.

    `photo_lookup` leads from a photo to the row, for those whose findings it has a say in.
    """

    photo_lookup: str

    def offer_exposures(self, organisation: Organisation | None, empty: Words) -> None:
        """Make exposure a choice; without an organisation, or where its rules tell no classes apart, leave it out.

        A value that the rules in use do not know stays what it is until somebody chooses another.
        """
        classes = dict(pack_of(organisation).exposures) if organisation else {}
        if not classes:
            del self.fields["exposure"]
            return
        known = self.instance.exposure
        kept = (
            {known: _("{exposure} (not a class of the rules in use)").format(exposure=known)}
            if known and known not in classes
            else {}
        )
        choices = [("", empty), *classes.items(), *kept.items()]
        self.fields["exposure"] = forms.ChoiceField(
            label=_("Exposure"),
            choices=choices,
            required=False,
            help_text=_("As the rules for crack widths tell it apart."),
        )

    def save(self, commit: bool = True) -> Any:
        """Save the row; where material or exposure are others now, its findings are judged again."""
        with transaction.atomic():
            row = super().save(commit)
            if commit and {"material", "exposure"}.intersection(self.changed_data):
                judge_again(SurveyImage.objects.filter(**{self.photo_lookup: row}))
        return row


class BridgeForm(JudgedForm, OwnedForm):
    # All of the bridge: elements fall back to what it says.
    photo_lookup = "survey__bridge"
    parts = (
        (
            _("The structure"),
            ("organisation", "name", "structure_number", "material", "exposure", "year_built", "owner"),
        ),
        (_("Where it stands"), ("carries", "crosses", "latitude", "longitude")),
        ("", ("inspection_months", "notes")),
    )
    cures = {
        "structure_number_once_per_organisation": "structure_number",
        "coordinates_come_in_pairs": "longitude",
    }

    class Meta:
        model = Bridge
        fields = (
            "organisation", "name", "structure_number", "owner", "carries", "crosses", "year_built",
            "latitude", "longitude", "material", "exposure", "inspection_months", "notes",
        )  # fmt: skip
        labels = {
            "organisation": _("Organisation"),
            "name": _("Name"),
            "structure_number": _("Structure number"),
            "owner": _("Owner"),
            "carries": _("Carries"),
            "crosses": _("Crosses"),
            "year_built": _("Year built"),
            "latitude": _("Latitude"),
            "longitude": _("Longitude"),
            "material": _("Main material"),
            "inspection_months": _("Months between surveys"),
            "notes": _("Notes"),
        }
        help_texts = {
            "structure_number": _("As in the owner's inventory; once per organisation."),
            "carries": _("The road or railway on it, for example A65."),
            "crosses": _("What lies below, for example Kettle Beck."),
            "latitude": _("Decimal degrees, north is positive: 54.09125"),
            "longitude": _("Decimal degrees, east is positive: −2.00342"),
        }
        widgets = {
            "year_built": forms.NumberInput(attrs={"inputmode": "numeric"}),
            "inspection_months": forms.NumberInput(attrs={"inputmode": "numeric"}),
            "latitude": forms.NumberInput(attrs={"step": "any"}),
            "longitude": forms.NumberInput(attrs={"step": "any"}),
            "notes": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where the organisation is still to be chosen, its rules are not known yet.
        known = self.instance.organisation_id is not None
        self.offer_exposures(self.instance.organisation if known else None, _("Not stated"))
        self.fields["inspection_months"].required = False

    def clean_inspection_months(self) -> int:
        """Empty means as it was."""
        months = self.cleaned_data["inspection_months"]
        return self.instance.inspection_months if months is None else months


class ElementForm(JudgedForm):
    photo_lookup = "element"
    parts = (("", ("name", "kind", "parent", "element_number", "material", "exposure", "position")),)
    given = ("bridge",)
    cures = {"element_name_once_among_siblings": "name", "element_name_once_at_the_top": "name"}

    class Meta:
        model = Element
        fields = ("parent", "kind", "name", "element_number", "material", "exposure", "position")
        labels = {
            "parent": _("Part of"),
            "kind": _("Kind"),
            "name": _("Name"),
            "element_number": _("Element number"),
            "material": _("Material"),
            "position": _("Order"),
        }
        help_texts = {"position": _("Smaller numbers come first among their siblings.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = cast(forms.ModelChoiceField, self.fields["parent"])
        parent.queryset = self.instance.bridge.elements.exclude(pk=self.instance.pk).select_related("parent").in_order()
        parent.label_from_instance = attrgetter("full_name")  # type: ignore[assignment]
        parent.empty_label = gettext("{bridge} itself").format(bridge=self.instance.bridge)
        parent.help_text = _("A span holds girders, a pier holds its cap.")
        self.fields["position"].required = False
        self.offer_exposures(self.instance.bridge.organisation, _("As the bridge"))

    def clean_position(self) -> int:
        """Empty means first."""
        return self.cleaned_data["position"] or 0
