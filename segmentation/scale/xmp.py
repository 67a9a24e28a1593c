"""What a drone writes into its XMP packet (ISO 16684-1) that bears on scale. The packet is input from strangers."""

import math
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MOST_BYTES = 1 << 18
MOST_CHARACTERS = 64
DJI = "{http://www.dji.com/drone-dji/1.0/}"
NUMBERS = (
    "CalibratedFocalLength",
    "GimbalPitchDegree",
    "GimbalRollDegree",
    "LRFTargetDistance",
    "RelativeAltitude",
)
STATUS = "LRFStatus"
_LAST_TAG = b"</x:xmpmeta>"


@dataclass(slots=True)
class XmpFacts:
    """`numbers` by DJI's name, finite; `status` of the laser, empty where it says nothing; `notes` on what was left."""

    numbers: dict[str, float] = field(default_factory=dict)
    status: str = ""
    notes: list[str] = field(default_factory=list)


def read_xmp(packet: bytes) -> XmpFacts:
    """Read attributes and elements of DJI's name space. Raises nothing: what cannot be read becomes a note.

    A packet above MOST_BYTES, broken XML and XML that defines entities are not read at all.
    """
    facts = XmpFacts()
    packet = _unwrap(packet)
    if not packet:
        return facts
    if len(packet) > MOST_BYTES:
        facts.notes.append(f"The XMP block is larger than {MOST_BYTES // 1024} kB and was not read.")
        return facts
    try:
        root = fromstring(packet, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        facts.notes.append("The XMP block is damaged and was not read.")
        return facts
    for element in root.iter():
        for name, value in (*element.attrib.items(), (str(element.tag), element.text or "")):
            if name.startswith(DJI):
                _record(facts, name.removeprefix(DJI), value.strip()[:MOST_CHARACTERS])
    return facts


def _record(facts: XmpFacts, name: str, value: str) -> None:
    if name == STATUS:
        facts.status = "".join(letter for letter in value if letter.isprintable())
    elif name in NUMBERS and value:
        number = _number(value)
        if number is None:
            facts.notes.append(f"{name} in the XMP block is not a number and was left out.")
        else:
            facts.numbers[name] = number


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _unwrap(packet: bytes) -> bytes:
    # Editors cut and pad the processing instructions around the packet; the element inside is what counts.
    begin, end = packet.find(b"<x:xmpmeta"), packet.rfind(_LAST_TAG)
    return packet[begin : end + len(_LAST_TAG)] if 0 <= begin < end else packet.strip(b"\0\r\n\t ")
