"""The scale, the floor and the calibration with which a command measures a photo."""

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmentation.measurement import PLAIN, Calibration
from segmentation.scale import (
    FAMILIES,
    Floor,
    MarkerKind,
    Plane,
    Scale,
    Source,
    calibration_for,
    find_floor,
    find_markers,
    find_scale,
    read_metadata,
)
from segmentation.scale.plane import COVERAGE

GIVEN = "given"
SMALLEST_PHOTO_PX = 16
"""A side below which a photo has no floor."""


@dataclass(frozen=True, slots=True)
class PhotoScale:
    """A scale and where it comes from: `source` is that of the scale, or `given` for a plain number of millimetres."""

    scale: Scale
    source: str


def add_scale_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of every command that measures."""
    parser.add_argument(
        "--mm-per-pixel", type=millimetres, metavar="S", help="scale, where you know better than the photo"
    )
    parser.add_argument(
        "--mm-per-pixel-u95", type=millimetres, metavar="U", help="its uncertainty (95 %%), without which it is exact"
    )
    parser.add_argument(
        "--marker",
        type=marker,
        metavar="FAMILY:MM",
        help=f"markers in the photo and the side of their black square, as aruco-4x4-50:120; {', '.join(FAMILIES)}",
    )
    parser.add_argument(
        "--plain", action="store_true", help="a picture without a camera's processing, a drawn one: grey is sRGB light"
    )


def scale_of(
    photo: Path | None, size: tuple[int, int], pixels: NDArray[np.uint8] | None, args: argparse.Namespace
) -> PhotoScale | None:
    """The scale that was given, else that of markers and metadata; None for pixels only. `size` is width, height.

    `pixels` is the photo, RGB uint8 (height, width, 3), searched where markers were named. Raises MarkersUnavailable.
    """
    if args.mm_per_pixel is not None:
        return _given(args.mm_per_pixel, args.mm_per_pixel_u95 or 0.0, size)
    if photo is None:
        return None
    seen = find_markers(pixels, args.marker) if args.marker and pixels is not None else None
    scale = find_scale(photo, size=size, markers=seen).scale
    return PhotoScale(scale, scale.source.value) if scale else None


def floor_of(pixels: NDArray[np.uint8] | None, scale: PhotoScale | None) -> Floor | None:
    """The narrowest width that the photo shows; None without a photo, or for one too small to tell."""
    if pixels is None or min(pixels.shape[:2]) < SMALLEST_PHOTO_PX:
        return None
    return find_floor(pixels, scale.scale if scale else None)


def calibration_of(photo: Path, plain: bool) -> Calibration:
    """That of a camera, unless it is said, or the photo says itself, that it was drawn."""
    return PLAIN if plain else calibration_for(read_metadata(photo).make)


def millimetres(text: str) -> float:
    """Millimetres per pixel from the command line."""
    value = float(text)
    if not (0 < value < math.inf):
        raise argparse.ArgumentTypeError("must be a positive number of millimetres")
    return value


def marker(text: str) -> MarkerKind:
    """Markers from the command line."""
    family, _, side = text.rpartition(":")
    try:
        return MarkerKind(family, float(side))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not FAMILY:MM. {error}") from error


def _given(mm_per_px: float, u95: float, size: tuple[int, int]) -> PhotoScale:
    numbers = np.array([mm_per_px, 0.0, 0.0, mm_per_px, 0.0, 0.0])
    square_on = Plane.of((size[0] / 2, size[1] / 2), numbers, np.zeros((6, 6)))
    plane = square_on.times(1.0, relative_sd=u95 / mm_per_px / COVERAGE)
    return PhotoScale(Scale.on(plane, Source.KNOWN_LENGTH, "Given for the photo, the same all over it.", size), GIVEN)
