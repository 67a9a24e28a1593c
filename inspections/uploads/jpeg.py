"""JPEG by its markers (ITU-T T.81 annex B): from SOI to the EOI that belongs to the picture itself."""

import io
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inspections.errors import InspectionError
from inspections.uploads.directories import read_first_directory
from inspections.uploads.facts import PhotoLimits, Structure
from inspections.uploads.source import Source, damaged, unsupported

SOI, EOI, SOS, APP1, APP2 = 0xD8, 0xD9, 0xDA, 0xE1, 0xE2
SEQUENTIAL, PROGRESSIVE = {0xC0, 0xC1}, 0xC2
# What lies below is reserved, and an error to every decoder.
FIRST_KNOWN = 0xC0
# C4, C8 and CC share the range but are no frames.
_OTHER_FRAMES = {
    **dict.fromkeys((0xC3, 0xC7, 0xCB, 0xCF), gettext_noop("it is a lossless JPEG")),
    **dict.fromkeys((0xC5, 0xC6, 0xCD, 0xCE), gettext_noop("it is a hierarchical JPEG")),
    **dict.fromkeys((0xC9, 0xCA), gettext_noop("it is an arithmetic-coded JPEG")),
}
_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
# FF and anything but stuffing (00), fill (FF), TEM (01) and restarts (D0 to D7), none of which has a segment.
_MARKER = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd7])")
_SCAN_CHUNK = 1 << 16
# Far above any camera; a file made of segments or of scans is an attack on patience, not a photo.
MOST_SEGMENTS, MOST_SCANS = 10_000, 500

_EXIF, _XMP, _MPF = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"MPF\0"
_NUMBER_OF_IMAGES = 0xB001


@dataclass(slots=True)
class _Frame:
    width: int
    height: int
    components: int
    least_bytes: int


@dataclass(slots=True)
class _Walk:
    frame: _Frame | None = None
    scans: int = 0
    coded_bytes: int = 0
    exif: bytes = b""
    xmp: bytes = b""
    pictures: int = 1
    scan_start: int = 0


def read_jpeg(source: Source, limits: PhotoLimits) -> Structure:
    """Walk all segments and scans. Thumbnails in segments are stepped over, bytes after EOI only counted."""
    walk, position = _Walk(), 2
    for _step in range(MOST_SEGMENTS):
        marker, at, position = _next_marker(source, position)
        walk.coded_bytes += at - walk.scan_start if walk.scan_start else 0
        walk.scan_start = 0
        if marker == EOI:
            return _conclude(walk, trailing_bytes=source.size - position)
        if marker == SOI:
            raise damaged(_("a second photo begins inside it"))
        position = _read_segment(source, marker, position, walk, limits)
    raise damaged(_("it has too many segments"))


def _next_marker(source: Source, position: int) -> tuple[int, int, int]:
    """The next marker that carries a meaning: its code, where it begins, where it ends."""
    if found := _MARKER.match(source.take(position, 2)):
        return found[1][0], position, position + 2
    while position < source.size - 1:
        piece = source.take(position, min(_SCAN_CHUNK, source.size - position))
        if found := _MARKER.search(piece):
            return found[1][0], position + found.start(), position + found.end()
        # The last byte is looked at again: a marker may lie across the seam.
        position += len(piece) - 1
    raise InspectionError("truncated_image")


def _read_segment(source: Source, marker: int, position: int, walk: _Walk, limits: PhotoLimits) -> int:
    if marker < FIRST_KNOWN:
        raise damaged(_("it has an unknown marker"))
    length = source.number(position, 2)
    if length < 2:
        raise damaged(_("a segment has no length"))
    body, end = position + 2, position + length
    if marker in SEQUENTIAL or marker == PROGRESSIVE:
        if walk.frame:
            raise damaged(_("it states its size twice"))
        walk.frame = _read_frame(source.take(body, length - 2), marker, limits)
    elif marker in _OTHER_FRAMES:
        raise unsupported(_(_OTHER_FRAMES[marker]))
    elif marker == SOS:
        _begin_scan(walk, end)
    elif marker in (APP1, APP2) and not walk.scans:
        _keep_metadata(source.take(body, length - 2), walk)
    return end


def _begin_scan(walk: _Walk, end: int) -> None:
    if not walk.frame:
        raise damaged(_("its picture begins before its size is stated"))
    walk.scans, walk.scan_start = walk.scans + 1, end
    if walk.scans > MOST_SCANS:
        raise damaged(_("it has too many scans"))


def _read_frame(body: bytes, marker: int, limits: PhotoLimits) -> _Frame:
    if len(body) < 6 or len(body) < 6 + 3 * body[5]:
        raise damaged(_("its frame header is incomplete"))
    precision, count = body[0], body[5]
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if precision != 8:
        raise InspectionError("unsupported_depth", depth=_("{bits}-bit").format(bits=precision))
    if height == 0:
        raise unsupported(_("it is a JPEG that states its height after the picture"))
    if count not in _MODES:
        raise unsupported(_("it is a JPEG with {count} channels").format(count=count))
    limits.check_size(width, height)
    sampling = [(body[at] >> 4, body[at] & 15) for at in range(7, 6 + 3 * count, 3)]
    if any(not 1 <= factor <= 4 for pair in sampling for factor in pair):
        raise damaged(_("its sampling factors are impossible"))
    blocks = _blocks(width, height, sampling)
    # The shortest Huffman code has one bit. A sequential block needs two codes (DC, end of block), a
    # progressive one its DC code: less data than that cannot hold the picture, whatever the last bytes say.
    least_bits = blocks if marker == PROGRESSIVE else 2 * blocks
    return _Frame(width, height, count, least_bits // 8)


def _blocks(width: int, height: int, sampling: list[tuple[int, int]]) -> int:
    """Number of 8 × 8 blocks over all components, each at its own resolution (T.81 A.1.1)."""
    widest, highest = max(h for h, _ in sampling), max(v for _, v in sampling)
    return sum(-(-width * h // (8 * widest)) * -(-height * v // (8 * highest)) for h, v in sampling)


def _keep_metadata(body: bytes, walk: _Walk) -> None:
    if body.startswith(_EXIF) and not walk.exif:
        walk.exif = body[len(_EXIF) :]
    elif body.startswith(_XMP):
        walk.xmp = body[len(_XMP) :]
    elif body.startswith(_MPF):
        walk.pictures = _count_pictures(body[len(_MPF) :])


def _count_pictures(index: bytes) -> int:
    """Pictures according to the multi-picture index (CIPA DC-007); a broken index counts as one."""
    try:
        count = read_first_directory(Source(io.BytesIO(index))).number(_NUMBER_OF_IMAGES)
    except InspectionError:
        return 1
    return max(1, int(count)) if count is not None else 1


def _conclude(walk: _Walk, trailing_bytes: int) -> Structure:
    if not walk.frame or not walk.scans:
        raise damaged(_("it holds no picture"))
    if walk.coded_bytes < walk.frame.least_bytes:
        raise InspectionError("truncated_image")
    return Structure(
        width=walk.frame.width,
        height=walk.frame.height,
        mode=_MODES[walk.frame.components],
        bit_depth=8,
        exif=Source(io.BytesIO(walk.exif)) if walk.exif else None,
        xmp=walk.xmp,
        pictures=walk.pictures,
        trailing_bytes=trailing_bytes,
    )
