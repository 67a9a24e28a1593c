"""EXIF (CIPA DC-008), read forgivingly: what cannot be read is absent, and no reason to refuse a photo."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from inspections.errors import InspectionError
from inspections.uploads.directories import Directory, byte_order, read_first_directory
from inspections.uploads.names import clean_text
from inspections.uploads.source import Source

DESCRIPTION, MAKE, MODEL, ORIENTATION, SOFTWARE, CHANGED = 0x010E, 0x010F, 0x0110, 0x0112, 0x0131, 0x0132
ARTIST, COPYRIGHT, EXIF_DIRECTORY, GPS_DIRECTORY = 0x013B, 0x8298, 0x8769, 0x8825
TAKEN, DIGITISED, TAKEN_OFFSET, DIGITISED_OFFSET, CHANGED_OFFSET = 0x9003, 0x9004, 0x9011, 0x9012, 0x9010
TAKEN_FRACTION, DIGITISED_FRACTION, CHANGED_FRACTION = 0x9291, 0x9292, 0x9290
EXPOSURE_TIME, F_NUMBER, ISO, BIAS, FOCAL_LENGTH, FOCAL_LENGTH_35 = (
    0x829A,
    0x829D,
    0x8827,
    0x9204,
    0x920A,
    0xA405,
)
USER_COMMENT, PLANE_X, PLANE_Y, PLANE_UNIT, ZOOM = 0x9286, 0xA20E, 0xA20F, 0xA210, 0xA404
BODY_SERIAL, LENS_MAKE, LENS_MODEL = 0xA431, 0xA433, 0xA434

MOST_TEXT_BYTES = 2048
_TIMES = (
    ("DateTimeOriginal", TAKEN, TAKEN_FRACTION, TAKEN_OFFSET),
    ("DateTimeDigitized", DIGITISED, DIGITISED_FRACTION, DIGITISED_OFFSET),
    ("DateTime", CHANGED, CHANGED_FRACTION, CHANGED_OFFSET),
)
_DATE = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
_MILLIMETRES = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}


class ExifReader:
    """The EXIF directories of one photo. No method raises; whatever was unreadable leaves `damaged` set.

    `image` is the first directory, `exif` and `gps` those it points to; each may be absent.
    """

    def __init__(self, source: Source | None) -> None:
        self.damaged = False
        self.image = self.exif = self.gps = None
        self._little_endian = False
        if source:
            try:
                self._little_endian = byte_order(source) == "<"
                self.image = read_first_directory(source)
                self.damaged = not self.image.complete
            except InspectionError:
                self.damaged = True
        self.exif = self._follow(EXIF_DIRECTORY)
        self.gps = self._follow(GPS_DIRECTORY)

    def _follow(self, tag: int) -> Directory | None:
        offset = self.number(self.image, tag)
        if not self.image or not offset:
            return None
        try:
            found = Directory(self.image.source, self.image.order, int(offset))
        except InspectionError:
            self.damaged = True
            return None
        self.damaged |= not found.complete
        return found

    def numbers(self, directory: Directory | None, tag: int) -> tuple[float, ...]:
        """The values of a tag, NaN among them where a fraction has no denominator; empty where absent."""
        try:
            return directory.numbers(tag) if directory else ()
        except InspectionError:
            self.damaged = True
            return ()

    def number(self, directory: Directory | None, tag: int) -> float | None:
        """The first value of a tag, if it is a finite number."""
        values = self.numbers(directory, tag)
        return values[0] if values and math.isfinite(values[0]) else None

    def text(self, directory: Directory | None, tag: int) -> str:
        """A text tag up to its first NUL, cleaned; empty where absent."""
        return clean_text(_decode(self._raw(directory, tag).split(b"\0", 1)[0]))

    def comment(self) -> str:
        """The user's comment, in the character set its first eight bytes name."""
        raw = self._raw(self.exif, USER_COMMENT)
        if raw.startswith(b"UNICODE\0"):
            codec = "utf-16-le" if self._little_endian else "utf-16-be"
            return clean_text(raw[8:].decode(codec, "ignore").split("\0", 1)[0])
        return clean_text(_decode(raw[8:].split(b"\0", 1)[0]))

    def _raw(self, directory: Directory | None, tag: int) -> bytes:
        try:
            return directory.raw(tag, MOST_TEXT_BYTES) if directory else b""
        except InspectionError:
            self.damaged = True
            return b""


def _decode(raw: bytes) -> str:
    # EXIF says ASCII; cameras and editors write UTF-8 or Windows-1252.
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        # A text cut in the middle of a character is still UTF-8.
        return raw[: error.start].decode() if error.reason == "unexpected end of data" else raw.decode("latin-1")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a photo was taken, by the camera's clock. `utc_offset` as written ("+02:00"), empty if unknown."""

    time: datetime
    utc_offset: str
    tag: str


def read_moment(exif: ExifReader) -> Moment | None:
    """The first readable of: time taken, time digitised, time changed; None where the clock was not set."""
    for name, tag, fraction_tag, offset_tag in _TIMES:
        directory = exif.image if tag == CHANGED else exif.exif
        written = exif.text(directory, tag)
        match = _DATE.fullmatch(written)
        if not match:
            exif.damaged |= bool(written.strip("0: "))
            continue
        try:
            time = datetime(*(int(part) for part in match.groups()))  # type: ignore[arg-type]  # six whole numbers
        except ValueError:
            exif.damaged |= bool(written.strip("0: "))
            continue
        fraction = exif.text(exif.exif, fraction_tag)
        if fraction.isascii() and fraction.isdigit():
            time = time.replace(microsecond=int(fraction[:6].ljust(6, "0")))
        offset = exif.text(exif.exif, offset_tag)
        zone = _zone(offset)
        return Moment(time.replace(tzinfo=zone), offset if zone else "", name)
    return None


def _zone(offset: str) -> timezone | None:
    if offset == "Z":
        return UTC
    match = _OFFSET.fullmatch(offset)
    # UTC-12 to UTC+14 are in use; the rest is noise.
    if not match or int(match[2]) > 14 or int(match[3]) > 59:
        return None
    shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-shift if match[1] == "-" else shift)


def read_camera(exif: ExifReader) -> dict[str, Any]:
    """Make, model, lens and software, as texts."""
    return {
        "make": exif.text(exif.image, MAKE),
        "model": exif.text(exif.image, MODEL),
        "serial_number": exif.text(exif.exif, BODY_SERIAL),
        "lens_make": exif.text(exif.exif, LENS_MAKE),
        "lens_model": exif.text(exif.exif, LENS_MODEL),
        "software": exif.text(exif.image, SOFTWARE),
    }


def read_exposure(exif: ExifReader) -> dict[str, Any]:
    """Seconds, aperture, sensitivity, focal lengths (mm), pixels per mm of sensor; zero means unknown."""
    unit = _MILLIMETRES.get(int(exif.number(exif.exif, PLANE_UNIT) or 2), 25.4)
    plane_x, plane_y = (_positive(exif, tag) for tag in (PLANE_X, PLANE_Y))
    return {
        "time_s": _positive(exif, EXPOSURE_TIME),
        "f_number": _positive(exif, F_NUMBER),
        "iso": _positive(exif, ISO),
        "bias_ev": exif.number(exif.exif, BIAS),
        "focal_length_mm": _positive(exif, FOCAL_LENGTH),
        "focal_length_35mm_mm": _positive(exif, FOCAL_LENGTH_35),
        "digital_zoom": _positive(exif, ZOOM),
        "sensor_x_px_per_mm": plane_x / unit if plane_x else None,
        "sensor_y_px_per_mm": plane_y / unit if plane_y else None,
    }


def read_texts(exif: ExifReader) -> dict[str, Any]:
    """What people and programs wrote about the photo."""
    return {
        "description": exif.text(exif.image, DESCRIPTION),
        "artist": exif.text(exif.image, ARTIST),
        "copyright": exif.text(exif.image, COPYRIGHT),
        "comment": exif.comment(),
    }


def _positive(exif: ExifReader, tag: int) -> float | None:
    value = exif.number(exif.exif, tag)
    return value if value and value > 0 else None
