"""What a photo says about itself, gathered into one small JSON document.

Groups, each absent when empty, each key absent when unknown:

- `taken_at`: `local` (the camera's clock), `utc_offset` ("+02:00", null where the camera does not say), `tag`
- `camera`: `make`, `model`, `serial_number`, `lens_make`, `lens_model`, `software`
- `exposure`: `time_s`, `f_number`, `iso`, `bias_ev`, `focal_length_mm`, `focal_length_35mm_mm`,
  `digital_zoom`, `sensor_x_px_per_mm`, `sensor_y_px_per_mm`
- `gps`: `latitude`, `longitude`, `altitude_m`, `direction_deg`, `direction_reference`, `accuracy_m`
- `text`: `description`, `artist`, `copyright`, `comment`
- `drone`: the names in `xmp.py`

Texts are cleaned and at most 255 characters long, numbers finite: the whole stays far below 64 kB.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from inspections.uploads.exif import (
    ORIENTATION,
    ExifReader,
    Moment,
    read_camera,
    read_exposure,
    read_moment,
    read_texts,
)
from inspections.uploads.facts import warning
from inspections.uploads.gps import Place, read_place
from inspections.uploads.source import Source
from inspections.uploads.xmp import XmpFacts, read_xmp


@dataclass(slots=True)
class Metadata:
    """The document, the values that have a column of their own, and the warnings."""

    document: dict[str, Any]
    place: Place
    orientation: int
    taken_at: datetime | None
    warnings: list[dict[str, str]] = field(default_factory=list)


def read_metadata(exif_block: Source | None, xmp_packet: bytes) -> Metadata:
    """Read both blocks. Broken ones give a warning and whatever could be read; nothing is raised."""
    exif, xmp = ExifReader(exif_block), read_xmp(xmp_packet)
    orientation, warnings = _read_orientation(exif, xmp)
    place, moment = read_place(exif), read_moment(exif)
    document = {
        "taken_at": _describe(moment),
        "camera": read_camera(exif),
        "exposure": read_exposure(exif),
        "gps": {key: value for key, value in asdict(place).items() if key != "doubtful"},
        "text": read_texts(exif),
        "drone": xmp.drone,
    }
    if place.doubtful:
        warnings.append(warning("bad_gps"))
    if exif.damaged or xmp.damaged:
        warnings.append(warning("bad_metadata"))
    return Metadata(_known(document), place, orientation, moment.time if moment else None, warnings)


def _read_orientation(exif: ExifReader, xmp: XmpFacts) -> tuple[int, list[dict[str, str]]]:
    """EXIF orientation 1 to 8; XMP is asked only where EXIF is silent, as decoders do."""
    values = exif.numbers(exif.image, ORIENTATION)
    if not values and xmp.orientation is not None:
        values = (xmp.orientation,)
    if not values:
        return 1, []
    if len(values) == 1 and values[0] in range(1, 9):
        return int(values[0]), []
    return 1, [warning("bad_orientation")]


def _describe(moment: Moment | None) -> dict[str, Any]:
    if not moment:
        return {}
    local = moment.time.replace(tzinfo=None).isoformat()
    return {"local": local, "utc_offset": moment.utc_offset, "tag": moment.tag}


def _known(document: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    groups = {
        name: {key: value for key, value in group.items() if value is not None and value != ""}
        for name, group in document.items()
    }
    if "local" in groups["taken_at"]:
        # An unknown zone is said, not left out: a time without one is easily taken for UTC.
        groups["taken_at"].setdefault("utc_offset", None)
    return {name: group for name, group in groups.items() if group}
