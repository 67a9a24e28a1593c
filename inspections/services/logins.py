"""Logging in, guarded: ten attempts a minute for a user name, at every door, and across all processes."""

from datetime import timedelta
from math import ceil
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone

from inspections.errors import InspectionError
from inspections.models import LoginAttempt, User

ATTEMPTS = 10
WINDOW = timedelta(minutes=1)


class GuardedBackend(ModelBackend):
    """User name and password, for the pages, the admin and the API alike.

    The count stands in the database and belongs to the user name: it cannot be dodged with another address, a forged
    `X-Forwarded-For` or another server process.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The user, or None. Raises InspectionError `throttled` after too many attempts within a minute."""
        if username is None or password is None:
            return None
        admit_attempt(username)
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is not None:
            LoginAttempt.objects.filter(username=_counted(username)).delete()
        return user


def admit_attempt(username: str) -> None:
    """Count an attempt before the password is looked at, so that attempts sent at once see each other.

    Raises InspectionError `throttled` with the seconds to wait.
    """
    now = timezone.now()
    LoginAttempt.objects.filter(at__lte=now - WINDOW).delete()
    attempt = LoginAttempt.objects.create(username=_counted(username), at=now)
    counted = LoginAttempt.objects.filter(username=_counted(username))
    if counted.count() > ATTEMPTS:
        # A refused attempt does not lengthen the wait.
        attempt.delete()
        oldest = counted.order_by("at").values_list("at", flat=True).first() or now
        raise InspectionError("throttled", seconds=max(1, ceil((oldest + WINDOW - now).total_seconds())))


def _counted(username: str) -> str:
    return username.casefold()[:150]
