"""Surveys and the projects that group them."""

from typing import Any, cast

from django import forms

from inspections.models import Project, Survey
from inspections.pages.forms.record import DateField, OwnedForm, RecordForm


class SurveyForm(RecordForm):
    parts = (
        ("The visit", ("surveyed_on", "method", "name", "project")),
        ("How it was done", ("crew", "camera", "weather")),
        ("", ("notes",)),
    )

    class Meta:
        model = Survey
        fields = ("surveyed_on", "method", "name", "project", "crew", "camera", "weather", "notes")
        labels = {"surveyed_on": "Date"}
        help_texts = {
            "crew": "Who was there.",
            "camera": "Camera and lens; the photos say it too where they can.",
            "weather": "Light and wet decide what can be seen: “overcast, dry”.",
        }
        widgets = {"surveyed_on": DateField(), "notes": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = cast(forms.ModelChoiceField, self.fields["project"])
        project.queryset = Project.objects.filter(organisation=self.instance.bridge.organisation_id)
        project.empty_label = "None"
        project.help_text = "The contract under which it was done."


class ProjectForm(OwnedForm):
    parts = (("", ("organisation", "name", "client", "starts_on", "ends_on")),)
    cures = {"project_name_once_per_organisation": "name", "project_ends_after_it_starts": "ends_on"}

    class Meta:
        model = Project
        fields = ("organisation", "name", "client", "starts_on", "ends_on")
        labels = {"starts_on": "From", "ends_on": "Until"}
        help_texts = {"client": "Who asked for the inspection."}
        widgets = {"starts_on": DateField(), "ends_on": DateField()}
