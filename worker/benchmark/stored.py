"""One photo through the worker's own pipeline, in a fresh process with a record of its own: time and peak memory."""

import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from PIL import Image


def time_stored(photo: Path, network: Path, device: str = "auto") -> dict[str, Any]:
    """Take `photo` from its file to stored findings with the weights at `network`, in a process of its own.

    Keys: seconds (by stage), total (seconds, the record's own work included), peak_mb (10⁶ bytes, the whole worker
    process), findings. Loading the network and compiling it for this size of photo are not counted: that is done once.
    Raises RuntimeError with the process's last words where it fails.
    """
    with tempfile.TemporaryDirectory() as data:
        environ = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "inspections.settings",
            "HAIRLINE_DATA": data,
            "HAIRLINE_DEVICE": device,
            "DATABASE_URL": "",
        }
        words = [sys.executable, "-m", "worker.benchmark.stored", str(photo), str(network)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=environ)
    if done.returncode:
        raise RuntimeError(f"{photo.name} could not be stored: {done.stderr.strip().splitlines()[-1:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _store_here(photo: Path, network: Path) -> dict[str, Any]:
    """The same in this process, which must be a fresh one with an empty data folder."""
    import django

    django.setup()
    from django.core.management import call_command

    from inspections.models import Bridge, Organisation
    from inspections.services.networks import activate_network, register_network
    from inspections.services.surveys import start_survey

    call_command("migrate", verbosity=0)
    organisation = Organisation.objects.create(name="Benchmark")
    activate_network(organisation=organisation, network=register_network(path=network, organisation=organisation))
    bridge = Bridge.objects.create(organisation=organisation, name="Drawn")
    survey = start_survey(bridge=bridge, surveyed_on=date(2026, 1, 1), started_by=None)
    return _process(survey, photo)


def _process(survey: Any, photo: Path) -> dict[str, Any]:
    from inspections.models import SegmentationRun
    from inspections.services.images import add_image
    from segmentation.benchmark.stages import peak_memory_mb
    from worker.pipeline import process_run
    from worker.segmenter import get_segmenter

    with photo.open("rb") as file:
        image = add_image(survey=survey, file=file, name=photo.name, added_by=None).image
    run = image.runs.get()
    with Image.open(photo) as header:
        get_segmenter(run.network).prepare(*header.size)
    began = perf_counter()
    process_run(str(run.pk), get_segmenter)
    total = perf_counter() - began
    run = SegmentationRun.objects.get(pk=run.pk)
    if run.status != SegmentationRun.Status.SUCCEEDED:
        raise RuntimeError(f"the run ended {run.status} {run.error_code} {run.error_facts}")
    return {"seconds": run.seconds, "total": total, "peak_mb": peak_memory_mb(), "findings": run.finding_count}


if __name__ == "__main__":
    print(json.dumps(_store_here(Path(sys.argv[1]), Path(sys.argv[2]))))  # noqa: T201
