"""Where a photo was taken, from its EXIF GPS directory (CIPA DC-008 4.6.6), believed where it can be true."""

import math
from dataclasses import dataclass

from inspections.uploads.exif import ExifReader

LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE = 1, 2, 3, 4
ALTITUDE_REF, ALTITUDE, DIRECTION_REF, DIRECTION, ACCURACY = 5, 6, 16, 17, 31
# The Dead Sea's shore lies at -430 m; nothing that photographs bridges flies above 9000 m.
LOWEST_M, HIGHEST_M = -500.0, 9000.0


@dataclass(frozen=True, slots=True)
class Place:
    """WGS 84 degrees (north, east positive), metres above sea level, viewing direction in degrees from north.

    `direction_reference` is "true", "magnetic" or empty. `doubtful`: a stated value was not believed.
    """

    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    direction_deg: float | None = None
    direction_reference: str = ""
    accuracy_m: float | None = None
    doubtful: bool = False


def read_place(exif: ExifReader) -> Place:
    """The place; a value that is absent or impossible is None."""
    latitude, bad_latitude = _read_angle(exif, LATITUDE, LATITUDE_REF, "NS", 90)
    longitude, bad_longitude = _read_angle(exif, LONGITUDE, LONGITUDE_REF, "EW", 180)
    # A receiver without a fix writes zeros; nobody inspects bridges in the Gulf of Guinea.
    half_or_none = (latitude is None) != (longitude is None) or latitude == longitude == 0
    if half_or_none:
        latitude = longitude = None
    altitude, bad_altitude = _read_altitude(exif)
    direction = exif.number(exif.gps, DIRECTION)
    if direction is not None and not 0 <= direction <= 360:
        direction = None
    accuracy = exif.number(exif.gps, ACCURACY)
    return Place(
        latitude=latitude,
        longitude=longitude,
        altitude_m=altitude,
        direction_deg=direction,
        direction_reference=_reference(exif) if direction is not None else "",
        accuracy_m=accuracy if accuracy and accuracy > 0 else None,
        doubtful=bad_latitude or bad_longitude or half_or_none or bad_altitude,
    )


def _reference(exif: ExifReader) -> str:
    return {"T": "true", "M": "magnetic"}.get(exif.text(exif.gps, DIRECTION_REF), "")


def _read_angle(exif: ExifReader, tag: int, ref_tag: int, signs: str, limit: int) -> tuple[float | None, bool]:
    """Degrees, and whether a stated angle was not believed."""
    parts = exif.numbers(exif.gps, tag)
    if not parts:
        return None, False
    hemisphere = exif.text(exif.gps, ref_tag)[:1].upper()
    degrees = sum(part / scale for part, scale in zip(parts, (1, 60, 3600), strict=False))
    believable = (
        bool(hemisphere)
        and hemisphere in signs
        and math.isfinite(degrees)
        and all(part >= 0 for part in parts[:3])
        and degrees <= limit
    )
    if not believable:
        return None, True
    return round(-degrees if hemisphere == signs[1] and degrees else degrees, 9), False


def _read_altitude(exif: ExifReader) -> tuple[float | None, bool]:
    """Metres above sea level, and whether a stated altitude was not believed."""
    parts = exif.numbers(exif.gps, ALTITUDE)
    if not parts:
        return None, False
    # Reference 1 and 3 (EXIF 3.0) are below sea level and below the ellipsoid.
    below = exif.number(exif.gps, ALTITUDE_REF) in (1, 3)
    altitude = -parts[0] if below else parts[0]
    # NaN compares as false and is not believed either.
    return (altitude, False) if LOWEST_M <= altitude <= HIGHEST_M else (None, True)
