"""Masks without a picture: a finding's run lengths as spans of rows."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter

from inspections.models import Finding

Span = tuple[int, int, int]
"""y, first x, and the x behind the last, in pixels of the upright photo."""


def spans_of(finding: Finding) -> Iterator[Span]:
    """The finding's mask, row by row from the top. Run lengths that lead out of its box are cut there."""
    x0, y0, x1, y1 = finding.box
    width, size = x1 - x0, (x1 - x0) * (y1 - y0)
    place, crack = 0, False
    for length in finding.mask_runs:
        end = min(place + length, size)
        while crack and place < end:
            row, column = divmod(place, width)
            stop = min(end, (row + 1) * width)
            yield y0 + row, x0 + column, x0 + column + stop - place
            place = stop
        place, crack = end, not crack


def rows_of(findings: Iterable[Finding]) -> Iterator[tuple[int, list[Span]]]:
    """All rows that any of the findings touches, from the top, each with its spans."""
    ordered = merge(*(spans_of(finding) for finding in findings))
    return ((y, list(spans)) for y, spans in groupby(ordered, key=itemgetter(0)))
