"""An 8-bit grey PNG written row by row (PNG specification, second edition, W3C 2003), for masks of any size.

Pillow would need the whole picture in memory, 250 MB for the largest photo; this needs one row.
"""

import zlib
from collections.abc import Iterable, Iterator

_PIECE = 1 << 16
_GREY, _NO_FILTER = 0, b"\0"


def grey_png(width: int, height: int, rows: Iterable[bytes]) -> Iterator[bytes]:
    """The file in pieces. `rows` are `height` rows of `width` bytes from the top. Raises ValueError for any other."""
    yield b"\x89PNG\r\n\x1a\n"
    yield _chunk(b"IHDR", width.to_bytes(4) + height.to_bytes(4) + bytes((8, _GREY, 0, 0, 0)))
    squeeze, held, count = zlib.compressobj(6), bytearray(), 0
    for row in rows:
        if len(row) != width:
            raise ValueError(f"Row {count} has {len(row)} bytes; the picture is {width} wide.")
        held += squeeze.compress(_NO_FILTER) + squeeze.compress(row)
        count += 1
        if len(held) >= _PIECE:
            yield _chunk(b"IDAT", bytes(held))
            held.clear()
    if count != height:
        raise ValueError(f"There are {count} rows; the picture is {height} high.")
    yield _chunk(b"IDAT", bytes(held) + squeeze.flush())
    yield _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
