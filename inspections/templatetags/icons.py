"""Icons and drawings from the sprites in `static/img/`, painted in the colour of the text beside them."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


# A page of cards shows hundreds, of few kinds.
@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A 16 px line icon. Decorative: the word beside it, or the button's label, tells what it means."""
    address = f"{static('img/icons.svg')}#{name}"
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', address)


@register.simple_tag
def drawing(name: str) -> SafeString:
    """A small drawing in hairlines for an empty room."""
    address = f"{static('img/drawings.svg')}#{name}"
    return format_html(
        '<svg class="empty__drawing" aria-hidden="true" focusable="false"><use href="{}"/></svg>', address
    )


@register.simple_tag
def mark() -> SafeString:
    """Hairline's mark: an arch with a crack."""
    address = f"{static('img/mark.svg')}#mark"
    return format_html('<svg class="brand__mark" aria-hidden="true" focusable="false"><use href="{}"/></svg>', address)
