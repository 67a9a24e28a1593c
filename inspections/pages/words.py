"""The words of the scripts, in the reader's language."""

from django.contrib.auth.decorators import login_not_required
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog


@method_decorator(login_not_required, name="dispatch")
@method_decorator(cache_control(private=True, max_age=600), name="dispatch")
class Words(JavaScriptCatalog):
    """`gettext` and its sisters for scripts; the page's address of it names the language."""

    domain = "djangojs"
    packages = ["inspections"]
