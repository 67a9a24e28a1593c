"""Pictures of a photo for the pages: a thumbnail, a preview, and a deep-zoom pyramid as one file.

All show the upright pixels that the network sees. The pyramid is built in one pass from the top of the photo to the
bottom: every level keeps one row of tiles, halves it and hands it down, so that the extra memory is two rows of full
tiles and a preview, whatever the height of the photo.
"""

from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO
from xml.etree.ElementTree import Element, SubElement, tostring
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inspections.services.storage import writing

TILE = 512
THUMBNAIL_EDGE = 512
PREVIEW_EDGE = 2048
QUALITY = 85
DEEP_ZOOM = "http://schemas.microsoft.com/deepzoom/2008"

Check = Callable[[], None]


def make_pictures(pixels: NDArray[np.uint8], *, image_id: str, check: Check = lambda: None) -> dict[str, str]:
    """Write thumbnail, preview and pyramid of `pixels`, uint8 (height, width, 3), into `pictures/<image id>/`.

    `check` is called once per row of tiles and may raise to stop. Returns the stored names by field of `SurveyImage`.
    Every file appears whole or not at all. Raises InspectionError `storage_full` when the disk has no room.
    """
    folder = f"pictures/{image_id}"
    names = {
        "thumbnail": f"{folder}/thumbnail.jpg",
        "preview": f"{folder}/preview.jpg",
        "pyramid": f"{folder}/pyramid.szi",
    }
    with writing(names["pyramid"]) as out:
        reduced = write_pyramid(pixels, out, name=image_id, check=check)
    preview = _shrink(reduced, PREVIEW_EDGE)
    for picture, name in ((preview, "preview"), (_shrink(preview, THUMBNAIL_EDGE), "thumbnail")):
        with writing(names[name]) as out:
            picture.save(out, "JPEG", quality=QUALITY, progressive=True)
    return names


def fit(width: int, height: int, edge: int) -> tuple[int, int]:
    """The size with a long edge of at most `edge` pixels, same proportions; never larger than the photo."""
    scale = min(1.0, edge / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def level_count(width: int, height: int) -> int:
    """How many levels a pyramid has: from 1 × 1 by doubling until the whole photo fits."""
    return (max(width, height) - 1).bit_length() + 1


def write_pyramid(pixels: NDArray[np.uint8], out: BinaryIO, *, name: str, check: Check = lambda: None) -> Image.Image:
    """Write `pixels`, uint8 (height, width, 3), as a Deep Zoom image in a ZIP without compression (a .szi file).

    Members are `<name>/<name>.dzi` and `<name>/<name>_files/<level>/<column>_<row>.jpg`; level 0 is one pixel, the
    highest has full size. Returns the smallest level that is still as large as a preview, or the photo itself.
    """
    height, width = pixels.shape[:2]
    with ZipFile(out, "w", ZIP_STORED) as archive:
        archive.writestr(_member(f"{name}/{name}.dzi"), _descriptor(width, height))
        highest = level_count(width, height) - 1
        kept_level, kept = _level_to_keep(highest, (width, height))
        full = _Level(archive, f"{name}/{name}_files", highest, (width, height), {kept_level: kept})
        for top in range(0, height, TILE):
            check()
            full.add(Image.fromarray(pixels[top : top + TILE]))
        full.finish()
    return kept


class _Level:
    """One level of the pyramid, filled from the top; whatever it completes is halved into the level below."""

    def __init__(
        self, archive: ZipFile, folder: str, level: int, size: tuple[int, int], keep: dict[int, Image.Image]
    ) -> None:
        self.archive, self.folder, self.level, self.size = archive, folder, level, size
        self.row = 0
        self.band = Image.new("RGB", (size[0], min(TILE, size[1])))
        self.filled = 0
        self.copy = keep.get(level)
        self.below = _Level(archive, folder, level - 1, _half(size), keep) if level else None

    def add(self, strip: Image.Image) -> None:
        """Take the next rows: a whole row of tiles, or half of one from the level above."""
        self.band.paste(strip, (0, self.filled))
        self.filled += strip.height
        if self.filled == TILE:
            self._complete()

    def finish(self) -> None:
        """Write what is left, here and below."""
        if self.filled:
            self._complete()
        if self.below:
            self.below.finish()

    def _complete(self) -> None:
        band = self.band.crop((0, 0, self.size[0], self.filled))
        for column, left in enumerate(range(0, self.size[0], TILE)):
            tile = band.crop((left, 0, min(left + TILE, self.size[0]), self.filled))
            self.archive.writestr(_member(f"{self.folder}/{self.level}/{column}_{self.row}.jpg"), _jpeg(tile))
        if self.copy:
            self.copy.paste(band, (0, self.row * TILE))
        if self.below:
            self.below.add(band.reduce(2))
        self.row += 1
        self.filled = 0


def _half(size: tuple[int, int]) -> tuple[int, int]:
    return (size[0] + 1) // 2, (size[1] + 1) // 2


def _level_to_keep(level: int, size: tuple[int, int]) -> tuple[int, Image.Image]:
    """The smallest level that is still as large as a preview, and an empty picture of its size."""
    while max(_half(size)) >= PREVIEW_EDGE:
        level, size = level - 1, _half(size)
    return level, Image.new("RGB", size)


def _shrink(picture: Image.Image, edge: int) -> Image.Image:
    size = fit(*picture.size, edge)
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)


def _jpeg(tile: Image.Image) -> bytes:
    out = BytesIO()
    tile.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _member(name: str) -> ZipInfo:
    """A member without a date of its own: the same photo gives the same file."""
    return ZipInfo(name)


def _descriptor(width: int, height: int) -> bytes:
    image = Element("Image", xmlns=DEEP_ZOOM, Format="jpg", Overlap="0", TileSize=str(TILE))
    SubElement(image, "Size", Width=str(width), Height=str(height))
    return tostring(image, encoding="utf-8", xml_declaration=True)
