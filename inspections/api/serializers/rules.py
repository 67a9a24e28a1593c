"""Rule packs going in and coming out."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from rest_framework import serializers

from inspections.api.fields import OwnOrganisation
from inspections.api.serializers.strict import StrictSerializer
from inspections.conditions import Kind
from inspections.conditions.plain_yaml import MAX_BYTES


class RulePackUpload(StrictSerializer):
    """A pack as a file or as text; `organisation` may be left out by administrators of only one."""

    organisation = OwnOrganisation(required=False, allow_null=True)
    file = serializers.FileField(required=False, allow_empty_file=True, max_length=1000)
    text = serializers.CharField(required=False, trim_whitespace=False)

    def validate_file(self, file: UploadedFile) -> UploadedFile:
        """Before it is read into memory."""
        if (file.size or 0) > MAX_BYTES:
            raise serializers.ValidationError(
                _("The file has {bytes} bytes; a pack may have {most}.").format(bytes=file.size, most=MAX_BYTES)
            )
        return file

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("file" in attrs) == ("text" in attrs):
            raise serializers.ValidationError({"text": _("Send the pack under “file” or under “text”, once.")})
        return attrs


class RulePackFacts(serializers.Serializer):
    """A rule pack; `organisation` null means shipped with Hairline. Of an own pack the newest version is listed."""

    id = serializers.CharField()
    organisation = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    edition = serializers.CharField()
    version = serializers.CharField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    unit = serializers.ChoiceField(choices=["mm", "in"])
    # The stubs know a field's own source by this name.
    source = serializers.CharField()  # type: ignore[assignment]
    digest = serializers.CharField(help_text="SHA-256 of the YAML file.")
    materials = serializers.ListField(child=serializers.CharField())
    exposures = serializers.DictField(child=serializers.CharField(), help_text="Classes and what they mean.")
    in_use = serializers.BooleanField(help_text="By one of your organisations, or by the one you asked for.")
