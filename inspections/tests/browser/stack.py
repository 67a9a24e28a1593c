"""Hairline as a person starts it, on a data folder and a port of its own, for tests that drive a browser."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from inspections.env import ROOT
from inspections.supervision.leash import leashed

PATIENCE = 180.0
PASSWORD = "a long enough password"
LONG_NAME = "Kettle Beck Viaduct, the long northern approach over the water meadows"
PEOPLE = """
from inspections.models import Membership, Organisation, Role, User
organisation = Organisation.objects.create(name="Northern Bridges")
for role in Role:
    user = User.objects.create_user(role.value, password={password!r}, first_name=role.label)
    Membership.objects.create(user=user, organisation=organisation, role=role)
"""
# The photos of a folder through the front door, and the wait until the worker has been through them.
PHOTOS = """
import json, sys, time
from datetime import date
from dataclasses import dataclass
from pathlib import Path
from inspections.models import Bridge, Organisation, SegmentationRun
from inspections.services.images import add_image
from inspections.services.surveys import start_survey
bridge = Bridge.objects.create(organisation=Organisation.objects.get(), name={bridge!r})
survey = start_survey(bridge=bridge, surveyed_on=date(2026, 5, 4), started_by=None, crew="J. Marsh, A. Okafor")
images = []
for file in sorted(Path({folder!r}).iterdir()):
    with file.open("rb") as photo:
        images.append(add_image(survey=survey, file=photo, name=file.name, added_by=None).image)
deadline = time.monotonic() + {patience}
while SegmentationRun.objects.open().exists() and time.monotonic() < deadline:
    time.sleep(0.3)
states = set(SegmentationRun.objects.values_list("status", flat=True))
assert states == {{"succeeded"}}, states
print("ANALYSED", json.dumps([f"/surveys/{{survey.pk}}/", [f"/photos/{{image.pk}}/" for image in images]]))
"""


@dataclass(frozen=True)
class Analysed:
    """A survey whose photos have been through the worker: where it is, and where its photos are, by name."""

    path: str
    photos: list[str]


class Stack:
    """`manage.py up --no-demo` with one organisation and a person for each role, named after it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        own = {name: value for name, value in os.environ.items() if not name.startswith(("HAIRLINE_", "DATABASE_"))}
        own.pop("REDIS_URL", None)
        self.environ = {
            **own,
            "DJANGO_SETTINGS_MODULE": "inspections.settings",
            "HAIRLINE_DATA": str(data),
            "HAIRLINE_PORT": str(self.port),
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with (self.data / "said").open("wb") as said:
            self.process = subprocess.Popen(
                self._command("up", "--no-demo"),
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # A test run that is killed takes its stack along.
                preexec_fn=leashed(signal.SIGTERM),
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"Hairline did not start.\n{(self.data / 'said').read_text()}")
            time.sleep(0.3)
        self._run(PEOPLE.format(password=PASSWORD))

    def analyse(self, folder: Path) -> Analysed:
        """A survey of the folder's photos, analysed."""
        words = {"bridge": LONG_NAME, "folder": str(folder), "patience": PATIENCE}
        return Analysed(*json.loads(self._run(PHOTOS.format(**words)).rpartition("ANALYSED")[2]))

    def _run(self, script: str) -> str:
        """What a script says, run with this stack's settings."""
        command = self._command("shell", "-c", script)
        return subprocess.run(command, env=self.environ, check=True, stdout=subprocess.PIPE, text=True).stdout

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *words]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/login/", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False
