"""A photo comes in with one request: whole, checked, and once."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from inspections.errors import InspectionError
from inspections.models import Role, SegmentationRun, SurveyImage
from inspections.testing import (
    BROKEN_JPEG,
    RecordedDispatch,
    draw_photo,
    make_bridge,
    make_element,
    make_organisation,
    make_survey,
    make_user,
)
from inspections.tests.api.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(organisation):
    return make_survey(make_bridge(organisation))


def photo_file(data: bytes | None = None, name: str = "DJI_0001.JPG") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, draw_photo() if data is None else data)


def nothing_was_kept() -> bool:
    from django.conf import settings

    kept = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    return not kept and not SurveyImage.objects.exists() and not SegmentationRun.objects.exists()


def test_a_photo_is_kept_byte_for_byte_and_its_analysis_queued(inspector, survey, django_capture_on_commit_callbacks):
    data, element = draw_photo(), make_element(survey.bridge)
    with django_capture_on_commit_callbacks(execute=True):
        answer = inspector.upload(
            f"surveys/{survey.pk}/photos/",
            file=photo_file(data),
            sha256=hashlib.sha256(data).hexdigest().upper(),
            size=len(data),
            element=str(element.pk),
        )
    assert answer.status_code == 201
    body = answer.json()
    assert (body["width"], body["height"], body["format"], body["duplicate"]) == (160, 120, "JPEG", False)
    assert (body["state"], body["run"]["status"], body["run"]["percent"]) == ("queued", "queued", 0)
    assert body["element"] == str(element.pk)
    assert RecordedDispatch.rung == [body["run"]["id"]]

    original = inspector.get(body["links"]["original"])
    assert b"".join(original.streaming_content) == data
    assert original["Content-Type"] == "application/octet-stream"
    assert original["Content-Disposition"].startswith("attachment")
    assert "sandbox" in original["Content-Security-Policy"]

    (listed,) = inspector.get(f"surveys/{survey.pk}/photos/", state="queued").json()["results"]
    assert listed == inspector.get(f"photos/{body['id']}/").json()
    assert listed["run"]["id"] == body["run"]["id"]
    assert inspector.get(f"surveys/{survey.pk}/photos/", state="failed").json()["count"] == 0


def test_the_same_photo_twice_is_the_same_photo(inspector, survey):
    first = inspector.upload(f"surveys/{survey.pk}/photos/", file=photo_file())
    again = inspector.upload(f"surveys/{survey.pk}/photos/", file=photo_file(name="copy.jpg"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["duplicate"] is True
    assert again.json()["id"] == first.json()["id"]
    assert SurveyImage.objects.count() == SegmentationRun.objects.count() == 1


def test_the_same_photo_elsewhere_is_another_photo_and_nobody_hears_of_the_first(inspector, survey, outsider):
    mine = inspector.upload(f"surveys/{survey.pk}/photos/", file=photo_file()).json()
    elsewhere = make_survey(make_bridge(outsider.user.organisations.get()))
    theirs = outsider.upload(f"surveys/{elsewhere.pk}/photos/", file=photo_file())
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine["id"]
    assert theirs.json()["duplicate"] is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's test database lives in one connection")
def test_eight_at_once_are_one(organisation):
    survey, user = make_survey(make_bridge(organisation)), make_user(Role.INSPECTOR, organisation)
    senders = [Api(user) for _ in range(8)]

    def send(api: Api) -> int:
        try:
            return api.upload(f"surveys/{survey.pk}/photos/", file=photo_file()).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, senders)) == [200] * 7 + [201]
    assert SurveyImage.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (400, "no_file", "file")),
        ({"sha256": "0" * 64}, (400, "no_file", "file")),
        ({"file": "text, not a file"}, (400, "no_file", "file")),
        ({"file": photo_file(b"")}, (400, "empty_file", None)),
        ({"file": photo_file(b"<svg/>")}, (415, "unsupported_type", None)),
        ({"file": photo_file(BROKEN_JPEG)}, (422, "truncated_image", None)),
        ({"file": [photo_file(), photo_file(draw_photo(seed=2))]}, (400, "one_file", "file")),
        ({"photo": photo_file()}, (400, "unknown_field", "photo")),
        ({"file": photo_file(), "survey": "x"}, (400, "unknown_field", "survey")),
        ({"file": photo_file(), "sha256": "0" * 64}, (422, "checksum_mismatch", "file")),
        ({"file": photo_file(), "size": 1}, (422, "checksum_mismatch", "file")),
        ({"file": photo_file(), "sha256": "abc"}, (400, "invalid", "sha256")),
        ({"file": photo_file(), "size": "many"}, (400, "invalid", "size")),
        ({"file": photo_file(), "element": "17"}, (400, "invalid_reference", "element")),
    ],
)
def test_what_is_refused_leaves_nothing_behind(inspector, survey, fields, expected):
    for value in fields.values():
        for upload in value if isinstance(value, list) else [value]:
            if isinstance(upload, SimpleUploadedFile):
                upload.seek(0)
    answer = inspector.upload(f"surveys/{survey.pk}/photos/", **fields)
    body = answer.json()
    assert (answer.status_code, body["code"]) == expected[:2]
    if expected[2]:
        assert body["field"] == expected[2]
    assert nothing_was_kept()


@pytest.mark.parametrize("kept_share", [0.0, 0.3, 0.6, 0.95])
def test_a_request_cut_on_its_way_is_no_photo(inspector, survey, kept_share):
    body = (
        b'--line\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n" + draw_photo() + b"\r\n--line--\r\n"
    )
    cut = body[: int(len(body) * kept_share)]
    answer = inspector.send(
        "POST", f"surveys/{survey.pk}/photos/", data=cut, content_type="multipart/form-data; boundary=line"
    )
    assert answer.status_code == 400
    assert answer.json()["code"] in ("no_file", "parse_error")
    assert nothing_was_kept()


@pytest.mark.parametrize("content_type", ["application/json", "image/jpeg", "multipart/form-data", ""])
def test_a_photo_that_comes_another_way_is_refused(inspector, survey, content_type):
    answer = inspector.send("POST", f"surveys/{survey.pk}/photos/", data=draw_photo(), content_type=content_type)
    assert answer.status_code in (400, 415)
    assert answer.json()["code"] in ("unsupported_media_type", "parse_error", "no_file")
    assert nothing_was_kept()


def test_a_photo_above_the_limit_is_refused_by_its_declared_size(inspector, survey, settings):
    settings.MAX_PHOTO_BYTES = 1_000_000

    class Body:
        def read(self, *_args):
            raise AssertionError("The body was read.")

        readline = read

    answer = inspector.send(
        "POST",
        f"surveys/{survey.pk}/photos/",
        content_type="multipart/form-data; boundary=line",
        **{"wsgi.input": Body(), "CONTENT_LENGTH": "2000000"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert "limit of 1 MB" in answer.json()["detail"]


def test_a_full_disk_is_said_to_be_full(inspector, survey, monkeypatch):
    def full(*_args, **_kwargs):
        raise InspectionError("storage_full")

    monkeypatch.setattr("inspections.services.images.keep_original", full)
    answer = inspector.upload(f"surveys/{survey.pk}/photos/", file=photo_file())
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert nothing_was_kept()


def test_a_viewer_and_an_outsider_cannot_send(api_as, outsider, survey):
    path = f"surveys/{survey.pk}/photos/"
    assert api_as(Role.VIEWER).upload(path, file=photo_file()).status_code == 403
    assert outsider.upload(path, file=photo_file()).status_code == 404
    assert nothing_was_kept()


def test_an_element_of_another_bridge_is_refused(inspector, survey, organisation):
    element = make_element(make_bridge(organisation))
    answer = inspector.upload(f"surveys/{survey.pk}/photos/", file=photo_file(), element=str(element.pk))
    assert (answer.status_code, answer.json()["code"]) == (400, "survey_mismatch")
    foreign = make_element(make_bridge(make_organisation()))
    answer = inspector.upload(f"surveys/{survey.pk}/photos/", file=photo_file(), element=str(foreign.pk))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_reference")
