"""One's own settings: profile, password, how this browser shows Hairline, and tokens for machines."""

from typing import Any

from django.conf import settings as configured
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from knox.models import AuthToken

from inspections.errors import InspectionError
from inspections.pages.forms.people import LoginForm, LookForm, ProfileForm, TokenForm
from inspections.pages.requests import MemberRequest
from inspections.pages.rules import rule_books

THEMES = (("system", _("System"), "screen"), ("light", _("Light"), "sun"), ("dark", _("Dark"), "moon"))
ONE_YEAR = 365 * 24 * 3600


class Login(LoginView):
    """The door. Too many attempts are answered with 429 and the sentence that says how long to wait."""

    authentication_form = LoginForm
    redirect_authenticated_user = True
    http_method_names = ["get", "head", "post", "options"]

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        if isinstance(form, LoginForm) and form.refusal:
            response.status_code = form.refusal.status
        return response


@require_GET
def settings(request: MemberRequest) -> HttpResponse:
    """Everything that can be set."""
    return _page(request)


@require_POST
def settings_profile(request: MemberRequest) -> HttpResponse:
    """Change name and address."""
    form = ProfileForm(request.POST, instance=request.user)
    if not form.is_valid():
        request.user.refresh_from_db()
        return _page(request, profile=form)
    form.save()
    messages.success(request, _("Your profile is saved."))
    return redirect("settings")


@require_POST
def settings_look(request: MemberRequest) -> HttpResponse:
    """Remember theme, keys and language in this browser."""
    form = LookForm(request.POST)
    if not form.is_valid():
        raise InspectionError(
            "invalid", reason=gettext("Choose one of the themes, of the key settings and of the languages.")
        )
    response = redirect("settings")
    # A form that was sent by an older page says nothing of the language.
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    for name, value in chosen.items():
        # The blocking script reads it before the first paint, hence not HttpOnly. It tells nothing about anybody.
        response.set_cookie(f"hairline_{name}", value, max_age=ONE_YEAR, samesite="Lax", secure=request.is_secure())
    with override(chosen.get("language", get_language())):
        messages.success(request, gettext("This browser will remember that."))
    return response


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def settings_password(request: MemberRequest) -> HttpResponse:
    """Change the password; other browsers are logged out by that."""
    form = PasswordChangeForm(request.user, request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, _("Your password is changed. Other browsers have to log in again."))
        return redirect("settings")
    return render(request, "settings/password.html", {"form": form})


@never_cache
@require_POST
def token_new(request: MemberRequest) -> HttpResponse:
    """Make a token and show it, this once: only its digest is kept."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, token_form=form)
    made, token = AuthToken.objects.create(user=request.user, expiry=form.expiry)
    return _page(request, new_token=token, new_token_key=made.token_key)


@require_POST
def token_delete(request: MemberRequest, key: str) -> HttpResponse:
    """Delete one of one's own tokens, named by its first characters. Whoever uses it is shut out at once."""
    deleted, _rows = AuthToken.objects.filter(user=request.user, token_key=key).delete()
    if not deleted:
        raise InspectionError("not_found")
    messages.success(request, gettext("The token {key}… is deleted.").format(key=key))
    return redirect("settings")


def _page(request: MemberRequest, **shown: Any) -> HttpResponse:
    context = {
        "profile": ProfileForm(instance=request.user),
        "token_form": TokenForm(),
        "tokens": AuthToken.objects.filter(user=request.user).order_by("-created"),
        "rule_books": rule_books(request.user),
        "themes": THEMES,
        "languages": configured.LANGUAGES,
        "now": timezone.now(),
        **shown,
    }
    return render(request, "settings/settings.html", context)
