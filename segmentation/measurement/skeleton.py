"""Follow thin lines of pixels from node to node: the graph of a skeleton."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from segmentation.measurement.graph import Branch, Graph
from segmentation.measurement.raster import Raster
from segmentation.measurement.widths import Clearance


def trace_graph(raster: Raster, positions: NDArray[np.int64], clearance: Clearance) -> Graph:
    """The graph of a thinned mask; `positions` are its pixels, sorted. A single pixel is no branch.

    `clearance` is that of the mask before thinning: it gives the widths at the nodes.
    """
    links = _links(raster, positions)
    degree = np.bincount(links.ravel(), minlength=positions.size)
    centres = raster.centres(positions)
    node_of = _nodes(links, degree)
    nodes, places = _places(centres, node_of)
    widths = 2 * clearance.at(places)
    graph = Graph(dict(zip(nodes, places, strict=True)), dict(zip(nodes, widths.tolist(), strict=True)))
    for walk in _walks(_neighbours(links, positions.size), degree.tolist(), node_of.tolist()):
        graph.add(_branch(walk, centres, node_of, graph))
    return graph


def _links(raster: Raster, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs (n, 2) of indices of pixels that touch. A diagonal counts only where no direct way leads round it."""
    row, cells = raster.stride, raster.cells
    found = []
    for offset, corners in ((1, ()), (row, ()), (row + 1, (1, row)), (row - 1, (-1, row))):
        touching = cells[positions + offset] == 1
        for corner in corners:
            touching &= cells[positions + corner] == 0
        first = np.flatnonzero(touching)
        found.append(np.column_stack((first, np.searchsorted(positions, positions[first] + offset))))
    return np.concatenate(found)


def _nodes(links: NDArray[np.int64], degree: NDArray[np.int64]) -> NDArray[np.int64]:
    """The node of each pixel, -1 inside a branch: ends are nodes of their own, touching junction pixels share one."""
    at_junction = degree > 2
    within = links[at_junction[links].all(axis=1)]
    size = degree.size
    joined = coo_array((np.ones(len(within), bool), (within[:, 0], within[:, 1])), shape=(size, size))
    _, group = connected_components(joined, directed=False)
    return np.where(at_junction | (degree == 1), group, -1)


def _places(centres: NDArray[np.float64], node_of: NDArray[np.int64]) -> tuple[list[int], NDArray[np.float64]]:
    """The nodes and the mean place of each one's pixels."""
    members = np.flatnonzero(node_of >= 0)
    nodes, index = np.unique(node_of[members], return_inverse=True)
    count = np.bincount(index, minlength=nodes.size)
    means = [np.bincount(index, weights=centres[members, axis], minlength=nodes.size) / count for axis in (0, 1)]
    return nodes.tolist(), np.column_stack(means)


def _neighbours(links: NDArray[np.int64], size: int) -> list[list[int]]:
    neighbours: list[list[int]] = [[] for _ in range(size)]
    for one, other in links.tolist():
        neighbours[one].append(other)
        neighbours[other].append(one)
    return neighbours


def _walks(neighbours: list[list[int]], degree: list[int], node_of: list[int]) -> list[list[int]]:
    """Every branch as its pixels from node to node, both included; a ring ends where it began."""
    passed = bytearray(len(degree))
    walks = []
    for start in range(len(degree)):
        if node_of[start] < 0:
            continue
        for step in neighbours[start]:
            within_node = node_of[step] == node_of[start]
            # Two nodes that touch are one branch, not two.
            met_before = passed[step] or (node_of[step] >= 0 and step < start)
            if within_node or met_before:
                continue
            walks.append(_walk(start, step, neighbours, node_of, passed))
    for start in range(len(degree)):
        if degree[start] == 2 and not passed[start]:
            walks.append(_walk(start, neighbours[start][0], neighbours, node_of, passed))
    return walks


def _walk(start: int, step: int, neighbours: list[list[int]], node_of: list[int], passed: bytearray) -> list[int]:
    walk, last, here = [start], start, step
    while node_of[here] < 0 and here != start:
        walk.append(here)
        passed[here] = 1
        one, other = neighbours[here]
        last, here = here, other if one == last else one
    passed[start] = node_of[start] < 0
    return [*walk, here]


def _branch(walk: list[int], centres: NDArray[np.float64], node_of: NDArray[np.int64], graph: Graph) -> Branch:
    points = centres[walk]
    first, last = int(node_of[walk[0]]), int(node_of[walk[-1]])
    if first < 0:
        return Branch(points, None)
    points[0], points[-1] = graph.places[first], graph.places[last]
    return Branch(points, (first, last))
