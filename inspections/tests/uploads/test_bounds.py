"""No pixel is decoded, no photo costs memory, and no sequence of bytes does harm."""

import hashlib
import io
import json
import random
import struct
import tracemalloc

import pytest
from PIL import Image, ImageFile

from inspections.errors import InspectionError
from inspections.tests.uploads.blocks import LONG, SHORT, jpeg_segment, png_chunk, png_header, tiff_file
from inspections.tests.uploads.corpus import BROKEN, GOOD, frame_patched, jpeg
from inspections.uploads import PhotoFacts, examine_photo, hash_stream

MUTATIONS = 500
FEW_BYTES = 8_000_000


def examine(data):
    try:
        return examine_photo(io.BytesIO(data), name="photo")
    except InspectionError as error:
        return error


def test_nothing_is_decoded(monkeypatch):
    def forbidden(*args, **kwargs):
        raise AssertionError("a pixel was about to be decoded")

    files = [make() for make in GOOD.values()] + [broken.make() for broken in BROKEN.values()]
    for owner in (Image.Image, ImageFile.ImageFile):
        monkeypatch.setattr(owner, "load", forbidden)
    monkeypatch.setattr(Image, "open", forbidden)
    monkeypatch.setattr(Image, "_getdecoder", forbidden)
    assert sum(isinstance(examine(data), PhotoFacts) for data in files) == len(GOOD)


def big_jpeg(path):
    """64 MB of coded data behind an honest header."""
    start = frame_patched(width=16_000, height=12_000)
    scan = start.index(b"\xff\xda") + 14
    with path.open("wb") as file:
        file.write(start[:scan])
        for _ in range(64):
            file.write(b"\x5a" * (1 << 20))
        file.write(b"\xff\xd9")


def big_png(path):
    with path.open("wb") as file:
        file.write(png_header(10_000, 9_000))
        for _ in range(2):
            file.write(png_chunk(b"IDAT", bytes(1 << 25)))
        file.write(png_chunk(b"IEND", b""))


def big_tiff(path):
    start = tiff_file(
        b"\0" * 64,
        t256=(LONG, (8_000,)),
        t257=(LONG, (8_000,)),
        t278=(SHORT, (1,)),
        t273=(LONG, tuple(1_000_000 + 24_000 * row for row in range(8_000))),
        t279=(LONG, (24_000,) * 8_000),
    )
    with path.open("wb") as file:
        file.write(start)
        file.truncate(1_000_000 + 8_000 * 24_000)


def big_webp(path):
    with path.open("wb") as file:
        head = struct.pack("<L", 0)[:3] + b"\x9d\x01\x2a" + struct.pack("<HH", 8000, 8000)
        file.write(b"RIFF" + struct.pack("<L", 12 + (1 << 26)) + b"WEBPVP8 " + struct.pack("<L", 1 << 26) + head)
        file.truncate(20 + (1 << 26))


@pytest.mark.parametrize("write", [big_jpeg, big_png, big_tiff, big_webp])
def test_a_large_photo_costs_little_memory(write, tmp_path):
    path = tmp_path / "photo"
    write(path)
    assert path.stat().st_size > 60_000_000
    with path.open("rb") as file:
        tracemalloc.start()
        facts = examine_photo(file, name="photo")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert facts.width >= 8000
    assert peak < FEW_BYTES


def test_a_jpeg_of_segments_without_end_is_given_up():
    data = b"\xff\xd8" + jpeg_segment(0xE1, b"Exif\0\0II*\0") * 9000
    tracemalloc.start()
    assert examine(data).code == "truncated_image"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < FEW_BYTES


def test_scans_without_end_are_given_up():
    data = jpeg(progressive=True)
    first = data.index(b"\xff\xda")
    scan = data[first : first + 20]
    assert examine(data[:first] + scan * 600 + b"\xff\xd9").code == "damaged_image"


def mutate(data, dice):
    """One to four small changes: bytes overwritten, dropped, doubled, or turned into large numbers."""
    data = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data))
        match dice.randrange(5):
            case 0:
                data[at] = dice.randrange(256)
            case 1:
                data[at] ^= 1 << dice.randrange(8)
            case 2:
                data[at : at + 4] = dice.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\1\0\0\0"])
            case 3:
                del data[at : at + dice.randint(1, 40)]
            case 4:
                data[at:at] = data[at : at + dice.randint(1, 40)]
        data = data or bytearray(b"\0")
    return bytes(data)


def test_no_mutation_raises_anything_but_a_refusal():
    dice = random.Random(20260504)
    files = [make() for make in GOOD.values()]
    # Headers decide; nine mutations in ten fall among the first or the last 600 bytes.
    accepted = 0
    for number in range(MUTATIONS):
        data = files[number % len(files)]
        if dice.random() < 0.9 and len(data) > 1400:
            head, tail = data[:600], data[-600:]
            changed = mutate(head, dice) + data[600:-600] + mutate(tail, dice)
        else:
            changed = mutate(data, dice)
        outcome = examine(changed)
        if isinstance(outcome, PhotoFacts):
            accepted += 1
            assert outcome.width >= 64 and outcome.height >= 64
            assert outcome.width * outcome.height <= 250_000_000
            json.dumps(outcome.metadata, allow_nan=False)
        else:
            assert outcome.detail
    assert 0 < accepted < MUTATIONS


def test_random_bytes_behind_every_beginning_end_in_a_refusal():
    dice = random.Random(11)
    for start in (
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"II*\0\x08\0\0\0",
        b"MM\0*\0\0\0\x08",
        b"RIFF\0\1\0\0WEBPVP8X",
    ):
        for _ in range(40):
            assert isinstance(examine(start + dice.randbytes(400)), InspectionError)


def test_a_stream_is_hashed_once_in_chunks():
    data = random.Random(3).randbytes(2_500_000)
    reads = []

    class Watched(io.BytesIO):
        def read(self, size=-1):
            reads.append(size)
            return super().read(size)

    file = Watched(data)
    file.seek(99)
    assert hash_stream(file) == (hashlib.sha256(data).hexdigest(), len(data))
    assert file.tell() == 0
    assert all(0 < size <= 1 << 20 for size in reads) and len(reads) == 4


def test_an_empty_stream_has_a_checksum_too():
    assert hash_stream(io.BytesIO()) == (hashlib.sha256().hexdigest(), 0)
