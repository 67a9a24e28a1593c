"""Files of the record: written whole and flushed before any row tells of them."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from inspections.errors import InspectionError
from inspections.models import SurveyImage
from inspections.models.images import original_path


def media_path(name: str) -> Path:
    """Where a stored name lies. Raises InspectionError `not_found` for a name that leads outside the media folder."""
    root = Path(settings.MEDIA_ROOT).resolve()
    path = (root / name).resolve()
    if not name or not path.is_relative_to(root):
        raise InspectionError("not_found")
    return path


def keep_original(image: SurveyImage, file: BinaryIO) -> str:
    """Write a photo's bytes to their place and flush them to the disk. Returns the stored name.

    Raises InspectionError `storage_full` when the disk has no room; nothing is left behind then.
    """
    name = original_path(image, "")
    file.seek(0)
    write_file(name, file)
    return name


def write_file(name: str, source: BinaryIO) -> None:
    """Write `source` under a stored name. Raises InspectionError `storage_full` when the disk has no room."""
    with writing(name) as out:
        shutil.copyfileobj(source, out, 1 << 20)


@contextmanager
def writing(name: str) -> Iterator[BinaryIO]:
    """Open a stored name for writing: into a neighbour first, flushed, then moved, so that no reader sees half a file.

    When the block raises, nothing is left behind. Raises InspectionError `storage_full` when the disk has no room.
    """
    target = media_path(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, neighbour = tempfile.mkstemp(prefix=".incoming-", dir=target.parent)
    try:
        with os.fdopen(handle, "w+b") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
            os.fchmod(out.fileno(), 0o640)
        Path(neighbour).replace(target)
        _flush_folder(target.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise InspectionError("storage_full") from error
        raise
    finally:
        with suppress(FileNotFoundError):
            Path(neighbour).unlink()


def forget_file(name: str) -> None:
    """Remove a stored file that no row names; a missing one is fine."""
    with suppress(FileNotFoundError):
        media_path(name).unlink()


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
