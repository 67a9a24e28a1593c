"""What the frame around every page shows. Read only when a template asks: an error page must not need the database."""

from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils.functional import cached_property
from django.utils.translation import get_language

from inspections.models import Finding, SegmentationRun
from inspections.pages.requests import MemberRequest
from inspections.pages.words import words_address

MANY = 1000
THEMES = ("system", "light", "dark")

# The first word of an address' name tells the section it belongs to.
SECTIONS = {
    "overview": "overview",
    "bridge": "bridges",
    "bridges": "bridges",
    "element": "bridges",
    "survey": "bridges",
    "photo": "bridges",
    "finding": "review",
    "project": "projects",
    "projects": "projects",
    "review": "review",
    "jobs": "jobs",
    "networks": "networks",
    "network": "networks",
    "settings": "settings",
    "token": "settings",
}


class Frame:
    """One request's frame: where we are, how it should look, and what is going on."""

    def __init__(self, request: MemberRequest) -> None:
        self.request = request

    @cached_property
    def page(self) -> str:
        """The name of the address, or empty where nothing was found."""
        match = self.request.resolver_match
        return (match.url_name or "") if match else ""

    @property
    def section(self) -> str:
        """Which entry of the navigation is current."""
        return SECTIONS.get(self.page.split("-")[0], "")

    @property
    def language(self) -> str:
        """The language of this page, as `en-gb`."""
        return get_language() or settings.LANGUAGE_CODE

    @property
    def words(self) -> str:
        """The address of the scripts' words in the language of this page."""
        return words_address(self.language)

    @property
    def theme(self) -> str:
        """system, light or dark, as this browser has chosen."""
        chosen = self.request.COOKIES.get("hairline_theme", "system")
        return chosen if chosen in THEMES else "system"

    @property
    def keys(self) -> str:
        """off when single-letter keys are switched off in this browser."""
        return "off" if self.request.COOKIES.get("hairline_keys") == "off" else "on"

    @cached_property
    def open_runs(self) -> dict[str, int]:
        """How many of the reader's analyses are `running` and `queued`, and their sum `open`."""
        status = SegmentationRun.Status
        runs = SegmentationRun.objects.visible_to(self.request.user).open()
        return runs.aggregate(
            running=Count("pk", filter=Q(status=status.RUNNING)),
            queued=Count("pk", filter=Q(status=status.QUEUED)),
            open=Count("pk"),
        )

    @cached_property
    def undecided(self) -> int:
        """How many findings of the reader's bridges nobody has decided on yet; MANY for that many and more."""
        # Counting tens of thousands on every page would take longer than the page.
        return Finding.objects.visible_to(self.request.user).current().undecided().decidable().order_by()[:MANY].count()


def frame(request: MemberRequest) -> dict[str, Any]:
    """Context processor."""
    return {"frame": Frame(request)}
