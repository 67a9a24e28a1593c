"""The tree of a bridge's elements, read with four queries."""

from __future__ import annotations

from dataclasses import dataclass, field

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


def element_tree(bridge: Bridge) -> list[Branch]:
    """The top elements in order, each with its branches."""
    elements = list(bridge.elements.in_order().annotate(photo_count=Count("images")))
    shown = [element.pk for element in elements if element.photo_count]
    worst, lengths = worst_by("image__element", shown), last_lengths("element", shown)
    branches = {element.pk: Branch(element, worst.get(element.pk), lengths.get(element.pk)) for element in elements}
    top: list[Branch] = []
    for branch in branches.values():
        parent = branch.element.parent_id
        (branches[parent].children if parent else top).append(branch)
    return top
