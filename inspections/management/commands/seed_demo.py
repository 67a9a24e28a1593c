"""The demo: a council with a bridge and two surveys, whose photos Hairline draws itself."""

import json
import shutil
import signal
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from time import sleep
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from inspections.env import ROOT
from inspections.management import kettle_beck
from inspections.models import Survey, SurveyImage, User
from inspections.services.images import add_image, place_image
from inspections.supervision.leash import leashed

# By name: the record does not import the eye.
DRAW = (sys.executable, "-m", "segmentation", "draw")
LOOK_SECONDS = 0.5


class Command(BaseCommand):
    help = "Make the demo on an empty record: an organisation, four users, a bridge, and two surveys with drawn photos."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", action="store_true", help="only add the photos that are still missing")

    def handle(self, *args: Any, photos: bool, **options: Any) -> None:
        if not photos:
            self._make_record()
        if not kettle_beck.photos_wanted().exists():
            return
        for season in kettle_beck.SURVEYS:
            survey = kettle_beck.find_survey(season)
            if survey is not None:
                add_drawn_photos(survey, season)
        kettle_beck.photos_wanted().unlink()

    def _make_record(self) -> None:
        logins = kettle_beck.make_record()
        if not logins:
            self.stdout.write("There are organisations already; the demo is only made on an empty record.")
            return
        for name, password in logins.items():
            self.stdout.write(f"{name:<14} {password}")
        self.stdout.write(f"Kept in {kettle_beck.logins_file()}")


def add_drawn_photos(survey: Survey, season: str) -> None:
    """Have the photos of a season drawn, and add each as soon as it is whole: the page shows them coming in.

    Safe to repeat: the same photos are drawn again, and a photo that is there already is not added twice.
    """
    folder = settings.ENVIRONMENT.data / "drawing"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    drawing = subprocess.Popen(
        [*DRAW, "--survey", season, "--out", str(folder)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        preexec_fn=leashed(signal.SIGKILL),
    )
    added: dict[str, SurveyImage] = {}
    while drawing.poll() is None:
        _add_whole_ones(survey, folder, added)
        sleep(LOOK_SECONDS)
    if drawing.returncode:
        raise CommandError(f"The photos of the demo could not be drawn (status {drawing.returncode}).")
    _add_whole_ones(survey, folder, added)
    _tell_elements(survey, folder, added)
    shutil.rmtree(folder)


def _add_whole_ones(survey: Survey, folder: Path, added: dict[str, SurveyImage]) -> None:
    """Add what has been drawn since the last look. A photo is whole when its truth stands beside it."""
    inspector = User.objects.filter(username="inspector").first()
    for truth in sorted((folder / "truth").glob("*.json")):
        name = f"{truth.stem}.jpg"
        if name not in added:
            with (folder / name).open("rb") as file:
                added[name] = add_image(survey=survey, file=file, name=name, added_by=inspector).image


def _tell_elements(survey: Survey, folder: Path, added: dict[str, SurveyImage]) -> None:
    """Say which part of the bridge each photo shows, as the list beside the photos has it."""
    elements = {
        f"{element.parent.name} / {element.name}" if element.parent else element.name: element
        for element in survey.bridge.elements.select_related("parent")
    }
    for photo in json.loads((folder / "photos.json").read_text())["photos"]:
        place_image(image=added[photo["file"]], element=elements.get(photo["element"]))
