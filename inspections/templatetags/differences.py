"""Amounts of several photos or surveys, and what changed from one to another: with sign, unit and uncertainty."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inspections.templatetags.quantities import NARROW_SPACE, decimals_of, grouped_number, quantity

register = template.Library()


@register.simple_tag
def length_m(length_mm: float | None, u95_mm: float | None = None) -> SafeString:
    """All cracks together, told in millimetres, in metres with what their scales leave open: “12.4 ± 0.6 m”."""
    length, u95 = (length_mm or 0.0) / 1000, (u95_mm or 0.0) / 1000
    return quantity(length, "m", u95 or None, digits=decimals_of(u95) if u95 else 2)


@register.filter
def signed(value: float, digits: int = 0) -> str:
    """A difference with its sign: “+3”, “−0.12”; 0 has none."""
    return ("+" if round(value, digits) > 0 else "") + grouped_number(value, digits)


@register.simple_tag
def difference_mm(value: float, u95: float) -> SafeString:
    """“+0.12 ± 0.09 mm”."""
    digits = decimals_of(u95)
    number = f"{signed(value, digits)}{NARROW_SPACE}±{NARROW_SPACE}{grouped_number(u95, digits)}"
    return format_html('<span class="number">{}{}<span class="unit">mm</span></span>', number, NARROW_SPACE)


@register.simple_tag
def difference_m(value_mm: float, u95_mm: float) -> SafeString:
    """“+1.2 ± 0.6 m”, of lengths told in millimetres."""
    digits = decimals_of(u95_mm / 1000)
    number = f"{signed(value_mm / 1000, digits)}{NARROW_SPACE}±{NARROW_SPACE}{grouped_number(u95_mm / 1000, digits)}"
    return format_html('<span class="number">{}{}<span class="unit">m</span></span>', number, NARROW_SPACE)
