"""Surveys begin here, and are corrected here."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.models import Bridge, Project, Survey, User
from inspections.services.closing import ensure_open
from inspections.services.measuring import check_distance, survey_scale_changed

SCALE = ("distance_m", "distance_u95_m", "marker_family", "marker_side_mm")
"""What a survey says about the scale of its photos."""


def start_survey(
    *, bridge: Bridge, surveyed_on: date, started_by: User | None, project: Project | None = None, **details: Any
) -> Survey:
    """Open a survey of a bridge. `details`: name, crew, method, camera, weather, notes, and the fields of `SCALE`.

    Raises InspectionError `invalid_reference` when the project belongs to another organisation, `invalid` for a
    distance that cannot be.
    """
    _check_project(project, bridge)
    check_distance(details.get("distance_m"), details.get("distance_u95_m"))
    return Survey.objects.create(
        bridge=bridge, surveyed_on=surveyed_on, started_by=started_by, project=project, **details
    )


def change_survey(*, survey: Survey, **changes: Any) -> None:
    """Correct what is known of a survey. Its photos are measured again when the scale is another one than before.

    Raises InspectionError as `start_survey` does.
    """
    ensure_open(survey)
    for name, value in changes.items():
        setattr(survey, name, value)
    _check_project(survey.project, survey.bridge)
    check_distance(survey.distance_m, survey.distance_u95_m)
    with transaction.atomic():
        before = Survey.objects.select_for_update().values(*SCALE).get(pk=survey.pk)
        survey.save(update_fields=list(changes))
        if any(getattr(survey, name) != value for name, value in before.items()):
            survey_scale_changed(survey)


def _check_project(project: Project | None, bridge: Bridge) -> None:
    if project is not None and project.organisation_id != bridge.organisation_id:
        raise InspectionError("invalid_reference", field="project", kind=_("Project"), id=project.pk)
