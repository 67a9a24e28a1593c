"""Tile pyramids: one ZIP per photo, its members not compressed, so that a tile is a few seeks and never a decode."""

import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from inspections.errors import InspectionError

TILE_SIZE = 512
"""Side of a tile in pixels, without overlap; the worker cuts them so."""

# Length of a ZIP member's local header before its name, and where in it the lengths of name and extra field stand
# (APPNOTE 4.3.7).
_LOCAL_HEADER, _NAME_LENGTH, _EXTRA_LENGTH = 30, 26, 28
_LARGEST_TILE_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class DeepZoom:
    """The geometry of a Deep Zoom image of `width` × `height` pixels: level 0 is one pixel, the highest full size."""

    width: int
    height: int

    @property
    def max_level(self) -> int:
        """The level of full size."""
        return (max(self.width, self.height, 1) - 1).bit_length()

    def tiles(self, level: int) -> tuple[int, int]:
        """Columns and rows of a level."""
        pixels_per_tile = TILE_SIZE << (self.max_level - level)
        return -(-self.width // pixels_per_tile), -(-self.height // pixels_per_tile)

    def holds(self, level: int, column: int, row: int) -> bool:
        """Whether the pyramid has this tile."""
        if not 0 <= level <= self.max_level:
            return False
        columns, rows = self.tiles(level)
        return 0 <= column < columns and 0 <= row < rows


def read_tile(pyramid: Path, level: int, column: int, row: int) -> bytes:
    """The JPEG bytes of one tile. Raises InspectionError `not_found` when the pyramid or its tile is missing."""
    return read_member(pyramid, f"{level}/{column}_{row}.jpg")


def read_member(archive: Path, name: str) -> bytes:
    """The bytes of one picture of a ZIP whose members are stored as they are; `name` is without the folder of tiles.

    Raises InspectionError `not_found` when the ZIP or the picture is missing.
    """
    try:
        state = archive.stat()
        places = _places(archive, state.st_mtime_ns, state.st_size)
        with archive.open("rb") as file:
            start, size = places[name]
            file.seek(start)
            header = file.read(_LOCAL_HEADER)
            name_length = int.from_bytes(header[_NAME_LENGTH:_EXTRA_LENGTH], "little")
            extra = int.from_bytes(header[_EXTRA_LENGTH:_LOCAL_HEADER], "little")
            file.seek(start + _LOCAL_HEADER + name_length + extra)
            return file.read(size)
    except (OSError, KeyError, zipfile.BadZipFile):
        raise InspectionError("not_found") from None


@lru_cache(maxsize=64)
def _places(pyramid: Path, _modified_ns: int, _size: int) -> dict[str, tuple[int, int]]:
    """A picture's name → local header and length. Time and size are keys: a pyramid made anew is read anew."""
    with zipfile.ZipFile(pyramid) as archive:
        return {
            member.filename.rpartition("_files/")[2]: (member.header_offset, member.file_size)
            for member in archive.infolist()
            if member.compress_type == zipfile.ZIP_STORED and member.file_size <= _LARGEST_TILE_BYTES
        }
