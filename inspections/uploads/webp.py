"""WebP by its RIFF chunks (RFC 9649): bounds, one still picture, canvas and bitstream of the same size."""

import io

from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.uploads.facts import PhotoLimits, Structure
from inspections.uploads.source import Source, damaged, unsupported

RIFF_HEADER_BYTES, CHUNK_HEADER_BYTES = 12, 8
_ALPHA_FLAG, _ANIMATION_FLAG = 0x10, 0x02
MOST_METADATA_BYTES = 1 << 18
MOST_CHUNKS = 10_000


def read_webp(source: Source, limits: PhotoLimits) -> Structure:
    """Walk all chunks of the container; bytes behind it are counted only."""
    end = 8 + source.number(4, 4, "little")
    source.require(0, end)
    chunks = _chunks(source, end)
    first, body, length = chunks[0] if chunks else (b"", 0, 0)
    if first not in (b"VP8 ", b"VP8L", b"VP8X"):
        raise damaged(_("it does not begin with a picture"))
    extended = first == b"VP8X"
    if extended:
        _refuse_animation(source, chunks)
    pictures = [chunk for chunk in chunks if chunk[0] in (b"VP8 ", b"VP8L")]
    if not pictures:
        raise damaged(_("it holds no picture"))
    width, height, alpha = _read_picture(source, *pictures[0])
    if extended:
        canvas = _read_canvas(source, body, length)
        alpha = bool(source.take(body, 1)[0] & _ALPHA_FLAG)
        if canvas != (width, height):
            raise damaged(_("it states two different sizes"))
    limits.check_size(width, height)
    structure = Structure(width, height, "RGBA" if alpha else "RGB", 8, trailing_bytes=source.size - end)
    _read_metadata(source, chunks, structure)
    return structure


def _chunks(source: Source, end: int) -> list[tuple[bytes, int, int]]:
    """Name, place and length of the body of every chunk inside the container."""
    chunks, position = [], RIFF_HEADER_BYTES
    while position < end:
        name, length = source.take(position, 4), source.number(position + 4, 4, "little")
        body = position + CHUNK_HEADER_BYTES
        # Bodies are padded to even length; the container's size includes the padding.
        position = body + length + length % 2
        if body + length > end:
            raise damaged(_("a part of it is longer than the whole"))
        chunks.append((name, body, length))
        if len(chunks) > MOST_CHUNKS:
            raise damaged(_("it has too many chunks"))
    return chunks


def _refuse_animation(source: Source, chunks: list[tuple[bytes, int, int]]) -> None:
    frames = sum(name == b"ANMF" for name, _, _ in chunks)
    if frames > 1:
        raise InspectionError("multi_page", pages=frames)
    if frames or source.take(chunks[0][1], 1)[0] & _ANIMATION_FLAG:
        raise unsupported(_("it is an animation"))


def _read_canvas(source: Source, body: int, length: int) -> tuple[int, int]:
    if length < 10:
        raise damaged(_("its header is incomplete"))
    return source.number(body + 4, 3, "little") + 1, source.number(body + 7, 3, "little") + 1


def _read_picture(source: Source, name: bytes, body: int, length: int) -> tuple[int, int, bool]:
    """Width, height and whether there is transparency, from the head of the bitstream."""
    if length < 10:
        raise damaged(_("its picture is empty"))
    head = source.take(body, 10)
    if name == b"VP8L":
        if head[0] != 0x2F:
            raise damaged(_("its picture has no header"))
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    tag = int.from_bytes(head[:3], "little")
    # RFC 6386 9.1: bit 0 is 0 for a key frame; bits 5 to 23 are the size of the first partition.
    if tag & 1 or head[3:6] != b"\x9d\x01\x2a":
        raise damaged(_("its picture has no header"))
    if 10 + (tag >> 5) > length:
        raise InspectionError("truncated_image")
    return (
        int.from_bytes(head[6:8], "little") & 0x3FFF,
        int.from_bytes(head[8:10], "little") & 0x3FFF,
        False,
    )


def _read_metadata(source: Source, chunks: list[tuple[bytes, int, int]], structure: Structure) -> None:
    for name, body, length in chunks:
        if not 0 < length <= MOST_METADATA_BYTES:
            continue
        if name == b"EXIF" and not structure.exif:
            # Some writers keep the prefix that only JPEG needs.
            data = source.take(body, length).removeprefix(b"Exif\0\0")
            structure.exif = Source(io.BytesIO(data))
        elif name == b"XMP " and not structure.xmp:
            structure.xmp = source.take(body, length)
