"""Fields of a pack, read from nodes one by one; what is wrong is noted and reading goes on."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from inspections.conditions.language import gettext as _
from inspections.conditions.problems import Problem

Fields = dict[str, Node]

# As long as the record has room for.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,5})?")
# Cc and Cf can hide or reorder what a reader sees, Cs cannot be stored; the joiners are part of some scripts.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS = "\u200c\u200d"


class FieldReader:
    """Reads nodes and collects `problems`. A field that is wrong reads as None or empty."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def note(self, node: Node, place: str, sentence: str) -> None:
        """Note a problem at the node."""
        mark = node.start_mark
        self.problems.append(Problem(mark.line + 1, mark.column + 1, place, sentence))

    def fields(self, node: Node, place: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Fields:
        """The fields of a mapping by name; unknown, double and missing ones are noted."""
        known = required + optional
        found: Fields = {}
        for key, name, value in self._pairs(node, place):
            if name not in known:
                close = difflib.get_close_matches(name[:64], known, n=1)
                hint = _("Unknown field. Did you mean {name}?") if close else _("Unknown field. Known here: {names}.")
                self.note(key, _inside(place, name), hint.format(name="".join(close), names=", ".join(known)))
            else:
                found[name] = value
        if isinstance(node, MappingNode):
            for name in required:
                if name not in found:
                    self.note(node, _inside(place, name), _("This field is missing. Add it."))
        return found

    def named_texts(self, node: Node, place: str) -> dict[str, str]:
        """A mapping of names of the writer's own to texts."""
        found: dict[str, str] = {}
        for key, name, value in self._pairs(node, place):
            self.identifier(key, _inside(place, name))
            found[name] = self.text(value, _inside(place, name))
        return found

    def items(self, node: Node | None, place: str) -> Iterator[tuple[Node, str]]:
        """The items of a list with their places, counted from 1; an empty list is noted."""
        if node is None:
            return
        if not isinstance(node, SequenceNode) or not node.value:
            self.note(node, place, _("This is not a list, or an empty one. Write one item a line, each behind “- ”."))
            return
        for number, item in enumerate(node.value, 1):
            yield item, f"{place}[{number}]"

    def text(self, node: Node | None, place: str, longest: int = 500) -> str:
        """A text as one line in NFC."""
        if node is None:
            return ""
        if not isinstance(node, ScalarNode):
            self.note(node, place, _("A text is expected here, not a list or fields. Put it between quotation marks."))
            return ""
        text = " ".join(unicodedata.normalize("NFC", node.value).split())
        hidden = next((c for c in text if unicodedata.category(c) in _HIDDEN and c not in _JOINERS), None)
        if hidden is not None:
            self.note(
                node,
                place,
                _("The text holds the invisible character U+{code}. Remove it.").format(code=f"{ord(hidden):04X}"),
            )
        elif not text:
            self.note(node, place, _("This field is empty. Fill it or remove it."))
        elif len(text) > longest:
            sentence = _("The text has {count} characters; {longest} are allowed. Shorten it.")
            self.note(node, place, sentence.format(count=len(text), longest=longest))
        else:
            return text
        return ""

    def identifier(self, node: Node | None, place: str) -> str:
        """A short name that is safe in addresses."""
        name = self.text(node, place)
        if name and node is not None and not _ID.fullmatch(name):
            sentence = _(
                "“{name}” is no identifier. Use up to 60 letters A to Z, digits, full stops, hyphens and underscores."
            )
            self.note(node, place, sentence.format(name=name[:64]))
            return ""
        return name

    def one_of(self, node: Node | None, place: str, allowed: Iterable[str]) -> str:
        """One of the allowed words, written exactly so."""
        word, choices = self.text(node, place), tuple(allowed)
        if word and node is not None and word not in choices:
            sentence = _("“{word}” is not known here. Choose one of: {choices}.")
            self.note(node, place, sentence.format(word=word[:64], choices=", ".join(choices)))
            return ""
        return word

    def width(self, node: Node | None, place: str) -> Decimal | None:
        """A width above 0 in the pack's unit, exactly as it is written."""
        text = self.text(node, place)
        if not text or node is None:
            return None
        if not _NUMBER.fullmatch(text):
            sentence = _(
                "“{text}” is not a width. Write a decimal number with a full stop, at most five decimals and no unit, "
                "as in 0.012."
            )
            self.note(node, place, sentence.format(text=text[:64]))
            return None
        if not Decimal(text):
            self.note(node, place, _("A limit is above 0. Leave the field out where the band begins at 0."))
            return None
        return Decimal(text)

    def _pairs(self, node: Node, place: str) -> Iterator[tuple[Node, str, Node]]:
        if not isinstance(node, MappingNode):
            self.note(node, place, _("Fields are expected here, each as “name: value”."))
            return
        seen: set[str] = set()
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else ""
            if not name:
                self.note(key, place, _("A field's name is a word, not a list and not empty."))
            elif name in seen:
                self.note(key, _inside(place, name), _("This field stands here twice. Keep one."))
            else:
                seen.add(name)
                yield key, name, value


def _inside(place: str, name: str) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in name[:40])
    return f"{place}.{shown}" if place else shown
