"""A rule pack of one's own, as a file or typed in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inspections.conditions.plain_yaml import MAX_BYTES
from inspections.models import Organisation


class RulePackForm(forms.Form):
    """Takes the file where one is given, else the text. What was sent stands in the text again when it is refused."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), empty_label=None, label=_("Organisation"))
    file = forms.FileField(label=_("A YAML file"), required=False, allow_empty_file=True)
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "rule-text", "spellcheck": "false", "wrap": "off"}),
    )

    def __init__(self, *args: Any, organisations: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.only = organisations[0] if len(organisations) == 1 else None
        if self.only:
            del self.fields["organisation"]
            return
        chosen: Any = self.fields["organisation"]
        chosen.queryset = Organisation.objects.filter(pk__in=[organisation.pk for organisation in organisations])

    def clean_file(self) -> bytes:
        """The file's bytes; empty where none was sent."""
        file = self.cleaned_data["file"]
        if not file:
            return b""
        if file.size > MAX_BYTES:
            raise ValidationError(
                gettext("The file has {bytes} bytes; a pack may have {most}. Split it.").format(
                    bytes=file.size, most=MAX_BYTES
                )
            )
        data: bytes = file.read()
        # A browser never sends a file twice: its text stays for correcting.
        self.data = {**self.data.dict(), "text": data.decode("utf-8", "replace")}  # type: ignore[attr-defined]
        return data

    def clean_text(self) -> str:
        """Browsers send a text's lines with CR LF; the file that somebody pasted had none of them."""
        return self.cleaned_data["text"].replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        """`organisation`, and `pack`: what is to be read."""
        found = super().clean() or {}
        found["organisation"] = self.only or found.get("organisation")
        found["pack"] = found.get("file") or found.get("text")
        if not found["pack"] and not self.errors:
            raise ValidationError(_("Choose a file, or put the text of a pack into the field."))
        return found
