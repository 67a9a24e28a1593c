"""What a drone writes into its XMP packet (ISO 16684-1): attributes or elements of DJI's name space."""

import math
import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from inspections.uploads.names import clean_text

MOST_BYTES = 1 << 18
DJI = "{http://www.dji.com/drone-dji/1.0/}"
# Sought in the text, as Pillow does: decoder and record must agree on which way is up, broken XML or not.
_ORIENTATION = re.compile(rb'tiff:Orientation(?:="|>)([0-9])')
_LAST_TAG = b"</x:xmpmeta>"

# DJI's name → ours. Altitudes in m, speeds in m/s, angles in degrees: yaw from north, pitch down is < 0.
_NUMBERS = {
    "AbsoluteAltitude": "absolute_altitude_m",
    "RelativeAltitude": "relative_altitude_m",
    "GimbalRollDegree": "gimbal_roll_deg",
    "GimbalYawDegree": "gimbal_yaw_deg",
    "GimbalPitchDegree": "gimbal_pitch_deg",
    "FlightRollDegree": "flight_roll_deg",
    "FlightYawDegree": "flight_yaw_deg",
    "FlightPitchDegree": "flight_pitch_deg",
    "FlightXSpeed": "flight_x_speed_m_s",
    "FlightYSpeed": "flight_y_speed_m_s",
    "FlightZSpeed": "flight_z_speed_m_s",
    "GpsLatitude": "gps_latitude",
    "GpsLongitude": "gps_longitude",
    "GpsLongtitude": "gps_longitude",  # so spelt by older firmware
    "CalibratedFocalLength": "calibrated_focal_length_px",
    "CalibratedOpticalCenterX": "calibrated_optical_center_x_px",
    "CalibratedOpticalCenterY": "calibrated_optical_center_y_px",
    "RtkFlag": "rtk_flag",
    "RtkStdLon": "rtk_std_lon_m",
    "RtkStdLat": "rtk_std_lat_m",
    "RtkStdHgt": "rtk_std_height_m",
    "LRFTargetDistance": "lrf_target_distance_m",
    "LRFTargetLon": "lrf_target_longitude",
    "LRFTargetLat": "lrf_target_latitude",
    "LRFTargetAlt": "lrf_target_altitude_m",
    "LRFTargetAbsAlt": "lrf_target_absolute_altitude_m",
}
_TEXTS = {
    "AltitudeType": "altitude_type",
    "DroneModel": "model",
    "GpsStatus": "gps_status",
    "LRFStatus": "lrf_status",
    "DewarpFlag": "dewarp_flag",
    "DewarpData": "dewarp_data",
}


@dataclass(slots=True)
class XmpFacts:
    """`drone` holds our names with numbers or short texts; `orientation` is the digit in tiff:Orientation."""

    drone: dict[str, Any] = field(default_factory=dict)
    orientation: int | None = None
    damaged: bool = False


def read_xmp(packet: bytes) -> XmpFacts:
    """Read a packet of untrusted XML; broken, too large or defining entities, it is `damaged`."""
    found = _ORIENTATION.search(packet)
    facts = XmpFacts(orientation=int(found[1]) if found else None)
    packet = _unwrap(packet)
    if not packet:
        return facts
    try:
        root = fromstring(packet[:MOST_BYTES], forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        facts.damaged = True
        return facts
    for element in root.iter():
        for name, value in _statements(element):
            _record(facts, name, value)
    return facts


def _unwrap(packet: bytes) -> bytes:
    # Editors cut and pad the processing instructions around the packet; the element inside is what counts.
    begin, end = packet.find(b"<x:xmpmeta"), packet.rfind(_LAST_TAG)
    return packet[begin : end + len(_LAST_TAG)] if 0 <= begin < end else packet.strip(b"\0\r\n\t ")


def _statements(element: Element) -> list[tuple[str, str]]:
    return [*element.attrib.items(), (element.tag, element.text or "")]


def _record(facts: XmpFacts, name: str, value: str) -> None:
    if not name.startswith(DJI):
        return
    plain = name.removeprefix(DJI)
    if plain in _TEXTS and value.strip():
        facts.drone[_TEXTS[plain]] = clean_text(value)
    elif plain in _NUMBERS:
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            facts.drone[_NUMBERS[plain]] = number
        else:
            facts.damaged |= bool(value.strip())
