"""Photos of a survey. Not "Image": that word is Pillow's."""

from __future__ import annotations

from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from inspections.models.bridges import Element
from inspections.models.owned import OwnedQuerySet
from inspections.models.record import Record
from inspections.models.surveys import Survey


def original_path(image: SurveyImage, _name: str) -> str:
    """Where an original lies: names come from us, never from the camera or the uploader."""
    return f"originals/{image.pk.hex[:2]}/{image.pk}.{image.extension}"


class SurveyImageQuerySet(OwnedQuerySet):
    organisation_path = "survey__bridge__organisation"

    def with_state(self) -> Self:
        """Adds latest_run_id, current_run_id (latest that succeeded), and state: the status of the latest run."""
        from inspections.models.runs import SegmentationRun

        runs = SegmentationRun.objects.filter(image=OuterRef("pk")).order_by("-created_at", "-pk")
        finished = runs.filter(status=SegmentationRun.Status.SUCCEEDED)
        return self.annotate(
            latest_run_id=Subquery(runs.values("pk")[:1]),
            current_run_id=Subquery(finished.values("pk")[:1]),
            latest_status=Subquery(runs.values("status")[:1]),
        ).annotate(
            state=Case(
                When(latest_status__isnull=True, then=Value("waiting")),
                default=F("latest_status"),
                output_field=models.CharField(),
            )
        )

    def to_measure_again(self) -> Self:
        """Those whose scale or rules have changed since they were measured."""
        return self.filter(measure_wanted__gt=F("measure_done"))

    def with_reviewed(self) -> Self:
        """Adds reviewed: whether people have decided on every finding that stands on an analysed photo.

        A photo on which none stands is reviewed once people have looked at the whole of it (`coverage`).
        """
        from inspections.models.findings import Finding
        from inspections.models.runs import SegmentationRun

        findings = Finding.objects.current().filter(image=OuterRef("pk"))
        finished = SegmentationRun.objects.filter(image=OuterRef("pk"), status=SegmentationRun.Status.SUCCEEDED)
        seen = Q(coverage__gte=1) & Exists(finished)
        return self.annotate(reviewed=~Exists(findings.undecided()) & (Exists(findings) | seen))

    def counted_by_review(self, *keys: str) -> models.QuerySet[Any, dict[str, Any]]:
        """Rows of the fields `keys` with count, reviewed_count, and waiting_count: those to be judged again."""
        return (
            self.with_reviewed()
            .order_by()
            .values(*keys)
            .annotate(
                count=Count("pk"),
                reviewed_count=Count("pk", filter=Q(reviewed=True)),
                waiting_count=Count("pk", filter=Q(measure_wanted__gt=F("measure_done"))),
            )
        )

    def with_cracks(self) -> Self:
        """Adds has_cracks and has_undecided: whether any that nobody has rejected stands, or waits for a decision."""
        from inspections.models.findings import Finding

        standing = Finding.objects.current().standing().filter(image=OuterRef("pk"))
        return self.annotate(has_cracks=Exists(standing), has_undecided=Exists(standing.undecided()))

    def with_findings(self) -> Self:
        """Adds finding_count, undecided_count, worst_width_px, worst_width_mm and crack_length_px of the
        latest finished analysis.

        Rejected and replaced ones are left out.
        """
        from inspections.models.findings import Finding

        standing = Finding.objects.current().standing().filter(image=OuterRef("pk")).order_by().values("image")

        def over(aggregate: models.Aggregate) -> Subquery:
            return Subquery(standing.annotate(value=aggregate).values("value"))

        return self.annotate(
            finding_count=Coalesce(over(Count("pk")), 0),
            undecided_count=Coalesce(over(Count("pk", filter=Q(verdict__isnull=True))), 0),
            worst_width_px=over(Max(Coalesce("width_widest_px", "width_max_px"))),
            worst_width_mm=over(Max("widest_mm")),
            crack_length_px=over(Sum("length_px")),
        )


class SurveyImage(Record):
    """One photo. The original is kept byte for byte; width and height are those of the upright picture."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="images")
    element = models.ForeignKey(Element, on_delete=models.SET_NULL, null=True, blank=True, related_name="images")
    original = models.FileField(upload_to=original_path, max_length=200)
    original_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    byte_size = models.BigIntegerField()
    format = models.CharField(max_length=10)
    extension = models.CharField(max_length=5)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    orientation = models.PositiveSmallIntegerField(default=1)
    bit_depth = models.PositiveSmallIntegerField(default=8)
    converted_from = models.CharField(max_length=30, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    camera_make = models.CharField(max_length=255, blank=True)
    camera_model = models.CharField(max_length=255, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    altitude_m = models.FloatField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    added_by = models.ForeignKey("inspections.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Given by people: what the worker finds the scale from, beside the photo's own metadata and the survey's distance.
    distance_m = models.FloatField(
        _("distance to the surface"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.01), MaxValueValidator(1000)],
    )
    distance_u95_m = models.FloatField(_("its uncertainty"), null=True, blank=True, validators=[MinValueValidator(0)])
    known_length = models.JSONField(null=True, blank=True, help_text="{start: [x, y], stop: [x, y], length_mm, u95_mm}")
    # Found by the worker. `scale`: the result of the search as facts, with what was tried in vain.
    scale = models.JSONField(default=dict, blank=True)
    mm_per_px = models.FloatField(null=True, blank=True)
    mm_per_px_u95 = models.FloatField(null=True, blank=True)
    scale_source = models.CharField(max_length=20, blank=True)
    markers = models.JSONField(default=dict, blank=True)
    floor = models.JSONField(default=dict, blank=True)
    floor_mm = models.FloatField(null=True, blank=True, help_text="Narrower cracks cannot be measured here.")
    # A change of scale or rules counts `measure_wanted` up; who has measured again, `measure_done`.
    measure_wanted = models.PositiveIntegerField(default=0)
    measure_done = models.PositiveIntegerField(default=0)
    measure_taken_at = models.DateTimeField(null=True, blank=True)
    coverage = models.FloatField(default=0.0, help_text="Share that people have looked at, 0 to 1 (`services.looks`).")
    # Made by the worker; empty until then. Paths inside the media folder.
    thumbnail = models.CharField(max_length=200, blank=True)
    preview = models.CharField(max_length=200, blank=True)
    pyramid = models.CharField(max_length=200, blank=True)

    objects = SurveyImageQuerySet.as_manager()

    class Meta:
        ordering = ["original_name", "created_at"]
        constraints = [models.UniqueConstraint(fields=["survey", "sha256"], name="same_photo_once_per_survey")]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(measure_wanted__gt=F("measure_done")), name="photo_to_measure_again"
            )
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def is_measured(self) -> bool:
        """Whether the millimetres are those of the present scale and rules."""
        return self.measure_done >= self.measure_wanted

    @property
    def megapixels(self) -> float:
        """Millions of pixels."""
        return self.width * self.height / 1e6
