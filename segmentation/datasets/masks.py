"""Masks from files: pictures of any kind that says clearly what is crack, and CrackForest's MATLAB files.

A picture is crack where it is brighter than half. Never where it is above 0: a mask that was saved as JPEG rings
around every edge, and a crack three pixels wide more than doubles its area.
"""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from segmentation.datasets.pairs import Size, UnusableMask
from segmentation.images import MAX_PIXELS

MASK_FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "GIF")
MASK_SUFFIXES = (".png", ".bmp", ".tif", ".tiff", ".jpg", ".jpeg", ".gif", ".webp")
DECODER_FAILURES = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, struct.error, zlib.error)

_LOSSY = ("JPEG", "WEBP")
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N")
# Colour noise of a grey JPEG stays far below this; a red or a yellow far above.
_COLOURED = 64
# What JPEG leaves on a black picture without any white stays below this.
_JPEG_NOISE = 32
_CRACK_IN_CRACKFOREST = 2


@dataclass(frozen=True, slots=True)
class MaskFile:
    """A picture whose bright pixels are crack; with `class_numbers` everything above 0, in lossless files only."""

    path: Path
    class_numbers: bool = False

    def read(self, size: Size) -> NDArray[np.bool_]:
        """The mask at the picture's own size. Raises UnusableMask where bright and dark do not say what is crack."""
        try:
            with Image.open(self.path, formats=MASK_FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise UnusableMask("unreadable", f"{self.path.name} has more than {MAX_PIXELS:_} pixels")
                # A palette's colours are for the eye; its class numbers are the indices.
                by_index = self.class_numbers and image.mode == "P"
                levels, top = (np.asarray(image).astype(np.uint16), 255) if by_index else _levels(image, self.path.name)
                lossy = image.format in _LOSSY
        except UnusableMask:
            raise
        except UnidentifiedImageError as error:
            raise UnusableMask("unreadable", f"{self.path.name} is not a whole picture") from error
        except DECODER_FAILURES as error:
            raise UnusableMask("unreadable", f"{self.path.name}: {_reason(error)}") from error
        return self._binarised(levels, top, lossy=lossy)

    def _binarised(self, levels: NDArray[np.uint16], top: int, *, lossy: bool) -> NDArray[np.bool_]:
        if self.class_numbers:
            if lossy:
                raise UnusableMask("mask_kind", f"{self.path.name} is a JPEG, which cannot hold class numbers")
            return levels > 0
        brightest = int(levels.max(initial=0))
        noise = _JPEG_NOISE if lossy else 0
        if noise < brightest <= top // 2:
            raise UnusableMask("class_numbers", f"{self.path.name}: its brightest value is {brightest} of {top}")
        return levels > top // 2


def _levels(image: Image.Image, name: str) -> tuple[NDArray[np.uint16], int]:
    """Grey levels (height, width) and the highest level there can be."""
    if image.mode in _DEEP:
        return np.asarray(image).astype(np.uint16), 65535
    if image.mode in ("I", "F"):
        raise UnusableMask("mask_kind", f"{name} holds 32-bit numbers")
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L")).astype(np.uint16), 255
    clear = np.asarray(image.convert("RGBA"))
    if clear[..., 3].min(initial=255) < 255:
        raise UnusableMask("mask_kind", f"{name} is partly transparent")
    colours = clear[..., :3].astype(np.int16)
    if np.ptp(colours, axis=2).max(initial=0) > _COLOURED:
        raise UnusableMask("mask_kind", f"{name} has colours, and which of them is crack is not said")
    return np.asarray(image.convert("RGB").convert("L")).astype(np.uint16), 255


@dataclass(frozen=True, slots=True)
class CrackForestMask:
    """`groundTruth.Segmentation` of a MATLAB v5 file: 1 is background, 2 is crack."""

    path: Path

    def read(self, size: Size) -> NDArray[np.bool_]:
        """The mask at the file's own size. Raises UnusableMask where the file holds no such segmentation."""
        try:
            # Reads numbers and text only; nothing in the file is ever run.
            truth = loadmat(self.path, variable_names=["groundTruth"], appendmat=False)["groundTruth"]
            labels = np.asarray(truth["Segmentation"][0, 0])
        except (*DECODER_FAILURES, MatReadError, NotImplementedError, OverflowError, MemoryError) as error:
            raise UnusableMask("unreadable", f"{self.path.name} is not a MATLAB v5 file with a groundTruth") from error
        if labels.ndim != 2 or not np.issubdtype(labels.dtype, np.number):
            raise UnusableMask("unreadable", f"{self.path.name}: its Segmentation is not a picture")
        return labels == _CRACK_IN_CRACKFOREST


@dataclass(frozen=True, slots=True)
class NoCracks:
    """The mask of a photo that is known to be free of cracks."""

    def read(self, size: Size) -> NDArray[np.bool_]:
        """All background, of the photo's size."""
        return np.zeros(size, bool)


def _reason(error: BaseException) -> str:
    words = str(error).lower()
    if "truncated" in words or isinstance(error, EOFError):
        return "the file ends early"
    if isinstance(error, OSError) and error.errno is not None:
        return (error.strerror or "it cannot be opened").lower()
    return "its image data is damaged"
