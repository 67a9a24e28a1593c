"""Files that no row tells of: what killed workers, interrupted uploads and deleted photos leave behind.

Only what can be made again is removed here, never an original. The rules need no lock and no waiting: a row is
always older than its folder, and a lost attempt never comes back (its number is fenced off for good).
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from inspections.models import SegmentationRun, SurveyImage
from inspections.services.storage import media_path

CHUNK = 500


def attempt_folder(run: SegmentationRun) -> str:
    """Where the files of a run's present attempt go; a name inside the media folder."""
    return f"runs/{run.pk}/{run.attempt}"


def drawn_patch(run: SegmentationRun, drawing_id: UUID, number: int) -> str:
    """Where the small picture of finding `number` lies that was drawn on an analysis; a name in the media folder."""
    return f"{attempt_folder(run)}/drawn/{drawing_id}-{number}.jpg"


def forget_earlier_attempts(run: SegmentationRun) -> None:
    """Remove what attempts before this one have left; for the worker that has just claimed the run."""
    shutil.rmtree(media_path(f"runs/{run.pk}"), ignore_errors=True)


def forget_attempt(run: SegmentationRun) -> None:
    """Remove what the present attempt has written, and the run's folder when nothing else is in it."""
    folder = media_path(attempt_folder(run))
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.parent.rmdir()


def forget_orphans(*, grace: timedelta = timedelta(hours=1)) -> int:
    """Remove lost attempts, pictures of deleted photos, and half-written files older than `grace`.

    Returns the number of files and folders removed. Safe while workers run and from several processes at once.
    """
    removed = 0
    for chunk in _folders_by_id(Path(settings.MEDIA_ROOT) / "runs"):
        runs = SegmentationRun.objects.in_bulk(list(chunk))
        for run_id, folder in chunk.items():
            removed += _forget_lost_attempts(folder, runs.get(run_id))
    for chunk in _folders_by_id(Path(settings.MEDIA_ROOT) / "pictures"):
        known = set(SurveyImage.objects.filter(pk__in=list(chunk)).values_list("pk", flat=True))
        for image_id, folder in chunk.items():
            if image_id not in known:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
    return removed + _forget_half_written(grace)


def _folders_by_id(root: Path) -> Iterator[dict[UUID, Path]]:
    """The folders in `root` that are named by an id, in portions that fit into one query."""
    chunk: dict[UUID, Path] = {}
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        with suppress(ValueError):
            chunk[UUID(folder.name)] = folder
        if len(chunk) == CHUNK:
            yield chunk
            chunk = {}
    if chunk:
        yield chunk


def _forget_lost_attempts(folder: Path, run: SegmentationRun | None) -> int:
    lost = [attempt for attempt in folder.iterdir() if attempt.name.isdigit() and _is_lost(attempt, run)]
    for attempt in lost:
        shutil.rmtree(attempt, ignore_errors=True)
    with suppress(OSError):
        folder.rmdir()
    return len(lost)


def _is_lost(attempt: Path, run: SegmentationRun | None) -> bool:
    """Whether nobody can ever come back to an attempt's files."""
    if run is None:
        return True
    if run.is_final:
        return not run.probability.startswith(f"runs/{run.pk}/{attempt.name}/")
    # An open run: earlier attempts have lost their lease. The present number is lost too when the run was taken
    # back, since the next claim counts on; a higher number belongs to a claim made after the row was read.
    behind = run.attempt if run.status == SegmentationRun.Status.QUEUED else run.attempt - 1
    return int(attempt.name) <= behind


def _forget_half_written(grace: timedelta) -> int:
    media, newest = Path(settings.MEDIA_ROOT), time.time() - grace.total_seconds()
    places = [media.glob("originals/*/.incoming-*"), media.glob("pictures/*/.incoming-*")]
    places += [media.glob("networks/.incoming-*"), Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*")]
    removed = 0
    for place in places:
        for file in place:
            with suppress(FileNotFoundError):
                if file.stat().st_mtime < newest:
                    file.unlink()
                    removed += 1
    return removed
