"""EXIF blocks, TIFF files and PNG chunks put together byte by byte, so that they can also be put together wrongly."""

import struct
import zlib

CODES = {1: "B", 3: "H", 4: "L", 5: "LL", 6: "b", 8: "h", 9: "l", 10: "ll", 11: "f", 12: "d"}
BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SIGNED_RATIONAL = 1, 2, 3, 4, 5, 7, 10

Value = tuple[int, bytes | tuple[float, ...]]
"""A TIFF type and either raw bytes or numbers (fractions as numerator, denominator, …)."""


def directory(tags: dict[int, Value], at: int, *, order: str = "<", following: int = 0) -> bytes:
    """One directory as it stands at offset `at`, its longer values behind it."""
    table, heap = b"", b""
    heap_at = at + 2 + 12 * len(tags) + 4
    for tag, (kind, value) in tags.items():
        if isinstance(value, bytes):
            data, count = value, len(value)
        else:
            count = len(value) // len(CODES[kind])
            data = struct.pack(f"{order}{len(value)}{CODES[kind][0]}", *value)
        if len(data) <= 4:
            place = data.ljust(4, b"\0")
        else:
            place = struct.pack(f"{order}L", heap_at + len(heap))
            heap += data + b"\0" * (len(data) % 2)
        table += struct.pack(f"{order}HHL", tag, kind, count) + place
    return struct.pack(f"{order}H", len(tags)) + table + struct.pack(f"{order}L", following) + heap


def header(first: int, order: str = "<") -> bytes:
    return (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}L", first)


def exif_block(
    image: dict[int, Value] | None = None,
    exif: dict[int, Value] | None = None,
    gps: dict[int, Value] | None = None,
    *,
    order: str = "<",
) -> bytes:
    """The TIFF-structured EXIF block: the image's directory first, those it points to behind it."""
    image, pointers, tail = dict(image or {}), [], b""
    for tag, tags in ((0x8769, exif), (0x8825, gps)):
        if tags is not None:
            image[tag] = (LONG, (0,))
            pointers.append((tag, tags))
    at = 8 + len(directory(image, 8, order=order))
    for tag, tags in pointers:
        image[tag] = (LONG, (at + len(tail),))
        tail += directory(tags, at + len(tail), order=order)
    return header(8, order) + directory(image, 8, order=order) + tail


def tiff_file(data: bytes = b"", *, order: str = "<", following: int = 0, **changes: Value | None) -> bytes:
    """An uncompressed 80 × 64 RGB TIFF, its strip first; tags are changed as `t258=(SHORT, (16,))`, dropped by None."""
    data = data or bytes(80 * 64 * 3)
    tags: dict[int, Value] = {
        256: (SHORT, (80,)),
        257: (SHORT, (64,)),
        258: (SHORT, (8, 8, 8)),
        259: (SHORT, (1,)),
        262: (SHORT, (2,)),
        273: (LONG, (8,)),
        277: (SHORT, (3,)),
        278: (SHORT, (64,)),
        279: (LONG, (len(data),)),
    }
    for name, value in changes.items():
        tags.pop(int(name[1:]), None)
        if value:
            tags[int(name[1:])] = value
    at = 8 + len(data)
    return header(at, order) + data + directory(dict(sorted(tags.items())), at, order=order, following=following)


def jpeg_segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """The JPEG with one more segment right behind SOI."""
    return jpeg[:2] + jpeg_segment(marker, body) + jpeg[2:]


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body))


def png_header(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    body = struct.pack(">LLBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", body)


def png_file(width: int, height: int, depth: int = 8, colour: int = 2, *, extra: bytes = b"") -> bytes:
    """A black picture of any size; `extra` chunks stand before its data."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = bytes(1 + (width * channels * depth + 7) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return png_header(width, height, depth, colour) + extra + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def with_chunk(png: bytes, name: bytes, body: bytes) -> bytes:
    """The PNG with one more chunk right behind its header."""
    return png[:33] + png_chunk(name, body) + png[33:]


def riff_chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<L", len(body)) + body + b"\0" * (len(body) % 2)


def webp_file(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<L", len(body)) + body
