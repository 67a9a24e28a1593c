"""A process that does not outlive its parent, however the parent ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1

# Looked up once: nothing may be imported or loaded between fork and exec.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(death_signal: signal.Signals) -> None:
    """Have the kernel send this process `death_signal` when its parent ends. Linux only; elsewhere nothing happens."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def leashed(death_signal: signal.Signals, *, nice: int = 0) -> Callable[[], None]:
    """For `Popen(preexec_fn=…)`: tie the child to this process, and let it step back by `nice`. Both survive exec."""
    parent = os.getpid()

    def tie() -> None:
        die_with_parent(death_signal)
        os.nice(nice)
        if os.getppid() != parent:
            # The parent ended between fork and here: its death has been missed.
            os._exit(1)

    return tie
