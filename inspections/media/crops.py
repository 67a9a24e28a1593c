"""A part of a photo at full size, put together from its pyramid: a few tiles are quicker than the whole original."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from inspections.errors import InspectionError
from inspections.media.pyramids import TILE_SIZE, DeepZoom, read_tile

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the upright photo, half open."""

LARGEST_SIDE = 2048
# What is painted on should look like the tiles do: no colour is halved, and no second rounding is seen.
QUALITY = 95


def check_box(text: str, width: int, height: int) -> Box:
    """Read “x0,y0,x1,y1”. Raises InspectionError `bad_box` unless it lies inside the photo and is at most 2048 px."""
    parts = text.split(",")
    if len(parts) == 4 and all(part.isascii() and part.isdecimal() and len(part) < 8 for part in parts):
        x0, y0, x1, y1 = (int(part) for part in parts)
        if x0 < x1 <= width and y0 < y1 <= height and max(x1 - x0, y1 - y0) <= LARGEST_SIDE:
            return x0, y0, x1, y1
    raise InspectionError("bad_box", field="box", width=width, height=height, most=LARGEST_SIDE)


def cut(pyramid: Path, size: tuple[int, int], box: Box) -> bytes:
    """The JPEG of `box` at 1:1, of a photo of `size`. Raises InspectionError `not_found` where a tile is missing."""
    x0, y0, x1, y1 = box
    level = DeepZoom(*size).max_level
    crop = Image.new("RGB", (x1 - x0, y1 - y0))
    for row in range(y0 // TILE_SIZE, -(-y1 // TILE_SIZE)):
        for column in range(x0 // TILE_SIZE, -(-x1 // TILE_SIZE)):
            with Image.open(BytesIO(read_tile(pyramid, level, column, row)), formats=("JPEG",)) as tile:
                crop.paste(tile, (column * TILE_SIZE - x0, row * TILE_SIZE - y0))
    out = BytesIO()
    crop.save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()
