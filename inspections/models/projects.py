"""Inspection contracts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inspections.models.organisations import Organisation
from inspections.models.owned import OwnedQuerySet
from inspections.models.record import Record


class Project(Record):
    """An inspection contract; groups surveys of one or more bridges."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(max_length=200)
    client = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="project_name_once_per_organisation",
                violation_error_message=_("This organisation has a project of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="project_ends_after_it_starts",
                violation_error_message=_("The project ends before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
