"""Which cracks of a new analysis are those of the one before: by the pixels that both have."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from inspections.models import Finding, SurveyImage
from inspections.services.carrying import Match
from segmentation.results import Crack
from segmentation.run_lengths import Box, positions_from_runs

LEAST = 0.3
"""Share of the smaller one's pixels that two cracks have in common to be the same one: networks differ in width."""


def match_cracks(image: SurveyImage, cracks: Sequence[Crack]) -> tuple[Match, ...]:
    """The pairs of a photo's present findings and newly traced cracks that lie over each other."""
    earlier = (
        Finding.objects.filter(image=image).current().only("pk", "mask_runs", "box_x0", "box_y0", "box_x1", "box_y1")
    )
    places = [_places(crack.box, crack.mask_runs, image.width) for crack in cracks]
    return tuple(_pairs(earlier, cracks, places, image.width))


def _pairs(
    earlier: Iterable[Finding], cracks: Sequence[Crack], places: list[NDArray[np.int64]], width: int
) -> Iterable[Match]:
    for finding in earlier:
        own = _places(finding.box, finding.mask_runs, width)
        for number, (crack, other) in enumerate(zip(cracks, places, strict=True), start=1):
            if not _touch(finding.box, crack.box):
                continue
            common = np.intersect1d(own, other, assume_unique=True).size
            overlap = common / max(1, min(own.size, other.size))
            if overlap >= LEAST:
                yield Match(finding.pk, number, round(overlap, 3))


def _places(box: Box, runs: Sequence[int], width: int) -> NDArray[np.int64]:
    """The flat places in the photo of a mask's pixels, sorted."""
    rows, columns = np.divmod(positions_from_runs(runs), box[2] - box[0])
    return (rows + box[1]) * width + columns + box[0]


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
