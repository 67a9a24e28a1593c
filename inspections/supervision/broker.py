"""The embedded Valkey server: its command, and the few words one says to it over its socket."""

import os
import socket
import stat
from pathlib import Path
from time import monotonic, sleep, time

from inspections.supervision.children import ChildPlan, Say

PATIENCE = 2.0
QUICK_ENDS_OF_DAMAGE = 3


def broker_plan(*, binary: Path, address: Path, folder: Path, say: Say) -> ChildPlan:
    """Valkey on a private socket, with its list of messages on disk and nothing thrown away when memory runs short."""
    command = (
        str(binary),
        *("--port", "0", "--unixsocket", str(address), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
    )

    def prepare(quick_ends: int) -> None:
        if quick_ends >= QUICK_ENDS_OF_DAMAGE and folder.exists():
            # It does not load its file. Nothing is lost with it: the database knows every run, the sweep rings again.
            aside = folder.with_name(f"{folder.name}.damaged-{time():.0f}")
            folder.rename(aside)
            say(f"The broker's files seem damaged; they were set aside as {aside} and it starts with none.")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    return ChildPlan(
        name="broker",
        command=command,
        stop_turn=3,
        stop_seconds=10,
        ready=lambda: answers(address),
        before_start=prepare,
    )


def make_private(folder: Path) -> None:
    """Make the socket's folder, readable by its owner alone. Raises PermissionError when it is somebody else's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else.")
    folder.chmod(0o700)


def answers(address: Path) -> bool:
    """Whether a server at this socket has loaded its data and answers."""
    return _ask(address, b"PING\r\n").startswith(b"+PONG")


def end_orphan(address: Path, *, within: float = 5.0) -> None:
    """Stop a server that an earlier start left behind, if there is one. It keeps what it has been told."""
    deadline = monotonic() + within
    while _ask(address, b"PING\r\n") and monotonic() < deadline:
        _ask(address, b"SHUTDOWN\r\n")
        sleep(0.1)


def _ask(address: Path, words: bytes) -> bytes:
    """One inline command, one answer; empty when nobody is there."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE)
            line.connect(str(address))
            line.sendall(words)
            return line.recv(200)
    except OSError:
        return b""
