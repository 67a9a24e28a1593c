"""Where languages differ in more than their words: the decimal sign, and nouns inside a sentence."""

from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.translation import get_language

Words = str | Promise
"""A text, or one that is translated when it is read."""

# Languages that write their nouns with a capital letter wherever they stand.
_CAPITAL_NOUNS = ("de",)


def decimal(figure: str) -> str:
    """A written number, "0.42", with the decimal sign of the reader's language. For people, never for programs."""
    return figure.replace(".", str(get_format("DECIMAL_SEPARATOR")))


def inside(word: Words) -> str:
    """A label as it stands in the middle of a sentence."""
    return str(word) if (get_language() or "").startswith(_CAPITAL_NOUNS) else str(word).lower()
