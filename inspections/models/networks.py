"""Registered networks: weights with their card."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from inspections.models.organisations import Organisation, Role, User
from inspections.models.owned import OwnedQuerySet
from inspections.models.record import Record


class NetworkQuerySet(OwnedQuerySet):
    def usable_in(self, organisation: Organisation) -> Self:
        """The organisation's own networks and the shipped ones."""
        return self.filter(Q(organisation=organisation) | Q(organisation__isnull=True))

    def allowing(self, user: User, role: Role) -> Self:
        """Own networks by role; the shipped ones are for everybody to read."""
        if not user.is_authenticated:
            return self.none()
        own = Q(organisation__in=user.organisations_allowing(role))
        return self.filter(own | Q(organisation__isnull=True) if role == Role.VIEWER else own)


class Network(Record):
    """A set of weights that can be activated. `card` tells how it was trained and what it scored."""

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="networks",
        help_text="Empty: shipped with Hairline, for everybody.",
    )
    name = models.CharField(max_length=120)
    version = models.CharField(max_length=60, blank=True)
    architecture = models.CharField(max_length=60)
    file = models.FileField(upload_to="networks/", max_length=200)
    sha256 = models.CharField(max_length=64)
    threshold = models.FloatField()
    card = models.JSONField(default=dict)
    registered_by = models.ForeignKey(
        "inspections.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = NetworkQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "sha256"],
                condition=Q(organisation__isnull=False),
                name="same_weights_once_per_organisation",
            ),
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(organisation__isnull=True), name="same_weights_shipped_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()
