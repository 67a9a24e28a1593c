"""Networks: registered by upload, activated for an organisation."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpRequest

from inspections.admin.owned import OwnedAdmin, choosable, person
from inspections.admin.people import administered
from inspections.errors import InspectionError
from inspections.models import Network, Organisation, Role, User
from inspections.services.networks import activate_network, read_network_card, register_network

_SUFFIX = ".safetensors"


class NetworkUpload(forms.ModelForm):
    """A file of weights with its card, and whose it is."""

    registered_by: User
    file = forms.FileField(help_text="A .safetensors file with a model card, as `segmentation train` writes it.")

    class Meta:
        model = Network
        fields = ("organisation", "file")

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        try:
            with _on_disk(upload) as path:
                read_network_card(path)
        except InspectionError as error:
            raise forms.ValidationError(error.detail) from None
        return upload

    def _post_clean(self) -> None:
        """The row is made by the service; there is none to check yet."""

    def save(self, commit: bool = True) -> Network:
        """Register the file; the same weights twice are the network that exists."""
        with _on_disk(self.cleaned_data["file"]) as path:
            self.instance = register_network(
                path=path, organisation=self.cleaned_data["organisation"], registered_by=self.registered_by
            )
        return self.instance

    def save_m2m(self) -> None:
        """Nothing points at a network from here."""


@admin.register(Network)
class NetworkAdmin(OwnedAdmin):
    """Sets of weights. What they are stands in their card and is not edited."""

    writes = Role.ADMINISTRATOR
    list_display = ("name", "version", "architecture", "owner", "threshold", "created_at")
    search_fields = ("name", "version", "architecture")
    exclude = ("file",)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = Network.objects.order_by("-created_at")
        if person(request).is_superuser:
            return rows
        own = person(request).organisations_allowing(self.reads)
        return rows.filter(Q(organisation__in=own) | Q(organisation__isnull=True))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The shipped networks are for everybody to look at."""
        shipped = obj is not None and obj.organisation_id is None
        return super().has_view_permission(request, None if shipped else obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        whose: Any = forms.ModelChoiceField(
            Organisation.objects.all(), required=False, help_text="Empty: for everybody on this server."
        )
        if not person(request).is_superuser:
            field = Network._meta.get_field("organisation")
            whose = forms.ModelChoiceField(choosable(field, request, Role.ADMINISTRATOR))
        return type("NetworkUploadBy", (NetworkUpload,), {"organisation": whose, "registered_by": person(request)})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else ((None, {"fields": ("organisation", "file")}),)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved by the form, through the service."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One “Activate for …” per organisation that the staff member administers."""
        actions: dict[str, Any] = super().get_actions(request)
        own = Organisation.objects.all() if person(request).is_superuser else administered(request)
        for organisation in own:
            name = f"activate_{organisation.pk.hex}"
            actions[name] = (_activate_for(organisation), name, f"Activate for {organisation}")
        return actions

    @admin.display(description="organisation", ordering="organisation")
    def owner(self, network: Network) -> str:
        return str(network.organisation or "everybody")


def _activate_for(organisation: Organisation) -> Callable[..., None]:
    return partial(_activate, organisation)


def _activate(organisation: Organisation, site: NetworkAdmin, request: HttpRequest, queryset: Any) -> None:
    networks = list(queryset[:2])
    if len(networks) != 1:
        site.message_user(request, "Choose one network: an organisation has one active network.", messages.ERROR)
        return
    try:
        activate_network(organisation=organisation, network=networks[0])
    except InspectionError as error:
        site.message_user(request, error.detail, messages.ERROR)
    else:
        site.message_user(request, f"{organisation} analyses new photos with {networks[0]} from now on.")


@contextmanager
def _on_disk(upload: UploadedFile) -> Iterator[Path]:
    """The upload as a file under its own suffix: what is not called safetensors is not taken for it."""
    suffix = _SUFFIX if str(upload.name).lower().endswith(_SUFFIX) else ".upload"
    with tempfile.NamedTemporaryFile(suffix=suffix, dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        upload.seek(0)
        shutil.copyfileobj(upload, file, 1 << 20)
        file.flush()
        yield Path(file.name)
