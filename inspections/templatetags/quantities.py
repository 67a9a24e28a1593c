"""Numbers as engineers write them: tabular, with unit and uncertainty, and words where nothing was measured."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

NARROW_SPACE = "\u202f"
MINUS = "\u2212"
ABSENT = "not measured"


def grouped_number(value: float, digits: int = 0) -> str:
    """12345.6 as "12 346": thousands set apart by a narrow space, a true minus sign."""
    return f"{value:,.{digits}f}".replace(",", NARROW_SPACE).replace("-", MINUS)


@register.filter
def grouped(value: int | None) -> str:
    """A count. None and 0 read as a dash: in a table of counts, what is there should stand out."""
    return grouped_number(value) if value else "—"


@register.simple_tag
def quantity(
    value: float | None, unit: str, uncertainty: float | None = None, digits: int = 2, absent: str = ABSENT
) -> SafeString:
    """As in “0.42 ± 0.08 mm”. `digits` are decimals, of the value and its uncertainty alike; None reads as `absent`."""
    if value is None:
        return format_html('<span class="absent">{}</span>', absent)
    number = grouped_number(value, digits)
    if uncertainty is not None:
        number += f"{NARROW_SPACE}±{NARROW_SPACE}{grouped_number(uncertainty, digits)}"
    return format_html('<span class="number">{}{}<span class="unit">{}</span></span>', number, NARROW_SPACE, unit)


@register.filter
def pixels(value: float | None) -> SafeString:
    """A length or width in pixels of the original photo; one decimal below 100."""
    return quantity(value, "px", digits=1 if value is not None and abs(value) < 100 else 0)


@register.filter
def percent(share: float | None) -> SafeString:
    """A share of 1 as percent, with as many decimals as a small one needs."""
    digits = 0 if share is not None and share >= 0.1 else 1 if share is not None and share >= 0.01 else 2
    return quantity(None if share is None else share * 100, "%", digits=digits)


@register.filter
def millions(value: int) -> str:
    """4213345 as "4.2 million"; small numbers as they are."""
    return f"{grouped_number(value / 1e6, 1)} million" if value >= 1_000_000 else grouped_number(value)


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
        return format_html('<span class="absent">{}</span>', "not given")
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    words = [f"{abs(latitude):.5f}°{NARROW_SPACE}{north}", f"{abs(longitude):.5f}°{NARROW_SPACE}{east}"]
    return format_html('<span class="number">{}</span>, <span class="number">{}</span>', *words)
