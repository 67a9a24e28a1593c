"""Which regions are reviewed, and in which order: the state of the review, kept in the address."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inspections.models import Finding, Review, User
from inspections.models.findings import FindingQuerySet

ORDERS = {
    "risk": (_("Riskiest first"), ("-risk", "pk")),
    "width": (_("Widest first"), (F("widest_mm").desc(nulls_last=True), "-width_max_px", "pk")),
    "photo": (_("As photographed"), ("image__original_name", "image__pk", "number")),
}
SECONDS_EACH = 8.0
"""A decision takes so long until the reviewer has made some."""
ME = "me"
"""The only person that an address may name: whoever opens it."""
LONGEST_PAUSE = timedelta(minutes=3)
AT_ONCE = timedelta(milliseconds=50)
LOOKED_BACK = 40


@dataclass(frozen=True, slots=True)
class Queue:
    """A filter and an order. Everything empty: all undecided regions that the reader may see."""

    organisation: str = ""
    survey: str = ""
    bridge: str = ""
    element: str = ""
    network: str = ""
    state: str = ""
    wider_mm: str = ""
    surer: str = ""
    assigned: str = ""
    mentioned: str = ""
    decided: str = ""
    order: str = "risk"

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> "Queue":
        """From an address; what makes no sense there is left out."""
        values = {name: str(query.get(name, "")).strip() for name in cls.__slots__}
        for name in ("organisation", "survey", "bridge", "element", "network"):
            values[name] = values[name] if _is_id(values[name]) else ""
        for name in ("wider_mm", "surer"):
            values[name] = values[name] if _number(values[name]) is not None else ""
        # Filters that were kept and links that were sent before there was more than one's own.
        values["assigned"] = ME if query.get("mine") else values["assigned"]
        for name in ("assigned", "mentioned"):
            values[name] = values[name] if values[name] == ME else ""
        values["order"] = values["order"] if values["order"] in ORDERS else "risk"
        return cls(**values)

    @property
    def query(self) -> str:
        """The address' query, without what is as usual; with its question mark where there is anything."""
        told = {name: value for name, value in asdict(self).items() if value and (name, value) != ("order", "risk")}
        return f"?{urlencode(told)}" if told else ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but place and order is asked for."""
        own = (self.assigned, self.mentioned)
        return any((self.element, self.network, self.state, self.wider_mm, self.surer, self.decided, *own))

    @property
    def counts_undecided(self) -> bool:
        """Whether a region leaves the queue once it is decided."""
        return not (self.decided or self.mentioned)

    def rows(self, user: User) -> FindingQuerySet:
        """The regions, in order."""
        rows = Finding.objects.visible_to(user).current()
        wanted = {
            "survey__bridge__organisation": self.organisation,
            "survey": self.survey,
            "survey__bridge": self.bridge,
            "image__element": self.element,
            "run__network": self.network,
        }
        rows = rows.filter(**{path: value for path, value in wanted.items() if value})
        if self.state:
            rows = rows.filter(Q(decided_state=self.state) | Q(decided_state="", worst_state=self.state))
        wider, surer = _number(self.wider_mm), _number(self.surer)
        if wider is not None:
            rows = rows.filter(widest_mm__gte=wider)
        if surer is not None:
            rows = rows.filter(confidence__gte=surer)
        if self.assigned:
            rows = rows.filter(assignee=user)
        if self.mentioned:
            rows = rows.mentioning(user)
        # A question may be asked of a decided region, too, and on a survey that is signed off.
        if self.counts_undecided:
            rows = rows.undecided()
            rows = rows if self.survey else rows.decidable()
        return rows.order_by(*ORDERS[self.order][1])


def for_you(user: User) -> dict[str, int]:
    """How many regions wait for this reader: `assigned` and undecided, and `mentioned` in an open comment."""
    return {
        "assigned": Queue(assigned=ME).rows(user).order_by().count(),
        "mentioned": Queue(mentioned=ME).rows(user).order_by().count(),
    }


def seconds_each(user: User) -> float:
    """How long a decision takes this reviewer: the median pause between the latest that count still.

    Breaks are left out, and so are those of one Apply, which are taken at once.
    """
    # First the newest alone, then what became of them: of tens of thousands only these are looked at more closely.
    newest = Review.objects.filter(reviewer=user, carried_from__isnull=True).order_by("-created_at")
    keys = list(newest.values_list("pk", flat=True)[: 2 * LOOKED_BACK])
    counting = Review.objects.taken_by(user).filter(pk__in=keys).last_of_finding()
    times = counting.order_by("-created_at").values_list("created_at", flat=True)[:LOOKED_BACK]
    pauses = [later - earlier for later, earlier in pairwise(times)]
    working = [pause.total_seconds() for pause in pauses if AT_ONCE < pause < LONGEST_PAUSE]
    return median(working) if len(working) >= 5 else SECONDS_EACH


def decided_today(user: User) -> int:
    """How many decisions that this reviewer took since midnight count still."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Review.objects.count_standing(user, midnight)


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < 1e6 else None


def after(rows: FindingQuerySet, order: str, finding: Finding) -> FindingQuerySet:
    """Those of `rows` that come after a region, which itself need not be among them any more."""
    later = Q(pk__gt=finding.pk)
    if order == "photo":
        image = finding.image
        own = Q(image=image, number__gt=finding.number)
        same_name = Q(image__original_name=image.original_name, image__pk__gt=image.pk)
        return rows.filter(Q(image__original_name__gt=image.original_name) | same_name | own)
    if order == "risk":
        return rows.filter(Q(risk__lt=finding.risk) | Q(risk=finding.risk) & later)
    thinner = Q(width_max_px__lt=finding.width_max_px) | Q(width_max_px=finding.width_max_px) & later
    if finding.widest_mm is None:
        return rows.filter(Q(widest_mm__isnull=True) & thinner)
    narrower = Q(widest_mm__lt=finding.widest_mm) | Q(widest_mm__isnull=True)
    return rows.filter(narrower | Q(widest_mm=finding.widest_mm) & thinner)
