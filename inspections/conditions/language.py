"""The dictionary of this room. It is English until somebody who knows the reader lends another."""

from collections.abc import Callable

Writer = Callable[[str], str]

_lent: dict[str, Writer] = {}


def lend(*, translate: Writer, decimal: Writer) -> None:
    """From now on `translate` finds a sentence's translation, and `decimal` writes a number's decimal sign."""
    _lent.update(translate=translate, decimal=decimal)


def gettext(sentence: str) -> str:
    """The sentence in the reader's language; its placeholders are filled afterwards."""
    return _lent["translate"](sentence) if _lent else sentence


def gettext_noop(sentence: str) -> str:
    """Marks a sentence that is translated where it is told."""
    return sentence


def decimal(figure: str) -> str:
    """A written number with the decimal sign of the reader's language."""
    return _lent["decimal"](figure) if _lent else figure
