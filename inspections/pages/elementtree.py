"""The tree of a bridge's elements, read with one query."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count

from inspections.models import Bridge, Element


@dataclass(slots=True)
class Branch:
    """An element with those below it. `element.photo_count` is its own photos."""

    element: Element
    children: list[Branch] = field(default_factory=list)


def element_tree(bridge: Bridge) -> list[Branch]:
    """The top elements in order, each with its branches."""
    elements = bridge.elements.in_order().annotate(photo_count=Count("images"))
    branches = {element.pk: Branch(element) for element in elements}
    top: list[Branch] = []
    for branch in branches.values():
        parent = branch.element.parent_id
        (branches[parent].children if parent else top).append(branch)
    return top
