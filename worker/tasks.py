"""What the worker is asked to do: fetch by id, one verb, done."""

from django.conf import settings
from django.utils.module_loading import import_string

from worker.celery import ANALYSE_PHOTO, MEASURE_DRAWINGS, MEASURE_PHOTOS, app
from worker.drawings import measure_drawings
from worker.measuring import measure_photos
from worker.pipeline import process_run


@app.task(name=ANALYSE_PHOTO)
def analyse_photo(run_id: str) -> None:
    """Analyse one photo: claim its run, look, measure, write. However often it is called, the work is done once."""
    process_run(run_id, import_string(settings.SEGMENTER))


@app.task(name=MEASURE_PHOTOS)
def measure_again() -> None:
    """Measure every photo again whose scale or rules have changed. A call too many finds nothing to do."""
    measure_photos()


@app.task(name=MEASURE_DRAWINGS)
def measure_drawn() -> None:
    """Turn all that people have drawn into findings. A call too many finds nothing to do."""
    measure_drawings()
