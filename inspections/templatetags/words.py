"""Words of the record as a reader meets them in a page."""

from django import template

from inspections.language import Words, inside
from inspections.retold import retell

register = template.Library()


@register.filter
def within_words(label: Words) -> str:
    """A label in the middle of a sentence: small, where the language writes nouns small."""
    return inside(label)


@register.filter
def retold(told: str) -> str:
    """A sentence that was recorded in English, in the reader's language."""
    return retell(told)
