"""One visit to a bridge."""

from __future__ import annotations

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inspections.models.bridges import Bridge
from inspections.models.owned import OwnedQuerySet
from inspections.models.projects import Project
from inspections.models.record import Record


class MarkerFamily(models.TextChoices):
    """As in `segmentation.scale.markers.FAMILIES`."""

    APRILTAG_36H11 = "apriltag-36h11", "AprilTag 36h11"
    APRILTAG_25H9 = "apriltag-25h9", "AprilTag 25h9"
    APRILTAG_16H5 = "apriltag-16h5", "AprilTag 16h5"
    ARUCO_4X4_50 = "aruco-4x4-50", "ArUco 4×4 (50)"
    ARUCO_5X5_100 = "aruco-5x5-100", "ArUco 5×5 (100)"
    ARUCO_6X6_250 = "aruco-6x6-250", "ArUco 6×6 (250)"
    ARUCO_ORIGINAL = "aruco-original", _("ArUco, original")


class SurveyQuerySet(OwnedQuerySet):
    organisation_path = "bridge__organisation"

    def with_progress(self) -> Self:
        """Adds photo_count, analysed_count, open_run_count, failed_count, finding_count, undecided_count,
        crack_length_px, crack_length_mm, worst_width_px, worst_width_mm, and scaled_count: of the analysed photos
        those whose scale is known.

        Findings count from each photo's latest finished analysis, rejected ones left out.
        """
        from inspections.models.findings import Finding
        from inspections.models.images import SurveyImage

        images = SurveyImage.objects.with_state().filter(survey=OuterRef("pk")).order_by().values("survey")
        standing = Finding.objects.current().standing().filter(survey=OuterRef("pk"))
        findings = standing.order_by().values("survey")

        def over(rows: models.QuerySet, aggregate: models.Aggregate, empty: float | None = 0) -> Subquery | Coalesce:
            value = Subquery(rows.annotate(value=aggregate).values("value"))
            return value if empty is None else Coalesce(value, empty)

        return self.annotate(
            photo_count=over(images, Count("pk")),
            analysed_count=over(images, Count("pk", filter=Q(current_run_id__isnull=False))),
            scaled_count=over(images, Count("pk", filter=Q(current_run_id__isnull=False, mm_per_px__isnull=False))),
            open_run_count=over(images, Count("pk", filter=Q(state__in=["queued", "running"]))),
            failed_count=over(images, Count("pk", filter=Q(state="failed"))),
            finding_count=over(findings, Count("pk")),
            undecided_count=over(findings, Count("pk", filter=Q(verdict__isnull=True))),
            crack_length_px=over(findings, Sum("length_px"), 0.0),
            crack_length_mm=over(findings, Sum("length_mm"), None),
            worst_width_px=over(findings, Max(Coalesce("width_widest_px", "width_max_px")), None),
            worst_width_mm=over(findings, Max("widest_mm"), None),
        )


class Survey(Record):
    """One visit: who looked at which bridge, when, and how."""

    class Method(models.TextChoices):
        DRONE = "drone", _("Drone")
        HANDHELD = "handheld", _("Handheld camera")
        VEHICLE = "vehicle", _("Vehicle")
        ROPE = "rope", _("Rope access")
        OTHER = "other", _("Other")

    bridge = models.ForeignKey(Bridge, on_delete=models.PROTECT, related_name="surveys")
    project = models.ForeignKey(Project, on_delete=models.SET_NULL, null=True, blank=True, related_name="surveys")
    name = models.CharField(max_length=200, blank=True, help_text=_("Empty: named after its date."))
    surveyed_on = models.DateField(_("date"))
    crew = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=20, choices=Method, default=Method.DRONE)
    camera = models.CharField(max_length=200, blank=True)
    weather = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True)
    distance_m = models.FloatField(
        _("distance to the surface"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.01), MaxValueValidator(1000)],
        help_text=_("Metres, where it was much the same for all photos. A photo’s own distance counts more."),
    )
    distance_u95_m = models.FloatField(
        _("its uncertainty"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("± metres that hold in 95 of 100 photos. Empty: 15 %."),
    )
    marker_family = models.CharField(
        _("markers in the photos"),
        max_length=30,
        choices=MarkerFamily,
        blank=True,
        help_text=_("Flat printed markers on the surface give the surest scale."),
    )
    marker_side_mm = models.FloatField(
        _("side of their black square"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_("Millimetres, measured on the print."),
    )
    closed_at = models.DateTimeField(_("signed off"), null=True, blank=True)
    closed_by = models.ForeignKey(
        "inspections.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_by = models.ForeignKey(
        "inspections.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["-surveyed_on", "-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(marker_family="", marker_side_mm__isnull=True)
                | ~Q(marker_family="") & Q(marker_side_mm__isnull=False),
                name="markers_have_a_size",
                violation_error_message=_("Give both the kind of the markers and their size, or neither."),
            ),
            models.CheckConstraint(
                condition=Q(distance_u95_m__isnull=True) | Q(distance_m__gt=F("distance_u95_m")),
                name="survey_distance_is_surer_than_itself",
                violation_error_message=_("The uncertainty must be less than the distance that it belongs to."),
            ),
        ]

    @property
    def is_closed(self) -> bool:
        """Whether it was signed off, and cannot change until it is reopened."""
        return self.closed_at is not None

    def __str__(self) -> str:
        return self.name or gettext("Survey of {day}").format(day=date_format(self.surveyed_on, gettext("j F Y")))
