"""A region's line over its patch: several cracks and a joint may be in one picture, and one of them is meant."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from inspections.models import Finding
from inspections.services.patches import PATCH_PX, patch_window

STEP = 1.5
"""Points nearer than so many pixels of the patch to the one before are left out."""

Place = tuple[float, float]


def patch_line(finding: Finding) -> str:
    """The finding's main line and branches as an SVG path in pixels of its patch, what lies outside left out.

    Reads `path`, `branches`, `box`, the widest place and the photo's size.
    """
    middle = finding.path[len(finding.path) // 2] if finding.path else (0, 0)
    widest = finding.widest_x, finding.widest_y
    place = (middle[0], middle[1]) if widest[0] is None or widest[1] is None else (widest[0], widest[1])
    window = patch_window(finding.box, (finding.image.width, finding.image.height), place)
    scale = PATCH_PX / window.side
    told = []
    for line in (finding.path, *finding.branches):
        places = [((x - window.left) * scale, (y - window.top) * scale) for x, y in line]
        told += [_told(piece) for piece in _inside(places)]
    return "".join(told)


def _inside(line: Sequence[Place]) -> Iterator[list[Place]]:
    """The pieces of a line that lie in the patch, or pass through it."""
    piece: list[Place] = []
    for start, stop in pairwise(line):
        if all(min(a, b) <= PATCH_PX and max(a, b) >= 0 for a, b in zip(start, stop, strict=True)):
            piece = piece or [start]
            piece.append(stop)
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _told(piece: Iterable[Place]) -> str:
    first, *others = piece
    kept, last = [first], others[-1]
    for x, y in others:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= STEP:
            kept.append((x, y))
    if kept[-1] != last:
        kept.append(last)
    # As a number of the path, not of the reader's language.
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept)
