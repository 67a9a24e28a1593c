"""Data sets made of reviewed photos."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from inspections.models.images import SurveyImage
from inspections.models.organisations import Organisation
from inspections.models.owned import OwnedQuerySet
from inspections.models.record import Record
from inspections.models.runs import SegmentationRun


class Dataset(Record):
    """A named collection of an organisation's photos with confirmed masks."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="datasets")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="dataset_name_once_per_organisation",
                violation_error_message=_("This organisation has a data set of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class DatasetVersionQuerySet(OwnedQuerySet):
    organisation_path = "dataset__organisation"


class DatasetVersion(Record):
    """A frozen state of a data set: the same version always exports the same samples."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    created_by = models.ForeignKey(
        "inspections.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    notes = models.TextField(blank=True)

    objects = DatasetVersionQuerySet.as_manager()

    class Meta:
        ordering = ["dataset", "-number"]
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="dataset_versions_are_numbered")]

    def __str__(self) -> str:
        return f"{self.dataset}, version {self.number}"


class Sample(Record):
    """One photo of a version with the run and the findings that make its mask, as decided when it was frozen."""

    class Split(models.TextChoices):
        TRAIN = "train", _("Training")
        VAL = "val", _("Validation")
        TEST = "test", _("Test")

    version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="samples")
    image = models.ForeignKey(SurveyImage, on_delete=models.PROTECT, related_name="samples")
    run = models.ForeignKey(SegmentationRun, on_delete=models.PROTECT, related_name="+")
    split = models.CharField(max_length=5, choices=Split)
    group = models.CharField(max_length=80, help_text="what must never stand on two sides of a split")
    surface = models.CharField(max_length=60, blank=True)
    finding_ids = models.JSONField(default=list, help_text="the findings that stand in the mask")

    class Meta:
        ordering = ["version", "image"]
        constraints = [models.UniqueConstraint(fields=["version", "image"], name="photo_once_per_version")]

    def __str__(self) -> str:
        return f"{self.image} in {self.version}"
