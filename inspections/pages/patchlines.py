"""A region's line over its patch: several cracks and a joint may be in one picture, and one of them is meant."""

from collections.abc import Iterator, Sequence

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
    told: list[str] = []
    for line in (finding.path, *finding.branches):
        places = [((x - window.left) * scale, (y - window.top) * scale) for x, y in line]
        told += ["M" + "L".join([f"{x:.1f} {y:.1f}" for x, y in piece]) for piece in _inside(places)]
    # As numbers of a path, not of the reader's language.
    return "".join(told)


def _inside(line: Sequence[Place]) -> Iterator[list[Place]]:
    """The pieces of a line that lie in the patch, or pass through it, without points that nobody can tell apart.

    Plain comparisons: a page has 120 lines, some of hundreds of points.
    """
    piece: list[Place] = []
    ax, ay = line[0] if line else (0.0, 0.0)
    end = len(line) - 1
    for index, (x, y) in enumerate(line):
        if index and -STEP < x - ax < STEP and -STEP < y - ay < STEP and index < end:
            continue
        is_outside = (
            (ax < 0 and x < 0)
            or (ax > PATCH_PX and x > PATCH_PX)
            or (ay < 0 and y < 0)
            or (ay > PATCH_PX and y > PATCH_PX)
        )
        if index and not is_outside:
            piece = piece or [(ax, ay)]
            piece.append((x, y))
        elif piece:
            yield piece
            piece = []
        ax, ay = x, y
    if piece:
        yield piece
