"""What people draw on photos: missed cracks, corrected masks, cuts and joins. Nothing is overwritten."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inspections.errors import sentence
from inspections.models.images import SurveyImage
from inspections.models.owned import OwnedQuerySet
from inspections.models.record import Record
from inspections.models.runs import SegmentationRun


class DrawingQuerySet(OwnedQuerySet):
    organisation_path = "image__survey__bridge__organisation"

    def waiting(self) -> Self:
        """Those that no worker has brought to an end."""
        return self.filter(status=Drawing.Status.WAITING)

    def claimable(self, now: datetime) -> Self:
        """Waiting, and in nobody's hands at `now`."""
        return self.waiting().filter(Q(taken_until__isnull=True) | Q(taken_until__lt=now))


class Drawing(Record):
    """One stroke of work by a person. A worker measures it and makes findings, which replace `replaced`.

    The row is the truth, the broker a doorbell, as with analyses. Coordinates are pixels of the upright original.
    `attempt` counts claims and fences every write of a worker.
    """

    class Kind(models.TextChoices):
        LINE = "line", _("A crack, by a line along it")
        MASK = "mask", _("A mask, painted")
        SPLIT = "split", _("Cut in two")
        MERGE = "merge", _("Joined")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Being measured")
        DONE = "done", _("Drawn")
        FAILED = "failed", _("Not drawn")
        UNDONE = "undone", _("Taken back")

    run = models.ForeignKey(SegmentationRun, on_delete=models.PROTECT, related_name="drawings")
    image = models.ForeignKey(SurveyImage, on_delete=models.CASCADE, related_name="drawings")
    author = models.ForeignKey("inspections.User", on_delete=models.PROTECT, related_name="drawings")
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.TextField(blank=True, max_length=2000)
    replaced = models.ManyToManyField("inspections.Finding", related_name="replaced_by", blank=True)
    line = models.JSONField(default=list, blank=True, help_text="[[x, y], …] of a line along a crack, or of a cut.")
    box = models.JSONField(default=list, blank=True, help_text="[x0, y0, x1, y1], half open, of the painted crop.")
    mask_runs = models.JSONField(default=list, blank=True, help_text="Row-major inside the box, background first.")
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)
    taken_until = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_facts = models.JSONField(default=dict, blank=True)

    objects = DrawingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(status="waiting"), name="drawing_to_measure"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.image}"

    @property
    def failure(self) -> str:
        """The sentence a person reads when nothing could be made of it; empty otherwise."""
        return sentence(self.error_code, self.error_facts) if self.error_code else ""
