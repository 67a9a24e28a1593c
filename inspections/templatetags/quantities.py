"""Numbers as engineers write them: tabular, with unit and uncertainty, and words where nothing was measured."""

import math
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from inspections.language import Words, decimal
from inspections.models import Finding

register = template.Library()

NARROW_SPACE = "\u202f"
MINUS = "\u2212"
ABSENT = _("not measured")
MOST_DECIMALS = 3
# Units that are words.
UNITS = {"mm per px": _("mm per px"), "mm per pixel": _("mm per pixel")}


def grouped_number(value: float, digits: int = 0) -> str:
    """12345.6 as "12 346": thousands set apart by a narrow space, a true minus sign, the language's decimal sign."""
    return decimal(f"{value:,.{digits}f}".replace(",", NARROW_SPACE)).replace("-", MINUS)


@register.filter
def grouped(value: int | None) -> str:
    """A count. None and 0 read as a dash: in a table of counts, what is there should stand out."""
    return grouped_number(value) if value else "—"


@register.simple_tag
def quantity(
    value: float | None, unit: str, uncertainty: float | None = None, digits: int = 2, absent: Words = ABSENT
) -> SafeString:
    """As in “0.42 ± 0.08 mm”. `digits` are decimals, of the value and its uncertainty alike; None reads as `absent`."""
    if value is None:
        return format_html('<span class="absent">{}</span>', absent)
    number = grouped_number(value, digits)
    if uncertainty is not None:
        number += f"{NARROW_SPACE}±{NARROW_SPACE}{grouped_number(uncertainty, digits)}"
    return format_html(
        '<span class="number">{}{}<span class="unit">{}</span></span>', number, NARROW_SPACE, UNITS.get(unit, unit)
    )


@register.filter
def pixels(value: float | None) -> SafeString:
    """A length or width in pixels of the original photo; one decimal below 100."""
    return quantity(value, "px", digits=1 if value is not None and abs(value) < 100 else 0)


def decimals_of(u95: float) -> int:
    """Decimals that show two significant digits of an uncertainty in millimetres, never more than three."""
    return min(MOST_DECIMALS, max(0, 1 - math.floor(math.log10(u95)))) if u95 > 0 else 2


@register.simple_tag
def width_mm(
    value: float | None, u95: float | None = None, bound: float | None = None, absent: Words = ABSENT
) -> SafeString:
    """A width on the surface: “0.42 ± 0.11 mm”; “< 0.31 mm” for a bound, rounded up so that it holds."""
    if value is not None:
        return quantity(value, "mm", u95, digits=2 if u95 is None else decimals_of(u95))
    if bound is None:
        return quantity(None, "mm", absent=absent)
    digits = 2 if bound >= 0.1 else MOST_DECIMALS
    number = grouped_number(math.ceil(round(bound * 10**digits, 6)) / 10**digits, digits)
    return format_html(
        '<span class="number">&lt;{}{}{}<span class="unit">mm</span></span>', NARROW_SPACE, number, NARROW_SPACE
    )


@register.filter
def crack_width(finding: Finding) -> SafeString:
    """The median width of a crack: in mm, else in px, with its uncertainty; of older findings that of the mask."""
    if finding.width_mm is not None or finding.width_bound_mm is not None:
        return width_mm(finding.width_mm, finding.width_u95_mm, finding.width_bound_mm)
    return _width_px(None if _is_brushed(finding) else finding.shown_px, finding.width_u95_px)


@register.filter
def widest_width(finding: Finding) -> SafeString:
    """The width of a crack at its widest place, in the words of `crack_width`."""
    if finding.widest_mm is not None or finding.widest_bound_mm is not None:
        return width_mm(finding.widest_mm, finding.widest_u95_mm, finding.widest_bound_mm)
    if finding.width_widest_px is not None:
        return _width_px(finding.width_widest_px, finding.width_widest_u95_px)
    is_older = finding.width_median_px is None and not _is_brushed(finding)
    return _width_px(finding.width_max_px if is_older else None, None)


def _is_brushed(finding: Finding) -> bool:
    """Whether the mask is all there is and a person drew it: its width is that of a brush."""
    return finding.drawing_id is not None and finding.width_median_px is None


def _width_px(value: float | None, u95: float | None) -> SafeString:
    return quantity(value, "px", u95, digits=1)


@register.filter
def millimetres(value: float | None) -> SafeString:
    """A length on the surface: in mm below one metre, in m from there on."""
    if value is None or value < 1000:
        return quantity(value, "mm", digits=1 if value is not None and value < 100 else 0)
    return quantity(value / 1000, "m", digits=2 if value < 100_000 else 1)


@register.filter
def crack_length(finding: Finding) -> SafeString:
    """How long a crack is: on the surface where the scale is known, else in pixels."""
    return pixels(finding.length_px) if finding.length_mm is None else millimetres(finding.length_mm)


@register.filter
def metres(length_mm: float | None) -> SafeString:
    """A total length, told in millimetres, in metres: “0.35 m”, “12.4 m”, “1 240 m”."""
    value = None if length_mm is None else length_mm / 1000
    return quantity(value, "m", digits=0 if value is None or value >= 100 else 1 if value >= 10 else 2)


@register.filter
def worst_width(worst: Any) -> SafeString:
    """The widest of several cracks (`mm` ± `u95_mm`, `bound_mm`, `px`): on the surface, or else in pixels."""
    if worst is None:
        return quantity(None, "mm")
    if worst.mm is None and worst.bound_mm is None:
        return pixels(worst.px)
    return width_mm(worst.mm, worst.u95_mm, worst.bound_mm)


@register.filter
def total_length(cracks: Any) -> SafeString:
    """All cracks of `analysed_count` photos laid end to end: in metres as soon as one has a scale, else in pixels."""
    if cracks is None or not cracks.analysed_count:
        return quantity(None, "m")
    return metres(cracks.crack_length_mm or 0.0) if cracks.scaled_count else pixels(cracks.crack_length_px or 0.0)


@register.filter
def axis(degrees: float | None) -> SafeString:
    """A direction without a sense, in whole degrees from 0 to 179."""
    if degrees is None:
        return quantity(None, "°")
    return format_html('<span class="number">{}°</span>', round(degrees) % 180)


@register.simple_tag
def mm_per_px(smallest: float | None, largest: float | None) -> SafeString:
    """Scales of several photos: “0.42 to 0.91 mm per pixel”."""
    if smallest is None or largest is None:
        return quantity(None, "mm per pixel")
    words = [decimal(f"{value:.2g}") for value in (smallest, largest)]
    told = words[0] if words[0] == words[1] else gettext("{least} to {most}").format(least=words[0], most=words[1])
    return format_html(
        '<span class="number">{}{}<span class="unit">{}</span></span>', told, NARROW_SPACE, UNITS["mm per pixel"]
    )


@register.filter
def percent(share: float | None) -> SafeString:
    """A share of 1 as percent, with as many decimals as a small one needs."""
    digits = 0 if share is not None and share >= 0.1 else 1 if share is not None and share >= 0.01 else 2
    return quantity(None if share is None else share * 100, "%", digits=digits)


@register.filter
def looked(share: float) -> SafeString:
    """What people have looked at, in whole percent rounded down: only the whole is 100 %."""
    return quantity(math.floor(100 * share + 1e-9), "%", digits=0)


@register.filter
def millions(value: int) -> str:
    """4213345 as "4.2 million"; small numbers as they are."""
    if value < 1_000_000:
        return grouped_number(value)
    return gettext("{number} million").format(number=grouped_number(value / 1e6, 1))


@register.filter
def elapsed(start: datetime, end: datetime) -> SafeString:
    """The time between two moments: "0.8 s", "42 s", "3 min 20 s", "2 h 5 min"."""
    seconds = max(0.0, (end - start).total_seconds())
    if seconds < 60:
        return quantity(seconds, "s", digits=1 if seconds < 10 else 0)
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min")] if hours else [(minutes, "min"), (rest, "s")]
    return format_html("{} {}", *(quantity(value, unit, digits=0) for value, unit in parts))


@register.filter
def byte_size(value: int | None) -> SafeString:
    """A file's size in the unit that fits."""
    size = float(value or 0)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return quantity(size, unit, digits=0 if unit != "MB" or size >= 10 else 1)
        size /= 1000
    return quantity(size, "GB", digits=1)


@register.filter
def coordinates(place: object) -> SafeString:
    """Latitude and longitude of anything that has them: "54.0912° N, 2.0034° W"; else words."""
    latitude, longitude = getattr(place, "latitude", None), getattr(place, "longitude", None)
    if latitude is None or longitude is None:
        return format_html('<span class="absent">{}</span>', gettext("not given"))
    north = pgettext("north", "N") if latitude >= 0 else pgettext("south", "S")
    east = pgettext("east", "E") if longitude >= 0 else pgettext("west", "W")
    words = [f"{grouped_number(abs(latitude), 5)}°{NARROW_SPACE}{north}"]
    words.append(f"{grouped_number(abs(longitude), 5)}°{NARROW_SPACE}{east}")
    return format_html('<span class="number">{}</span>, <span class="number">{}</span>', *words)
