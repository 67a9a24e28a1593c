"""How a bridge changes from survey to survey: plots, the same numbers as rows, and where they cannot be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inspections.models import Bridge, Survey
from inspections.pages.amounts import Amounts, amounts_by
from inspections.pages.plots import Plot, Value, draw_plot
from inspections.templatetags.quantities import grouped_number, metres, worst_width

MOST_SURVEYS = 40
OTHER_SHARE = 0.1
"""Analysed shares that differ by more are not the same look at the bridge."""
OTHER_PIXELS = 1.2
"""Nor are pixels that are so much larger: finer ones show finer cracks."""


@dataclass(frozen=True, slots=True)
class Row:
    """A survey and what was found in it."""

    survey: Survey
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot under its caption; without one, `absent` says why."""

    caption: str
    plot: Plot | None
    absent: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Surveys from the first to the last, and what is to be kept in mind when they are compared."""

    rows: tuple[Row, ...]
    pictures: tuple[Picture, ...]
    cautions: tuple[str, ...]


def read_trend(bridge: Bridge) -> Trend | None:
    """The last MOST_SURVEYS surveys with photos; None where there is none. Five queries."""
    surveys = list(reversed(bridge.surveys.order_by("-surveyed_on", "-created_at")[:MOST_SURVEYS]))
    amounts = amounts_by("survey", survey__in=[survey.pk for survey in surveys])
    rows = tuple(Row(survey, amounts[survey.pk]) for survey in surveys if survey.pk in amounts)
    return Trend(rows, _pictures(rows), _cautions(rows)) if rows else None


def _pictures(rows: Sequence[Row]) -> tuple[Picture, ...]:
    counts, lengths, widths = (
        draw_plot([shown(row, joined) for row, joined in _joined(rows)], unit, whole=unit == "")
        for shown, unit in ((_count, ""), (_length, "m"), (_width, "mm"))
    )
    none = _("No photo has been analysed yet.")
    if any(row.amounts.analysed_count for row in rows):
        none = _("Not measured: no analysed photo has a scale.")
    without = none if not any(row.amounts.is_measured for row in rows) else _("No crack has a width in millimetres.")
    return (
        Picture(_("Cracks; the whisker reaches down to those that a person has accepted"), counts, none),
        Picture(_("Length of all cracks, ± what the photos’ scales leave open"), lengths, none),
        Picture(_("Worst width, ± its uncertainty; an arrow means less than"), widths, without),
    )


def _joined(rows: Sequence[Row]) -> list[tuple[Row, bool]]:
    """Each row, and whether it can be compared with the one before."""
    return [(rows[0], True), *((row, not differences(before.amounts, row.amounts)) for before, row in pairwise(rows))]


def _count(row: Row, joined: bool) -> Value:
    found = row.amounts
    if not found.analysed_count:
        return Value(row.survey.surveyed_on, _("%(survey)s: not analysed") % {"survey": row.survey}, None)
    told = ngettext("%(survey)s: %(n)s crack", "%(survey)s: %(n)s cracks", found.cracks)
    words = told % {"survey": row.survey, "n": grouped_number(found.cracks)}
    if found.undecided:
        words += ", " + _("%(n)s undecided") % {"n": grouped_number(found.undecided)}
    return Value(row.survey.surveyed_on, words, found.cracks, found.accepted, found.cracks, joined=joined)


def _length(row: Row, joined: bool) -> Value:
    found = row.amounts
    if not found.is_measured:
        return Value(row.survey.surveyed_on, _("%(survey)s: no scale") % {"survey": row.survey}, None)
    length, u95 = (found.crack_length_mm or 0.0) / 1000, (found.crack_length_u95_mm or 0.0) / 1000
    words = f"{row.survey}: {_plain(metres(found.crack_length_mm or 0.0))}"
    return Value(row.survey.surveyed_on, words, length, length - u95, length + u95, joined=joined)


def _width(row: Row, joined: bool) -> Value:
    worst = row.amounts.worst
    if worst is None or (worst.mm is None and worst.bound_mm is None):
        words = _("%(survey)s: no width in millimetres") % {"survey": row.survey}
        return Value(row.survey.surveyed_on, words, None)
    words = f"{row.survey}: {_plain(worst_width(worst))}"
    if worst.mm is None:
        return Value(row.survey.surveyed_on, words, worst.bound_mm, is_bound=True)
    u95 = worst.u95_mm or 0.0
    return Value(row.survey.surveyed_on, words, worst.mm, worst.mm - u95, worst.mm + u95, joined=joined)


def _plain(told: str) -> str:
    """Without markup, for a tooltip."""
    return unescape(strip_tags(told))


def _cautions(rows: Sequence[Row]) -> tuple[str, ...]:
    told = []
    for before, row in pairwise(rows):
        reasons = differences(before.amounts, row.amounts)
        if reasons:
            places = {"first": before.survey, "second": row.survey, "reasons": "; ".join(reasons)}
            told.append(_("%(first)s and %(second)s cannot simply be compared: %(reasons)s.") % places)
    for row in rows:
        found = row.amounts
        if 0 < found.scaled_count < found.analysed_count:
            facts = {"survey": row.survey, "n": found.scaled_count, "count": found.analysed_count}
            told.append(_("%(survey)s: only %(n)s of %(count)s photos have a scale; millimetres are theirs.") % facts)
        elif found.analysed_count and not found.scaled_count:
            told.append(_("%(survey)s: no photo has a scale, so there are no millimetres.") % {"survey": row.survey})
    return tuple(told)


def differences(first: Amounts, second: Amounts) -> list[str]:
    """Why two cannot simply be compared, in words; empty where nothing speaks against it."""
    if not (first.analysed_count and second.analysed_count):
        return []
    reasons = []
    if first.networks != second.networks:
        facts = {"first": ", ".join(first.networks), "second": ", ".join(second.networks)}
        reasons.append(_("another network (%(first)s, then %(second)s)") % facts)
    if abs(first.analysed_share - second.analysed_share) > OTHER_SHARE:
        facts = {"first": f"{first.analysed_share:.0%}", "second": f"{second.analysed_share:.0%}"}
        reasons.append(_("another share of the photos analysed (%(first)s, then %(second)s)") % facts)
    sizes = first.mm_per_px, second.mm_per_px
    if sizes[0] and sizes[1] and max(sizes[0], sizes[1]) / min(sizes[0], sizes[1]) > OTHER_PIXELS:
        facts = {"first": f"{sizes[0]:.2g}", "second": f"{sizes[1]:.2g}"}
        reasons.append(_("another pixel size on the surface (%(first)s, then %(second)s mm)") % facts)
    return reasons
