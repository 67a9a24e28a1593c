"""One stack per data folder: a lock that the kernel lets go when its holder ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Somebody holds the lock. `holder` is what they wrote into it."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(holder)


@contextmanager
def only_one(path: Path, *, holder: str) -> Iterator[None]:
    """Hold the lock file `path`, with the words `holder` in it. Raises AlreadyRunning with those of another holder."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(os.read(handle, 1000).decode(errors="replace")) from None
        os.ftruncate(handle, 0)
        os.write(handle, holder.encode())
        yield
    finally:
        os.close(handle)
