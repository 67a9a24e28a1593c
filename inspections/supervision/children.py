"""One child process: started in a session of its own, watched, started again with patience, and stopped for sure."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from inspections.supervision.leash import leashed
from inspections.supervision.logs import open_log

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 60.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """What to run and how to treat it.

    Children of a lower `stop_turn` are stopped first. `nice` steps back from the processor for those who matter more.
    `ready` tells whether it serves already; `before_start` is called with the number of quick ends in a row. A child
    that runs `once` is finished when it ends with status 0.
    """

    name: str
    command: tuple[str, ...]
    stop_turn: int
    stop_seconds: float = 10.0
    nice: int = 0
    environ: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    before_start: Callable[[int], None] | None = None
    once: bool = False


class Child:
    """A child kept alive. A restart waits 1 s, then twice as long each time up to 30 s; a good minute resets that."""

    def __init__(self, plan: ChildPlan, *, folder: Path, logs: Path, say: Say) -> None:
        self.plan, self.folder, self.logs, self.say = plan, folder, logs, say
        self.process: subprocess.Popen[bytes] | None = None
        self.finished = False
        self._quick_ends = 0
        self._started = 0.0
        self._start_at = 0.0

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start the process. It leads a session of its own: Ctrl-C at the terminal reaches the supervisor alone."""
        if self.plan.before_start:
            self.plan.before_start(self._quick_ends)
        with open_log(self.logs, self.plan.name) as log:
            self.process = subprocess.Popen(
                self.plan.command,
                cwd=self.folder,
                env={**os.environ, **self.plan.environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=leashed(signal.SIGKILL, nice=self.plan.nice),
            )
        self._started = monotonic()

    def tend(self) -> None:
        """Notice an end and start again when the pause is over. Called several times a second."""
        if self.finished:
            return
        if self.process is None:
            if monotonic() >= self._start_at:
                self.start()
        elif self.process.poll() is not None:
            self._after_end(self.process.returncode)

    def _after_end(self, status: int) -> None:
        self._sweep_up()
        self.process = None
        if self.plan.once and status == 0:
            self.finished = True
            return
        self._quick_ends = 0 if monotonic() - self._started > HEALTHY_AFTER else self._quick_ends + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** max(0, self._quick_ends - 1))
        self._start_at = monotonic() + pause
        self.say(f"{self.plan.name} ended ({_how(status)}); again in {pause:g} s. See {self.logs / self.plan.name}.log")

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process; its own children are its own affair."""
        if self.alive:
            assert self.process is not None
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process and everything it started, now."""
        if self.process is not None:
            self._sweep_up()
            self.process.wait()

    def _sweep_up(self) -> None:
        """Kill what is left of the child's process group."""
        assert self.process is not None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


def _how(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
