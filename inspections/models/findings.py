"""Findings: traced cracks, in pixels of the upright original photo."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from inspections.models.images import SurveyImage
from inspections.models.organisations import User
from inspections.models.owned import OwnedQuerySet
from inspections.models.record import Record
from inspections.models.runs import SegmentationRun
from inspections.models.surveys import Survey


class LookAlikes(Record):
    """Findings of a survey whose patches look alike; `centre` is the descriptor of the first (`worker.looks`)."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="look_alikes")
    centre = models.JSONField()

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"Look-alikes of {self.survey}"


# Measured widths first, then those of which only a bound is known, then those of photos without a scale.
WIDEST_FIRST = [
    F("widest_mm").desc(nulls_last=True),
    F("widest_bound_mm").desc(nulls_last=True),
    F("widest_px").desc(),
]


# What lists show of a finding, and sort and sum up: held by both indices.
_LISTED = (
    "id",
    "number",
    "risk",
    "length_px",
    "length_mm",
    "orientation_deg",
    "width_max_px",
    "width_widest_px",
    "widest_mm",
    "widest_bound_mm",
    "confidence",
)


def from_photo(path: str) -> str:
    """The lookup that leads from a finding to where `path` leads from its photo; its survey it knows itself."""
    return path if path.startswith("survey") else f"image__{path}"


class FindingQuerySet(OwnedQuerySet):
    organisation_path = "survey__bridge__organisation"

    def current(self) -> Self:
        """What stands on photos now: of each one's latest finished run, and not replaced by what a person drew."""
        return self.filter(is_current=True)

    def of_photos(self, **photos: Any) -> Self:
        """Those of the photos that `SurveyImage.objects.filter(**photos)` finds."""
        return self.filter(**{from_photo(path): value for path, value in photos.items()})

    def as_shown(self) -> Self:
        """What an analysis shows. The latest of a photo: what stands there, drawn by people or found by the network.

        An earlier one, kept as history: what the network had found, replaced since or not, and nothing that was drawn.
        """
        status = SegmentationRun.Status.SUCCEEDED
        newer = SegmentationRun.objects.filter(
            image=OuterRef("image"), status=status, created_at__gt=OuterRef("run__created_at")
        )
        return self.filter(Q(is_current=True) | Q(drawing__isnull=True) & Exists(newer))

    def standing(self) -> Self:
        """Those that were not rejected: accepted, or undecided still."""
        return self.filter(Q(verdict__isnull=True) | ~Q(verdict="rejected"))

    def changed_on(self, run: SegmentationRun) -> Self:
        """What makes a photo look different from what `run`, its latest analysis, found there.

        Rejected or replaced since, or drawn by people.
        """
        gone = Q(run=run, drawing__isnull=True) & (Q(is_current=False) | Q(verdict="rejected"))
        return self.filter(gone | Q(image=run.image_id, is_current=True, drawing__isnull=False))

    def undecided(self) -> Self:
        """Those on which nobody has decided yet."""
        return self.filter(verdict__isnull=True)

    def with_widest_px(self) -> Self:
        """Adds widest_px: the widest place in pixels, or for older findings the mask's."""
        return self.annotate(widest_px=Coalesce("width_widest_px", "width_max_px"))

    def decidable(self) -> Self:
        """Those of surveys that nobody has signed off: no other can be decided."""
        return self.filter(survey__closed_at__isnull=True)

    def mentioning(self, user: User) -> Self:
        """Those with an open comment that mentions `user`."""
        return self.filter(pk__in=user.mentions.open().order_by().values("finding"))

    def counted_by_state(self, *keys: str) -> models.QuerySet[Any, dict[str, Any]]:
        """Rows of `keys` with verdict (None while undecided), decided_state, state, worst_state, and count."""
        rows = self.order_by().values(*keys, "verdict", "decided_state", "state", "worst_state")
        return rows.annotate(count=Count("pk"))


class Finding(Record):
    """One traced crack. `mask_runs` are row-major run lengths inside the box, background first."""

    run = models.ForeignKey(SegmentationRun, on_delete=models.CASCADE, related_name="findings")
    image = models.ForeignKey(SurveyImage, on_delete=models.CASCADE, related_name="findings")
    # The photo's, which never changes: what a survey comes to is then read from one index, in its order.
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="findings", db_index=False)
    number = models.PositiveIntegerField(help_text="Place in the run's list, longest crack first, from 1.")
    path = models.JSONField(help_text="[[x, y], …] of the main line")
    branches = models.JSONField(default=list, blank=True, help_text="side branches of a forked crack, each a path")
    length_px = models.FloatField()
    width_mean_px = models.FloatField()
    width_max_px = models.FloatField()
    orientation_deg = models.FloatField()
    area_px = models.PositiveIntegerField()
    confidence = models.FloatField()
    box_x0 = models.PositiveIntegerField()
    box_y0 = models.PositiveIntegerField()
    box_x1 = models.PositiveIntegerField()
    box_y1 = models.PositiveIntegerField()
    mask_runs = models.JSONField()
    drawing = models.ForeignKey(
        "inspections.Drawing",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="made",
        help_text="What a person drew; empty where the network found it.",
    )
    arms = models.PositiveSmallIntegerField(default=1, help_text="Pieces between ends and forks: 1 a line, 3 a Y.")
    tortuosity = models.FloatField(null=True, blank=True, help_text="Main line over the distance of its ends.")
    # Measured across the line, `*_u95` their 95 % uncertainties; empty where no sample is far from junctions and ends.
    width_median_px = models.FloatField(null=True, blank=True)
    width_u95_px = models.FloatField(null=True, blank=True)
    width_p95_px = models.FloatField(null=True, blank=True)
    width_widest_px = models.FloatField(null=True, blank=True)
    width_widest_u95_px = models.FloatField(null=True, blank=True)
    widest_x = models.FloatField(null=True, blank=True)
    widest_y = models.FloatField(null=True, blank=True)
    width_samples = models.PositiveIntegerField(default=0)
    # On the surface, by the photo's scale; empty without one. Below the floor a bound stands instead of a width.
    length_mm = models.FloatField(null=True, blank=True)
    width_mm = models.FloatField(null=True, blank=True, help_text="Median of the samples.")
    width_u95_mm = models.FloatField(null=True, blank=True)
    width_bound_mm = models.FloatField(null=True, blank=True, help_text="The median is less than this.")
    width_mean_mm = models.FloatField(null=True, blank=True)
    width_p95_mm = models.FloatField(null=True, blank=True)
    widest_mm = models.FloatField(null=True, blank=True)
    widest_u95_mm = models.FloatField(null=True, blank=True)
    widest_bound_mm = models.FloatField(null=True, blank=True)
    # What a rule pack proposes for the widest place, and the record of how (`conditions.Proposal.as_record`).
    state = models.CharField(max_length=20, blank=True, help_text="The one state that is proposed.")
    worst_state = models.CharField(max_length=20, blank=True, help_text="The worst state that is possible.")
    proposal = models.JSONField(default=dict, blank=True)

    # What `services.reviews` and `services.runs` keep beside the records they follow from, for lists of thousands.
    is_current = models.BooleanField(default=True, help_text="Of the photo's latest finished run, and not replaced.")
    verdict = models.CharField(max_length=10, null=True, blank=True, help_text="Of the latest review; empty: none.")
    decided_state = models.CharField(max_length=20, blank=True, help_text="That a person gave; it replaces `state`.")
    reviews_count = models.PositiveIntegerField(default=0, help_text="The sequence of the latest review.")
    assignee = models.ForeignKey(
        "inspections.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="assigned_findings"
    )
    risk = models.FloatField(default=0.0, help_text="0 to 1, what is to be looked at first (`services.risk`).")
    look_alikes = models.ForeignKey(
        "inspections.LookAlikes", on_delete=models.SET_NULL, null=True, blank=True, related_name="findings"
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="one_finding_per_number_and_run")]
        # What lists and counts read: a row itself also holds the line and the mask, kilobytes of them. SQLite reads an
        # index alone only where it holds every column that is named, the condition's too.
        indexes = [
            models.Index(
                fields=[
                    "image",
                    "verdict",
                    *_LISTED,
                    "state",
                    "worst_state",
                    "decided_state",
                    "assignee",
                    "look_alikes",
                    "is_current",
                ],
                condition=Q(is_current=True),
                name="current_findings_in_short",
            ),
            models.Index(
                fields=[
                    "survey",
                    "verdict",
                    "decided_state",
                    "state",
                    "worst_state",
                    "image",
                    *_LISTED,
                    "assignee",
                    "look_alikes",
                    "is_current",
                ],
                condition=Q(is_current=True),
                name="current_findings_by_survey",
            ),
        ]

    def __str__(self) -> str:
        return f"Crack {self.number} of {self.image}"

    @property
    def shown_px(self) -> float:
        """The width to show where no millimetres are known: measured, or for older findings the mask's."""
        return self.width_mean_px if self.width_median_px is None else self.width_median_px

    @property
    def is_unseen(self) -> bool:
        """Whether a person drew it where the photo shows no dark line, and its width is therefore not known.

        Of a line without forks the middle half is always far enough from the ends: nothing else keeps it unmeasured.
        """
        return self.drawing_id is not None and self.width_median_px is None and self.arms == 1

    @property
    def axis_deg(self) -> int:
        """The orientation in whole degrees, 0 to 179: an axis of 179.6° lies along x again."""
        return round(self.orientation_deg) % 180

    @property
    def box(self) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1, half open."""
        return self.box_x0, self.box_y0, self.box_x1, self.box_y1
