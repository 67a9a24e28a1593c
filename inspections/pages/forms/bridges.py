"""Bridges and their elements."""

from typing import Any, cast

from django import forms

from inspections.models import Bridge, Element
from inspections.pages.forms.record import OwnedForm, RecordForm


class BridgeForm(OwnedForm):
    parts = (
        ("The structure", ("organisation", "name", "structure_number", "material", "year_built", "owner")),
        ("Where it stands", ("carries", "crosses", "latitude", "longitude")),
        ("", ("notes",)),
    )
    cures = {
        "structure_number_once_per_organisation": "structure_number",
        "coordinates_come_in_pairs": "longitude",
    }

    class Meta:
        model = Bridge
        fields = (
            "organisation", "name", "structure_number", "owner", "carries", "crosses", "year_built",
            "latitude", "longitude", "material", "notes",
        )  # fmt: skip
        labels = {"carries": "Carries", "crosses": "Crosses", "year_built": "Year built", "material": "Main material"}
        help_texts = {
            "structure_number": "As in the owner's inventory; once per organisation.",
            "carries": "The road or railway on it, for example A65.",
            "crosses": "What lies below, for example Kettle Beck.",
            "latitude": "Decimal degrees, north is positive: 54.09125",
            "longitude": "Decimal degrees, east is positive: −2.00342",
        }
        widgets = {
            "year_built": forms.NumberInput(attrs={"inputmode": "numeric"}),
            "latitude": forms.NumberInput(attrs={"step": "any"}),
            "longitude": forms.NumberInput(attrs={"step": "any"}),
            "notes": forms.Textarea(attrs={"rows": 4}),
        }


class ElementForm(RecordForm):
    parts = (("", ("name", "kind", "parent", "element_number", "material", "position")),)
    given = ("bridge",)
    cures = {"element_name_once_among_siblings": "name", "element_name_once_at_the_top": "name"}

    class Meta:
        model = Element
        fields = ("parent", "kind", "name", "element_number", "material", "position")
        labels = {"parent": "Part of", "element_number": "Element number", "position": "Order"}
        help_texts = {"position": "Smaller numbers come first among their siblings."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = cast(forms.ModelChoiceField, self.fields["parent"])
        parent.queryset = self.instance.bridge.elements.exclude(pk=self.instance.pk).in_order()
        parent.empty_label = f"{self.instance.bridge} itself"
        parent.help_text = "A span holds girders, a pier holds its cap."
        self.fields["position"].required = False

    def clean_position(self) -> int:
        """Empty means first."""
        return self.cleaned_data["position"] or 0
