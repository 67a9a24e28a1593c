"""Bridges and the tree of their elements."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from inspections.models.materials import Material
from inspections.models.organisations import Organisation
from inspections.models.owned import OwnedQuerySet
from inspections.models.record import Record


def _per_bridge(rows: models.QuerySet, path: str, aggregate: models.Aggregate) -> Subquery:
    grouped = rows.filter(**{path: OuterRef("pk")}).order_by().values(path).annotate(value=aggregate)
    return Subquery(grouped.values("value"))


class BridgeQuerySet(OwnedQuerySet):
    def matching(self, words: str) -> Self:
        """Those in which every word stands somewhere: in the name, number, owner, or what it carries and crosses."""
        found = self
        for word in words.split():
            fields = ("name", "structure_number", "owner", "carries", "crosses")
            found = found.filter(reduce(or_, (Q(**{f"{field}__icontains": word}) for field in fields)))
        return found

    def with_overview(self) -> Self:
        """Adds worst_width_px and worst_width_mm to the counts.

        Findings count from each photo's latest finished analysis, rejected ones left out.
        """
        from inspections.models.findings import Finding

        standing, path = Finding.objects.current().standing(), "survey__bridge"
        return self.with_counts().annotate(
            worst_width_px=_per_bridge(standing, path, Max(Coalesce("width_widest_px", "width_max_px"))),
            worst_width_mm=_per_bridge(standing, path, Max("widest_mm")),
        )

    def with_counts(self) -> Self:
        """Adds last_surveyed_on, survey_count, photo_count, open_run_count, finding_count, picture_id.

        Findings as in `with_overview`.
        """
        from inspections.models.findings import Finding
        from inspections.models.images import SurveyImage
        from inspections.models.runs import SegmentationRun
        from inspections.models.surveys import Survey

        surveys, photos, runs = Survey.objects.all(), SurveyImage.objects.all(), SegmentationRun.objects.open()
        standing, path = Finding.objects.current().standing(), "survey__bridge"
        return self.annotate(
            last_surveyed_on=_per_bridge(surveys, "bridge", Max("surveyed_on")),
            survey_count=Coalesce(_per_bridge(surveys, "bridge", Count("pk")), 0),
            photo_count=Coalesce(_per_bridge(photos, "survey__bridge", Count("pk")), 0),
            open_run_count=Coalesce(_per_bridge(runs, "image__survey__bridge", Count("pk")), 0),
            finding_count=Coalesce(_per_bridge(standing, path, Count("pk")), 0),
            picture_id=Subquery(
                SurveyImage.objects.filter(survey__bridge=OuterRef("pk"))
                .exclude(thumbnail="")
                .order_by("-survey__surveyed_on", "original_name")
                .values("pk")[:1]
            ),
        )


class Bridge(Record):
    """A structure under inspection."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bridges")
    name = models.CharField(max_length=200)
    structure_number = models.CharField(max_length=60, blank=True)
    owner = models.CharField(max_length=200, blank=True)
    carries = models.CharField(_("road or rail carried"), max_length=200, blank=True)
    crosses = models.CharField(_("feature crossed"), max_length=200, blank=True)
    year_built = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(2200)]
    )
    latitude = models.FloatField(null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)])
    material = models.CharField(_("main material"), max_length=30, choices=Material, blank=True)
    exposure = models.CharField(
        max_length=60, blank=True, help_text=_("Class of exposure, for rule packs that tell them apart.")
    )
    inspection_months = models.PositiveSmallIntegerField(
        _("months between surveys"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text=_("24 is the routine interval of the US National Bridge Inspection Standards."),
    )
    notes = models.TextField(blank=True)

    objects = BridgeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "structure_number"],
                condition=~Q(structure_number=""),
                name="structure_number_once_per_organisation",
                violation_error_message=_("Another bridge of this organisation has this structure number."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="coordinates_come_in_pairs",
                violation_error_message=_("Give both latitude and longitude, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ElementQuerySet(OwnedQuerySet):
    organisation_path = "bridge__organisation"

    def in_order(self) -> Self:
        """Siblings by their position, then by name."""
        return self.order_by(F("position").asc(), "name")


class Element(Record):
    """A part of a bridge; a tree: a span holds girders, a pier holds its cap."""

    class Kind(models.TextChoices):
        SPAN = "span", _("Span")
        DECK = "deck", _("Deck")
        SLAB = "slab", _("Slab")
        GIRDER = "girder", _("Girder")
        ARCH = "arch", _("Arch")
        PIER = "pier", _("Pier")
        COLUMN = "column", _("Column")
        PIER_CAP = "pier_cap", _("Pier cap")
        ABUTMENT = "abutment", _("Abutment")
        WING_WALL = "wing_wall", _("Wing wall")
        FOOTING = "footing", _("Footing")
        BEARING = "bearing", _("Bearing")
        JOINT = "joint", _("Joint")
        PARAPET = "parapet", _("Parapet")
        CULVERT = "culvert", _("Culvert")
        OTHER = "other", _("Other")

    bridge = models.ForeignKey(Bridge, on_delete=models.CASCADE, related_name="elements")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.OTHER)
    name = models.CharField(max_length=120, help_text=_("As on the drawings, for example “Pier 2” or “Girder G3”."))
    element_number = models.CharField(
        max_length=20, blank=True, help_text=_("AASHTO-style number where one is used, for example 205.")
    )
    material = models.CharField(max_length=30, choices=Material, blank=True)
    exposure = models.CharField(max_length=60, blank=True, help_text=_("Empty: that of the bridge."))
    position = models.PositiveSmallIntegerField(default=0)

    objects = ElementQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(parent__isnull=False),
                name="element_name_once_among_siblings",
                violation_error_message=_("Its parent has an element of this name already."),
            ),
            models.UniqueConstraint(
                fields=["bridge", "name"],
                condition=Q(parent__isnull=True),
                name="element_name_once_at_the_top",
                violation_error_message=_("The bridge has an element of this name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """With what it is part of: “Span 2, Girder G1”. Many a bridge has a G1 in each of its spans."""
        return f"{self.parent.name}, {self.name}" if self.parent else self.name

    def clean(self) -> None:
        """A parent is an element of the same bridge and never a descendant."""
        ancestor = self.parent
        while ancestor is not None:
            if ancestor.bridge_id != self.bridge_id:
                raise ValidationError({"parent": _("The parent belongs to another bridge.")})
            if ancestor.pk == self.pk:
                raise ValidationError({"parent": _("An element cannot stand inside itself.")})
            ancestor = ancestor.parent
