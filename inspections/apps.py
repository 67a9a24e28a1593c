"""The one Django app of the project."""

from django.apps import AppConfig
from django.utils.translation import gettext

from inspections.conditions.language import lend
from inspections.language import decimal


class InspectionsConfig(AppConfig):
    name = "inspections"
    verbose_name = "Inspections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The room of the condition rules knows nothing of Django; it borrows the reader's language."""
        lend(translate=gettext, decimal=decimal)
