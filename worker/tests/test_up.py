"""`manage.py up`, as a person starts it: real processes, real signals, and nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import psutil
import pytest
from django.conf import settings

from inspections.env import ROOT
from worker.tests.street import processes_of, wait_until

pytestmark = [
    pytest.mark.street,
    pytest.mark.skipif(not settings.DATABASE_IS_SQLITE, reason="what it does with processes is the same on PostgreSQL"),
]


class Up:
    """One data folder and port, started and stopped as often as a test likes."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("HAIRLINE_", "DATABASE_"))},
            "DJANGO_SETTINGS_MODULE": "inspections.settings",
            "HAIRLINE_DATA": str(data),
            "HAIRLINE_PORT": str(self.port),
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def said(self) -> str:
        return (self.data / "said").read_text()

    def start(self) -> None:
        with (self.data / "said").open("wb") as said:
            self.process = self._popen(said)
        wait_until(lambda: "Ctrl-C stops everything." in self.said or self.process.poll() is not None, what="the start")
        assert self.process.poll() is None, self.said

    def refused(self, **environ: str) -> str:
        """Start another one that must not start; what it says on standard error."""
        found = self._popen(subprocess.PIPE, **environ)
        _out, words = found.communicate(timeout=60)
        assert found.returncode == 1
        return words.decode()

    def _popen(self, out: object, **environ: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "up", "--no-demo"],
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=out,  # type: ignore[call-overload]
            stderr=subprocess.PIPE if out == subprocess.PIPE else subprocess.STDOUT,
            start_new_session=True,
        )

    def status(self, path: str) -> int:
        """The HTTP status of a page; 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def processes(self) -> list[psutil.Process]:
        return processes_of(self.data)

    def find(self, *words: str) -> list[psutil.Process]:
        """The living processes whose command line has these words, parents before children."""
        found = [p for p in self.processes() if all(word in " ".join(_command(p)) for word in words)]
        return sorted(found, key=lambda process: process.create_time())

    def wait_until_gone(self) -> None:
        wait_until(lambda: not self.processes(), what="all processes to end")


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """One folder for all tests here: gathering static files takes seconds, and a second start does not repeat it.

    Its name is one that people give to folders, and that means something else in an address.
    """
    folder = Path(tempfile.mkdtemp(prefix="hairline up, 100% & ä #"))
    yield folder
    rmtree(folder)


@pytest.fixture
def up(data: Path) -> Iterator[Up]:
    one = Up(data)
    yield one
    for process in one.processes():
        process.kill()
    if one.process:
        one.process.wait()


def test_it_serves_refuses_a_second_one_and_leaves_nothing_after_ctrl_c(up: Up) -> None:
    up.start()
    assert f"http://127.0.0.1:{up.port}/" in up.said
    wait_until(lambda: up.status("/login/") == 200, what="the page to log in")
    wait_until(lambda: up.find("celery") and up.find("requeue_runs") and up.find("valkey-server"), what="the others")
    assert (up.data / "run").stat().st_mode & 0o777 == 0o700
    assert (up.data / "hairline.sqlite3").stat().st_mode & 0o077 == 0

    words = up.refused()
    assert "already runs" in words and str(up.process.pid) in words and "Traceback" not in words
    with tempfile.TemporaryDirectory() as elsewhere:
        words = up.refused(HAIRLINE_DATA=elsewhere)
    assert f"127.0.0.1:{up.port} cannot be listened on" in words and "HAIRLINE_PORT" in words
    assert up.status("/login/") == 200, "the first one is not disturbed"

    up.process.send_signal(signal.SIGINT)
    up.process.wait(60)
    assert up.process.returncode == 0 and up.said.rstrip().endswith("Stopped.")
    up.wait_until_gone()


def test_killed_children_come_back(up: Up) -> None:
    up.start()
    wait_until(lambda: len(up.find("celery")) >= 2, what="the worker and its pool")
    for words in (("valkey-server",), ("gunicorn",), ("celery",), ("requeue_runs",)):
        oldest = up.find(*words)[0]
        oldest.kill()
        wait_until(
            lambda words=words, old=oldest.pid: up.find(*words) and old not in {p.pid for p in up.find(*words)},
            what=words[0],
        )
    wait_until(lambda: up.status("/login/") == 200, what="the page to log in")
    wait_until(lambda: len(up.find("celery")) == 2, what="one worker with one pool process, and no leftover")
    up.process.terminate()
    up.process.wait(60)
    up.wait_until_gone()


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_is_clean(up: Up) -> None:
    up.start()
    wait_until(lambda: len(up.find("celery")) >= 2 and len(up.find("gunicorn")) >= 2, what="all processes")
    up.process.kill()
    up.process.wait()
    up.wait_until_gone()
    up.start()
    wait_until(lambda: up.status("/login/") == 200, what="the page to log in")
    up.process.terminate()
    up.process.wait(60)
    up.wait_until_gone()


def test_a_wrong_setting_stops_the_start_with_its_name_and_cure(up: Up) -> None:
    words = up.refused(HAIRLINE_PORT="eight thousand")
    assert words.splitlines() == ["HAIRLINE_PORT='eight thousand' cannot be used. Give a whole number from 1 to 65535."]


def test_a_damaged_database_stops_the_start_and_nothing_else_is_touched(up: Up) -> None:
    with tempfile.TemporaryDirectory() as elsewhere:
        database = Path(elsewhere) / "hairline.sqlite3"
        database.write_bytes(b"this was a database once. " * 400)
        words = up.refused(HAIRLINE_DATA=elsewhere)
        assert "The database cannot be used" in words and "backup" in words and "Traceback" not in words
        assert database.read_bytes().startswith(b"this was a database once")
