"""The request as the pages see it."""

from django.http import HttpRequest

from inspections.models import User


class MemberRequest(HttpRequest):
    """A request behind LoginRequiredMiddleware: its user has logged in. For annotations only."""

    user: User
