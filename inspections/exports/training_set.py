"""A frozen version as a ZIP that `python -m segmentation train --data` takes once it is unpacked.

`images/` holds the originals byte for byte, `masks/` one PNG each, 0 or 255. Masks are drawn on the upright photo, as
the trainer reads it; a program that ignores the EXIF orientation must turn the photo first.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from django.utils.text import slugify

from inspections.errors import InspectionError
from inspections.exports.csv import safe_cell
from inspections.exports.masks import mask_of
from inspections.models import DatasetVersion, Finding, Sample
from inspections.services.storage import media_path

COLUMNS = ("set", "stem", "group", "split", "surface", "licence")
_PIECE = 1 << 20
_AT_ONCE = 100
# Fixed, so that the same version is the same file whenever it is exported.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def file_name(version: DatasetVersion) -> str:
    """What the download is called."""
    return f"{_set_name(version)}-v{version.number}.zip"


def training_set(version: DatasetVersion) -> Iterator[bytes]:
    """The ZIP in pieces of about a megabyte; no photo and no mask is ever whole in memory.

    Raises InspectionError `original_missing` before the first byte when a photo is not in the store.
    """
    if not all(_original(sample).is_file() for sample in _samples(version)):
        raise InspectionError("original_missing")
    return _zipped(version)


def _zipped(version: DatasetVersion) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry("manifest.csv"), _manifest(version))
        for sample in _samples(version):
            photo = _entry(f"images/{_stem(sample)}.{sample.image.extension}", zipfile.ZIP_STORED)
            photo.file_size = sample.image.byte_size
            with _original(sample).open("rb") as original:
                yield from _added(archive, photo, _pieces(original), outlet)
            findings = Finding.objects.filter(pk__in=sample.finding_ids, run=sample.run_id).order_by("number")
            mask = _entry(f"masks/{_stem(sample)}.png", zipfile.ZIP_STORED)
            yield from _added(archive, mask, mask_of(sample.image, findings), outlet)
    yield outlet.take()


def _added(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, pieces: Iterable[bytes], outlet: "_Outlet"
) -> Iterator[bytes]:
    with archive.open(entry, "w") as member:
        for piece in pieces:
            member.write(piece)
            if outlet.held >= _PIECE:
                yield outlet.take()


def _manifest(version: DatasetVersion) -> bytes:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    licence = f"property of {version.dataset.organisation.name}"
    for sample in _samples(version):
        row = (_set_name(version), _stem(sample), sample.group, sample.split, sample.surface, licence)
        table.writerow([safe_cell(cell) for cell in row])
    return out.getvalue().encode()


def _samples(version: DatasetVersion) -> Iterator[Sample]:
    return version.samples.select_related("image").order_by("image").iterator(_AT_ONCE)


def _original(sample: Sample) -> Path:
    return media_path(str(sample.image.original.name))


def _set_name(version: DatasetVersion) -> str:
    return slugify(version.dataset.name) or "dataset"


def _stem(sample: Sample) -> str:
    return str(sample.image_id)


def _entry(name: str, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = method
    entry.external_attr = 0o644 << 16
    return entry


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(_PIECE), b"")


class _Outlet(io.RawIOBase):
    """What the archive writes to: it cannot be rewound, and is emptied as it fills."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.held = 0

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        piece = bytes(data)
        self._pieces.append(piece)
        self.held += len(piece)
        return len(piece)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        self.held = 0
        return taken
