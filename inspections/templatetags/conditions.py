"""Condition states as they are read: a word and a shape for each, and how far a worst state can be relied on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from inspections.conditions import Kind, Pack, Rule, Standing
from inspections.conditions.wording import result, spoken
from inspections.language import decimal
from inspections.models import Finding
from inspections.services.conditions import retold_proposal
from inspections.services.summaries import ConditionSummary
from inspections.templatetags.quantities import NARROW_SPACE, grouped_number

register = template.Library()

# How bad it is, by which colour and shape are chosen; the word always stands beside them.
GRADES = {
    "CS1": "narrow", "within": "narrow", "below": "narrow",
    "CS2": "middle", "record": "middle",
    "CS3": "wide", "beyond": "wide",
    "CS4": "structural",
    "several": "open",
}  # fmt: skip
LABELS = {"several": _("several possible"), "": _("unknown")}
STANDING = {
    Standing.REVIEWED: _("reviewed"),
    Standing.NO_CRACK: _("no crack"),
    Standing.PROVISIONAL: _("provisional"),
    Standing.UNKNOWN: _("unknown"),
}
BAR = 1000
NARROWEST = 12


@register.filter
def at(found: Mapping[Any, ConditionSummary], key: Any) -> ConditionSummary | None:
    """What stands under a key; None where nothing does."""
    return found.get(key)


@register.filter
def grade(state: str | None) -> str:
    """narrow, middle, wide, structural, open or unknown."""
    return GRADES.get(state or "", "unknown")


@register.filter
def state_label(state: str | None) -> str:
    """The state as a word; nothing is “unknown”."""
    return str(LABELS.get(state or "") or result(state or ""))


@register.filter
def told_proposal(finding: Finding) -> dict[str, Any]:
    """A finding's proposal, with its sentences in the reader's language."""
    return retold_proposal(finding)


@register.simple_tag
def shape(state: str | None) -> SafeString:
    """A 12 px sign of the state's grade. Decorative: the word beside it tells what it means."""
    address = f"{static('img/conditions.svg')}#{grade(state)}"
    return format_html(
        '<svg class="condition__shape" aria-hidden="true" focusable="false"><use href="{}"/></svg>', address
    )


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the bar: so many findings of a state, from `x` on `width` wide, of BAR."""

    state: str
    count: int
    x: float
    width: float


@register.filter
def segments(summary: ConditionSummary) -> list[Segment]:
    """Standing findings by state, best first, then those of several possible states and those of none."""
    counts = summary.counts
    shares = [(state, count) for state, count in counts.counts.items() if count]
    shares += [(state, count) for state, count in (("several", counts.several), ("", counts.unknown)) if count]
    # A single finding among thousands stays visible.
    widths = [max(NARROWEST, BAR * count / max(1, counts.findings)) for _state, count in shares]
    scale = BAR / sum(widths) if widths else 1
    found, x = [], 0.0
    for (state, count), width in zip(shares, widths, strict=True):
        found.append(Segment(state, count, round(x, 1), round(width * scale, 1)))
        x += width * scale
    return found


@register.filter
def bar_words(summary: ConditionSummary) -> str:
    """The bar for those who do not see it: “120 CS1, 14 CS2, 5 unknown”."""
    return ", ".join(f"{_count(part.count)} {state_label(part.state)}" for part in segments(summary))


@register.filter
def shown_worst(summary: ConditionSummary) -> str:
    """The worst state that stands; “several” where only open widths are known; empty where nothing is."""
    counts = summary.counts
    return counts.worst or ("several" if counts.worst_possible else "")


@register.filter
def standing_words(summary: ConditionSummary) -> str:
    """How far the worst state can be relied on: “provisional: 14 findings unreviewed”."""
    counts = summary.counts
    if not counts.photos:
        return gettext("unknown: no photos yet")
    if counts.standing is Standing.REVIEWED:
        return gettext("reviewed: every photo and every finding is decided on")
    if counts.standing is Standing.NO_CRACK:
        return gettext("no crack stands; whether that is the best state is for a person to say")
    return f"{standing_word(summary)}: {', '.join(_reservations(summary))}"


@register.filter
def standing_word(summary: ConditionSummary) -> str:
    """The same in a word: “provisional”."""
    return str(STANDING[summary.counts.standing])


def _reservations(summary: ConditionSummary) -> list[str]:
    counts = summary.counts
    told = [
        (counts.unreviewed, ngettext("{n} finding unreviewed", "{n} findings unreviewed", counts.unreviewed)),
        (counts.photos_unreviewed, ngettext("{n} photo unreviewed", "{n} photos unreviewed", counts.photos_unreviewed)),
        (
            counts.several,
            ngettext(
                "{n} finding with several possible states", "{n} findings with several possible states", counts.several
            ),
        ),
        (counts.unknown, ngettext("{n} finding without a state", "{n} findings without a state", counts.unknown)),
    ]
    return [words.format(n=_count(count)) for count, words in told if count]


def _count(number: int) -> str:
    return grouped_number(number)


@register.filter
def probability(share: float) -> str:
    """0.93 as “93 %”; what is not quite impossible or certain is not called so, down to one in two thousand."""
    if 0.0005 <= share < 0.005:
        return f"<{NARROW_SPACE}1{NARROW_SPACE}%"
    if 0.995 <= share < 0.9995:
        return f">{NARROW_SPACE}99{NARROW_SPACE}%"
    return f"{share * 100:.0f}{NARROW_SPACE}%"


@register.filter
def margin_words(proposal: Mapping[str, Any]) -> str:
    """How far the width is from the nearest limit: “0.05 mm narrower than the limit 0.30 mm”."""
    margin = proposal["margin_mm"]
    if not margin:
        return gettext("exactly at the limit {limit}").format(limit=proposal["limit"])
    size = decimal(f"{abs(margin):.2f}" if abs(margin) >= 0.01 else f"{abs(margin):.1g}") + f"{NARROW_SPACE}mm"
    words = gettext("{size} narrower than the limit {limit}")
    if margin < 0:
        words = gettext("{size} wider than the limit {limit}")
    return words.format(size=size, limit=proposal["limit"])


KINDS = {
    Kind.CONDITION_STATES: _("condition states CS1 to CS3"),
    Kind.WIDTH_LIMITS: _("width limits, within or beyond"),
    Kind.RECORD_THRESHOLD: _("a width from which cracks are recorded"),
    Kind.INFORMATION: _("for information, proposes nothing"),
}


@register.filter
def kind_words(pack: Pack) -> str:
    """What a pack's limits are for."""
    return str(KINDS[pack.kind])


@register.filter
def unit_words(pack: Pack) -> str:
    """The unit of a pack's limits, written out: “in in” reads badly."""
    return {"in": gettext("inches"), "mm": gettext("millimetres")}[pack.unit]


@register.filter
def covered_words(pack: Pack) -> str:
    """What a pack speaks of: “reinforced concrete, in 5 exposure classes”."""
    words = spoken_list(pack.materials)
    if not pack.exposures:
        return words
    count = len(pack.exposures)
    told = ngettext("{materials}, in {count} exposure class", "{materials}, in {count} exposure classes", count)
    return told.format(materials=words, count=count)


@register.filter
def spoken_list(materials: tuple[str, ...]) -> str:
    """Materials in a row, as they are read."""
    return ", ".join(spoken(material) for material in materials)


@register.filter
def bands(rule: Rule) -> list[tuple[str, str]]:
    """Each result of a rule with the widths that have it, from narrow to wide."""
    return [(result, rule.band(result)) for result in rule.results]
