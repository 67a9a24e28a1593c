"""The web server as `up` starts it, on the record that was seeded, and how much memory it holds."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inspections.env import ROOT
from inspections.supervision.web import GRACE_SECONDS, web_plan

HOST = "127.0.0.1"
START_SECONDS = 60
RESET_PEAK = "5"
"""For /proc/PID/clear_refs (proc(5)): the largest resident memory is counted from now on."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; memory in 10⁶ bytes, of its working processes together, None where there is no /proc."""

    port: int
    master: int

    def resident_mb(self) -> float | None:
        """What it holds now."""
        return self._sum("VmRSS")

    def peak_mb(self) -> float | None:
        """The most that it has held since `forget_peak`."""
        return self._sum("VmHWM")

    def forget_peak(self) -> None:
        """Count the largest memory from now on."""
        for worker in self._workers():
            Path(f"/proc/{worker}/clear_refs").write_text(RESET_PEAK)

    def processor_ms(self) -> float | None:
        """Milliseconds of a processor that its threads have used so far: noise around it counts little."""
        files = [file for worker in self._workers() for file in Path(f"/proc/{worker}/task").glob("*/schedstat")]
        return sum(int(file.read_text().split()[0]) for file in files) / 1e6 if files else None

    def _workers(self) -> list[str]:
        children = Path(f"/proc/{self.master}/task/{self.master}/children")
        return children.read_text().split() if children.exists() else []

    def _sum(self, name: str) -> float | None:
        lines = [
            line
            for worker in self._workers()
            for line in Path(f"/proc/{worker}/status").read_text().splitlines()
            if line.startswith(name)
        ]
        return sum(int(line.split()[1]) for line in lines) * 1024 / 1e6 if lines else None


@contextmanager
def serving(log: Path) -> Iterator[Server]:
    """A server on a free port while the block runs. Raises RuntimeError with its last words where it does not start."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    plan = web_plan(host=HOST, port=port)
    with log.open("wb") as said:
        process = subprocess.Popen(plan.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        deadline = time.monotonic() + START_SECONDS
        while plan.ready is not None and not plan.ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The web server did not start: {log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(GRACE_SECONDS + 2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def machine() -> dict[str, object]:
    """What the numbers were taken on."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"cores": os.cpu_count(), "load": load}
