"""Analyses of photos. The row is the truth; the broker only rings a bell."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from inspections.errors import sentence
from inspections.models.images import SurveyImage
from inspections.models.networks import Network
from inspections.models.owned import OwnedQuerySet
from inspections.models.record import Record


class SegmentationRunQuerySet(OwnedQuerySet):
    organisation_path = "image__survey__bridge__organisation"

    def open(self) -> Self:
        """Queued or running."""
        return self.filter(status__in=SegmentationRun.OPEN)

    def with_superseded(self) -> Self:
        """Adds superseded: whether a newer analysis of the same photo was asked for."""
        newer = SegmentationRun.objects.filter(image=OuterRef("image"), created_at__gt=OuterRef("created_at"))
        return self.annotate(superseded=Exists(newer))

    def standing(self) -> Self:
        """With superseded, those that nobody has asked for again since."""
        return self.with_superseded().filter(superseded=False)

    def claimable(self, now: datetime) -> Self:
        """What a worker may take at `now`: queued, or running with an expired lease and attempts left."""
        status = SegmentationRun.Status
        return self.filter(attempt__lt=settings.RUN_MAX_ATTEMPTS).filter(
            Q(status=status.QUEUED) | Q(status=status.RUNNING, lease_until__lt=now)
        )

    def held(self, attempt: int) -> Self:
        """Running under exactly this attempt: the fence that a worker must pass to write."""
        return self.filter(status=SegmentationRun.Status.RUNNING, attempt=attempt)

    def stale(self, now: datetime) -> Self:
        """What the sweep looks after: running with a dead lease, or queued while the last bell went unheard."""
        status = SegmentationRun.Status
        unheard = now - timedelta(seconds=settings.RUN_BELL_SECONDS)
        return self.filter(
            Q(status=status.RUNNING, lease_until__lt=now)
            | Q(status=status.QUEUED) & (Q(rung_at__isnull=True) | Q(rung_at__lt=unheard))
        )


class SegmentationRun(Record):
    """One analysis of one photo by one network. `attempt` counts claims and fences every write of a worker."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Analysed")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class Stage(models.TextChoices):
        READING = "reading", _("Reading the photo")
        PICTURES = "pictures", _("Making previews")
        TILES = "tiles", _("Looking")
        MEASURING = "measuring", _("Measuring")

    OPEN = (Status.QUEUED, Status.RUNNING)
    FINAL = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)

    image = models.ForeignKey(SurveyImage, on_delete=models.CASCADE, related_name="runs")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="runs")
    map_of = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Measure the map of that analysis again instead of looking again.",
    )
    threshold = models.FloatField(null=True, blank=True, help_text="Empty: the network's own.")
    requested_by = models.ForeignKey(
        "inspections.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    stage = models.CharField(max_length=10, choices=Stage, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    tiles_done = models.PositiveIntegerField(default=0)
    tiles_total = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_facts = models.JSONField(default=dict, blank=True)
    # The result; filled by `complete_run` only. Paths inside the media folder.
    probability = models.CharField(max_length=200, blank=True)
    probability_preview = models.CharField(max_length=200, blank=True)
    overlay = models.CharField(max_length=200, blank=True)
    widths = models.CharField(max_length=200, blank=True)
    patches = models.CharField(max_length=200, blank=True)
    used_threshold = models.FloatField(null=True, blank=True)
    finding_count = models.PositiveIntegerField(default=0)
    crack_length_px = models.FloatField(default=0)
    crack_area_share = models.FloatField(default=0)
    totals = models.JSONField(default=dict, blank=True)
    device = models.CharField(max_length=60, blank=True)
    seconds = models.JSONField(default=dict, blank=True)

    objects = SegmentationRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["status", "lease_until"], name="run_by_status_and_lease"),
            # With the status: the state of thousands of photos is read from the index alone.
            models.Index(fields=["image", "-created_at", "-id", "status"], name="run_by_image_latest_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["image"], condition=Q(status__in=["queued", "running"]), name="one_open_run_per_image"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()}: {self.image}"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in self.FINAL

    @property
    def percent(self) -> int:
        """Progress in tiles, 0 to 100."""
        if self.status == self.Status.SUCCEEDED:
            return 100
        return int(100 * self.tiles_done / self.tiles_total) if self.tiles_total else 0

    @property
    def failure(self) -> str:
        """The sentence a person reads when the run failed; empty otherwise."""
        return sentence(self.error_code, self.error_facts) if self.error_code else ""
