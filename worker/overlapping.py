"""What people draw over cracks that stand: refused where it tells nothing new, else one crack with them.

Two findings of one crack would have its length counted twice in every figure. A crack is the same as another by the
share that a new analysis goes by, along the lines. One that is merely crossed, or left, is another crack.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from inspections.errors import InspectionError
from inspections.models import Finding
from segmentation.measurement.overlaps import Trodden, mask_of, shared_length, touch
from segmentation.results import Crack
from worker.matching import LEAST

MOST_ON_OTHERS = 0.5
"""Share of what is new that may lie on those that stand: with more, it is they that are to be corrected."""


@dataclass(frozen=True, slots=True)
class Joint:
    """New cracks, by their places in the list, and the standing ones that are the same crack."""

    cracks: frozenset[int]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Met:
    """A new crack's standing ones that are the same, and how many of its pixels lie on them."""

    findings: tuple[Finding, ...]
    pixels: int


def find_joints(cracks: Sequence[Crack], beside: Sequence[Finding], replaced: Sequence[Finding]) -> list[Joint]:
    """Which of the new cracks are one with which of those that stand `beside` them; both in pixels of the photo.

    Where a new crack lies on what it replaces, nothing is new. Raises InspectionError `stands_already` where most of
    what is new lies on others.
    """
    known = [mask_of(finding) for finding in replaced]
    met = [_meet(crack, [finding for finding in beside if touch(crack, finding)], known) for crack in cracks]
    if sum(one.pixels for one in met) > MOST_ON_OTHERS * sum(crack.length_px for crack in cracks):
        numbers = sorted({finding.number for one in met for finding in one.findings})
        raise InspectionError("stands_already", count=len(numbers), numbers=", ".join(map(str, numbers)))
    joints: list[Joint] = []
    for place, one in enumerate(met):
        if one.findings:
            joints = _with(joints, Joint(frozenset([place]), one.findings))
    return joints


def _meet(crack: Crack, near: Sequence[Finding], known: Sequence[KDTree]) -> _Met:
    new = Trodden.of(crack, known)
    covered, same = np.zeros(len(new.points), bool), []
    for finding in near:
        other = Trodden.of(finding, known)
        if shared_length(new, other) >= LEAST * min(crack.length_px, finding.length_px):
            covered |= new.on(other)
            same.append(finding)
    return _Met(tuple(same), int(covered.sum()))


def _with(joints: Sequence[Joint], new: Joint) -> list[Joint]:
    """The joints with one more: those that have a standing crack in common are one."""
    apart = [joint for joint in joints if not set(joint.findings) & set(new.findings)]
    for joint in joints:
        if joint not in apart:
            findings = {finding.pk: finding for finding in (*joint.findings, *new.findings)}
            new = Joint(joint.cracks | new.cracks, tuple(findings.values()))
    return [*apart, new]
