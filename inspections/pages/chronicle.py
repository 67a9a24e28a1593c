"""The record in words: who did what, when, on which version of which network, and why."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inspections.conditions.wording import result
from inspections.language import inside
from inspections.models import Drawing, Event
from inspections.models.reviews import WITHDRAWN, Reason, Verdict

Facts = dict[str, Any]

_DRAWN = {
    Drawing.Kind.LINE: gettext_lazy("Drew a crack"),
    Drawing.Kind.MASK: gettext_lazy("Painted a mask"),
    Drawing.Kind.SPLIT: gettext_lazy("Cut a crack in two"),
    Drawing.Kind.MERGE: gettext_lazy("Joined cracks"),
}
_TONES = {"accepted": ("check", "good"), "rejected": ("close", "warn"), WITHDRAWN: ("retry", "")}
_ICONS = {
    Event.Kind.CARRIED: "layers",
    Event.Kind.ASSIGNED: "user",
    Event.Kind.COMMENTED: "note",
    Event.Kind.RESOLVED: "check",
    Event.Kind.DRAWN: "edit",
    Event.Kind.UNDRAWN: "retry",
    Event.Kind.LOOKED: "eye",
    Event.Kind.CLOSED: "good",
    Event.Kind.REOPENED: "retry",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event for a reader: `what` in a few words, `details` as sentences, `quote` as somebody wrote it."""

    event: Event
    what: str
    details: list[str]
    quote: str
    icon: str
    tone: str = ""

    @property
    def network(self) -> str:
        """The network, with its version, that found what was decided on; empty for what is no decision."""
        return self.event.facts.get("network", "") if self.event.kind == Event.Kind.DECIDED else ""


def readable(events: QuerySet[Event]) -> QuerySet[Event]:
    """Events with everything that their words need, in one query."""
    drawn_anew = Drawing.objects.filter(status=Drawing.Status.DONE, replaced=OuterRef("finding"))
    rows = events.select_related("actor", "image", "finding").annotate(is_redrawn=Exists(drawn_anew))
    return rows.defer(
        "finding__mask_runs", "finding__path", "finding__branches", "finding__proposal", "image__metadata"
    )


def tell(events: Iterable[Event]) -> list[Told]:
    """The events in words, in their order."""
    return [_told(event) for event in events]


def decision_words(verdict: str | None, reason: str = "", state: str = "") -> str:
    """A decision, as in “Accepted as CS2”."""
    if verdict == Verdict.ACCEPTED:
        return _("Accepted as %(state)s") % {"state": result(state)} if state else _("Accepted")
    if verdict == Verdict.REJECTED:
        return _("Rejected: %(reason)s") % {"reason": reason_words(reason)} if reason else _("Rejected")
    return _("Undecided")


def reason_words(reason: str) -> str:
    """Why a region is no crack, as it stands within a sentence."""
    return inside(Reason(reason).label) if reason in Reason.values else reason


def _told(event: Event) -> Told:
    what, details = _WORDS[Event.Kind(event.kind)](event.facts)
    icon, tone = _ICONS.get(Event.Kind(event.kind), "info"), ""
    if event.kind == Event.Kind.DECIDED:
        icon, tone = _TONES.get(event.facts.get("verdict", ""), ("info", ""))
    reason = event.facts.get("reason", "") if event.kind != Event.Kind.DECIDED else ""
    quote = event.facts.get("note") or event.facts.get("text") or reason
    return Told(event, what, details, quote, icon, tone)


def _decided(facts: Facts) -> tuple[str, list[str]]:
    words = decision_words(facts.get("verdict"), facts.get("reason", ""), facts.get("state", ""))
    if facts.get("verdict") == WITHDRAWN:
        words = _("Taken back: undecided again")
    elif facts.get("taken_back"):
        words = _("Taken back, so again: %(decision)s") % {"decision": words}
    was = facts.get("was")
    if not was:
        return words, []
    before = decision_words(was["verdict"], was["reason"], was["state"])
    return words, [_("Before, by %(name)s: %(decision)s.") % {"name": was.get("name", was["by"]), "decision": before}]


def _carried(facts: Facts) -> tuple[str, list[str]]:
    count = facts.get("carried", 0)
    words = ngettext(
        "%(count)s decision carried over to the analysis by %(network)s",
        "%(count)s decisions carried over to the analysis by %(network)s",
        count,
    ) % {"count": count, "network": facts.get("network", "")}
    details = []
    if facts.get("lost"):
        gone = ", ".join(_lost(entry) for entry in facts["lost"])
        details.append(_("Not found again: %(cracks)s. All of it stays with the earlier analysis.") % {"cracks": gone})
    if facts.get("contradicted"):
        numbers = ", ".join(str(number) for number in facts["contradicted"])
        details.append(
            _("Decided differently before, so to be decided anew: crack %(numbers)s.") % {"numbers": numbers}
        )
    return words, details


def _lost(entry: Facts) -> str:
    said = entry.get("comments", 0)
    told = [decision_words(entry["verdict"]).lower()]
    if said:
        told.append(ngettext("%(count)s open comment", "%(count)s open comments", said) % {"count": said})
    return _("crack %(number)s (%(told)s)") % {"number": entry["number"], "told": ", ".join(told)}


def _assigned(facts: Facts) -> tuple[str, list[str]]:
    name = facts.get("name", facts.get("assignee"))
    return (_("Assigned to %(name)s") % {"name": name} if name else _("Assigned to nobody any more")), []


def _commented(facts: Facts) -> tuple[str, list[str]]:
    names = ", ".join(facts.get("mentioned", ()))
    return _("Commented"), [_("For %(names)s.") % {"names": names}] if names else []


def _resolved(facts: Facts) -> tuple[str, list[str]]:
    author = facts.get("author")
    by = [_("Said by %(name)s.") % {"name": author}] if author else []
    return (_("Comment resolved") if facts.get("resolved", True) else _("Comment opened again")), by


def _drawn(facts: Facts) -> tuple[str, list[str]]:
    return str(_DRAWN.get(facts.get("drawn", ""), _("Drew"))), _exchanged(facts, undone=False)


def _undrawn(facts: Facts) -> tuple[str, list[str]]:
    what = str(_DRAWN.get(facts.get("drawn", ""), _("Drew")))
    return _("Drawing taken back: %(what)s") % {"what": what}, _exchanged(facts, undone=True)


def _exchanged(facts: Facts, *, undone: bool) -> list[str]:
    made, replaced = (_numbers(facts.get(name, ())) for name in ("made", "replaced"))
    new, old = (replaced, made) if undone else (made, replaced)
    if new and old:
        return [_("In the place of %(old)s there is now: %(new)s.") % {"new": new, "old": old}]
    if new:
        return [_("There is now: %(new)s.") % {"new": new}]
    return [_("There is no more: %(old)s.") % {"old": old}] if old else []


def _numbers(cracks: Iterable[Facts]) -> str:
    return ", ".join(_("crack %(number)s") % {"number": each["number"]} for each in cracks)


def _closed(facts: Facts) -> tuple[str, list[str]]:
    left = facts.get("undecided", 0)
    if not left:
        return _("Signed off"), []
    words = ngettext("Signed off with %(count)s undecided", "Signed off with %(count)s undecided", left)
    return words % {"count": left}, []


_WORDS: dict[Event.Kind, Callable[[Facts], tuple[str, list[str]]]] = {
    Event.Kind.DECIDED: _decided,
    Event.Kind.CARRIED: _carried,
    Event.Kind.ASSIGNED: _assigned,
    Event.Kind.COMMENTED: _commented,
    Event.Kind.RESOLVED: _resolved,
    Event.Kind.DRAWN: _drawn,
    Event.Kind.UNDRAWN: _undrawn,
    Event.Kind.LOOKED: lambda facts: (_("Looked at the whole photo"), []),
    Event.Kind.CLOSED: _closed,
    Event.Kind.REOPENED: lambda facts: (_("Reopened"), []),
}
