"""The supervisor with children of three lines each, in real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from inspections.env import ROOT

# Tests may themselves be run in a way that outlives a terminal; the supervisor here starts without that.
DRIVER = """
import json, signal, sys
from pathlib import Path
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from inspections.supervision import children, supervisor
children.FIRST_PAUSE, supervisor.TICK = 0.05, 0.02
folder = Path(sys.argv[1])
plans = []
for plan in json.loads(sys.argv[2]):
    ready = folder / plan.pop("ready") if "ready" in plan else None
    plan["command"] = (sys.executable, "-c", plan["command"])
    plans.append(children.ChildPlan(**plan, ready=ready.exists if ready else None))
def say(words): print(words, flush=True)
supervisor.Supervisor(plans, folder=folder, logs=folder / "log", say=say).run(when_started=lambda late: say("started"))
say("all stopped")
"""

# Children tell what happens to them in one file, line by line.
TELL = """
import os, signal, sys, time
def tell(words):
    with open("told", "a") as told: told.write(words + "\\n")
"""
OBEDIENT = """
def leave(*_): tell(f"{name} leaves"); sys.exit(0)
signal.signal(signal.SIGTERM, leave)
tell(f"{name} {os.getpid()}")
while True: time.sleep(1)
"""
STUBBORN = OBEDIENT.replace("sys.exit(0)", "None")


def child(name: str, body: str, *, stop_turn: int = 1, **more: object) -> dict[str, object]:
    return {"name": name, "command": f"{TELL}name = {name!r}\n{body}", "stop_turn": stop_turn, **more}


class Driven:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path, *children: dict[str, object]) -> None:
        self.folder = folder
        self.told = folder / "told"
        self.said = folder / "said"
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", DRIVER, str(folder), json.dumps(children)],
                stdout=said,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )

    def lines(self) -> list[str]:
        return self.told.read_text().splitlines() if self.told.exists() else []

    def pids(self, name: str) -> list[int]:
        return [int(line.split()[1]) for line in self.lines() if line.startswith(f"{name} ") and line[-1].isdigit()]

    def until(self, true: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not true():
            assert time.monotonic() < deadline, f"{self.lines()}\n{self.said.read_text()}"
            time.sleep(0.02)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(30)


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Callable[..., Driven]]:
    driven: list[Driven] = []

    def start(*children: dict[str, object]) -> Driven:
        driven.append(Driven(tmp_path, *children))
        return driven[-1]

    yield start
    for one in driven:
        one.process.kill()
        one.process.wait()


def test_a_dead_child_is_started_again_with_more_and_more_patience(drive) -> None:
    driven = drive(child("quick", "tell(f'{name} {os.getpid()}'); sys.exit(3)"), child("calm", OBEDIENT))
    driven.until(lambda: len(driven.pids("quick")) >= 4)
    driven.stop()
    assert len(driven.pids("calm")) == 1
    said = [line for line in driven.said.read_text().splitlines() if line.startswith("quick")]
    assert [line.split(". See")[0] for line in said[:3]] == [
        f"quick ended (status 3); again in {pause} s" for pause in ("0.05", "0.1", "0.2")
    ]


def test_a_killed_child_comes_back_and_the_others_stay(drive) -> None:
    driven = drive(child("one", OBEDIENT), child("two", OBEDIENT))
    driven.until(lambda: driven.pids("one") and driven.pids("two"))
    os.kill(driven.pids("one")[0], signal.SIGKILL)
    driven.until(lambda: len(driven.pids("one")) == 2)
    assert len(driven.pids("two")) == 1
    assert "one ended (signal SIGKILL)" in driven.said.read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_children_are_stopped_in_their_turns(drive, number: signal.Signals) -> None:
    slow = OBEDIENT.replace("def leave(*_): ", "def leave(*_): time.sleep(0.3); ")
    driven = drive(
        child("broker", OBEDIENT, stop_turn=3), child("web", slow, stop_turn=1), child("worker", slow, stop_turn=2)
    )
    driven.until(lambda: len(driven.lines()) == 3)
    pids = [driven.pids(name)[0] for name in ("broker", "web", "worker")]
    driven.stop(number)
    assert driven.lines()[3:] == ["web leaves", "worker leaves", "broker leaves"]
    assert not any(map(psutil.pid_exists, pids))
    assert driven.process.returncode == 0 and driven.said.read_text().endswith("all stopped\n")


def test_a_child_that_does_not_stop_is_killed_with_all_it_started(drive) -> None:
    grandchild = "import subprocess; tell('grandchild %d' % subprocess.Popen(['sleep', '60']).pid)"
    driven = drive(child("stubborn", f"{grandchild}\n{STUBBORN}", stop_seconds=0.2))
    driven.until(lambda: len(driven.lines()) == 2)
    pids = [*driven.pids("stubborn"), *driven.pids("grandchild")]
    driven.stop()
    driven.until(lambda: not any(map(psutil.pid_exists, pids)))
    assert "stubborn does not stop by itself" in driven.said.read_text()


def test_a_second_request_stops_at_once(drive) -> None:
    driven = drive(child("stubborn", STUBBORN, stop_seconds=600))
    driven.until(lambda: driven.lines())
    driven.process.send_signal(signal.SIGINT)
    driven.until(lambda: len(driven.lines()) == 2)
    driven.stop(signal.SIGINT)
    assert not psutil.pid_exists(driven.pids("stubborn")[0])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_nothing_outlives_a_killed_supervisor(drive) -> None:
    driven = drive(child("one", STUBBORN), child("two", OBEDIENT))
    driven.until(lambda: len(driven.lines()) == 2)
    pids = [driven.pids(name)[0] for name in ("one", "two")]
    driven.process.kill()
    driven.process.wait()
    driven.until(lambda: not any(map(psutil.pid_exists, pids)))


def test_the_next_child_waits_until_the_one_before_is_ready(drive) -> None:
    slow = "time.sleep(0.4); open('here', 'w').close(); tell('ready')\n"
    driven = drive(child("broker", slow + OBEDIENT, ready="here"), child("worker", OBEDIENT))
    driven.until(lambda: driven.pids("worker"))
    assert driven.lines()[0] == "ready"


def test_work_that_is_done_once_is_repeated_only_when_it_failed(drive) -> None:
    body = "tell(f'{name} {os.getpid()}'); sys.exit(0 if open('told').read().count(name) > 2 else 1)"
    driven = drive(child("demo", body, once=True), child("calm", OBEDIENT))
    driven.until(lambda: len(driven.pids("demo")) == 3)
    time.sleep(0.5)
    assert len(driven.pids("demo")) == 3
