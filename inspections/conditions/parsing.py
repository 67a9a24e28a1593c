"""A pack's text becomes a Pack, or a list of everything that is wrong with it."""

import hashlib
from types import MappingProxyType

from yaml.nodes import Node

from inspections.conditions.bands import read_limits
from inspections.conditions.fields import FieldReader, Fields
from inspections.conditions.language import gettext as _
from inspections.conditions.plain_yaml import read_nodes
from inspections.conditions.problems import PackError
from inspections.conditions.rules import MATERIALS, MM_PER_UNIT, Kind, Limit, Pack, Rule

FORMAT = "1"

_REQUIRED = ("format", "id", "name", "edition", "version", "kind", "unit", "source", "rules")
_OPTIONAL = ("note", "exposures")


def parse_pack(text: str | bytes) -> Pack:
    """Read a pack in YAML. Raises PackError with every problem, its line, its place and its cure."""
    reader = FieldReader()
    pack = _pack(reader, read_nodes(text), text.encode() if isinstance(text, str) else text)
    if pack is None or reader.problems:
        raise PackError(reader.problems)
    return pack


def _pack(reader: FieldReader, root: Node, data: bytes) -> Pack | None:
    fields = reader.fields(root, "", _REQUIRED, _OPTIONAL)
    reader.one_of(fields.get("format"), "format", [FORMAT])
    kind = reader.one_of(fields.get("kind"), "kind", list(Kind))
    unit = reader.one_of(fields.get("unit"), "unit", list(MM_PER_UNIT))
    source = reader.text(fields.get("source"), "source")
    exposures = reader.named_texts(fields["exposures"], "exposures") if "exposures" in fields else {}
    frame = _Frame(reader, Kind(kind) if kind else None, unit or "mm", source, exposures)
    rules = [frame.rule(node, place) for node, place in reader.items(fields.get("rules"), "rules")]
    if not kind:
        return None
    return Pack(
        id=reader.identifier(fields.get("id"), "id"),
        name=reader.text(fields.get("name"), "name", 200),
        edition=reader.text(fields.get("edition"), "edition", 100),
        version=reader.identifier(fields.get("version"), "version"),
        kind=Kind(kind),
        unit=unit,
        source=source,
        note=reader.text(fields.get("note"), "note", 2000),
        exposures=MappingProxyType(exposures),
        rules=tuple(rules),
        digest=hashlib.sha256(data).hexdigest(),
    )


class _Frame:
    """What the rules of one pack share, and what of them has been seen."""

    def __init__(
        self, reader: FieldReader, kind: Kind | None, unit: str, source: str, exposures: dict[str, str]
    ) -> None:
        self.reader, self.kind, self.unit, self.source, self.exposures = reader, kind, unit, source, exposures
        self.ids: set[str] = set()
        self.covered: dict[str, dict[str, str]] = {}

    def rule(self, node: Node, place: str) -> Rule:
        """One rule; what is wrong with it, or between it and earlier ones, is noted."""
        reader = self.reader
        # Only a design standard has rows without a width (decompression), and they are what it says.
        needed = ("id", "name", "materials") if self.kind is Kind.INFORMATION else ("id", "name", "materials", "limits")
        fields = reader.fields(node, place, needed, ("limits", "exposures", "source", "note"))
        name = reader.identifier(fields.get("id"), f"{place}.id")
        if name in self.ids:
            reader.note(
                fields["id"],
                f"{place}.id",
                _("“{name}” is the id of an earlier rule. Give it another.").format(name=name),
            )
        self.ids.update([name] if name else [])
        materials = self._words(fields, place, "materials", MATERIALS)
        exposures = self._words(fields, place, "exposures", tuple(self.exposures))
        self._claim(node, place, name, materials, exposures)
        results, limits = self._limits(fields.get("limits"), f"{place}.limits")
        return Rule(
            id=name,
            name=reader.text(fields.get("name"), f"{place}.name", 200),
            materials=materials,
            exposures=exposures,
            results=results,
            limits=limits,
            source=reader.text(fields.get("source"), f"{place}.source") or self.source,
            note=reader.text(fields.get("note"), f"{place}.note", 2000),
        )

    def _limits(self, node: Node | None, place: str) -> tuple[tuple[str, ...], tuple[Limit, ...]]:
        # Without a kind nobody knows which results are right; the kind is the problem to tell.
        if node is None or self.kind is None:
            return (), ()
        return read_limits(self.reader, node, place, self.kind, self.unit)

    def _words(self, fields: Fields, place: str, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        if name in fields and not allowed:
            sentence = _("The pack names no {name}. Add the field {name} to it.")
            self.reader.note(fields[name], f"{place}.{name}", sentence.format(name=name))
            return ()
        found: list[str] = []
        for node, item in self.reader.items(fields.get(name), f"{place}.{name}"):
            word = self.reader.one_of(node, item, allowed)
            if word in found:
                self.reader.note(node, item, _("“{word}” stands here twice. Keep one.").format(word=word))
            elif word:
                found.append(word)
        return tuple(found)

    def _claim(self, node: Node, place: str, name: str, materials: tuple[str, ...], exposures: tuple[str, ...]) -> None:
        for material in materials:
            taken = self.covered.setdefault(material, {})
            for exposure in exposures or ("",):
                # "" stands for all exposure classes and collides with each of them.
                earlier = taken.get(exposure, taken.get("", None if exposure else next(iter(taken.values()), None)))
                if earlier is not None:
                    where = f"{material} in {exposure}" if exposure else material
                    sentence = _("Rule {earlier} already speaks of {where}. A crack must meet one rule only.")
                    self.reader.note(node, place, sentence.format(earlier=earlier, where=where))
                taken.setdefault(exposure, name)
