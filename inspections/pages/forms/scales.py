"""What people give for the scale of one photo."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inspections.errors import InspectionError
from inspections.language import Words
from inspections.models import SurveyImage
from inspections.services.measuring import give_distance, give_known_length


class ScaleForm(forms.Form):
    """Hands what was typed to the record, and shows its refusal beside the field that it is about."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, image: SurveyImage) -> None:
        super().__init__(data, initial=self.given(image), label_suffix="", auto_id="scale_%s")
        self.image = image
        for field in self.fields.values():
            field.error_messages["required"] = _("Please fill this in.")

    @staticmethod
    def given(image: SurveyImage) -> dict[str, Any]:
        """What stands in the record already."""
        raise NotImplementedError

    def save(self) -> bool:
        """Write it. False where it was refused; the reasons then stand at the fields."""
        if not self.is_valid():
            return False
        try:
            self.give(**self.cleaned_data)
        except InspectionError as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.detail)
            return False
        return True

    def give(self, **given: Any) -> None:
        """Hand it to the record. Raises InspectionError."""
        raise NotImplementedError


def _number(label: Words, *, required: bool = True) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", "autocomplete": "off"})
    return forms.FloatField(label=label, required=required, widget=widget)  # type: ignore[arg-type]


class DistanceForm(ScaleForm):
    distance_m = _number(_("Distance"))
    distance_u95_m = _number(_("Uncertainty"), required=False)

    @staticmethod
    def given(image: SurveyImage) -> dict[str, Any]:
        return {"distance_m": image.distance_m, "distance_u95_m": image.distance_u95_m}

    def give(self, **given: Any) -> None:
        give_distance(image=self.image, distance_m=given["distance_m"], u95_m=given["distance_u95_m"])


class KnownLengthForm(ScaleForm):
    length_mm = _number(_("Length"))
    length_u95_mm = _number(_("Uncertainty"), required=False)
    start_x = _number("x", required=False)
    start_y = _number("y", required=False)
    stop_x = _number("x", required=False)
    stop_y = _number("y", required=False)

    @staticmethod
    def given(image: SurveyImage) -> dict[str, Any]:
        known = image.known_length
        if not known:
            return {}
        (start_x, start_y), (stop_x, stop_y) = known["start"], known["stop"]
        ends = {"start_x": start_x, "start_y": start_y, "stop_x": stop_x, "stop_y": stop_y}
        return {"length_mm": known["length_mm"], "length_u95_mm": known.get("u95_mm"), **ends}

    def clean(self) -> dict[str, Any]:
        ends = ("start_x", "start_y", "stop_x", "stop_y")
        typed = [name for name in ends if name in self.cleaned_data]
        if any(self.cleaned_data[name] is None for name in typed):
            raise forms.ValidationError(_("Mark both ends on the photo, or type where they are, in pixels."))
        return self.cleaned_data

    def give(self, **given: Any) -> None:
        give_known_length(
            image=self.image,
            start=(given["start_x"], given["start_y"]),
            stop=(given["stop_x"], given["stop_y"]),
            length_mm=given["length_mm"],
            u95_mm=given["length_u95_mm"],
        )
