"""Keeps the children alive until it is told to stop, then stops them in order: web, then workers, then broker."""

import signal
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from time import monotonic, sleep
from types import FrameType

from inspections.supervision.children import Child, ChildPlan, Say

TICK = 0.1
READY_WITHIN = 20.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Starts children in the order given. A first Ctrl-C stops them with patience, a second one without."""

    def __init__(self, plans: Sequence[ChildPlan], *, folder: Path, logs: Path, say: Say) -> None:
        self.children = [Child(plan, folder=folder, logs=logs, say=say) for plan in plans]
        self.say = say
        self.requests_to_stop = 0

    def run(self, *, when_started: Say) -> None:
        """Run until SIGINT, SIGTERM or SIGHUP. `when_started` is called once, when every child has been started.

        Its argument is a sentence when something was not ready in time, else empty.
        """
        # Started with nohup it is to outlive its terminal.
        heeded = [n for n in STOP_SIGNALS if n != signal.SIGHUP or signal.getsignal(n) != signal.SIG_IGN]
        previous = {number: signal.signal(number, self._heed) for number in heeded}
        try:
            late = self._start_all()
            if not self.requests_to_stop:
                when_started(late)
            while not self.requests_to_stop:
                for child in self.children:
                    child.tend()
                sleep(TICK)
            self.say("Stopping. Ctrl-C again stops at once.")
        finally:
            self._stop_all()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _heed(self, _number: int, _frame: FrameType | None) -> None:
        self.requests_to_stop += 1

    def _start_all(self) -> str:
        late = []
        for child in self.children:
            child.start()
            if child.plan.ready and not self._wait_until_ready(child):
                late.append(child.plan.name)
        return f"Not ready yet: {', '.join(late)}. See the logs." if late else ""

    def _wait_until_ready(self, child: Child) -> bool:
        assert child.plan.ready is not None
        deadline = monotonic() + READY_WITHIN
        while monotonic() < deadline and not self.requests_to_stop:
            if child.alive and child.plan.ready():
                return True
            child.tend()
            sleep(TICK / 4)
        return False

    def _stop_all(self) -> None:
        in_order = sorted(self.children, key=lambda child: child.plan.stop_turn)
        for _turn, together in groupby(in_order, key=lambda child: child.plan.stop_turn):
            self._stop(list(together))

    def _stop(self, together: list[Child]) -> None:
        for child in together:
            child.ask_to_stop()
        asked = monotonic()
        waiting = list(together)
        while waiting := [child for child in waiting if child.alive]:
            for child in waiting:
                if self.requests_to_stop > 1 or monotonic() - asked > child.plan.stop_seconds:
                    self.say(f"{child.plan.name} does not stop by itself and is killed.")
                    child.kill()
            sleep(TICK / 2)
        for child in together:
            child.kill()
