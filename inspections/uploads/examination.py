"""One photo examined: its kind, its structure, its words about itself."""

from pathlib import PurePosixPath
from typing import IO, Any

from inspections.uploads.facts import PhotoFacts, PhotoLimits, Structure, warning
from inspections.uploads.kinds import Kind, recognise
from inspections.uploads.metadata import read_metadata
from inspections.uploads.names import clean_name
from inspections.uploads.source import Source

# Orientations 5 to 8 lie on their side.
FIRST_SIDEWAYS = 5


def examine_photo(file: IO[bytes], *, name: str, limits: PhotoLimits = PhotoLimits()) -> PhotoFacts:  # noqa: B008  frozen
    """Examine a seekable file without decoding it; it is left at its beginning.

    Raises `InspectionError` with one of the codes no_file, empty_file, file_too_large, unsupported_type,
    heic_not_enabled, unsupported_image, unsupported_depth, truncated_image, damaged_image, too_small,
    too_many_pixels, multi_page; a broken EXIF or XMP block only warns.
    """
    display_name = clean_name(name)
    try:
        source = Source(file)
        limits.check_bytes(source.size)
        kind = recognise(source)
        structure = kind.read(source, limits)
        return _state(display_name, kind, structure)
    finally:
        file.seek(0)


def _state(display_name: str, kind: Kind, structure: Structure) -> PhotoFacts:
    metadata = read_metadata(structure.exif, structure.xmp)
    camera: dict[str, Any] = metadata.document.get("camera", {})
    width, height = structure.width, structure.height
    if metadata.orientation >= FIRST_SIDEWAYS:
        width, height = height, width
    return PhotoFacts(
        format=kind.format,
        extension=kind.extension,
        width=width,
        height=height,
        orientation=metadata.orientation,
        bit_depth=structure.bit_depth,
        mode=structure.mode,
        converted_from=structure.mode if structure.mode != "RGB" or structure.transparent else "",
        display_name=display_name,
        taken_at=metadata.taken_at,
        camera_make=camera.get("make", ""),
        camera_model=camera.get("model", ""),
        latitude=metadata.place.latitude,
        longitude=metadata.place.longitude,
        altitude_m=metadata.place.altitude_m,
        metadata=metadata.document,
        warnings=[*_remarks(display_name, kind, structure), *metadata.warnings],
    )


def _remarks(display_name: str, kind: Kind, structure: Structure) -> list[dict[str, str]]:
    remarks = []
    suffix = PurePosixPath(display_name).suffix.removeprefix(".").lower()
    if suffix and suffix not in kind.suffixes:
        remarks.append(warning("extension_mismatch", suffix=suffix, format=kind.format))
    if structure.pictures > 1:
        remarks.append(warning("extra_images", pictures=structure.pictures))
    elif structure.trailing_bytes:
        remarks.append(warning("trailing_data", bytes=structure.trailing_bytes))
    return remarks
