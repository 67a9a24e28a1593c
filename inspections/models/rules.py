"""Rule packs of organisations, beside those that come with Hairline."""

from django.db import models

from inspections.models.organisations import Organisation
from inspections.models.owned import OwnedQuerySet
from inspections.models.record import Record


class RulePack(Record):
    """The text of a rule pack as it was handed in; never changed. Of several with one id the newest counts."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="rule_packs")
    pack_id = models.CharField(max_length=60)
    version = models.CharField(max_length=60)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    added_by = models.ForeignKey("inspections.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["pack_id", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "pack_id", "version"], name="rule_pack_version_once_per_organisation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pack_id} {self.version}"
