"""The elements of a bridge: as a tree with what was found on them, and in line to choose from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count

from inspections.models import Bridge, Element
from inspections.pages.cracks import TotalLength, Worst, last_lengths, worst_by


@dataclass(slots=True)
class Branch:
    """An element with those below it. `element.photo_count`, `worst` and `last_length` are of its own photos alone."""

    element: Element
    worst: Worst | None = None
    last_length: TotalLength | None = None
    children: list[Branch] = field(default_factory=list)


def elements_in_line(bridge: UUID) -> list[Element]:
    """The elements of a bridge for a list to choose from, what is part of one right after it. One query.

    Each knows its parent, so its full name is at hand.
    """
    rows: list[Element] = list(Element.objects.filter(bridge=bridge).in_order())
    known = {element.pk: element for element in rows}
    parts: dict[UUID | None, list[Element]] = {}
    for element in rows:
        element.parent = known.get(element.parent_id) if element.parent_id else None
        parts.setdefault(element.parent_id, []).append(element)

    def walk(parent: UUID | None) -> Iterator[Element]:
        for element in parts.get(parent, ()):
            yield element
            yield from walk(element.pk)

    return list(walk(None))


def element_tree(bridge: Bridge) -> list[Branch]:
    """The top elements in order, each with its branches. Four queries."""
    elements = list(bridge.elements.in_order().annotate(photo_count=Count("images")))
    shown = [element.pk for element in elements if element.photo_count]
    worst, lengths = worst_by("image__element", shown), last_lengths("element", shown)
    branches = {element.pk: Branch(element, worst.get(element.pk), lengths.get(element.pk)) for element in elements}
    top: list[Branch] = []
    for branch in branches.values():
        parent = branch.element.parent_id
        (branches[parent].children if parent else top).append(branch)
    return top
