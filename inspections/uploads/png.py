"""PNG by its chunks (W3C PNG, third edition): bounds, checksums, and enough data for the picture."""

import io
import zlib

from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.uploads.facts import PhotoLimits, Structure
from inspections.uploads.source import Source, damaged, unsupported

SIGNATURE_BYTES, FRAME_BYTES = 8, 12
_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
# One deflate symbol of two bits stands for at most 258 bytes.
MOST_INFLATION = 1032
MOST_METADATA_BYTES = 1 << 18
MOST_CHUNKS = 200_000
_XMP_KEYWORD, _EXIF_KEYWORD = b"XML:com.adobe.xmp", b"Raw profile type exif"


def read_png(source: Source, limits: PhotoLimits) -> Structure:
    """Walk all chunks up to IEND, checking each checksum; bytes after it are counted only."""
    structure, least_bytes = _read_header(source, limits)
    position, data_bytes, has_palette = SIGNATURE_BYTES, 0, False
    for _step in range(MOST_CHUNKS):
        name, body, length = _check_chunk(source, position)
        position = body + length + 4
        if name == b"IEND":
            break
        if name == b"IDAT":
            data_bytes += length
        elif name == b"PLTE":
            has_palette = True
        else:
            _read_extra(source, name, body, length, structure)
    else:
        raise damaged(_("it has too many chunks"))
    if structure.mode == "P" and not has_palette:
        raise damaged(_("its palette is missing"))
    if data_bytes < max(1, least_bytes):
        raise InspectionError("truncated_image")
    structure.trailing_bytes = source.size - position
    return structure


def _read_header(source: Source, limits: PhotoLimits) -> tuple[Structure, int]:
    name, body, length = _check_chunk(source, SIGNATURE_BYTES)
    if name != b"IHDR" or length != 13:
        raise damaged(_("its header is missing"))
    header = source.take(body, 13)
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    depth, colour, compression, filtering, interlace = header[8:]
    if depth not in _DEPTHS.get(colour, set()) or compression or filtering or interlace > 1:
        raise damaged(_("its header is impossible"))
    limits.check_size(width, height)
    mode = "1" if (colour, depth) == (0, 1) else _MODES[colour]
    least_bytes = width * height * _CHANNELS[colour] * depth // 8 // MOST_INFLATION
    return Structure(width, height, mode, depth), least_bytes


def _check_chunk(source: Source, position: int) -> tuple[bytes, int, int]:
    """Name, place and length of the body of the chunk at `position`, its checksum checked."""
    length, name = source.number(position, 4), source.take(position + 4, 4)
    if not name.isalpha():
        raise damaged(_("a chunk has no name"))
    source.require(position, FRAME_BYTES + length)
    checksum = zlib.crc32(name)
    for piece in source.chunks(position + 8, length):
        checksum = zlib.crc32(piece, checksum)
    if checksum != source.number(position + 8 + length, 4):
        raise damaged(_("a checksum inside it is wrong"))
    return name, position + 8, length


def _read_extra(source: Source, name: bytes, body: int, length: int, structure: Structure) -> None:
    if name == b"acTL" and length >= 4:
        _refuse_animation(source.number(body, 4))
    elif name == b"eXIf" and 0 < length <= MOST_METADATA_BYTES:
        structure.exif = Source(io.BytesIO(source.take(body, length)))
    elif name == b"tRNS":
        structure.transparent = True
    elif name in (b"tEXt", b"zTXt", b"iTXt") and length <= MOST_METADATA_BYTES:
        _read_text(name, source.take(body, length), structure)


def _refuse_animation(frames: int) -> None:
    if frames > 1:
        raise InspectionError("multi_page", pages=frames)
    raise unsupported(_("it is an animation"))


def _read_text(name: bytes, chunk: bytes, structure: Structure) -> None:
    keyword, _, rest = chunk.partition(b"\0")
    if name == b"iTXt" and keyword == _XMP_KEYWORD:
        # Compression flag and method, language, translated keyword, text.
        structure.xmp = _inflate(rest[2:].split(b"\0", 2)[-1], rest[:1] == b"\1")
    elif name != b"iTXt" and keyword == _EXIF_KEYWORD and not structure.exif:
        profile = _inflate(rest[1:], True) if name == b"zTXt" else rest
        structure.exif = _raw_profile(profile)


def _raw_profile(profile: bytes) -> Source:
    """EXIF as ImageMagick wrote it before PNG had a chunk for it: name, length, then hexadecimal digits."""
    try:
        digits = b"".join(profile.split(b"\n")[3:]).decode("ascii")
        return Source(io.BytesIO(bytes.fromhex(digits).removeprefix(b"Exif\0\0")))
    except ValueError:
        return Source(io.BytesIO())


def _inflate(text: bytes, compressed: bool) -> bytes:
    """The text itself, in bounded memory; empty where it cannot be read."""
    if not compressed:
        return text
    try:
        return zlib.decompressobj().decompress(text, MOST_METADATA_BYTES)
    except zlib.error:
        return b""
