"""Write a drawn photo as a drone would: JPEG with EXIF and with the flight's XMP, and the truth beside it.

The camera is invented (make "Hairline", model "Drawn 1"); its XMP uses the `drone-dji` namespace, because that is what
inspection software reads. Distance, calibrated focal length and scale agree: mm per pixel = distance / focal length.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import quoteattr

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from segmentation.drawing.truth import DrawnPhoto

MAKE, MODEL, SOFTWARE = "Hairline", "Drawn 1", "Hairline drawing 1"
SENSOR_MM = (17.3, 13.0)
"""Width and height of the invented camera's sensor."""

DIAGONAL_35MM = 43.2666
"""Diagonal of the 35 mm frame (36 × 24 mm): EXIF's equivalent focal length is by diagonal."""


@dataclass(frozen=True, slots=True)
class PhotoMetadata:
    """When, where and how a photo was taken.

    `taken_at` carries its offset from UTC. `latitude`, `longitude` in degrees (WGS 84), `altitude_m` above sea level,
    `height_m` above take-off. `bearing_deg` is where the camera looks, clockwise from north; `pitch_deg` is 0 for
    level, 90 for straight up. `distance_m` to the wall is what the rangefinder says. `orientation` is the EXIF number
    1 to 8: the pixels are stored so that a reader who obeys it sees the photo upright.
    """

    taken_at: datetime
    latitude: float
    longitude: float
    altitude_m: float = 100.0
    height_m: float = 5.0
    bearing_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    distance_m: float = 3.0
    exposure_s: float = 1 / 500
    f_number: float = 2.8
    iso: int = 100
    orientation: int = 1


_STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def write_photo(path: Path, drawn: DrawnPhoto, *, metadata: PhotoMetadata, quality: int = 92) -> None:
    """Write `drawn` as JPEG (4:2:0) with EXIF and XMP. Raises ValueError for an orientation that does not exist."""
    if metadata.orientation not in _STORED_AS:
        raise ValueError(f"EXIF knows the orientations 1 to 8, not {metadata.orientation}.")
    image = Image.fromarray(drawn.pixels)
    turn = _STORED_AS[metadata.orientation]
    if turn is not None:
        image = image.transpose(turn)
    exif = _exif(drawn, metadata, image.size)
    xmp = _xmp(drawn, metadata).encode()
    image.save(path, "JPEG", quality=quality, subsampling="4:2:0", exif=exif, xmp=xmp)


def write_mask(path: Path, drawn: DrawnPhoto) -> None:
    """Write the mask as an 8-bit PNG: 0 or 255."""
    Image.fromarray(drawn.mask).convert("L").save(path, "PNG", compress_level=6)


def write_truth(path: Path, drawn: DrawnPhoto) -> None:
    """Write `DrawnPhoto.truth()` as JSON."""
    path.write_text(json.dumps(drawn.truth(), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def distance_at(drawn: DrawnPhoto, focal_35mm: float) -> float:
    """Metres from which a lens of this 35 mm equivalent focal length sees the wall at the photo's scale."""
    height, width = drawn.mask.shape
    return focal_35mm * (width**2 + height**2) ** 0.5 / DIAGONAL_35MM * drawn.mm_per_pixel / 1000


def focal_length_px(drawn: DrawnPhoto, distance_m: float) -> float:
    """Focal length in pixels at which a wall `distance_m` away is seen at the photo's scale."""
    return distance_m * 1000 / drawn.mm_per_pixel


def _exif(drawn: DrawnPhoto, metadata: PhotoMetadata, size: tuple[int, int]) -> Image.Exif:
    height, width = drawn.mask.shape
    diagonal = (width**2 + height**2) ** 0.5
    focal_px = focal_length_px(drawn, metadata.distance_m)
    taken = metadata.taken_at.strftime("%Y:%m:%d %H:%M:%S")
    offset = _offset(metadata.taken_at)
    base, photo = ExifTags.Base, ExifTags.IFD.Exif
    exif = Image.Exif()
    exif[base.Make], exif[base.Model], exif[base.Software] = MAKE, MODEL, SOFTWARE
    exif[base.Orientation] = metadata.orientation
    exif[base.DateTime] = taken
    exif[base.XResolution] = exif[base.YResolution] = IFDRational(72)
    exif[base.ResolutionUnit] = 2
    exif.get_ifd(photo).update(
        {
            base.ExifVersion: b"0232",
            base.DateTimeOriginal: taken,
            base.DateTimeDigitized: taken,
            base.OffsetTime: offset,
            base.OffsetTimeOriginal: offset,
            base.ExposureTime: IFDRational(Fraction(metadata.exposure_s).limit_denominator(8000)),
            base.FNumber: IFDRational(round(metadata.f_number * 10), 10),
            base.ISOSpeedRatings: metadata.iso,
            base.FocalLength: IFDRational(round(focal_px * _pixel_pitch_mm(drawn) * 100), 100),
            base.FocalLengthIn35mmFilm: min(round(focal_px * DIAGONAL_35MM / diagonal), 65535),
            base.SubjectDistance: IFDRational(round(metadata.distance_m * 100), 100),
            base.ExifImageWidth: size[0],
            base.ExifImageHeight: size[1],
            base.ColorSpace: 1,
        }
    )
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(_gps(metadata))
    return exif


def _gps(metadata: PhotoMetadata) -> dict[int, object]:
    gps = ExifTags.GPS
    return {
        gps.GPSVersionID: b"\x02\x03\x00\x00",
        gps.GPSLatitudeRef: "N" if metadata.latitude >= 0 else "S",
        gps.GPSLatitude: _degrees(metadata.latitude),
        gps.GPSLongitudeRef: "E" if metadata.longitude >= 0 else "W",
        gps.GPSLongitude: _degrees(metadata.longitude),
        gps.GPSAltitudeRef: b"\x00" if metadata.altitude_m >= 0 else b"\x01",
        gps.GPSAltitude: IFDRational(round(abs(metadata.altitude_m) * 1000), 1000),
        gps.GPSImgDirectionRef: "T",
        gps.GPSImgDirection: IFDRational(round(metadata.bearing_deg % 360 * 100), 100),
    }


def _xmp(drawn: DrawnPhoto, metadata: PhotoMetadata) -> str:
    height, width = drawn.mask.shape
    yaw = (metadata.bearing_deg + 180) % 360 - 180
    values = {
        "AbsoluteAltitude": f"{metadata.altitude_m:+.2f}",
        "RelativeAltitude": f"{metadata.height_m:+.2f}",
        "GpsLatitude": f"{metadata.latitude:.9f}",
        "GpsLongitude": f"{metadata.longitude:.9f}",
        "GimbalRollDegree": f"{metadata.roll_deg:+.2f}",
        "GimbalYawDegree": f"{yaw:+.2f}",
        "GimbalPitchDegree": f"{metadata.pitch_deg:+.2f}",
        "FlightRollDegree": "+0.00",
        "FlightYawDegree": f"{yaw:+.2f}",
        "FlightPitchDegree": "+0.00",
        "CamReverse": "0",
        "CalibratedFocalLength": f"{focal_length_px(drawn, metadata.distance_m):.6f}",
        "CalibratedOpticalCenterX": f"{width / 2:.6f}",
        "CalibratedOpticalCenterY": f"{height / 2:.6f}",
        "LRFStatus": "Normal",
        "LRFTargetDistance": f"{metadata.distance_m:.3f}",
        "RtkFlag": "0",
    }
    attributes = "\n".join(f"   drone-dji:{name}={quoteattr(value)}" for name, value in values.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '  <rdf:Description rdf:about=""\n'
        '   xmlns:xmp="http://ns.adobe.com/xap/1.0/"\n'
        '   xmlns:tiff="http://ns.adobe.com/tiff/1.0/"\n'
        '   xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/"\n'
        f"   xmp:CreateDate={quoteattr(metadata.taken_at.isoformat(timespec='seconds'))}\n"
        f"   tiff:Make={quoteattr(MAKE)}\n"
        f"   tiff:Model={quoteattr(MODEL)}\n"
        f"{attributes}/>\n"
        " </rdf:RDF>\n"
        "</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    )


def _pixel_pitch_mm(drawn: DrawnPhoto) -> float:
    height, width = drawn.mask.shape
    return (SENSOR_MM[0] ** 2 + SENSOR_MM[1] ** 2) ** 0.5 / (width**2 + height**2) ** 0.5


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Degrees, minutes and seconds to a ten-thousandth of a second (3 mm)."""
    units = round(abs(value) * 3600 * 10_000)
    minutes, rest = divmod(units, 60 * 10_000)
    return IFDRational(minutes // 60), IFDRational(minutes % 60), IFDRational(rest, 10_000)


def _offset(taken_at: datetime) -> str:
    offset = taken_at.utcoffset() or timedelta(0)
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
