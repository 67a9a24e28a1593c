"""Which photos of a survey are shown, and in which order: read from the address, so that it can be sent to a colleague.

The grid and the viewer's next and previous follow the same selection.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from inspections.language import Words
from inspections.models import Survey, SurveyImage

PAGE_SIZE = 48

SHOWN: dict[str, tuple[Words, Q]] = {
    "all": (_("All"), Q()),
    "analysed": (_("Analysed"), Q(current_run_id__isnull=False)),
    "findings": (_("With cracks"), Q(has_cracks=True)),
    "undecided": (_("Undecided"), Q(has_undecided=True)),
    "failed": (_("Failed"), Q(state="failed")),
    "unscaled": (_("Without a scale"), Q(current_run_id__isnull=False, mm_per_px__isnull=True)),
}

_BY_NAME = ("original_name", "created_at", "pk")
ORDERS: dict[str, tuple[Words, tuple[Any, ...]]] = {
    "name": (_("Name"), _BY_NAME),
    "taken": (_("Time taken"), (F("taken_at").asc(nulls_last=True), *_BY_NAME)),
    "newest": (_("Added last"), ("-created_at", "pk")),
    # Millimetres first: pixels of one photo say nothing about those of another.
    "widest": (
        _("Widest crack"),
        (F("worst_width_mm").desc(nulls_last=True), F("worst_width_px").desc(nulls_last=True), *_BY_NAME),
    ),
    "cracks": (_("Most cracks"), ("-finding_count", *_BY_NAME)),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter and an order, both by their word in the address."""

    show: str = "all"
    order: str = "name"

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Selection":
        """Words that mean nothing here are taken as the first choice: an old link still opens."""
        show, order = query.get("show", ""), query.get("order", "")
        return cls(show if show in SHOWN else "all", order if order in ORDERS else "name")

    @property
    def query(self) -> str:
        """For the end of an address: empty, or with its question mark."""
        words = {"show": self.show, "order": self.order}
        usual = {"show": "all", "order": "name"}
        said = {key: word for key, word in words.items() if word != usual[key]}
        return f"?{urlencode(said)}" if said else ""

    def photos(self, survey: Survey) -> QuerySet[SurveyImage]:
        """The survey's photos that are shown, in order, with their state and findings counted."""
        rows = SurveyImage.objects.filter(survey=survey).with_state().with_cracks().with_findings()
        return rows.filter(SHOWN[self.show][1]).order_by(*ORDERS[self.order][1])


@dataclass(frozen=True, slots=True)
class Choice:
    """One word to choose, with the address it leads to and, for filters, the photos behind it."""

    label: Words
    query: str
    chosen: bool
    count: int | None = None


def filters(counts: Mapping[str, int], selection: Selection) -> list[Choice]:
    """The filter chips; `counts` are the photos behind each word."""
    return [
        Choice(label, Selection(word, selection.order).query or "?", word == selection.show, counts[word])
        for word, (label, _) in SHOWN.items()
    ]


def orders(selection: Selection) -> list[Choice]:
    """The orders to choose from."""
    return [
        Choice(label, Selection(selection.show, word).query or "?", word == selection.order)
        for word, (label, _) in ORDERS.items()
    ]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Where a photo stands in its selection: place from 1, of how many, what is before and after, the strip around."""

    place: int
    count: int
    previous: SurveyImage | None
    next: SurveyImage | None
    strip: list[SurveyImage]


def neighbourhood(image: SurveyImage, selection: Selection, reach: int = 6) -> Neighbourhood:
    """The photos around `image`, at most `reach` on either side. Three queries however large the survey.

    The photo itself always stands in the walk, even when it has just left the selection: its last crack was decided.
    """
    every = list(Selection("all", selection.order).photos(image.survey).values_list("pk", flat=True))
    shown = set(every) if selection.show == "all" else set(selection.photos(image.survey).values_list("pk", flat=True))
    walk = [pk for pk in every if pk in shown or pk == image.pk]
    here = walk.index(image.pk)
    window = walk[max(0, here - reach) : here + reach + 1]
    found = SurveyImage.objects.in_bulk(window)
    strip = [found[pk] for pk in window if pk in found]
    at = next(place for place, photo in enumerate(strip) if photo.pk == image.pk)
    return Neighbourhood(
        place=here + 1,
        count=len(walk),
        previous=strip[at - 1] if at else None,
        next=strip[at + 1] if at + 1 < len(strip) else None,
        strip=strip,
    )
