"""Who has looked at which part of a photo: what the network missed is only found by looking."""

from __future__ import annotations

from django.db import models

from inspections.models.images import SurveyImage
from inspections.models.owned import OwnedQuerySet
from inspections.models.record import Record

CELL_PX = 128
"""The photo is kept as a grid of square cells of this size; those at the right and lower edge may be smaller."""


class LookQuerySet(OwnedQuerySet):
    organisation_path = "image__survey__bridge__organisation"


class Look(Record):
    """What one person has seen of one photo at 1:1 or larger.

    `cells` are bits in hexadecimal, row after row from the upper left corner, the first cell the lowest bit.
    """

    image = models.ForeignKey(SurveyImage, on_delete=models.CASCADE, related_name="looks")
    viewer = models.ForeignKey("inspections.User", on_delete=models.PROTECT, related_name="looks")
    cells = models.TextField(default="0")
    changed_at = models.DateTimeField(auto_now=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["image", "viewer"], name="one_look_per_photo_and_person")]

    def __str__(self) -> str:
        return f"{self.viewer} at {self.image}"
