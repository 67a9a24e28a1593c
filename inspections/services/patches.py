"""Which square of its photo the small picture of a region shows: the worker cuts it, the pages draw a line over it."""

from dataclasses import dataclass

PATCH_PX = 192
LARGEST_PX = 1024
MARGIN = 1.3


@dataclass(frozen=True, slots=True)
class PatchWindow:
    """A square of the upright photo, in its pixels; the patch shows it in PATCH_PX × PATCH_PX."""

    left: int
    top: int
    side: int


def patch_window(box: tuple[int, int, int, int], size: tuple[int, int], place: tuple[float, float]) -> PatchWindow:
    """The square around a crack's `box` (x0, y0, x1, y1, half open), with a margin of wall, in a photo of `size`.

    `size` is width and height. A crack too long to be seen in one patch is shown around `place` on it.
    """
    (x0, y0, x1, y1), (width, height) = box, size
    side = int(max(PATCH_PX, MARGIN * max(x1 - x0, y1 - y0)))
    middle = (x0 + x1) / 2, (y0 + y1) / 2
    if side > LARGEST_PX:
        side, middle = LARGEST_PX, place
    side = min(side, height, width)
    left, top = (
        int(min(max(at - side / 2, 0), length - side)) for at, length in zip(middle, (width, height), strict=True)
    )
    return PatchWindow(left, top, side)
