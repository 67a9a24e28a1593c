"""What people say and do beside deciding: comments, and one append-only history of everything."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inspections.models.findings import Finding
from inspections.models.images import SurveyImage
from inspections.models.owned import OwnedQuerySet
from inspections.models.record import Record
from inspections.models.surveys import Survey


class CommentQuerySet(OwnedQuerySet):
    organisation_path = "finding__survey__bridge__organisation"

    def open(self) -> CommentQuerySet:
        """Those that nobody has resolved."""
        return self.filter(resolved_at__isnull=True)

    def as_thread(self) -> CommentQuerySet:
        """With the people they name, those that wait for an answer first, each part in the order it was said."""
        rows = self.select_related("author", "resolved_by").prefetch_related("mentioned")
        return rows.alias(is_resolved=Q(resolved_at__isnull=False)).order_by("is_resolved", "created_at")


class Comment(Record):
    """A word on one finding. Its text never changes; it can be resolved, and opened again."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey("inspections.User", on_delete=models.PROTECT, related_name="comments")
    text = models.TextField(max_length=4000)
    mentioned = models.ManyToManyField("inspections.User", related_name="mentions", blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        "inspections.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.text[:60]


class EventQuerySet(OwnedQuerySet):
    organisation_path = "survey__bridge__organisation"

    def update(self, **_kwargs: Any) -> int:
        raise TypeError("History is append only.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("History is append only.")


class Event(Record):
    """Who did what, when. `facts` tell the particulars by kind; see `services.history`."""

    class Kind(models.TextChoices):
        DECIDED = "decided", _("Decided")
        CARRIED = "carried", _("Decisions carried over")
        ASSIGNED = "assigned", _("Assigned")
        COMMENTED = "commented", _("Commented")
        RESOLVED = "resolved", _("Comment resolved")
        DRAWN = "drawn", _("Drawn")
        UNDRAWN = "undrawn", _("Drawing taken back")
        LOOKED = "looked", _("Looked at the whole photo")
        CLOSED = "closed", _("Signed off")
        REOPENED = "reopened", _("Reopened")

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="events")
    image = models.ForeignKey(SurveyImage, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    finding = models.ForeignKey(Finding, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    actor = models.ForeignKey("inspections.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    facts = models.JSONField(default=dict, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["survey", "-created_at"], name="history_of_a_survey")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.actor or 'Hairline'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("History is append only.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("History is append only.")


class SavedQueue(Record):
    """A person's own way into the review: a name for a filter, as the query of its address."""

    user = models.ForeignKey("inspections.User", on_delete=models.CASCADE, related_name="saved_queues")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_queue_name_once_per_person")]

    def __str__(self) -> str:
        return self.name
