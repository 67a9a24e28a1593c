"""A file that ends early is never accepted, wherever it was cut."""

import io
import random

import pytest

from inspections.errors import InspectionError
from inspections.tests.uploads.blocks import LONG, tiff_file
from inspections.tests.uploads.corpus import GOOD, HTML, jpeg, mpo, with_thumbnail
from inspections.uploads import examine_photo

WHOLE = {
    name: GOOD[name]
    for name in (
        "jpeg",
        "progressive jpeg",
        "grey jpeg",
        "cmyk jpeg",
        "jpeg with restarts",
        "jpeg with a thumbnail",
        "png",
        "grey 16-bit png",
        "palette png",
        "png with EXIF",
        "tiff",
        "lzw tiff",
        "deflate tiff",
        "jpeg tiff",
        "16-bit tiff",
        "webp",
        "lossless webp",
        "webp with alpha",
    )
}


def code_of(data):
    try:
        examine_photo(io.BytesIO(data), name="photo")
    except InspectionError as error:
        return error.code
    return "accepted"


@pytest.mark.parametrize("what", WHOLE)
def test_cut_anywhere_it_is_truncated(what):
    data = WHOLE[what]()
    assert code_of(data) == "accepted"
    # Before the twelfth byte there is not enough to tell what it was meant to be.
    cuts = {12, 13, 20, *range(len(data) - 12, len(data))}
    cuts |= set(random.Random(len(data)).sample(range(12, len(data)), 50))
    assert {cut: code_of(data[:cut]) for cut in cuts} == dict.fromkeys(cuts, "truncated_image")


def test_cutting_only_what_follows_the_picture_does_no_harm():
    data = jpeg() + HTML
    assert [code_of(data[: len(data) - cut]) for cut in range(len(HTML) + 1)] == ["accepted"] * (len(HTML) + 1)
    assert code_of(data[: len(jpeg()) - 1]) == "truncated_image"


def test_an_end_marker_across_a_seam_of_reading_is_found():
    data = jpeg()
    scan = data.index(b"\xff\xda") + 14
    for padding in range(65_536 - 8, 65_536 + 8):
        longer = data[:scan] + b"\x5a" * padding + b"\xff\xd9"
        assert code_of(longer) == "accepted"
        assert code_of(longer[:-1]) == "truncated_image"


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_photo():
    data = with_thumbnail()
    inner_end = data.index(b"\xff\xd9") + 2
    assert inner_end < len(data) - len(jpeg()) + 10
    assert code_of(data[:inner_end]) == "truncated_image"
    assert code_of(data[:-2]) == "truncated_image"


def test_the_first_picture_of_two_must_be_whole():
    data = mpo()
    first_end = data.index(b"\xff\xd9\xff\xd8") + 2
    assert code_of(data[: first_end + 100]) == "accepted"
    assert code_of(data[: first_end - 1]) == "truncated_image"


def test_a_progressive_photo_is_not_whole_after_its_first_scan():
    data = jpeg(progressive=True)
    scans = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xda"]
    assert len(scans) > 2
    assert code_of(data[: scans[1]]) == "truncated_image"


def test_metadata_beyond_the_end_costs_a_tiff_its_metadata_alone():
    facts = examine_photo(io.BytesIO(tiff_file(t34665=(LONG, (1_000_000,)))), name="photo.tif")
    assert [warning["code"] for warning in facts.warnings] == ["bad_metadata"]
