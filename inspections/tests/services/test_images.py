"""Photos come in through one door: nothing half-done stays behind, and nothing answered is lost."""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from inspections.errors import InspectionError
from inspections.models import SegmentationRun, SurveyImage
from inspections.services import images, storage
from inspections.services.images import add_image, place_image
from inspections.testing import (
    BROKEN_JPEG,
    RecordedDispatch,
    draw_photo,
    make_element,
    make_network,
    make_run,
    make_survey,
    make_user,
)

pytestmark = pytest.mark.django_db


def stored_files() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def add(survey=None, data: bytes | None = None, **kwargs):
    make_network()
    survey = survey or make_survey()
    return add_image(
        survey=survey,
        file=BytesIO(draw_photo() if data is None else data),
        **{"name": "a.jpg", "added_by": None, **kwargs},
    )


def test_the_original_is_kept_byte_for_byte() -> None:
    data = draw_photo()
    image = add(data=data, name="../../etc/Brücke 1.jpg", added_by=make_user()).image
    assert storage.media_path(image.original.name).read_bytes() == data
    assert image.sha256 == hashlib.sha256(data).hexdigest() and image.byte_size == len(data)
    assert image.original_name == "Brücke 1.jpg" and "etc" not in image.original.name
    assert image.runs.get().status == SegmentationRun.Status.QUEUED


def test_an_upright_size_is_recorded_for_a_turned_photo() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = add(data=draw_photo(200, 100, exif=exif)).image
    assert (image.width, image.height, image.orientation) == (100, 200, 6)


def test_a_camera_without_a_zone_is_read_as_utc() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:05:04 10:20:30"
    image = add(data=draw_photo(exif=exif)).image
    image.refresh_from_db()
    assert image.taken_at.isoformat() == "2026-05-04T10:20:30+00:00"


def test_the_same_photo_twice_is_the_row_that_exists() -> None:
    survey = make_survey()
    first, second = add(survey), add(survey, name="other.jpg")
    assert (first.created, second.created) == (True, False) and first.image == second.image
    assert SegmentationRun.objects.count() == 1 and len(stored_files()) == 1
    assert add(make_survey()).created, "another survey has its own"


def test_losing_the_race_for_the_same_photo_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    survey = make_survey()
    first = add(survey)
    real = SurveyImage.objects.filter
    answers = iter([SurveyImage.objects.none()])
    monkeypatch.setattr(SurveyImage.objects, "filter", lambda **kwargs: next(answers, None) or real(**kwargs))
    second = add(survey)
    assert not second.created and second.image == first.image
    assert len(stored_files()) == 1


@pytest.mark.parametrize(
    ("data", "kwargs", "code"),
    [
        (b"", {}, "empty_file"),
        (BROKEN_JPEG, {}, "truncated_image"),
        (b"hello, I am text", {}, "unsupported_type"),
        (None, {"declared_sha256": "0" * 64}, "checksum_mismatch"),
        (None, {"declared_size": 5}, "checksum_mismatch"),
        (None, {"name": ".."}, "no_file"),
    ],
)
def test_a_refused_photo_leaves_nothing(data: bytes | None, kwargs: dict, code: str) -> None:
    with pytest.raises(InspectionError) as refused:
        add(data=data, **kwargs)
    assert refused.value.code == code
    assert not SurveyImage.objects.exists() and not SegmentationRun.objects.exists() and not stored_files()


def test_an_element_of_another_bridge_is_refused() -> None:
    with pytest.raises(InspectionError) as refused:
        add(element=make_element())
    assert refused.value.code == "survey_mismatch"


def test_a_failure_while_saving_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_kwargs) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(images, "request_run", fail)
    with pytest.raises(RuntimeError):
        add()
    assert not SurveyImage.objects.exists() and not stored_files()


def test_a_full_disk_is_told_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(InspectionError) as refused:
        add()
    assert refused.value.status == 507 and not stored_files()


@pytest.mark.parametrize("name", ["", "../outside", "/etc/passwd", "a/../../b"])
def test_no_stored_name_leads_outside(name: str) -> None:
    with pytest.raises(InspectionError):
        storage.media_path(name)


def test_a_distance_may_come_with_the_photo() -> None:
    image = add(distance_m=3.25, distance_u95_m=0.2).image
    image.refresh_from_db()
    assert (image.distance_m, image.distance_u95_m, image.is_measured) == (3.25, 0.2, True)


@pytest.mark.parametrize(
    "given",
    [
        {"distance_m": 0.02},
        {"distance_m": 1001.0},
        {"distance_m": float("nan")},
        {"distance_m": 2.0, "distance_u95_m": 2.0},
        {"distance_m": 2.0, "distance_u95_m": float("inf")},
        {"distance_u95_m": 1.0},
    ],
)
def test_a_distance_that_cannot_be_is_refused_before_anything_is_stored(given) -> None:
    with pytest.raises(InspectionError) as refusal:
        add(**given)
    assert refusal.value.code == "invalid" and refusal.value.field.startswith("distance")
    assert not SurveyImage.objects.exists() and stored_files() == []


def test_a_photo_finds_its_element_later_and_is_judged_again(django_capture_on_commit_callbacks) -> None:
    image = make_run(status=SegmentationRun.Status.SUCCEEDED).image
    pier = make_element(image.survey.bridge)
    for element, wanted in ((pier, 1), (pier, 1), (None, 2), (None, 2)):
        with django_capture_on_commit_callbacks(execute=True):
            place_image(image=image, element=element)
        image.refresh_from_db()
        assert (image.element, image.measure_wanted) == (element, wanted)
    assert RecordedDispatch.measuring == 2
    with pytest.raises(InspectionError, match="another bridge"):
        place_image(image=image, element=make_element())
