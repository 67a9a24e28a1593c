"""What children print goes to one file each, set aside when it has grown large."""

from pathlib import Path
from typing import BinaryIO

LARGEST = 5_000_000


def open_log(folder: Path, name: str) -> BinaryIO:
    """Open `<name>.log` for appending; a large one becomes `<name>.log.1` first, in place of an older one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.log"
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_name(f"{name}.log.1"))
    return path.open("ab")
