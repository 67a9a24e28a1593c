"""The checksum of a stream, in one pass."""

import hashlib
from typing import IO

CHUNK_BYTES = 1 << 20


def hash_stream(file: IO[bytes]) -> tuple[str, int]:
    """SHA-256 (64 hexadecimal digits, lower case) and size in bytes of the whole file, read once in chunks.

    Reads from the beginning wherever the file stands, and leaves it there again.
    """
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return digest.hexdigest(), size
