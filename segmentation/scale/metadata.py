"""What a photo says about itself that bears on scale: focal lengths, distances, angles, sizes."""

import math
import struct
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import IFD
from PIL.ExifTags import Base as Exif

from segmentation.drawing.writing import MAKE as DRAWN
from segmentation.errors import UnreadableImage
from segmentation.images import FORMATS
from segmentation.measurement import CAMERA, PLAIN, Calibration
from segmentation.scale.xmp import XmpFacts, read_xmp

_MILLIMETRES = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
"""FocalPlaneResolutionUnit: inch and centimetre (EXIF 2.32, table 6); 4 and 5 as some cameras write them."""
_TIFF_XMP = 700
_INFINITY = 0xFFFFFFFF
_NOWHERE_M = 1e6
_FAILURES = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, struct.error, OverflowError)


@dataclass(frozen=True, slots=True)
class PhotoMetadata:
    """None is unknown: absent, zero where zero means unknown, or senseless. Sizes are width, height in px.

    `size` is that of the file turned upright, `recorded_size` what the camera wrote into EXIF, turned likewise,
    `orientation` the EXIF value 1 to 8. `plane_px_per_mm` are pixels of `recorded_size` per mm of sensor.
    `relative_altitude_m` is the height above take-off and never a distance to anything. `notes` say what was there and
    could not be used.
    """

    size: tuple[int, int]
    orientation: int = 1
    recorded_size: tuple[int, int] | None = None
    make: str = ""
    model: str = ""
    focal_length_mm: float | None = None
    focal_length_35mm_mm: float | None = None
    plane_px_per_mm: tuple[float, float] | None = None
    digital_zoom: float | None = None
    subject_distance_m: float | None = None
    calibrated_focal_length_px: float | None = None
    laser_distance_m: float | None = None
    laser_status: str = ""
    gimbal_pitch_deg: float | None = None
    gimbal_roll_deg: float | None = None
    relative_altitude_m: float | None = None
    notes: tuple[str, ...] = field(default=())


def read_metadata(path: str | Path | BinaryIO) -> PhotoMetadata:
    """Read header, EXIF and XMP of a JPEG, PNG, TIFF or WebP photo; no pixel is decoded.

    Broken metadata gives notes. Raises UnreadableImage where the file is not a photo at all.
    """
    with warnings.catch_warnings():
        # Pillow warns about damaged EXIF; what could not be read is absent.
        warnings.simplefilter("ignore")
        try:
            image = Image.open(path, formats=FORMATS)
        except UnidentifiedImageError as error:
            raise UnreadableImage(reason="it is not a whole JPEG, PNG, TIFF or WebP photo") from error
        except FileNotFoundError as error:
            raise UnreadableImage(reason="there is no such file") from error
        except _FAILURES as error:
            raise UnreadableImage(reason="its header is damaged") from error
        with image:
            return _gather(image)


def _gather(image: Image.Image) -> PhotoMetadata:
    notes: list[str] = []
    first, exif = _read_exif(image, notes)
    drone = read_xmp(_packet(image))
    orientation = first.get(Exif.Orientation, 1)
    orientation = orientation if orientation in range(1, 9) else 1
    return PhotoMetadata(
        # Pillow turns the size of a TIFF by itself.
        size=image.size if image.format == "TIFF" else _turned(image.size, orientation),
        orientation=orientation,
        recorded_size=_recorded_size(exif, orientation),
        make=_text(first.get(Exif.Make)),
        model=_text(first.get(Exif.Model)),
        focal_length_mm=_positive(exif.get(Exif.FocalLength)),
        focal_length_35mm_mm=_positive(exif.get(Exif.FocalLengthIn35mmFilm)),
        plane_px_per_mm=_plane(exif),
        digital_zoom=_positive(exif.get(Exif.DigitalZoomRatio)),
        subject_distance_m=_subject_distance(exif.get(Exif.SubjectDistance)),
        **_flown(drone, notes),
        notes=(*notes, *drone.notes),
    )


def _flown(drone: XmpFacts, notes: list[str]) -> dict[str, Any]:
    """The drone's numbers under our names; a focal length or a range below zero becomes a note."""
    for name in ("CalibratedFocalLength", "LRFTargetDistance"):
        if drone.numbers.get(name, 1.0) < 0:
            notes.append(f"{name} in the XMP block is negative and was left out.")
    return {
        "calibrated_focal_length_px": _positive(drone.numbers.get("CalibratedFocalLength")),
        "laser_distance_m": _positive(drone.numbers.get("LRFTargetDistance")),
        "laser_status": drone.status,
        "gimbal_pitch_deg": drone.numbers.get("GimbalPitchDegree"),
        "gimbal_roll_deg": drone.numbers.get("GimbalRollDegree"),
        "relative_altitude_m": drone.numbers.get("RelativeAltitude"),
    }


def _read_exif(image: Image.Image, notes: list[str]) -> tuple[dict[int, Any], dict[int, Any]]:
    try:
        tags = image.getexif()
        return dict(tags), dict(tags.get_ifd(IFD.Exif))
    except _FAILURES:
        notes.append("The EXIF block is damaged and was not read.")
        return {}, {}


def _packet(image: Image.Image) -> bytes:
    packet = image.info.get("xmp")
    if packet is None and image.format == "TIFF":
        packet = getattr(image, "tag_v2", {}).get(_TIFF_XMP)
    if packet is None:
        packet = image.info.get("XML:com.adobe.xmp")
    if isinstance(packet, str):
        return packet.encode("utf-8", "replace")
    return packet if isinstance(packet, bytes) else b""


def _recorded_size(exif: dict[int, Any], orientation: int) -> tuple[int, int] | None:
    width, height = (_positive(exif.get(tag)) for tag in (Exif.ExifImageWidth, Exif.ExifImageHeight))
    if width is None or height is None or min(width, height) < 1:
        return None
    return _turned((int(width), int(height)), orientation)


def _plane(exif: dict[int, Any]) -> tuple[float, float] | None:
    unit = _MILLIMETRES.get(exif.get(Exif.FocalPlaneResolutionUnit, 2))
    across, down = (_positive(exif.get(tag)) for tag in (Exif.FocalPlaneXResolution, Exif.FocalPlaneYResolution))
    if unit is None or across is None:
        return None
    return across / unit, (down or across) / unit


def _subject_distance(value: Any) -> float | None:
    # EXIF 2.32: a numerator of 0xFFFFFFFF is infinity, 0 is unknown. Fractions may come reduced, so by size too.
    metres = _positive(value)
    infinite = getattr(value, "numerator", None) == _INFINITY or (metres or 0.0) >= _NOWHERE_M
    return None if infinite else metres


def _positive(value: Any) -> float | None:
    if isinstance(value, tuple):
        value = value[0] if value else None
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) and 0 < number < 1e9 else None


def _text(value: Any) -> str:
    text = value.split("\0", 1)[0] if isinstance(value, str) else ""
    return "".join(letter for letter in text if letter.isprintable()).strip()[:64]


def _turned(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    return (size[1], size[0]) if orientation >= 5 else (size[0], size[1])


def calibration_for(make: str) -> Calibration:
    """What the grey values of a photo mean: those of a camera, unless its maker is ours, which draws."""
    return PLAIN if make == DRAWN else CAMERA
