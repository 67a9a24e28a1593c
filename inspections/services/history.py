"""The append-only record: every verb that changes a decision or a line writes here, in its transaction."""

from typing import Any

from inspections.models import Event, Finding, Survey, SurveyImage, User


def remember(
    kind: Event.Kind,
    *,
    actor: User | None,
    finding: Finding | None = None,
    image: SurveyImage | None = None,
    survey: Survey | None = None,
    **facts: Any,
) -> Event:
    """Write one event. The photo follows from the finding, the survey from the photo. `facts` are plain JSON values."""
    image = image or (finding.image if finding else None)
    survey = survey or (image.survey if image else None)
    if survey is None:
        raise ValueError("An event belongs to a survey.")
    if finding is not None:
        facts = {"number": finding.number, "network": str(finding.run.network), **facts}
    return Event.objects.create(kind=kind, actor=actor, finding=finding, image=image, survey=survey, facts=facts)
