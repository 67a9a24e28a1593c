"""What is asked of a photo and what is found out about it."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inspections.errors import WARNINGS, InspectionError
from inspections.uploads.source import Source


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """How large and how small a photo may be: bytes of the file, pixels, pixels of the shorter side."""

    max_bytes: int = 400_000_000
    max_pixels: int = 250_000_000
    min_side: int = 64

    def check_bytes(self, size: int) -> None:
        """Raise `empty_file` or `file_too_large`."""
        if size == 0:
            raise InspectionError("empty_file")
        if size > self.max_bytes:
            raise InspectionError("file_too_large", limit_mb=self.max_bytes / 1e6)

    def check_size(self, width: int, height: int) -> None:
        """Raise `too_small` or `too_many_pixels`; called as soon as a header states the size."""
        if min(width, height) < self.min_side:
            raise InspectionError("too_small", width=width, height=height, min_side=self.min_side)
        if width * height > self.max_pixels:
            # Rounded up: just above the limit, "250 MP is more than the limit of 250 MP" would be nonsense.
            megapixels = math.ceil(width * height / 1e6)
            raise InspectionError("too_many_pixels", megapixels=megapixels, limit=self.max_pixels / 1e6)


@dataclass(slots=True)
class Structure:
    """What walking through a file's structure tells; sizes as stored, before the orientation is applied.

    `mode` names the channels as Pillow does, of any depth: 1, L, LA, P, PA, RGB, RGBA, CMYK.
    `bit_depth` is bits per channel in the file; `transparent` tells of transparency that `mode` does not show.
    `exif` is the TIFF-structured block, not yet looked at; `xmp` the XML packet.
    """

    width: int
    height: int
    mode: str
    bit_depth: int
    transparent: bool = False
    exif: Source | None = None
    xmp: bytes = b""
    pictures: int = 1
    trailing_bytes: int = 0


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """An accepted photo.

    `width` and `height` are those of the upright picture; `extension` follows the real type and has no dot.
    `mode` and `bit_depth` as in `Structure`; `converted_from` is the mode, empty where it is plain RGB.
    `taken_at` is aware where the camera wrote its offset from UTC, else naive (the camera's clock, zone
    unknown); `metadata["taken_at"]["utc_offset"]` tells which. Degrees are WGS 84, metres above sea level.
    `warnings` are `{"code": …, "detail": …}`. `metadata` is described in `metadata.py`.
    """

    format: str
    extension: str
    width: int
    height: int
    orientation: int
    bit_depth: int
    mode: str
    converted_from: str
    display_name: str
    taken_at: datetime | None = None
    camera_make: str = ""
    camera_model: str = ""
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    warnings: list[dict[str, str]] = field(default_factory=list)


def warning(code: str, **facts: Any) -> dict[str, str]:
    """A remark that does not refuse the photo, with its sentence."""
    return {"code": code, "detail": WARNINGS[code].format(**facts)}
