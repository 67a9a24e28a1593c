"""Logging in, one's own profile, and keys for machines."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inspections.errors import InspectionError
from inspections.models import User
from inspections.pages.context import THEMES


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("This user name and password do not belong together. Upper and lower case matter."),
        "inactive": _("This account is switched off. Ask an administrator."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["username"].label = _("User name")
        self.refusal: InspectionError | None = None

    def clean(self) -> dict[str, Any]:
        """The refusal of too many attempts reads like any other error of the form."""
        try:
            return super().clean()
        except InspectionError as refusal:
            self.refusal = refusal
            raise ValidationError(refusal.detail) from refusal


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")
        labels = {"email": _("E-mail")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        autocomplete = {"first_name": "given-name", "last_name": "family-name", "email": "email"}
        for name, value in autocomplete.items():
            self.fields[name].widget.attrs["autocomplete"] = value


class LookForm(forms.Form):
    theme = forms.ChoiceField(choices=[(theme, theme.capitalize()) for theme in THEMES])
    keys = forms.ChoiceField(choices=[("on", "On"), ("off", "Off")])
    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)


class TokenForm(forms.Form):
    LIFETIMES = {"30": _("30 days"), "90": _("90 days"), "365": _("one year"), "0": _("until it is deleted")}

    days = forms.ChoiceField(label=_("Valid for"), choices=list(LIFETIMES.items()), initial="90")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    @property
    def expiry(self) -> timedelta | None:
        """How long the token is to live; None for ever."""
        days = int(self.cleaned_data["days"])
        return timedelta(days=days) if days else None
