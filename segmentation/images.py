"""Read an untrusted photo into upright 8-bit RGB, or say in a sentence why not.

The header decides before anything is decoded: the kind of file, the number of pixels, one image or many.
"""

import struct
import tempfile
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin, UnidentifiedImageError
from PIL.ExifTags import Base as Exif

from segmentation.errors import ImageTooLarge, OutOfMemory, UnreadableImage, UnsupportedImage
from segmentation.memory import give_back_memory

FORMATS = ("JPEG", "PNG", "TIFF", "WEBP")
MAX_PIXELS = 250_000_000
BAND_ROWS = 256
LARGE_PIXELS = 40_000_000

# Pillow's own limit is lower than ours and knows no sentence; `read_image` applies ours to every header.
Image.MAX_IMAGE_PIXELS = None

_CONVERTIBLE = ("1", "L", "LA", "P", "PA", "RGB", "RGBX", "RGBA", "RGBa", "CMYK", "YCbCr")
_DEEP_GREY = ("I;16", "I;16L", "I;16B", "I;16N")
_NOT_ANALYSED = {"F": "its pixels are floating point numbers", "I": "its pixels are 32-bit whole numbers"}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DECODER_FAILURES = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class PhotoSource:
    """What the file held. `orientation` is the EXIF value that was undone, 1 where none or a senseless one.

    `mode` names the channels as Pillow does, 16-bit grey as L; `bit_depth` is bits per channel in the file.
    `converted_from` is the mode that became RGB, None where it was RGB.
    """

    format: str
    mode: str
    bit_depth: int
    orientation: int
    converted_from: str | None


_NEW_SUBFILE_TYPE = 254


@dataclass(frozen=True, slots=True)
class Photo:
    """`pixels` is uint8 (height, width, 3), RGB, upright, read-only."""

    pixels: NDArray[np.uint8]
    source: PhotoSource


def read_image(path: str | Path | BinaryIO, *, max_pixels: int = MAX_PIXELS) -> Photo:
    """Decode the whole of a JPEG, PNG, TIFF or WebP photo.

    Transparent parts come out white. 16-bit grey is scaled by 255/65535; of 16-bit colour Pillow keeps the
    high byte. A JPEG that carries previews behind the photo (MPO) is read as its first image.

    Raises UnreadableImage (not a photo, ends early, damaged), ImageTooLarge (decided from the header alone),
    UnsupportedImage (several images in one file, floats) or OutOfMemory.
    """
    with warnings.catch_warnings():
        # Pillow warns about damaged EXIF; the pixels are what counts here.
        warnings.simplefilter("ignore")
        with _open(path) as image:
            megapixels = image.width * image.height / 1e6
            if image.width * image.height > max_pixels:
                raise ImageTooLarge(megapixels=megapixels, limit=max_pixels / 1e6)
            try:
                return _decode(image)
            except _DECODER_FAILURES as error:
                raise UnreadableImage(reason=_reason(error)) from error
            except MemoryError as error:
                raise OutOfMemory(megapixels=megapixels) from error


def _open(path: str | Path | BinaryIO) -> Image.Image:
    try:
        return Image.open(path, formats=FORMATS)
    except UnidentifiedImageError as error:
        raise UnreadableImage(reason="it is not a whole JPEG, PNG, TIFF or WebP photo") from error
    except FileNotFoundError as error:
        raise UnreadableImage(reason="there is no such file") from error
    except _DECODER_FAILURES as error:
        raise UnreadableImage(reason=_reason(error)) from error


def _decode(image: Image.Image) -> Photo:
    _refuse_unsupported(image)
    mode = "L" if image.mode in _DEEP_GREY else image.mode
    is_tiff, bit_depth, inverted = image.format == "TIFF", _bit_depth(image), _white_is_zero(image)
    # Loading a TIFF turns it upright and forgets how it lay; elsewhere the tag may stand behind the pixels.
    orientation = _orientation(image) if is_tiff else 1
    image.load()
    upright = image
    if not is_tiff:
        orientation = _orientation(image)
        upright = image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image
    deep = image.mode in _DEEP_GREY
    return Photo(
        pixels=_from_deep_grey(upright, bit_depth, inverted) if deep else _pixels(_on_white(upright)),
        source=PhotoSource(
            format="JPEG" if image.format == "MPO" else str(image.format),
            mode=mode,
            bit_depth=bit_depth,
            orientation=orientation,
            converted_from=None if mode == "RGB" and not image.has_transparency_data else mode,
        ),
    )


def _refuse_unsupported(image: Image.Image) -> None:
    if image.mode not in (*_CONVERTIBLE, *_DEEP_GREY):
        kind = _NOT_ANALYSED.get(image.mode, f"its pixels are of the kind {image.mode}")
        raise UnsupportedImage(reason=kind)
    images = _count_photos(image)
    if images > 1:
        raise UnsupportedImage(reason=f"the file contains {images} images")


def _count_photos(image: Image.Image) -> int:
    """Images in the file that are photos of their own: previews behind a JPEG and smaller copies in a TIFF are not."""
    frames = getattr(image, "n_frames", 1)
    if frames == 1 or image.format == "MPO":
        return 1
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return frames
    photos = 0
    for frame in range(frames):
        image.seek(frame)
        # Bit 0 of NewSubfileType: a reduced-resolution version of another image of this file (TIFF 6.0, p. 36).
        photos += not image.tag_v2.get(_NEW_SUBFILE_TYPE, 0) & 1
    image.seek(0)
    return photos


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(Exif.Orientation, 1)
    except _DECODER_FAILURES:
        return 1
    return value if value in _UPRIGHT else 1


def _bit_depth(image: Image.Image) -> int:
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return max(image.tag_v2.get(Exif.BitsPerSample, (1,)))
    if image.mode == "1":
        return 1
    layouts = [str(tile[3]) for tile in getattr(image, "tile", ())]
    return 16 if image.mode in _DEEP_GREY or any(";16" in layout for layout in layouts) else 8


def _white_is_zero(image: Image.Image) -> bool:
    """Whether a TIFF counts darkness instead of light; Pillow undoes that for 8-bit grey alone."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    return bool(image.tag_v2.get(Exif.PhotometricInterpretation) == 0)


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    """uint8 (height, width, 3), read-only, copied in bands; `image` is closed.

    Pillow keeps four bytes of a pixel, and its own way to an array needs room for two more copies. A large photo goes
    through a file, so that Pillow's pixels and ours are never in memory together.
    """
    shape = (image.height, image.width, 3)
    bands = (
        np.asarray(image.crop((0, top, image.width, min(top + BAND_ROWS, image.height))))
        for top in range(0, image.height, BAND_ROWS)
    )
    if image.width * image.height >= LARGE_PIXELS:
        with tempfile.TemporaryFile() as file:
            for band in bands:
                file.write(band.data)
            image.close()
            give_back_memory()
            file.seek(0)
            pixels = np.fromfile(file, np.uint8).reshape(shape)
    else:
        pixels = np.empty(shape, np.uint8)
        for number, band in enumerate(bands):
            pixels[number * BAND_ROWS : (number + 1) * BAND_ROWS] = band
        image.close()
    pixels.flags.writeable = False
    return pixels


def _from_deep_grey(image: Image.Image, bit_depth: int, inverted: bool) -> NDArray[np.uint8]:
    """Scale (never clip, as Pillow's own conversion does) to 8 bit and repeat the grey for R, G and B."""
    grey = np.asarray(image)
    table = np.rint(np.linspace(0, 255, 2**bit_depth)).astype(np.uint8)
    if inverted:
        table = table[::-1]
    pixels = np.repeat(table[np.minimum(grey, table.size - 1)][:, :, None], 3, axis=2)
    pixels.flags.writeable = False
    return pixels


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and not image.has_transparency_data:
        return image
    if not image.has_transparency_data:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(clear, mask=clear.getchannel("A"))
    return white


def _reason(error: BaseException) -> str:
    words = str(error).lower()
    if isinstance(error, EOFError) or "truncated" in words or "not enough" in words:
        return "the file ends early"
    if isinstance(error, OSError) and error.errno is not None:
        return (error.strerror or "the file cannot be opened").lower()
    return "its image data is damaged"
