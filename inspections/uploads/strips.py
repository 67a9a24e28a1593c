"""The strips or tiles of a TIFF picture: complete in number, and each inside the file."""

from django.utils.translation import gettext as _

from inspections.uploads.directories import HEADER_BYTES, Directory
from inspections.uploads.source import damaged

COMPRESSION, PLANAR = 259, 284
STRIP_OFFSETS, ROWS_PER_STRIP, STRIP_BYTES = 273, 278, 279
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES = 322, 323, 324, 325
UNCOMPRESSED, SEPARATE_PLANES = 1, 2
MOST_PIECES = 200_000


def check_strips(directory: Directory, width: int, height: int, samples: int, bits: int) -> None:
    """Check the pieces of a picture of `samples` channels of `bits` each.

    Raises `truncated_image` where a piece lies outside the file, `damaged_image` where the table is wrong.
    """
    tiled = TILE_OFFSETS in directory.entries
    piece_width = directory.whole(TILE_WIDTH) if tiled else width
    stated_height = directory.whole(TILE_HEIGHT if tiled else ROWS_PER_STRIP, height)
    piece_height = stated_height if tiled else min(stated_height, height)
    if piece_width < 1 or piece_height < 1:
        raise damaged(_("its strips have no size"))
    planes = samples if directory.whole(PLANAR, 1) == SEPARATE_PLANES else 1
    down = -(-height // piece_height)
    expected = -(-width // piece_width) * down * planes
    row_bytes = (piece_width * (samples // planes) * bits + 7) // 8
    offsets, counts = _read_tables(directory, tiled, expected)
    raw = directory.whole(COMPRESSION, 1) == UNCOMPRESSED
    for number, (offset, count) in enumerate(zip(offsets, counts, strict=True)):
        if raw:
            # The decoder goes by geometry and not by the stated count, so the geometry must fit as well.
            last = not tiled and number % down == down - 1
            rows = height - (down - 1) * piece_height if last else piece_height
            count = max(count, rows * row_bytes)
        if count < 1 or offset < HEADER_BYTES:
            raise damaged(_("one of its strips is empty"))
        directory.source.require(offset, count)


def _read_tables(directory: Directory, tiled: bool, expected: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if expected > MOST_PIECES:
        raise damaged(_("it has too many strips"))
    offsets = _whole_numbers(directory, TILE_OFFSETS if tiled else STRIP_OFFSETS, expected)
    counts = _whole_numbers(directory, TILE_BYTES if tiled else STRIP_BYTES, expected)
    if not counts and directory.whole(COMPRESSION, 1) == UNCOMPRESSED:
        counts = (0,) * len(offsets)
    if len(offsets) < expected or len(counts) < expected:
        raise damaged(_("its table of strips is incomplete"))
    return offsets, counts


def _whole_numbers(directory: Directory, tag: int, limit: int) -> tuple[int, ...]:
    return tuple(value if isinstance(value, int) else 0 for value in directory.numbers(tag, limit))
