"""The focal length in pixels of the photo as it is measured.

    calibrated   CalibratedFocalLength of the drone, px                            u95 1 %
    sensor       FocalLength [mm] · FocalPlaneXResolution [px/mm]                  u95 5 %
    equivalent   FocalLengthIn35mmFilm · √(W² + H²) / 43.267                       u95 5 %, rounding, shape of the frame

each times the size of the photo over the size that the camera recorded. 43.267 mm is the diagonal of 36 × 24 mm, by
which EXIF defines the equivalent. 1 % and 5 % are estimates of this project: a calibration holds for another focus and
temperature; the focal length that a lens is sold under is rounded, and changes with focus.
"""

import math
from dataclasses import dataclass

from segmentation.scale.metadata import PhotoMetadata

FILM_DIAGONAL_MM = 43.267
CALIBRATED_U95 = 0.01
NOMINAL_U95 = 0.05
DOUBTFUL = 0.15
"""Two focal lengths of one photo that differ by more than this share cannot both be right."""
SAME_SHAPE = 0.01
SQUARE_PIXELS = 0.03


@dataclass(frozen=True, slots=True)
class Focal:
    """`px` at the size of the photo, its 95 % uncertainty, and a sentence on where it comes from."""

    px: float
    u95_px: float
    note: str


def find_focal(metadata: PhotoMetadata, size: tuple[int, int]) -> Focal | str:
    """The best focal length for a photo of `size` (width, height), or a sentence that says why there is none."""
    if metadata.digital_zoom is not None and metadata.digital_zoom > 1.01:
        return (
            f"The camera zoomed digitally ({metadata.digital_zoom:g} times), and cameras disagree on what their focal "
            "length then means. Photograph without digital zoom, or click a known length."
        )
    resized = _resized(metadata, size)
    if resized is None:
        return (
            "The photo was cropped after it was taken, so its focal length no longer holds. Upload the camera's own "
            "file, or click a known length."
        )
    found = [focal for focal in (_calibrated(metadata, resized), _sensor(metadata, resized)) if focal]
    equivalent = _equivalent(metadata, size)
    if equivalent:
        found.append(equivalent)
    found = [focal for focal in found if 0.2 <= focal.px / math.hypot(*size) <= 50]
    if not found:
        return (
            "The photo does not say its focal length in pixels, on the sensor or as 35 mm equivalent. "
            "Upload the camera's own file, or click a known length."
        )
    return _agreed(found[0], equivalent if equivalent in found else None)


def _agreed(best: Focal, equivalent: Focal | None) -> Focal:
    """`best`, unless the equivalent says otherwise: that one survives zooming and resizing, which others do not."""
    if equivalent is None or abs(best.px / equivalent.px - 1) <= DOUBTFUL:
        return best
    apart = abs(best.px - equivalent.px)
    note = f"{equivalent.note}, doubtful: {best.note} gives {best.px:.0f} px"
    return Focal(equivalent.px, math.hypot(equivalent.u95_px, apart), note)


def _calibrated(metadata: PhotoMetadata, resized: float) -> Focal | None:
    if metadata.calibrated_focal_length_px is None:
        return None
    px = metadata.calibrated_focal_length_px * resized
    return Focal(px, CALIBRATED_U95 * px, "focal length as the drone calibrated it")


def _sensor(metadata: PhotoMetadata, resized: float) -> Focal | None:
    if metadata.focal_length_mm is None or metadata.plane_px_per_mm is None:
        return None
    across, down = metadata.plane_px_per_mm
    if abs(across / down - 1) > SQUARE_PIXELS:
        return None
    px = metadata.focal_length_mm * math.sqrt(across * down) * resized
    return Focal(px, NOMINAL_U95 * px, f"focal length {metadata.focal_length_mm:g} mm and the sensor's resolution")


def _equivalent(metadata: PhotoMetadata, size: tuple[int, int]) -> Focal | None:
    equivalent = metadata.focal_length_35mm_mm
    if equivalent is None:
        return None
    low, high = _diagonals(size)
    px = equivalent * (low + high) / 2 / FILM_DIAGONAL_MM
    # Whole millimetres are written, and a frame of another shape is read as either of two diagonals.
    share = math.hypot(NOMINAL_U95, 0.5 / equivalent, (high - low) / (high + low))
    return Focal(px, share * px, f"focal length {equivalent:g} mm as 35 mm equivalent")


def _diagonals(size: tuple[int, int]) -> tuple[float, float]:
    """The least and the greatest diagonal, px, that the equivalent may refer to.

    Sensors are 4:3 or 3:2. A frame of another shape is cut out of one, and whether the equivalent then refers to the
    frame or to the whole sensor differs from camera to camera.
    """
    short, long = sorted(size)
    own = math.hypot(short, long)
    shape = long / short
    if 4 / 3 - 0.04 <= shape <= 3 / 2 + 0.04:
        return own, own
    sensor = 5 / 4 * long if shape > 4 / 3 else 5 / 3 * short
    return min(own, sensor), max(own, sensor)


def _resized(metadata: PhotoMetadata, size: tuple[int, int]) -> float | None:
    """Pixels of the photo per pixel that the camera recorded; None for a photo that was cropped."""
    recorded = metadata.recorded_size or metadata.size
    # Some programs turn the pixels and forget the recorded size.
    short, long = (now / then for now, then in zip(sorted(size), sorted(recorded), strict=True))
    return (short + long) / 2 if abs(short / long - 1) <= SAME_SHAPE else None
