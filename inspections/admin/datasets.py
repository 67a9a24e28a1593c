"""Data sets: versions are frozen by an action and leave as a ZIP."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import Count, Q
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header

from inspections.access import fetch
from inspections.admin.owned import OwnedAdmin, ReadOnlyAdmin, person
from inspections.errors import InspectionError
from inspections.exports.training_set import file_name, training_set
from inspections.models import Dataset, DatasetVersion, Role, Sample
from inspections.services.datasets import build_dataset_version


@admin.register(Dataset)
class DatasetAdmin(OwnedAdmin):
    """Named collections of an organisation's reviewed photos."""

    list_display = ("name", "organisation", "version_count", "created_at")
    list_filter = (("organisation", RelatedOnlyFieldListFilter),)
    search_fields = ("name",)
    actions = ("build_version",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(how_many=Count("versions"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("organisation",) if obj else ()

    @admin.display(description="versions")
    def version_count(self, dataset: Any) -> int:
        return dataset.how_many

    @admin.action(description="Build version from reviewed photos")
    def build_version(self, request: HttpRequest, queryset: Any) -> None:
        """A new version of each chosen data set, from all reviewed photos of its organisation."""
        for dataset in queryset:
            try:
                version = build_dataset_version(dataset=dataset, created_by=person(request))
            except InspectionError as error:
                self.message_user(request, f"{dataset}: {error.detail}", messages.ERROR)
            else:
                self.message_user(request, format_html("{} · {}", version, _download_link(version)), messages.SUCCESS)


@admin.register(DatasetVersion)
class DatasetVersionAdmin(ReadOnlyAdmin):
    """Frozen versions, to download and to train on."""

    list_display = ("__str__", "training", "validation", "test", "created_by", "created_at", "download")
    list_filter = (("dataset", RelatedOnlyFieldListFilter),)
    list_select_related = ("dataset", "created_by")
    readonly_fields = ("training", "validation", "test", "download")

    def get_queryset(self, request: HttpRequest) -> Any:
        def photos(split: str) -> Count:
            return Count("samples", filter=Q(samples__split=split))

        rows = super().get_queryset(request).order_by("dataset__name", "-number")
        return rows.annotate(**{f"{split}_photos": photos(split) for split in Sample.Split.values})

    def get_urls(self) -> list[URLPattern]:
        download = self.admin_site.admin_view(self.download_view)
        return [path("<uuid:pk>/download/", download, name="dataset-version-download"), *super().get_urls()]

    def download_view(self, request: HttpRequest, pk: Any) -> StreamingHttpResponse:
        """The version as a ZIP, sent while it is packed."""
        rows = DatasetVersion.objects.select_related("dataset__organisation")
        user = person(request)
        version = rows.filter(pk=pk).first() if user.is_superuser else fetch(rows, user, Role.CURATOR, pk=pk)
        if version is None:
            raise InspectionError("not_found")
        answer = StreamingHttpResponse(training_set(version), content_type="application/zip")
        answer["Content-Disposition"] = content_disposition_header(True, file_name(version)) or "attachment"
        answer["Cache-Control"] = "private, no-store"
        return answer

    @admin.display(description="training photos")
    def training(self, version: Any) -> int:
        return version.train_photos

    @admin.display(description="validation photos")
    def validation(self, version: Any) -> int:
        return version.val_photos

    @admin.display(description="test photos")
    def test(self, version: Any) -> int:
        return version.test_photos

    @admin.display(description="export")
    def download(self, version: DatasetVersion) -> str:
        return _download_link(version)


def _download_link(version: DatasetVersion) -> str:
    address = reverse("admin:dataset-version-download", args=[version.pk])
    return format_html('<a href="{}">Download ZIP</a>', address)
