"""Decisions of people. Appended, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inspections.models.findings import Finding
from inspections.models.organisations import User
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


def _no_later() -> Q:
    # Asks an index of the decisions alone: the findings' rows are kilobytes each.
    later = Review.objects.order_by().filter(finding=OuterRef("finding"), sequence__gt=OuterRef("sequence"))
    return Q(~Exists(later))


class ReviewQuerySet(OwnedQuerySet):
    organisation_path = "finding__survey__bridge__organisation"

    def with_deciders(self) -> Self:
        """With what `decided` needs, and who it was."""
        return self.select_related("reviewer", "carried_from__reviewer")

    def taken_by(self, user: User) -> Self:
        """What `user` decided by deciding: nothing taken back or repeated, and no line that was drawn."""
        drawn = Finding.objects.filter(drawing__author=user).order_by().values("pk")
        rows = self.filter(reviewer=user, carried_from__isnull=True).exclude(verdict=WITHDRAWN)
        return rows.exclude(sequence=1, finding__in=drawn)

    def last_of_finding(self) -> Self:
        """Those that no other followed."""
        return self.filter(_no_later())

    def count_standing(self, user: User, since: datetime) -> int:
        """How many decisions that `user` took since then count still, also on what a new analysis found again."""
        repeats = Review.objects.order_by().filter(carried_from=OuterRef("pk"))
        again = Exists(repeats.last_of_finding().filter(finding__is_current=True))
        taken = self.taken_by(user).filter(created_at__gte=since)
        return taken.filter(_no_later() & ~Exists(repeats) | again).count()

    def update(self, **_kwargs: Any) -> int:
        raise TypeError("Reviews are append only: record another review instead.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Reviews are append only: record another review instead.")


class Review(Record):
    """One decision on one finding. The latest counts; all are kept.

    `carried_from` is the decision of a person that this one repeats: one on an earlier analysis, which was carried
    over, or one on the same finding, which counts again since a later one was taken back.
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

    def decided(self) -> Review | None:
        """The decision that a person took and that counts by this record; None where it leaves nothing decided."""
        review = self
        while review.carried_from is not None:
            review = review.carried_from
        return None if review.verdict == WITHDRAWN else review

    def before(self) -> Review | None:
        """What counted when this was decided, as `decided` tells it."""
        earlier = Review.objects.filter(finding=self.finding_id, sequence=self.sequence - 1).first()
        return earlier.decided() if earlier else None

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} by {self.reviewer}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("Reviews are append only: record another review instead.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Reviews are append only: record another review instead.")
