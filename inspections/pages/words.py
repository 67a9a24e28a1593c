"""The words of the scripts, in the language that their address names."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.translation import override, to_locale
from django.views.i18n import JavaScriptCatalog

FOR_EVER = 365 * 24 * 3600


@method_decorator(login_not_required, name="dispatch")
class Words(JavaScriptCatalog):
    """`gettext` and its sisters for scripts. An address belongs to one language and one state of its words."""

    domain = "djangojs"
    packages = ["inspections"]

    def get(self, request: HttpRequest, *args: Any, language: str, mark: str, **kwargs: Any) -> HttpResponse:
        """The words, to be kept for ever; a page from before an upgrade gets the present ones, not to be kept."""
        if language not in dict(settings.LANGUAGES):
            raise Http404
        with override(language):
            answer = super().get(request, *args, **kwargs)
        answer["Content-Language"] = language
        if mark == fingerprint(language):
            patch_cache_control(answer, public=True, max_age=FOR_EVER, immutable=True)
        else:
            patch_cache_control(answer, no_store=True)
        return answer


def words_address(language: str) -> str:
    """Where the words of a language are, in their present state."""
    return reverse("words", args=[language, fingerprint(language)])


@lru_cache
def fingerprint(language: str) -> str:
    """Changes with the words of a language, and with the Django that hands them out."""
    state = hashlib.sha256(f"{django.VERSION} {language}".encode())
    for folder in settings.LOCALE_PATHS:
        words = Path(folder, to_locale(language), "LC_MESSAGES", "djangojs.mo")
        if words.exists():
            state.update(words.read_bytes())
    return state.hexdigest()[:12]
