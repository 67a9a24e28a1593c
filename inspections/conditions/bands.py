"""The bands of a rule as they are written, and the limits between them."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from yaml.nodes import Node

from inspections.conditions.fields import FieldReader
from inspections.conditions.language import gettext as _
from inspections.conditions.language import gettext_noop
from inspections.conditions.rules import Kind, Limit

CS4 = gettext_noop(
    "CS4 is not for software to give: it follows from a structural review, and a width is none. Remove it and let the "
    "widest band be CS3; a person gives CS4."
)


@dataclass(frozen=True, slots=True)
class _Band:
    node: Node
    place: str
    result: str
    low: Decimal | None
    low_included: bool
    high: Decimal | None
    high_included: bool


def read_limits(
    reader: FieldReader, node: Node, place: str, kind: Kind, unit: str
) -> tuple[tuple[str, ...], tuple[Limit, ...]]:
    """The results of a rule and the limits between them, from narrow to wide.

    A band is a result and its ends: `from` or `above` below, `to` or `below` above. The bands must cover every width
    once; what they leave out or cover twice is noted in `reader`, and then nothing is returned.
    """
    before = len(reader.problems)
    bands = [_band(reader, item, item_place, kind) for item, item_place in reader.items(node, place)]
    if len(reader.problems) > before:
        return (), ()
    _check_results(reader, node, place, kind, bands)
    _check_ends(reader, node, place, bands)
    limits = [_limit(reader, narrow, wide, unit) for narrow, wide in pairwise(bands)]
    if len(reader.problems) > before:
        return (), ()
    return tuple(band.result for band in bands), tuple(limit for limit in limits if limit)


def _band(reader: FieldReader, node: Node, place: str, kind: Kind) -> _Band:
    fields = reader.fields(node, place, ("result",), ("from", "above", "to", "below"))
    low, low_included = _end(reader, node, place, fields, "from", "above")
    high, high_included = _end(reader, node, place, fields, "to", "below")
    if low is not None and high is not None and low >= high:
        sentence = _("The band ends at {high}, which is not above its beginning {low}. Exchange them.")
        reader.note(node, place, sentence.format(high=high, low=low))
    result = fields.get("result")
    return _Band(node, place, _result(reader, result, place, kind), low, low_included, high, high_included)


def _end(
    reader: FieldReader, node: Node, place: str, fields: dict[str, Node], included: str, excluded: str
) -> tuple[Decimal | None, bool]:
    if included in fields and excluded in fields:
        sentence = _("{included} and {excluded} stand together. Keep the one that the source means.")
        reader.note(node, place, sentence.format(included=included, excluded=excluded))
    name = included if included in fields else excluded
    return reader.width(fields.get(name), f"{place}.{name}"), included in fields


def _result(reader: FieldReader, node: Node | None, place: str, kind: Kind) -> str:
    place = f"{place}.result"
    word = reader.text(node, place)
    folded = unicodedata.normalize("NFKC", word).casefold().replace(" ", "").replace("-", "")
    if node is not None and folded in {"cs4", "4", "severe", "conditionstate4"}:
        reader.note(node, place, _(CS4))
        return ""
    return reader.one_of(node, place, kind.results) if word else ""


def _check_results(reader: FieldReader, node: Node, place: str, kind: Kind, bands: list[_Band]) -> None:
    places = [kind.results.index(band.result) for band in bands]
    if places[0] != 0 or places != sorted(set(places)):
        order = ", ".join(kind.results)
        sentence = _("The bands stand from narrow to wide and begin with {first}, each once, in the order {order}.")
        reader.note(node, place, sentence.format(first=kind.results[0], order=order))
    if len(bands) < 2:
        reader.note(node, place, _("One band alone decides nothing. Write at least two, with a limit between them."))


def _check_ends(reader: FieldReader, node: Node, place: str, bands: list[_Band]) -> None:
    if bands[0].low is not None:
        reader.note(bands[0].node, bands[0].place, _("The narrowest band begins at 0. Remove its from or above."))
    if bands[-1].high is not None:
        sentence = _("Nothing is said of widths beyond {high}. Remove the to or below of the widest band.")
        reader.note(bands[-1].node, bands[-1].place, sentence.format(high=bands[-1].high))


def _limit(reader: FieldReader, narrow: _Band, wide: _Band, unit: str) -> Limit | None:
    if narrow.high is None or wide.low is None:
        sentence = _("It is not said where {narrow} ends and {wide} begins. Give both bands the limit.")
    elif narrow.high < wide.low:
        sentence = _("Widths between {high} and {low} belong to no band. Let both bands name the same limit.")
    elif narrow.high > wide.low:
        sentence = _("Widths between {low} and {high} belong to two bands. Let both bands name the same limit.")
    elif narrow.high_included and wide.low_included:
        sentence = _(
            "A width of exactly {high} belongs to two bands. Write below {high} and from {high}, or to {high} and "
            "above {high}, as the source means it."
        )
    elif narrow.high_included == wide.low_included:
        sentence = _(
            "A width of exactly {high} belongs to no band. Write below {high} and from {high}, or to {high} and "
            "above {high}, as the source means it."
        )
    else:
        return Limit(narrow.high, unit, wide.low_included)
    told = sentence.format(narrow=narrow.result, wide=wide.result, high=narrow.high, low=wide.low)
    reader.note(wide.node, wide.place, told)
    return None
