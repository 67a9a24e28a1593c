"""TIFF by its directories (TIFF 6.0): one picture, in a layout Pillow decodes, its data inside the file."""

from django.utils.translation import gettext as _
from PIL.TiffImagePlugin import OPEN_INFO

from inspections.errors import InspectionError
from inspections.uploads.directories import Directory, byte_order, read_first_directory
from inspections.uploads.facts import PhotoLimits, Structure
from inspections.uploads.source import Source, damaged, unsupported
from inspections.uploads.strips import check_strips

SUBFILE, OLD_SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 255, 256, 257, 258, 259, 262
FILL_ORDER, SAMPLES, EXTRA_SAMPLES, SAMPLE_FORMAT = 266, 277, 338, 339
COLOUR_MAP, XMP, DNG_VERSION = 320, 700, 50706
JPEG_COMPRESSION = 7
# none, CCITT RLE, G3, G4, LZW, JPEG, deflate, PackBits, deflate by its old number, Zstandard
_COMPRESSIONS = {1, 2, 3, 4, 5, JPEG_COMPRESSION, 8, 32773, 32946, 50000}
_YCBCR = 6
_PALETTE_MODES = {"P", "PA"}
MOST_PAGES = 1000
MOST_SAMPLES = 6
MOST_METADATA_BYTES = 1 << 18
# What Pillow makes of a layout, in our names.
_MODES = {mode: mode for mode in ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK")}
_MODES |= {"I;16": "L", "I;16B": "L", "YCbCr": "RGB"}


def read_tiff(source: Source, limits: PhotoLimits) -> Structure:
    """Check the first picture and the chain behind it; reduced copies and masks do not count as pages."""
    directory = read_first_directory(source)
    if directory.repeated:
        raise damaged(_("a tag occurs twice in its directory"))
    directory.require_values()
    if DNG_VERSION in directory.entries or _is_secondary(directory) or source.take(8, 2) == b"CR":
        raise unsupported(_("it is a camera raw file"))
    width, height = directory.whole(WIDTH), directory.whole(HEIGHT)
    limits.check_size(width, height)
    pages = _count_pages(directory)
    if pages > 1:
        raise InspectionError("multi_page", pages=pages)
    mode, depth, samples = _read_layout(directory, byte_order(source))
    check_strips(directory, width, height, samples, depth)
    return Structure(width, height, mode, depth, exif=source, xmp=directory.raw(XMP, MOST_METADATA_BYTES))


def _is_secondary(directory: Directory) -> bool:
    """A reduced copy (bit 0) or a transparency mask (bit 2) of another picture."""
    return bool(directory.whole(SUBFILE) & 0b101) or directory.whole(OLD_SUBFILE) == 2


def _count_pages(first: Directory) -> int:
    """Full pictures in the chain of directories, counted up to `MOST_PAGES`."""
    directory, visited, pages = first, set[int](), 1
    while (offset := directory.next_offset()) and len(visited) < MOST_PAGES:
        if offset in visited:
            raise damaged(_("its pages point back at each other"))
        visited.add(offset)
        directory = Directory(first.source, first.order, offset)
        directory.require_values()
        pages += not _is_secondary(directory)
    return pages


def _read_layout(directory: Directory, order: str) -> tuple[str, int, int]:
    """Mode, bits per sample as stored, samples. Raises `unsupported_depth` or `unsupported_image`."""
    compression, photometric = directory.whole(COMPRESSION, 1), directory.whole(PHOTOMETRIC)
    if compression not in _COMPRESSIONS:
        raise unsupported(_("it is a TIFF with compression {number}").format(number=compression))
    samples = directory.whole(SAMPLES, 1)
    if not 1 <= samples <= MOST_SAMPLES:
        raise unsupported(_("it is a TIFF with {count} channels").format(count=samples))
    bits = _bits_per_sample(directory, samples)
    _check_depth(directory, bits)
    extra = tuple(int(kind) for kind in directory.numbers(EXTRA_SAMPLES))
    prefix = b"II" if order == "<" else b"MM"
    key = (prefix, photometric, (1,), directory.whole(FILL_ORDER, 1), bits, extra)
    mode = _MODES.get(OPEN_INFO.get(key, ("",))[0])
    if not mode or (photometric == _YCBCR and compression != JPEG_COMPRESSION):
        kind = _("it is a TIFF of colour type {number} with {samples} × {bits} bits")
        raise unsupported(kind.format(number=photometric, samples=samples, bits=bits[0]))
    if mode in _PALETTE_MODES and COLOUR_MAP not in directory.entries:
        raise damaged(_("its palette is missing"))
    return mode, bits[0], samples


def _bits_per_sample(directory: Directory, samples: int) -> tuple[int, ...]:
    bits = tuple(int(value) for value in directory.numbers(BITS)) or (1,)
    if len(bits) == 1:
        bits *= samples
    if len(bits) < samples:
        raise damaged(_("its depth is stated for some channels only"))
    return bits[:samples]


def _check_depth(directory: Directory, bits: tuple[int, ...]) -> None:
    kinds = set(directory.numbers(SAMPLE_FORMAT)) or {1}
    if kinds != {1}:
        kind = {2: _("{bits}-bit signed"), 3: _("{bits}-bit floating-point")}.get(
            int(max(kinds)), _("{bits}-bit complex")
        )
        raise InspectionError("unsupported_depth", depth=kind.format(bits=bits[0]))
    if len(set(bits)) > 1 or bits[0] not in (1, 2, 4, 8, 16):
        raise InspectionError("unsupported_depth", depth=_("{bits}-bit").format(bits=max(bits)))
