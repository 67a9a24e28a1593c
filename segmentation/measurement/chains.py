"""From branches to cracks: which branches run on through a junction, and which leave it as a fork.

At a junction the two arms that run on with the smallest turn are one line, as the eye sees it; stubs do not
count while there are others. A further pair that is nearly straight is another crack, crossing. An arm that is
left over forks off.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from segmentation.measurement.geometry import Points, direction, path_length
from segmentation.measurement.graph import Arm, Branch, Graph

CROSSING_TURN_DEG = 45.0
"""A second pair of arms is a crossing crack when it turns by less than this."""
STUB_WIDTHS = 3.0
"""An arm that ends within this many widths says too little about its direction to run through a junction."""
LOOK_AHEAD_PX = 15.0
"""How far along an arm its direction is taken, at least."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Branches in a row. `free` tells of each end whether the line ends there, or leaves a junction.

    `junctions` are the places of all junctions on it and the mask's width there: close to them a width across
    would measure two cracks.
    """

    points: Points
    closed: bool
    free: tuple[bool, bool]
    junctions: tuple[tuple[Points, float], ...]
    length: float


def trace_chains(graph: Graph) -> list[list[Chain]]:
    """One list of chains for each crack: its main line, the longest, and then the side branches by length."""
    partner, through = _pair_arms(graph)
    walks = _walks(graph, partner)
    chains = [_chain(walk, graph) for walk in walks]
    owner = {arm.branch: number for number, walk in enumerate(walks) for arm in walk}
    group = list(range(len(walks)))
    for number, walk in enumerate(walks):
        candidates = [owner[through[node].branch] for node in _loose_ends(walk, partner) if node in through]
        others = [candidate for candidate in candidates if candidate != number]
        if others:
            parent = max(others, key=lambda candidate: chains[candidate].length)
            group[_root(group, number)] = _root(group, parent)
    cracks = defaultdict(list)
    for number, chain in enumerate(chains):
        cracks[_root(group, number)].append(chain)
    return [sorted(crack, key=lambda chain: -chain.length) for crack in cracks.values()]


def count_arms(chains: list[Chain]) -> int:
    """The pieces of one crack between its ends and forks: 1 for a line, 3 for a Y.

    What another crack crosses is one piece: a place cuts only where two chains of the same crack meet.
    """
    meeting: Counter[tuple[float, ...]] = Counter()
    for chain in chains:
        meeting.update({tuple(place) for place, _ in chain.junctions})
    return len(chains) + sum(1 for count in meeting.values() if count > 1)


def _pair_arms(graph: Graph) -> tuple[dict[Arm, Arm], dict[int, Arm]]:
    """The arm that each arm runs on into, and of each junction an arm of its first pair, the one that runs through."""
    partner: dict[Arm, Arm] = {}
    through: dict[int, Arm] = {}
    for node in graph.junctions():
        pairs = _pairs(graph, node)
        through[node] = pairs[0][1][0]
        for rank, (turn, (one, other)) in enumerate(pairs):
            taken = one in partner or other in partner
            if not taken and (rank == 0 or turn < CROSSING_TURN_DEG):
                partner[one], partner[other] = other, one
    return partner, through


def _pairs(graph: Graph, node: int) -> list[tuple[float, tuple[Arm, Arm]]]:
    """All pairs of arms with the turn between them, the smallest first, but those with a stub last."""
    arms, width = graph.arms[node], graph.widths[node]
    # Close to a junction the skeleton bends towards it; the direction is read further out.
    near = 0.75 * width + 2
    far = near + max(LOOK_AHEAD_PX, 2 * width)
    ways = {arm: direction(arm.branch.leaving(arm.end), near, far) for arm in arms}
    stubs = {arm for arm in arms if _is_stub(graph, arm, width)}
    # A loop does not run on into itself.
    couples = [(one, other) for one, other in combinations(arms, 2) if one.branch is not other.branch]
    pairs = [(_turn(ways[one], ways[other]), (one, other)) for one, other in couples]
    return sorted(pairs, key=lambda pair: (not stubs.isdisjoint(pair[1]), pair[0]))


def _is_stub(graph: Graph, arm: Arm, width: float) -> bool:
    ends = [len(graph.arms[node]) for node in arm.branch.nodes or ()]
    return 1 in ends and arm.branch.length < STUB_WIDTHS * width


def _turn(one: Points, other: Points) -> float:
    """By how many degrees a line turns that comes in against one direction and leaves along the other."""
    return float(np.degrees(np.arccos(np.clip(-np.dot(one, other), -1, 1))))


def _walks(graph: Graph, partner: dict[Arm, Arm]) -> list[list[Arm]]:
    """Chains as lists of arms, each naming a branch and the end at which it is entered."""
    done: set[Branch] = set()
    # Chains start where a line ends; what is left over afterwards are rings, which may start anywhere.
    starts = [Arm(branch, end) for branch in graph.branches for end in (0, 1)]
    ends_first = sorted(starts, key=lambda arm: arm in partner or arm.branch.nodes is None)
    return [_walk(start, partner, done) for start in ends_first if start.branch not in done]


def _walk(start: Arm, partner: dict[Arm, Arm], done: set[Branch]) -> list[Arm]:
    walk = []
    here: Arm | None = start
    while here is not None and here.branch not in done:
        walk.append(here)
        done.add(here.branch)
        here = partner.get(Arm(here.branch, 1 - here.end))
    return walk


def _ends(walk: list[Arm]) -> tuple[Arm, Arm]:
    return walk[0], Arm(walk[-1].branch, 1 - walk[-1].end)


def _loose_ends(walk: list[Arm], partner: dict[Arm, Arm]) -> list[int]:
    """The nodes, free ends or junctions, at which the chain does not run on."""
    loose = [arm for arm in _ends(walk) if arm not in partner]
    return [arm.branch.nodes[arm.end] for arm in loose if arm.branch.nodes is not None]


def _chain(walk: list[Arm], graph: Graph) -> Chain:
    pieces = [arm.branch.leaving(arm.end) for arm in walk]
    points = np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
    nodes = dict.fromkeys(node for arm in walk for node in arm.branch.nodes or ())
    ends = [arm.branch.nodes[arm.end] if arm.branch.nodes else None for arm in _ends(walk)]
    closed = ends[0] == ends[1]
    free = [not closed and node is not None and len(graph.arms[node]) == 1 for node in ends]
    return Chain(
        points=points,
        closed=closed,
        free=(free[0], free[1]),
        junctions=tuple((graph.places[node], graph.widths[node]) for node in nodes if len(graph.arms[node]) > 2),
        length=path_length(points),
    )


def _root(group: list[int], number: int) -> int:
    while group[number] != number:
        number = group[number]
    return number
