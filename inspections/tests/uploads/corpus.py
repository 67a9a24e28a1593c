"""Photos drawn in memory, good ones and broken ones, each under the name that says what is special about it."""

import io
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image

from inspections.tests.uploads.blocks import (
    ASCII,
    LONG,
    RATIONAL,
    SHORT,
    exif_block,
    jpeg_segment,
    png_chunk,
    png_file,
    png_header,
    riff_chunk,
    tiff_file,
    webp_file,
    with_chunk,
    with_segment,
)

WIDTH, HEIGHT = 96, 72
_BYTES_PER_PIXEL = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}


@cache
def picture(mode: str = "RGB", width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """Noise, the same every time; nothing compresses it away."""
    random_bytes = random.Random(7).randbytes(width * height * _BYTES_PER_PIXEL.get(mode, 3))
    if mode in _BYTES_PER_PIXEL:
        return Image.frombytes(mode, (width, height), random_bytes)
    if mode == "I;16":
        return Image.frombytes(mode, (width, height), random_bytes[: width * height * 2])
    return Image.frombytes("RGB", (width, height), random_bytes).convert(mode)


def encode(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    """The picture as a file of Pillow's; `exif` is a bare block."""
    if kind == "JPEG" and "exif" in options:
        options["exif"] = b"Exif\0\0" + options["exif"]
    out = io.BytesIO()
    picture(mode).save(out, kind, **options)
    return out.getvalue()


def jpeg(**options: Any) -> bytes:
    return encode("JPEG", **options)


def animation(kind: str, frames: int) -> bytes:
    out = io.BytesIO()
    pages = [Image.new("RGB", (WIDTH, HEIGHT), (40 * number, 0, 0)) for number in range(frames)]
    pages[0].save(out, kind, save_all=True, append_images=pages[1:])
    return out.getvalue()


def mpo() -> bytes:
    """A camera's JPEG with a second picture behind the first."""
    out = io.BytesIO()
    picture().save(out, "MPO", save_all=True, append_images=[picture("RGB", 64, 64)])
    return out.getvalue()


def with_thumbnail(data: bytes | None = None) -> bytes:
    """A JPEG that carries another whole JPEG, end marker and all, inside its EXIF segment."""
    small = io.BytesIO()
    picture("RGB", 64, 64).save(small, "JPEG")
    block = exif_block({0x010F: (ASCII, b"Hairline\0")}) + small.getvalue()
    return with_segment(data or jpeg(), 0xE1, b"Exif\0\0" + block)


def frame_patched(marker: int | None = None, **fields: int) -> bytes:
    """A JPEG whose frame header is another: `marker`, `precision`, `height`, `width`, `components`."""
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 1] = marker or 0xC0
    for name, value in fields.items():
        place, form = {"precision": (4, ">B"), "height": (5, ">H"), "width": (7, ">H"), "components": (9, ">B")}[name]
        struct.pack_into(form, data, at + place, value)
    return bytes(data)


def png_with_wrong_checksum(name: bytes) -> bytes:
    data = bytearray(encode("PNG"))
    at = data.index(name)
    (length,) = struct.unpack(">L", data[at - 4 : at])
    data[at + 4 + length] ^= 1
    return bytes(data)


def looping_tiff() -> bytes:
    """Its only directory names itself as the next one."""
    return tiff_file(following=8 + 80 * 64 * 3)


def tiff_with_reduced_copy() -> bytes:
    """A page and, behind it in the chain, a directory marked as reduced copy."""
    plain = tiff_file()
    copy = tiff_file(t254=(LONG, (1,)))[8 + 80 * 64 * 3 :]
    following = len(tiff_file(following=1))
    assert following == len(plain)
    # The copy's values (three depths) stand behind its directory; moved there, they are found at the new place.
    moved = copy[: 2 + 12 * 10 + 4]
    values_at = following + len(moved)
    entry = struct.pack("<HHL", 258, SHORT, 3)
    place = moved.index(entry) + len(entry)
    moved = moved[:place] + struct.pack("<L", values_at) + moved[place + 4 :]
    return tiff_file(following=following) + moved + copy[2 + 12 * 10 + 4 :]


def heic(brand: bytes = b"heic", *compatible: bytes) -> bytes:
    body = b"ftyp" + brand + bytes(4) + b"".join(compatible or (b"mif1", brand))
    return struct.pack(">L", len(body) + 4) + body + bytes(200)


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that is refused: its making, the code, and the words the sentence must hold."""

    make: Callable[[], bytes]
    code: str
    words: str


TYPE = "Not an image we can read. Accepted: JPEG, PNG, TIFF, WebP."
INCOMPLETE = "The photo is incomplete (file ends early). Copy it from the camera again."
HEIC = "HEIC photos are not enabled on this server. Export as JPEG."
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ZIP = b"PK\x03\x04" + bytes(60)
HTML = b"<!DOCTYPE html><script>alert(1)</script>"

BROKEN: dict[str, Broken] = {
    "empty": Broken(lambda: b"", "empty_file", "The file is empty. Copy it from the camera again."),
    "one byte": Broken(lambda: b"\xff", "unsupported_type", TYPE),
    "html": Broken(lambda: HTML, "unsupported_type", TYPE),
    "svg": Broken(lambda: SVG, "unsupported_type", TYPE),
    "zip": Broken(lambda: ZIP, "unsupported_type", TYPE),
    "text": Broken(lambda: b"Pier 3, north face, looks fine.\n" * 9, "unsupported_type", TYPE),
    "eps": Broken(lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n" + bytes(80), "unsupported_type", TYPE),
    "psd": Broken(lambda: b"8BPS\0\1" + bytes(80), "unsupported_type", TYPE),
    "flashpix": Broken(lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(80), "unsupported_type", TYPE),
    "gif": Broken(lambda: encode("GIF", "L"), "unsupported_type", TYPE),
    "bmp": Broken(lambda: encode("BMP"), "unsupported_type", TYPE),
    "pdf": Broken(lambda: b"%PDF-1.7\n" + bytes(80), "unsupported_type", TYPE),
    "jpeg 2000": Broken(lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(80), "unsupported_type", TYPE),
    "avif": Broken(lambda: heic(b"avif", b"mif1", b"avif"), "unsupported_type", TYPE),
    "mp4": Broken(lambda: heic(b"isom", b"mp42"), "unsupported_type", TYPE),
    "wav": Broken(lambda: b"RIFF" + bytes(4) + b"WAVE" + bytes(80), "unsupported_type", TYPE),
    "heic": Broken(heic, "heic_not_enabled", HEIC),
    "heif with heic inside": Broken(lambda: heic(b"mif1", b"mif1", b"heic"), "heic_not_enabled", HEIC),
    "bigtiff": Broken(lambda: b"II+\0\x08\0\0\0" + bytes(80), "unsupported_image", "it is a BigTIFF file"),
    # JPEG
    "jpeg cut in half": Broken(lambda: jpeg()[: len(jpeg()) // 2], "truncated_image", INCOMPLETE),
    "jpeg without its last two bytes": Broken(lambda: jpeg()[:-2], "truncated_image", INCOMPLETE),
    "jpeg without its last byte": Broken(lambda: jpeg()[:-1], "truncated_image", INCOMPLETE),
    "jpeg with a thumbnail, cut behind it": Broken(
        lambda: with_thumbnail()[: -len(jpeg()) // 2], "truncated_image", INCOMPLETE
    ),
    "jpeg cut and closed again": Broken(lambda: _closed_after(40), "truncated_image", INCOMPLETE),
    "jpeg without a picture": Broken(lambda: b"\xff\xd8\xff\xd9", "damaged_image", "it holds no picture"),
    "jpeg whose scan comes first": Broken(
        lambda: b"\xff\xd8" + jpeg_segment(0xDA, bytes(10)) + b"\xff\xd9",
        "damaged_image",
        "its picture begins before its size is stated",
    ),
    "jpeg with two frames": Broken(lambda: _doubled_frame(), "damaged_image", "its size twice"),
    "jpeg inside a jpeg": Broken(lambda: jpeg()[:-2] + jpeg(), "damaged_image", "a second photo begins inside it"),
    "jpeg of ten thousand segments": Broken(
        lambda: b"\xff\xd8" + jpeg_segment(0xFE, b"") * 10_001, "damaged_image", "too many segments"
    ),
    "jpeg with a reserved marker": Broken(
        lambda: with_segment(jpeg(), 0x42, b"xx"), "damaged_image", "it has an unknown marker"
    ),
    "lossless jpeg": Broken(lambda: frame_patched(0xC3), "unsupported_image", "it is a lossless JPEG"),
    "hierarchical jpeg": Broken(lambda: frame_patched(0xC5), "unsupported_image", "a hierarchical JPEG"),
    "arithmetic-coded jpeg": Broken(lambda: frame_patched(0xC9), "unsupported_image", "an arithmetic-coded JPEG"),
    "12-bit jpeg": Broken(lambda: frame_patched(precision=12), "unsupported_depth", "has 12-bit samples"),
    "jpeg of two channels": Broken(lambda: frame_patched(components=2), "unsupported_image", "with 2 channels"),
    "jpeg without a height": Broken(lambda: frame_patched(height=0), "unsupported_image", "states its height"),
    "jpeg of 4 gigapixels": Broken(
        lambda: frame_patched(height=65500, width=65500),
        "too_many_pixels",
        "4291 MP is more than the limit of 250 MP.",
    ),
    # PNG
    "png of 900 megapixels": Broken(
        lambda: png_header(30_000, 30_000) + png_chunk(b"IDAT", bytes(900_000)) + png_chunk(b"IEND", b""),
        "too_many_pixels",
        "900 MP is more than the limit of 250 MP. Send single photos, not the panorama.",
    ),
    "png just above the limit": Broken(
        lambda: png_file(250_001, 1000, 1, 0), "too_many_pixels", "251 MP is more than the limit of 250 MP."
    ),
    "png of one pixel": Broken(
        lambda: png_file(1, 1), "too_small", "The photo is 1 × 1 pixels. Photos must be at least 64 × 64 pixels."
    ),
    "png of one column": Broken(
        lambda: png_file(1, 65_000), "too_small", "1 × 65000 pixels. Photos must be at least 64 × 64 pixels."
    ),
    "png without its last byte": Broken(lambda: encode("PNG")[:-1], "truncated_image", INCOMPLETE),
    "png without its end": Broken(lambda: encode("PNG")[:-12], "truncated_image", INCOMPLETE),
    "png without data": Broken(lambda: png_header(100, 100) + png_chunk(b"IEND", b""), "truncated_image", INCOMPLETE),
    "png with far too little data": Broken(
        lambda: png_header(9000, 9000) + png_chunk(b"IDAT", zlib.compress(b"")) + png_chunk(b"IEND", b""),
        "truncated_image",
        INCOMPLETE,
    ),
    "png with a wrong header": Broken(
        lambda: png_with_wrong_checksum(b"IHDR"), "damaged_image", "a checksum inside it is wrong"
    ),
    "png with wrong data": Broken(
        lambda: png_with_wrong_checksum(b"IDAT"), "damaged_image", "a checksum inside it is wrong"
    ),
    "png of an impossible depth": Broken(
        lambda: png_header(80, 80, 3, 2) + png_chunk(b"IEND", b""), "damaged_image", "its header is impossible"
    ),
    "png without a palette": Broken(
        lambda: png_file(80, 80, 8, 3), "damaged_image", "The photo is damaged (its palette is missing)."
    ),
    "animated png": Broken(
        lambda: animation("PNG", 3), "multi_page", "The file contains 3 images; only single images are accepted."
    ),
    "animated png of one frame": Broken(
        lambda: with_chunk(encode("PNG"), b"acTL", struct.pack(">LL", 1, 0)), "unsupported_image", "an animation"
    ),
    # TIFF
    "tiff of five pages": Broken(
        lambda: animation("TIFF", 5), "multi_page", "The file contains 5 images; only single images are accepted."
    ),
    "tiff without its last byte": Broken(lambda: encode("TIFF")[:-1], "truncated_image", INCOMPLETE),
    "tiff cut in half": Broken(lambda: encode("TIFF")[: len(encode("TIFF")) // 2], "truncated_image", INCOMPLETE),
    "tiff whose pages go in a circle": Broken(looping_tiff, "damaged_image", "its pages point back at each other"),
    "float tiff": Broken(
        lambda: encode("TIFF", "F"), "unsupported_depth", "The image has 32-bit floating-point samples; export it"
    ),
    "32-bit tiff": Broken(lambda: encode("TIFF", "I"), "unsupported_depth", "32-bit"),
    "12-bit tiff": Broken(lambda: tiff_file(t258=(SHORT, (12, 12, 12))), "unsupported_depth", "has 12-bit samples"),
    "signed 16-bit tiff": Broken(
        lambda: tiff_file(t339=(SHORT, (2, 2, 2)), t258=(SHORT, (16, 16, 16))), "unsupported_depth", "16-bit signed"
    ),
    "tiff with mixed depths": Broken(
        lambda: tiff_file(t258=(SHORT, (5, 6, 5))), "unsupported_depth", "has 6-bit samples"
    ),
    "tiff with old jpeg compression": Broken(
        lambda: tiff_file(t259=(SHORT, (6,))), "unsupported_image", "it is a TIFF with compression 6"
    ),
    "tiff of two thousand tags": Broken(
        lambda: tiff_file(**{f"t{40_000 + tag}": (SHORT, (1,)) for tag in range(2000)}),
        "damaged_image",
        "it has too many tags",
    ),
    "tiff without a palette": Broken(
        lambda: tiff_file(t262=(SHORT, (3,)), t258=(SHORT, (8,)), t277=(SHORT, (1,))),
        "damaged_image",
        "its palette is missing",
    ),
    "tiff whose width is a fraction": Broken(
        lambda: tiff_file(t256=(RATIONAL, (80, 1))), "damaged_image", "a number in its directory is none"
    ),
    "tiff with two widths": Broken(
        lambda: tiff_file().replace(struct.pack("<HHL", 259, 3, 1), struct.pack("<HHL", 256, 3, 1)),
        "damaged_image",
        "a tag occurs twice in its directory",
    ),
    "tiff in CIE Lab": Broken(
        lambda: tiff_file(t262=(SHORT, (8,))), "unsupported_image", "a TIFF of colour type 8 with 3 × 8 bits"
    ),
    "tiff of 30 channels": Broken(
        lambda: tiff_file(t277=(SHORT, (30,))), "unsupported_image", "it is a TIFF with 30 channels"
    ),
    "camera raw": Broken(lambda: tiff_file(t50706=(1, (1, 4, 0, 0))), "unsupported_image", "it is a camera raw file"),
    "tiff that is only a preview": Broken(
        lambda: tiff_file(t254=(LONG, (1,))), "unsupported_image", "it is a camera raw file"
    ),
    "tiff without strips": Broken(
        lambda: tiff_file(t273=None, t279=None), "damaged_image", "its table of strips is incomplete"
    ),
    "tiff with a strip of no bytes": Broken(
        lambda: tiff_file(t259=(SHORT, (5,)), t279=(LONG, (0,))), "damaged_image", "one of its strips is empty"
    ),
    "tiff with a strip beyond its end": Broken(
        lambda: tiff_file(t259=(SHORT, (5,)), t279=(LONG, (99_999,))), "truncated_image", INCOMPLETE
    ),
    "tiff with less data than pixels": Broken(lambda: tiff_file(bytes(80 * 40 * 3)), "truncated_image", INCOMPLETE),
    "tiff of a million strips": Broken(
        lambda: tiff_file(t256=(LONG, (64,)), t257=(LONG, (1_000_000,)), t278=(SHORT, (1,))),
        "damaged_image",
        "it has too many strips",
    ),
    "tiff of no size": Broken(lambda: tiff_file(t256=None), "too_small", "The photo is 0 × 64 pixels."),
    # WebP
    "animated webp": Broken(
        lambda: animation("WEBP", 4), "multi_page", "The file contains 4 images; only single images are accepted."
    ),
    "webp without its last byte": Broken(lambda: encode("WEBP")[:-1], "truncated_image", INCOMPLETE),
    "webp without a picture": Broken(
        lambda: webp_file(riff_chunk(b"VP8X", bytes(10))), "damaged_image", "it holds no picture"
    ),
    "webp that begins with a profile": Broken(
        lambda: webp_file(riff_chunk(b"ICCP", b"xx"), encode("WEBP")[12:]),
        "damaged_image",
        "it does not begin with a picture",
    ),
    "webp with a part longer than the whole": Broken(
        lambda: webp_file(b"VP8 " + struct.pack("<L", 9999) + bytes(40)), "damaged_image", "longer than the whole"
    ),
    "webp of two sizes": Broken(
        lambda: webp_file(riff_chunk(b"VP8X", bytes(4) + b"\x63\0\0" * 2), encode("WEBP")[12:]),
        "damaged_image",
        "it states two different sizes",
    ),
    "webp whose picture promises more than it holds": Broken(
        lambda: webp_file(riff_chunk(b"VP8 ", b"\xf0\xff\xff\x9d\x01\x2a\x50\0\x50\0" + bytes(20))),
        "truncated_image",
        INCOMPLETE,
    ),
    "webp that is no key frame": Broken(
        lambda: webp_file(riff_chunk(b"VP8 ", b"\x01" + bytes(20))), "damaged_image", "its picture has no header"
    ),
}


def _closed_after(coded_bytes: int) -> bytes:
    data = jpeg()
    return data[: data.index(b"\xff\xda") + 14 + coded_bytes] + b"\xff\xd9"


def _doubled_frame() -> bytes:
    data = jpeg()
    at = data.index(b"\xff\xc0")
    length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data[:at] + data[at : at + length] * 2 + data[at + length :]


GOOD: dict[str, Callable[[], bytes]] = {
    "jpeg": jpeg,
    "progressive jpeg": lambda: jpeg(progressive=True),
    "grey jpeg": lambda: encode("JPEG", "L"),
    "cmyk jpeg": lambda: encode("JPEG", "CMYK"),
    "jpeg with restarts": lambda: jpeg(restart_marker_blocks=3),
    "jpeg with a thumbnail": with_thumbnail,
    "jpeg of two pictures": mpo,
    "jpeg with a page behind it": lambda: jpeg() + HTML,
    "jpeg with EXIF": lambda: jpeg(exif=exif_block({0x0112: (SHORT, (6,)), 0x010F: (ASCII, b"Hairline\0")})),
    "png": lambda: encode("PNG"),
    "grey 16-bit png": lambda: encode("PNG", "I;16"),
    "16-bit png": lambda: png_file(80, 64, 16, 2),
    "palette png": lambda: encode("PNG", "P"),
    "bilevel png": lambda: encode("PNG", "1"),
    "grey png with alpha": lambda: encode("PNG", "LA"),
    "png with alpha": lambda: encode("PNG", "RGBA"),
    "png with a transparent colour": lambda: with_chunk(encode("PNG"), b"tRNS", bytes(6)),
    "png with EXIF": lambda: encode("PNG", exif=exif_block({0x0112: (SHORT, (8,))})),
    "tiff": lambda: encode("TIFF"),
    "tiff made by hand": tiff_file,
    "big-endian tiff": lambda: tiff_file(order=">"),
    "tiff with a reduced copy": tiff_with_reduced_copy,
    "lzw tiff": lambda: encode("TIFF", compression="tiff_lzw"),
    "deflate tiff": lambda: encode("TIFF", compression="tiff_adobe_deflate"),
    "packbits tiff": lambda: encode("TIFF", compression="packbits"),
    "jpeg tiff": lambda: encode("TIFF", compression="jpeg"),
    "zstd tiff": lambda: encode("TIFF", compression="zstd"),
    "fax tiff": lambda: encode("TIFF", "1", compression="group4"),
    "16-bit tiff": lambda: encode("TIFF", "I;16"),
    "16-bit colour tiff": lambda: tiff_file(bytes(80 * 64 * 6), t258=(SHORT, (16, 16, 16))),
    "cmyk tiff": lambda: encode("TIFF", "CMYK"),
    "palette tiff": lambda: encode("TIFF", "P"),
    "bilevel tiff": lambda: encode("TIFF", "1"),
    "grey tiff with alpha": lambda: encode("TIFF", "LA"),
    "tiff with alpha": lambda: encode("TIFF", "RGBA"),
    "webp": lambda: encode("WEBP"),
    "lossless webp": lambda: encode("WEBP", lossless=True),
    "webp with alpha": lambda: encode("WEBP", "RGBA"),
    "lossless webp with alpha": lambda: encode("WEBP", "RGBA", lossless=True),
    "webp with EXIF": lambda: encode("WEBP", exif=exif_block({0x0112: (SHORT, (6,))})),
}
