"""Positioned, bounded reading from a file nobody vouches for."""

import os
from collections.abc import Iterator
from typing import IO

from inspections.errors import InspectionError

CHUNK_BYTES = 1 << 20


class Source:
    """A file read at positions. Whatever should lie past its end makes the photo `truncated_image`.

    `size` is the length in bytes. Every read seeks first, so that two readers may take turns on one file.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)

    def take(self, offset: int, count: int) -> bytes:
        """Exactly `count` bytes from `offset`; keep `count` small, it is memory."""
        self.require(offset, count)
        self._file.seek(offset)
        data = self._file.read(count)
        if len(data) < count:
            raise InspectionError("truncated_image")
        return data

    def number(self, offset: int, count: int, order: str = "big") -> int:
        """An unsigned number of `count` bytes; `order` is "big" or "little"."""
        return int.from_bytes(self.take(offset, count), "little" if order == "little" else "big")

    def chunks(self, offset: int, count: int, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
        """The bytes from `offset` to `offset + count` in pieces of at most `chunk_bytes`."""
        end = offset + count
        while offset < end:
            piece = self.take(offset, min(chunk_bytes, end - offset))
            yield piece
            offset += len(piece)

    def require(self, offset: int, count: int) -> None:
        """Raise `truncated_image` unless `count` bytes from `offset` lie inside the file."""
        if offset + count > self.size:
            raise InspectionError("truncated_image")


def damaged(reason: str) -> InspectionError:
    """The refusal of a file that contradicts itself; `reason` is a clause ("a checksum is wrong")."""
    return InspectionError("damaged_image", reason=reason)


def unsupported(reason: str) -> InspectionError:
    """The refusal of a photo that is whole but stored in a way the worker cannot decode."""
    return InspectionError("unsupported_image", reason=reason)
