"""What may be drawn: the shape of a request, before any row is written. Coordinates are those of the upright photo."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.models import Drawing, Finding, SurveyImage

Kind = Drawing.Kind
MOST_POINTS = 500
SHORTEST_LINE_PX, SHORTEST_CUT_PX = 10.0, 2.0
LARGEST_SIDE_PX = 2048
MOST_MERGED = 20
LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class Shape:
    """What was drawn, as it came in: a line, or a box with run lengths inside it (row-major, background first)."""

    line: Sequence[Sequence[float]] = ()
    box: Sequence[int] = ()
    mask_runs: Sequence[int] = ()


def check_shape(kind: str, shape: Shape, findings: Sequence[Finding], image: SurveyImage) -> None:
    """Raise InspectionError `invalid` for what cannot be drawn on the photo, `nothing_left` for a crack rubbed out."""
    if kind not in Kind.values:
        _refuse("kind", _("Choose one of %(kinds)s.") % {"kinds": ", ".join(Kind.values)})
    _check_count(Kind(kind), findings)
    if kind in (Kind.LINE, Kind.SPLIT):
        _check_line(shape.line, image, SHORTEST_LINE_PX if kind == Kind.LINE else SHORTEST_CUT_PX)
    elif shape.line:
        _refuse("line", _("Only a crack or a cut is drawn as a line."))
    if kind == Kind.MASK:
        _check_box(shape.box, image)
        _check_runs(shape, findings)
    elif shape.box or shape.mask_runs:
        _refuse("mask_runs", _("Only a mask is painted."))


def _check_count(kind: Drawing.Kind, findings: Sequence[Finding]) -> None:
    count = len({finding.pk for finding in findings})
    if kind == Kind.LINE and count:
        _refuse("findings", _("A new crack replaces none. Paint its mask to correct a crack."))
    if kind == Kind.SPLIT and count != 1:
        _refuse("findings", _("Choose the one crack that is to be cut."))
    if kind == Kind.MERGE and not 2 <= count <= MOST_MERGED:
        _refuse("findings", _("Choose between 2 and %(most)s cracks to join.") % {"most": MOST_MERGED})
    if kind == Kind.MASK and count > 1:
        _refuse("findings", _("Correct one crack at a time."))


def _check_line(line: Sequence[Sequence[float]], image: SurveyImage, shortest: float) -> None:
    if not 2 <= len(line) <= MOST_POINTS:
        _refuse("line", _("Draw a line of 2 to %(most)s points.") % {"most": MOST_POINTS})
    if not all(_is_point(point) and _is_inside(point, image) for point in line):
        _refuse("line", _("Every point of the line must lie inside the photo."))
    if sum(math.dist(one, other) for one, other in pairwise(line)) < shortest:
        _refuse("line", _("Draw a line at least %(shortest)d pixels long.") % {"shortest": shortest})


def _is_point(point: Any) -> bool:
    if not isinstance(point, list | tuple) or len(point) != 2:
        return False
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in point)


def _is_inside(point: Sequence[float], image: SurveyImage) -> bool:
    # Not a number compares as False with everything.
    return 0 <= point[0] <= image.width and 0 <= point[1] <= image.height


def _check_box(box: Sequence[int], image: SurveyImage) -> None:
    if len(box) != 4 or not all(type(value) is int for value in box):
        _refuse("box", _("Give the box as x0, y0, x1, y1 in whole pixels."))
    x0, y0, x1, y1 = box
    if not (0 <= x0 < x1 <= image.width and 0 <= y0 < y1 <= image.height):
        _refuse("box", _("The box must lie inside the photo."))
    if max(x1 - x0, y1 - y0) > LARGEST_SIDE_PX:
        _refuse("box", _("Paint at most %(side)s × %(side)s pixels at once.") % {"side": LARGEST_SIDE_PX})


def _check_runs(shape: Shape, findings: Sequence[Finding]) -> None:
    x0, y0, x1, y1 = shape.box
    area = (x1 - x0) * (y1 - y0)
    runs = shape.mask_runs
    if len(runs) > area + 1 or not all(type(run) is int and run >= 0 for run in runs) or sum(runs) != area:
        _refuse("mask_runs", _("The run lengths must add up to the %(area)s pixels of the box.") % {"area": area})
    if sum(runs[1::2]):
        return
    if not findings:
        _refuse("mask_runs", _("Paint the crack first."))
    # A finding's box is as small as its mask allows: what reaches out of the painted box stays.
    f0, g0, f1, g1 = findings[0].box
    if x0 <= f0 and y0 <= g0 and f1 <= x1 and g1 <= y1:
        raise InspectionError("nothing_left", field="mask_runs")


def _refuse(field: str, reason: str) -> NoReturn:
    raise InspectionError("invalid", field=field, reason=reason)
