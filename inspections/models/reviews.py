"""Decisions of people. Appended, never changed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inspections.models.findings import Finding
from inspections.models.owned import OwnedQuerySet
from inspections.models.record import Record


class Verdict(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")


WITHDRAWN = "withdrawn"
"""The verdict of a review that takes the last decision back: the finding is undecided again."""


class Reason(models.TextChoices):
    """Why a region is no crack."""

    JOINT = "joint", pgettext_lazy("no crack", "Joint")
    SHADOW = "shadow", _("Shadow")
    STAIN = "stain", _("Stain")
    MOSS = "moss", _("Moss or plants")
    FORMWORK = "formwork", _("Formwork mark")
    OTHER = "other", _("Something else")


class ReviewQuerySet(OwnedQuerySet):
    organisation_path = "finding__survey__bridge__organisation"

    def update(self, **_kwargs: Any) -> int:
        raise TypeError("Reviews are append only: record another review instead.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Reviews are append only: record another review instead.")


class Review(Record):
    """One decision on one finding. The latest counts; all are kept.

    `carried_from` is the decision of a person on an earlier analysis that this one repeats.
    """

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey("inspections.User", on_delete=models.PROTECT, related_name="reviews")
    verdict = models.CharField(max_length=10, choices=[*Verdict.choices, (WITHDRAWN, _("Undecided again"))])
    reason = models.CharField(max_length=10, choices=Reason, blank=True)
    state = models.CharField(max_length=20, blank=True, help_text="The state that the reviewer gave.")
    carried_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="carried_to")
    note = models.TextField(blank=True)
    sequence = models.PositiveIntegerField(help_text="1 for the finding's first decision")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "sequence"]
        constraints = [models.UniqueConstraint(fields=["finding", "sequence"], name="decisions_stand_in_order")]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} by {self.reviewer}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("Reviews are append only: record another review instead.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Reviews are append only: record another review instead.")
