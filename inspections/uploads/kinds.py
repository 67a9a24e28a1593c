"""Which kind of file it really is, from its first bytes alone."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.uploads.facts import PhotoLimits, Structure
from inspections.uploads.jpeg import read_jpeg
from inspections.uploads.png import read_png
from inspections.uploads.source import Source
from inspections.uploads.tiff import read_tiff
from inspections.uploads.webp import read_webp

HEAD_BYTES = 64
# Brands of HEVC-coded images (ISO/IEC 23008-12); "mif1" and "msf1" are shared with AVIF, which adds its own.
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}


@dataclass(frozen=True, slots=True)
class Kind:
    """An accepted format: its name, the extension it is stored under, suffixes that fit, and its reader."""

    format: str
    extension: str
    suffixes: frozenset[str]
    read: Callable[[Source, PhotoLimits], Structure]


JPEG = Kind("JPEG", "jpg", frozenset({"jpg", "jpeg", "jpe", "jfif", "mpo"}), read_jpeg)
PNG = Kind("PNG", "png", frozenset({"png"}), read_png)
TIFF = Kind("TIFF", "tif", frozenset({"tif", "tiff"}), read_tiff)
WEBP = Kind("WEBP", "webp", frozenset({"webp"}), read_webp)


def recognise(source: Source) -> Kind:
    """The kind of an accepted file. Raises `heic_not_enabled`, `unsupported_image` or `unsupported_type`."""
    head = source.take(0, min(HEAD_BYTES, source.size))
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"II*\0", b"MM\0*")):
        return TIFF
    if head.startswith((b"II+\0", b"MM\0+")):
        raise InspectionError("unsupported_image", reason=_("it is a BigTIFF file"))
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and _is_heic(head):
        raise InspectionError("heic_not_enabled")
    raise InspectionError("unsupported_type")


def _is_heic(head: bytes) -> bool:
    box_end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, box_end, 4)}
    return bool(brands & _HEIC_BRANDS) and not brands & _AVIF_BRANDS
