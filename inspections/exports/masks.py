"""The mask of a photo: white where one of its findings is."""

from collections.abc import Iterable, Iterator

from inspections.exports.png import grey_png
from inspections.exports.spans import rows_of
from inspections.models import Finding, SurveyImage

CRACK = 255


def mask_of(image: SurveyImage, findings: Iterable[Finding]) -> Iterator[bytes]:
    """A PNG of the upright photo's size, 0 and 255, in pieces."""
    return grey_png(image.width, image.height, _rows(image.width, image.height, list(findings)))


def _rows(width: int, height: int, findings: list[Finding]) -> Iterator[bytes]:
    empty, done = bytes(width), 0
    for y, spans in rows_of(findings):
        if y >= height:
            break
        yield from (empty for _ in range(y - done))
        row = bytearray(width)
        for _, start, stop in spans:
            stop = min(stop, width)
            row[start:stop] = bytes((CRACK,)) * (stop - start)
        yield bytes(row)
        done = y + 1
    yield from (empty for _ in range(height - done))
