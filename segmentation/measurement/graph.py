"""The skeleton as a graph: branches of pixels between nodes, where a node is a free end or a junction.

Pixels of a junction that touch each other are one node. Small faults of the mask are mended here: spurs that
hardly leave the crack's own width, little loops around a hole, and the short bridge that thinning leaves between
two junctions where wide cracks cross.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segmentation.measurement.geometry import path_length

SPUR_WIDTHS = 1.5
"""A side branch shorter than this many local widths is a ragged edge, not a crack."""
SPUR_PX = 10.0
"""… and so is one shorter than this, however fine the crack."""
LOOP_WIDTHS = 6.0
"""A loop shorter than this goes around a hole in the crack no wider than the crack itself."""
BRIDGE_WIDTHS = 2.5
"""Two junctions closer than this many local widths are one crossing. Cracks that cross at less than about 30
degrees share more than that and count as one forked crack."""
BRIDGE_PX = 8.0

Points = NDArray[np.float64]
"""float (n, 2): x and y in pixels of the photo."""


@dataclass(eq=False, slots=True)
class Branch:
    """A line of points from node to node, both included; `nodes` is None for a ring without any."""

    points: Points
    nodes: tuple[int, int] | None
    length: float = field(init=False)

    def __post_init__(self) -> None:
        self.length = path_length(self.points)

    def leaving(self, end: int) -> Points:
        """The points in the order in which one leaves from end 0 or 1."""
        return self.points if end == 0 else self.points[::-1]


@dataclass(frozen=True, slots=True)
class Arm:
    """One end (0 or 1) of a branch, as seen from the node it starts at."""

    branch: Branch
    end: int


@dataclass(slots=True)
class Graph:
    """Branches, the places of their nodes and the widths of the mask there; `arms` lists what meets at each."""

    places: dict[int, Points]
    widths: dict[int, float]
    branches: dict[Branch, None] = field(default_factory=dict)
    arms: dict[int, list[Arm]] = field(default_factory=lambda: defaultdict(list))

    def add(self, branch: Branch) -> None:
        """Take up a branch whose nodes have places."""
        self.branches[branch] = None
        for end, node in enumerate(branch.nodes or ()):
            self.arms[node].append(Arm(branch, end))

    def remove(self, branch: Branch) -> None:
        """Take a branch out; its nodes stay."""
        del self.branches[branch]
        for node in set(branch.nodes or ()):
            self.arms[node] = [arm for arm in self.arms[node] if arm.branch is not branch]

    def junctions(self) -> Iterator[int]:
        """The nodes where at least three arms meet."""
        return iter([node for node, arms in self.arms.items() if len(arms) > 2])

    def is_fault(self, branch: Branch, width: float) -> bool:
        """Whether a branch at a junction, where the mask is `width` wide, is a spur or a little loop."""
        if branch.nodes is None:
            return False
        first, last = branch.nodes
        if first == last:
            return branch.length < max(SPUR_PX, LOOP_WIDTHS * width)
        ends_free = len(self.arms[first]) == 1 or len(self.arms[last]) == 1
        return ends_free and branch.length < max(SPUR_PX, SPUR_WIDTHS * width)

    def join(self, node: int) -> None:
        """Where only two arms meet there is no node: make one branch of the two."""
        one, other = self.arms[node]
        if one.branch is other.branch:
            self.remove(one.branch)
            self.add(Branch(one.branch.points, None))
            return
        ends = tuple(arm.branch.nodes[1 - arm.end] for arm in (one, other) if arm.branch.nodes)
        points = np.concatenate((one.branch.leaving(one.end)[::-1], other.branch.leaving(other.end)[1:]))
        self.remove(one.branch)
        self.remove(other.branch)
        self.add(Branch(points, (ends[0], ends[1])))


def mend(graph: Graph) -> None:
    """Prune spurs and little loops, then draw junctions together that belong to one crossing, in place."""
    while _prune(graph):
        pass
    while _contract(graph):
        while _prune(graph):
            pass


def _prune(graph: Graph) -> bool:
    """One round over all junctions. Of a junction with nothing else the two longest are the crack."""
    changed = False
    for node in graph.junctions():
        arms = graph.arms[node]
        faults = dict.fromkeys(arm.branch for arm in arms if graph.is_fault(arm.branch, graph.widths[node]))
        # A neighbour's turn in this round may have made this one a bend, or an end.
        if len(arms) < 3 or not faults:
            continue
        spared = 0 if any(arm.branch not in faults for arm in arms) else 2
        for branch in sorted(faults, key=lambda branch: branch.length)[: len(faults) - spared]:
            graph.remove(branch)
            changed = True
        if len(graph.arms[node]) == 2:
            graph.join(node)
    return changed


def _contract(graph: Graph) -> bool:
    """Draw the junctions of every short bridge together, the shortest bridges first."""
    changed = False
    for bridge in sorted(graph.branches, key=lambda branch: branch.length):
        # An earlier bridge of this round may have drawn its ends together, or moved them.
        if bridge in graph.branches and _is_bridge(graph, bridge):
            _draw_together(graph, bridge)
            changed = True
    return changed


def _is_bridge(graph: Graph, branch: Branch) -> bool:
    if branch.nodes is None or branch.nodes[0] == branch.nodes[1]:
        return False
    widths = [graph.widths[node] for node in branch.nodes]
    joins_junctions = all(len(graph.arms[node]) > 2 for node in branch.nodes)
    return joins_junctions and branch.length < max(BRIDGE_PX, BRIDGE_WIDTHS * sum(widths) / 2)


def _draw_together(graph: Graph, bridge: Branch) -> None:
    assert bridge.nodes is not None
    first, last = bridge.nodes
    middle = bridge.points[len(bridge.points) // 2]
    graph.remove(bridge)
    meeting = dict.fromkeys(arm.branch for node in (first, last) for arm in graph.arms[node])
    graph.places[first] = middle
    graph.widths[first] = max(graph.widths[first], graph.widths.pop(last))
    for branch in meeting:
        assert branch.nodes is not None
        graph.remove(branch)
        points = branch.points.copy()
        for end, index in ((0, 0), (1, -1)):
            if branch.nodes[end] in (first, last):
                points[index] = middle
        nodes = tuple(first if node == last else node for node in branch.nodes)
        graph.add(Branch(points, (nodes[0], nodes[1])))
    del graph.arms[last], graph.places[last]
