"""Surveys and the projects that group them."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inspections.errors import InspectionError
from inspections.models import Project, Survey
from inspections.pages.forms.record import DateField, OwnedForm, RecordForm
from inspections.services.measuring import check_distance


class SurveyForm(RecordForm):
    parts = (
        (_("The visit"), ("surveyed_on", "method", "name", "project")),
        (_("How it was done"), ("crew", "camera", "weather")),
        (_("Scale"), ("distance_m", "distance_u95_m", "marker_family", "marker_side_mm")),
        ("", ("notes",)),
    )
    cures = {"markers_have_a_size": "marker_side_mm", "survey_distance_is_surer_than_itself": "distance_u95_m"}

    class Meta:
        model = Survey
        fields = (
            "surveyed_on", "method", "name", "project", "crew", "camera", "weather",
            "distance_m", "distance_u95_m", "marker_family", "marker_side_mm", "notes",
        )  # fmt: skip
        labels = {
            "surveyed_on": _("Date"),
            "method": _("Method"),
            "name": _("Name"),
            "project": _("Project"),
            "crew": _("Crew"),
            "camera": _("Camera"),
            "weather": _("Weather"),
            "notes": _("Notes"),
            "distance_m": _("Distance to surface, metres"),
            "distance_u95_m": _("Its uncertainty, ± metres"),
            "marker_family": _("Markers in the photos"),
            "marker_side_mm": _("Side of black square, mm"),
        }
        help_texts = {
            "crew": _("Who was there."),
            "camera": _("Camera and lens; the photos say it too where they can."),
            "weather": _("Light and wet decide what can be seen: “overcast, dry”."),
            "distance_m": (
                _(
                    "Where it was much the same for all photos. A laser range in a photo, or a distance given for one, "
                    "counts more. A change here has all photos measured again."
                )
            ),
            "distance_u95_m": _("What 95 of 100 photos keep to. Empty: 20 % of the distance."),
            "marker_family": (
                _(
                    "Flat printed markers on the surface give the surest scale, 1 to 2 %. AprilTag 36h11 is the one to "
                    "take; the handbook's page “From pixels to millimetres” (docs/scale.md) tells how to print them."
                )
            ),
            "marker_side_mm": _("Measured on the print, from edge to edge of the black square: printers change sizes."),
        }
        widgets = {
            "surveyed_on": DateField(),
            "notes": forms.Textarea(attrs={"rows": 4}),
            "distance_m": forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
            "distance_u95_m": forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
            "marker_side_mm": forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = cast(forms.ModelChoiceField, self.fields["project"])
        project.queryset = Project.objects.filter(organisation=self.instance.bridge.organisation_id)
        project.empty_label = _("None")
        project.help_text = _("The contract under which it was done.")
        family = cast(forms.TypedChoiceField, self.fields["marker_family"])
        family.choices = [("", _("No markers")), *list(cast(list[tuple[str, str]], family.choices))[1:]]

    def clean(self) -> dict[str, Any]:
        """The distance keeps to the rules of a photo's own."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not {"distance_m", "distance_u95_m"} & set(self.errors):
            try:
                check_distance(cleaned.get("distance_m"), cleaned.get("distance_u95_m"))
            except InspectionError as error:
                self.add_error(error.field, error.detail)
        return cleaned

    def _field_curing(self, error: ValidationError) -> str | None:
        # Of markers the half that is missing.
        field = super()._field_curing(error)
        return "marker_family" if field == "marker_side_mm" and not self.instance.marker_family else field


class ProjectForm(OwnedForm):
    parts = (("", ("organisation", "name", "client", "starts_on", "ends_on")),)
    cures = {"project_name_once_per_organisation": "name", "project_ends_after_it_starts": "ends_on"}

    class Meta:
        model = Project
        fields = ("organisation", "name", "client", "starts_on", "ends_on")
        labels = {
            "organisation": _("Organisation"),
            "name": _("Name"),
            "client": _("Client"),
            "starts_on": _("From"),
            "ends_on": _("Until"),
        }
        help_texts = {"client": _("Who asked for the inspection.")}
        widgets = {"starts_on": DateField(), "ends_on": DateField()}
