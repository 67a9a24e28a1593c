"""The rows of a table of surveys."""

from django.core.paginator import Page

from inspections.pages.cracks import worst_by


def with_worst(page: Page) -> Page:
    """A page of surveys read `with_progress`, each with `worst`, its widest crack, or None. One query more."""
    worst = worst_by("image__survey", [survey.pk for survey in page])
    for survey in page:
        survey.worst = worst.get(survey.pk)
    return page
