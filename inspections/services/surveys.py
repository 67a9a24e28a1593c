"""Surveys begin here."""

from datetime import date
from typing import Any

from inspections.errors import InspectionError
from inspections.models import Bridge, Project, Survey, User


def start_survey(
    *, bridge: Bridge, surveyed_on: date, started_by: User | None, project: Project | None = None, **details: Any
) -> Survey:
    """Open a survey of a bridge. `details`: name, crew, method, camera, weather, notes.

    Raises InspectionError `invalid_reference` when the project belongs to another organisation.
    """
    if project is not None and project.organisation_id != bridge.organisation_id:
        raise InspectionError("invalid_reference", field="project", kind="Project", id=project.pk)
    return Survey.objects.create(
        bridge=bridge, surveyed_on=surveyed_on, started_by=started_by, project=project, **details
    )
