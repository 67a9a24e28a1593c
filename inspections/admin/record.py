"""The record to look at: bridges and surveys may be corrected, what was found and decided may not."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.http import HttpRequest

from inspections.admin.owned import OwnedAdmin, ReadOnlyAdmin, person
from inspections.errors import InspectionError
from inspections.models import (
    Bridge,
    Dataset,
    Finding,
    Project,
    Review,
    RulePack,
    SegmentationRun,
    Survey,
    SurveyImage,
)
from inspections.services.datasets import build_dataset_version
from inspections.services.rules import judge_again
from inspections.services.surveys import SCALE

REVIEWED_PHOTOS = "Reviewed photos"
"""The data set that an organisation's reviewed surveys go to when nobody made another one."""


@admin.register(Bridge)
class BridgeAdmin(OwnedAdmin):
    """Bridges; which organisation they belong to is settled when they are made."""

    list_display = ("name", "structure_number", "organisation", "material", "year_built")
    list_filter = (("organisation", RelatedOnlyFieldListFilter), "material")
    search_fields = ("name", "structure_number")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("organisation",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and {"material", "exposure"}.intersection(form.changed_data):
            judge_again(SurveyImage.objects.filter(survey__bridge=obj))


@admin.register(Project)
class ProjectAdmin(OwnedAdmin):
    """Inspection contracts."""

    list_display = ("name", "organisation", "client", "starts_on", "ends_on")
    list_filter = (("organisation", RelatedOnlyFieldListFilter),)
    search_fields = ("name", "client")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("organisation",) if obj else ()


@admin.register(Survey)
class SurveyAdmin(OwnedAdmin):
    """Surveys. They begin on the pages; here their notes are corrected and their reviewed photos frozen."""

    list_display = ("__str__", "bridge", "surveyed_on", "method", "photos", "findings", "undecided")
    list_filter = (("bridge", RelatedOnlyFieldListFilter), "method")
    list_select_related = ("bridge",)
    search_fields = ("name", "bridge__name")
    date_hierarchy = "surveyed_on"
    # A scale is changed on the pages, where its photos are measured again.
    readonly_fields = ("bridge", "project", "started_by", *SCALE)
    actions = ("freeze_reviewed_photos",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_progress()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="photos")
    def photos(self, survey: Any) -> int:
        return survey.photo_count

    @admin.display(description="findings")
    def findings(self, survey: Any) -> int:
        return survey.finding_count

    @admin.display(description="undecided")
    def undecided(self, survey: Any) -> int:
        return survey.undecided_count

    @admin.action(description="Freeze reviewed photos as a data set version")
    def freeze_reviewed_photos(self, request: HttpRequest, queryset: Any) -> None:
        """One version per organisation of the chosen surveys, in its data set “Reviewed photos”."""
        surveys = list(queryset.select_related("bridge__organisation"))
        for organisation in {survey.bridge.organisation for survey in surveys}:
            dataset, _made = Dataset.objects.get_or_create(organisation=organisation, name=REVIEWED_PHOTOS)
            own = [survey for survey in surveys if survey.bridge.organisation == organisation]
            try:
                version = build_dataset_version(dataset=dataset, surveys=own, created_by=person(request))
            except InspectionError as error:
                self.message_user(request, error.detail, messages.ERROR)
            else:
                count = version.samples.count()
                self.message_user(request, f"{version} holds {count} photos. Download it under Dataset versions.")


@admin.register(SurveyImage)
class SurveyImageAdmin(ReadOnlyAdmin):
    """Photos and what their files told."""

    list_display = (
        "original_name",
        "survey",
        "element",
        "format",
        "width",
        "height",
        "mm_per_px",
        "scale_source",
        "floor_mm",
        "taken_at",
    )
    list_filter = (("survey", RelatedOnlyFieldListFilter), "format", "scale_source")
    list_select_related = ("survey", "element")
    search_fields = ("original_name", "sha256")
    exclude = ("original", "thumbnail", "preview", "pyramid")


@admin.register(SegmentationRun)
class SegmentationRunAdmin(ReadOnlyAdmin):
    """Analyses, with what went wrong."""

    list_display = ("image", "status", "network", "attempt", "finding_count", "created_at", "finished_at", "failure")
    list_filter = ("status", ("network", RelatedOnlyFieldListFilter))
    list_select_related = ("image", "network")
    search_fields = ("image__original_name", "error_code")
    exclude = ("probability", "probability_preview", "overlay", "widths")


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    """Cracks; their lines and masks are shown on the photo's page."""

    list_display = (
        "image",
        "number",
        "length_px",
        "length_mm",
        "width_median_px",
        "width_mm",
        "width_u95_mm",
        "widest_mm",
        "state",
        "confidence",
        "decision",
    )
    list_filter = (("image__survey", RelatedOnlyFieldListFilter), "state")
    list_select_related = ("image",)
    search_fields = ("image__original_name",)
    exclude: ClassVar = ("path", "branches", "mask_runs")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer(*self.exclude)

    @admin.display(description="verdict")
    def decision(self, finding: Any) -> str:
        return finding.verdict or "undecided"


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """Decisions. Appended on the pages, never changed."""

    list_display = ("finding", "sequence", "verdict", "reviewer", "created_at")
    list_filter = ("verdict",)
    list_select_related = ("finding__image", "reviewer")
    search_fields = ("note", "finding__image__original_name")


@admin.register(RulePack)
class RulePackAdmin(ReadOnlyAdmin):
    """Rule packs as they were handed in; Settings takes new ones."""

    list_display = ("pack_id", "version", "organisation", "added_by", "created_at")
    list_filter = (("organisation", RelatedOnlyFieldListFilter),)
    list_select_related = ("organisation", "added_by")
    search_fields = ("pack_id", "version")
