"""One visit to a bridge."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Count, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from inspections.models.bridges import Bridge
from inspections.models.owned import OwnedQuerySet
from inspections.models.projects import Project
from inspections.models.record import Record


class SurveyQuerySet(OwnedQuerySet):
    organisation_path = "bridge__organisation"

    def with_progress(self) -> Self:
        """Adds photo_count, analysed_count, open_run_count, failed_count, finding_count, undecided_count,
        crack_length_px and worst_width_px.

        Findings count from each photo's latest finished analysis, rejected ones left out.
        """
        from inspections.models.findings import Finding
        from inspections.models.images import SurveyImage

        images = SurveyImage.objects.with_state().filter(survey=OuterRef("pk")).order_by().values("survey")
        standing = Finding.objects.current().standing().filter(image__survey=OuterRef("pk"))
        findings = standing.order_by().values("image__survey")

        def over(rows: models.QuerySet, aggregate: models.Aggregate, empty: float | None = 0) -> Subquery | Coalesce:
            value = Subquery(rows.annotate(value=aggregate).values("value"))
            return value if empty is None else Coalesce(value, empty)

        return self.annotate(
            photo_count=over(images, Count("pk")),
            analysed_count=over(images, Count("pk", filter=Q(current_run_id__isnull=False))),
            open_run_count=over(images, Count("pk", filter=Q(state__in=["queued", "running"]))),
            failed_count=over(images, Count("pk", filter=Q(state="failed"))),
            finding_count=over(findings, Count("pk")),
            undecided_count=over(findings, Count("pk", filter=Q(verdict__isnull=True))),
            crack_length_px=over(findings, Sum("length_px"), 0.0),
            worst_width_px=over(findings, Max("width_max_px"), None),
        )


class Survey(Record):
    """One visit: who looked at which bridge, when, and how."""

    class Method(models.TextChoices):
        DRONE = "drone", "Drone"
        HANDHELD = "handheld", "Handheld camera"
        VEHICLE = "vehicle", "Vehicle"
        ROPE = "rope", "Rope access"
        OTHER = "other", "Other"

    bridge = models.ForeignKey(Bridge, on_delete=models.PROTECT, related_name="surveys")
    project = models.ForeignKey(Project, on_delete=models.SET_NULL, null=True, blank=True, related_name="surveys")
    name = models.CharField(max_length=200, blank=True, help_text="Empty: named after its date.")
    surveyed_on = models.DateField("date")
    crew = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=20, choices=Method, default=Method.DRONE)
    camera = models.CharField(max_length=200, blank=True)
    weather = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True)
    started_by = models.ForeignKey(
        "inspections.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["-surveyed_on", "-created_at"]

    def __str__(self) -> str:
        return self.name or f"Survey of {self.surveyed_on:%-d %B %Y}"
