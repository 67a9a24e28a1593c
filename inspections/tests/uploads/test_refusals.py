"""What is no photo, not whole, or not decodable is refused with a code and a sentence."""

import contextlib
import io

import pytest

from inspections.errors import ANSWERS, InspectionError
from inspections.tests.uploads.corpus import BROKEN, HTML, SVG, encode, jpeg
from inspections.tests.uploads.corpus import GOOD as GOOD_FILES
from inspections.uploads import PhotoLimits, examine_photo

STATUS = {
    "no_file": 400,
    "empty_file": 400,
    "unsupported_type": 415,
    "heic_not_enabled": 415,
    "truncated_image": 422,
    "damaged_image": 422,
    "too_many_pixels": 413,
    "too_small": 422,
    "file_too_large": 413,
    "multi_page": 422,
    "unsupported_depth": 422,
    "unsupported_image": 422,
}


def refusal(data, name="photo.jpg", limits=PhotoLimits()):  # noqa: B008
    with pytest.raises(InspectionError) as refused:
        examine_photo(io.BytesIO(data), name=name, limits=limits)
    return refused.value


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_refused_with_its_code_and_sentence(what):
    broken = BROKEN[what]
    error = refusal(broken.make())
    assert error.code == broken.code
    assert broken.words in error.detail
    assert error.status == STATUS[error.code]
    assert "{" not in error.detail


@pytest.mark.parametrize("data", [HTML, SVG])
def test_a_page_stays_refused_under_any_name(data):
    for name in ("photo.jpg", "photo.svg", "photo.png", "page.html", "photo"):
        assert refusal(data, name).code == "unsupported_type"


def test_a_file_above_the_limit_is_refused_by_its_size():
    error = refusal(jpeg(), limits=PhotoLimits(max_bytes=1000))
    assert (error.code, error.status) == ("file_too_large", 413)
    assert error.detail == "The file is larger than the limit of 0 MB. Send single photos."


def test_a_file_of_exactly_the_limit_is_accepted():
    data = jpeg()
    assert examine_photo(io.BytesIO(data), name="a.jpg", limits=PhotoLimits(max_bytes=len(data)))
    assert refusal(data, limits=PhotoLimits(max_bytes=len(data) - 1)).code == "file_too_large"


def test_the_pixel_limit_is_the_callers():
    data = encode("PNG")
    assert examine_photo(io.BytesIO(data), name="a.png", limits=PhotoLimits(max_pixels=96 * 72))
    assert refusal(data, limits=PhotoLimits(max_pixels=96 * 72 - 1)).code == "too_many_pixels"


def test_the_shortest_side_is_the_callers():
    assert refusal(encode("WEBP"), limits=PhotoLimits(min_side=73)).facts == {
        "width": 96,
        "height": 72,
        "min_side": 73,
    }


@pytest.mark.parametrize("what", GOOD_FILES)
def test_an_empty_name_is_no_file_whatever_it_holds(what):
    for name in ("", "..", "photos/"):
        assert refusal(GOOD_FILES[what](), name).code == "no_file"


def test_every_code_has_its_status_in_the_one_table():
    assert {code: ANSWERS[code].status for code in STATUS} == STATUS


def test_the_file_is_left_at_its_beginning():
    for data in (jpeg(), BROKEN["jpeg cut in half"].make()):
        file = io.BytesIO(data)
        file.seek(5)
        with contextlib.suppress(InspectionError):
            examine_photo(file, name="photo.jpg")
        assert file.tell() == 0
