"""Whatever goes wrong, the answer has one form, a code, a sentence and an id to ask after."""

import logging

import pytest
from django.db import IntegrityError, OperationalError

from inspections.api.views import accounts
from inspections.models import Bridge, Role, Survey
from inspections.testing import make_bridge, make_organisation, make_user
from inspections.tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def refusal(answer) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"code", "detail", "field", "facts", "request_id"}
    assert body["request_id"] == answer["X-Request-ID"] != ""
    assert body["detail"].endswith(".") and "{" not in body["detail"]
    assert "Traceback" not in answer.content.decode()
    return answer.status_code, body["code"]


@pytest.mark.parametrize(
    "path",
    ["", "bridges", "nothing/", "bridges/1/", "../../etc/passwd", "surveys/00000000-0000-0000-0000-000000000000/"],
)
def test_an_unknown_address_answers_in_json(inspector, path):
    if path == "":
        assert inspector.get(path)["Location"] == "/api/v1/docs/"
    else:
        assert refusal(inspector.get(path)) == (404, "not_found")


def test_the_request_id_of_a_proxy_is_kept_and_a_strange_one_replaced(inspector):
    inspector.headers["X-Request-ID"] = "proxy-0000-1"
    assert inspector.get("me/")["X-Request-ID"] == "proxy-0000-1"
    inspector.headers["X-Request-ID"] = "a\tb<script>"
    assert len(inspector.get("me/")["X-Request-ID"]) == 36


def test_answers_are_for_their_reader_alone(inspector):
    answer = inspector.get("bridges/")
    assert "private" in answer["Cache-Control"] and "Authorization" in answer["Vary"]


@pytest.mark.parametrize(
    "body",
    [
        "{",
        '{"name": ' + "[" * 3000 + "]" * 3000 + "}",
        "[" * 100_000,
        '{"name": "a", "name": "b"}',
        '{"latitude": NaN}',
        '{"\\ud800": 1}',
        b"\xff\xfe{}",
        '{"year_built": ' + "9" * 5000 + "}",
    ],
)
def test_json_that_cannot_be_read_is_said_to_be_so(inspector, body):
    answer = inspector.post("bridges/", body)
    assert refusal(answer) == (400, "parse_error")


@pytest.mark.parametrize("body", ["[]", '"text"', "null", "1"])
def test_json_that_is_no_object_is_invalid(inspector, body):
    assert refusal(inspector.post("bridges/", body)) == (400, "invalid")


def test_a_body_of_unknown_length_is_refused_rather_than_lost(inspector):
    answer = inspector.send("POST", "bridges/", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
    assert refusal(answer) == (411, "length_required")


def test_a_body_of_three_megabytes_is_too_large(inspector):
    answer = inspector.post("bridges/", '{"name": "' + "x" * 3_000_000 + '"}')
    assert refusal(answer) == (413, "request_too_large")


@pytest.mark.parametrize("bad", ["\x00", "a\x00b", "\ud800", " " * 3, "x" * 201, None, [], {}])
def test_a_name_that_is_no_name_is_invalid(inspector, bad):
    answer = inspector.post("bridges/", {"name": bad})
    assert refusal(answer) == (400, "invalid")
    assert answer.json()["field"] == "name"
    assert answer.json()["facts"]["fields"]["name"]


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", 91, "north"])
def test_a_coordinate_that_is_no_place_is_invalid(inspector, value):
    answer = inspector.post("bridges/", {"name": "Mill bridge", "latitude": value, "longitude": 1})
    assert refusal(answer) == (400, "invalid")
    assert answer.json()["field"] == "latitude"


@pytest.mark.parametrize("name", ["id", "created_at", "survey_count", "is_superuser", "owner_id", "__class__"])
def test_unknown_and_read_only_names_are_refused(inspector, name):
    answer = inspector.post("bridges/", {"name": "Mill bridge", name: "x"})
    assert refusal(answer) == (400, "unknown_field")
    assert answer.json()["field"] == name
    assert not Bridge.objects.exists()


def test_the_models_own_sentences_are_told(inspector, organisation):
    make_bridge(organisation, structure_number="B 17")
    answer = inspector.post("bridges/", {"name": "Another", "structure_number": "B 17"})
    assert refusal(answer) == (400, "invalid")
    assert "structure number" in answer.json()["detail"]
    answer = inspector.post("bridges/", {"name": "Another", "latitude": 50})
    assert answer.json()["detail"] == "Give both latitude and longitude, or neither."


@pytest.mark.parametrize(
    "query",
    [
        {"ordering": "owner__password"},
        {"bridge__organisation__members__password__startswith": "p"},
        {"_connector": "OR 1=1 OR"},
        {"id[]": "1"},
        {"bridge": "not-an-id"},
        {"bridge": ""},
        {"bridge": "\x00"},
        {"page": "last"},
        {"page": "0"},
        {"page_size": "many"},
        {"page_size": "-1"},
        {"format": "xml"},
        {"bridge": ["a", "b"]},
    ],
)
def test_query_parameters_that_have_no_business_here_are_refused(inspector, query):
    answer = inspector.get("surveys/", **query)
    assert refusal(answer) == (400, "invalid_filter")
    assert answer.json()["field"] == next(iter(query))


def test_query_parameters_on_writes_are_refused(inspector, organisation):
    answer = inspector.client.post(
        "/api/v1/bridges/?organisation=x", {"name": "a"}, content_type="application/json", headers=inspector.headers
    )
    assert refusal(answer) == (400, "invalid_filter")


def test_pages_are_cut_to_their_largest_size(inspector, organisation):
    Bridge.objects.bulk_create(Bridge(organisation=organisation, name=f"Bridge {n}") for n in range(205))
    body = inspector.get("bridges/", page_size=1_000_000).json()
    assert (body["count"], len(body["results"])) == (205, 200)
    assert len(inspector.get("bridges/").json()["results"]) == 50
    second = inspector.get("bridges/", page_size=200, page=2).json()
    assert {row["id"] for row in body["results"]}.isdisjoint(row["id"] for row in second["results"])
    assert refusal(inspector.get("bridges/", page=99)) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "bridges/"), ("PUT", "me/"), ("PATCH", "runs/"), ("OPTIONS", "me/")]
)
def test_a_method_that_is_not_there_is_said_to_be_so(inspector, method, path):
    answer = inspector.send(method, path)
    assert refusal(answer) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_other_bodies_and_other_answers_than_json_are_refused(inspector):
    assert refusal(inspector.post("bridges/", "a,b", content_type="text/csv")) == (415, "unsupported_media_type")
    inspector.headers["Accept"] = "text/html"
    assert refusal(inspector.get("bridges/")) == (406, "not_acceptable")


def test_references_to_what_is_not_ones_own_do_not_exist(inspector):
    foreign = make_bridge(make_organisation())
    for bridge in (str(foreign.pk), "00000000-0000-0000-0000-000000000000", "17", 17, [], None, True, 1e300):
        answer = inspector.post("surveys/", {"bridge": bridge, "surveyed_on": "2026-05-04"})
        assert refusal(answer)[0] == 400
        assert answer.json()["field"] == "bridge"
        if bridge is not None:
            assert answer.json()["code"] == "invalid_reference"
            assert answer.json()["detail"] == f"Bridge {bridge} does not exist."
    assert not Survey.objects.exists()


def test_a_role_that_is_too_low_is_said_to_be_so(api_as, organisation):
    viewer, bridge = api_as(Role.VIEWER), make_bridge(organisation)
    answer = viewer.post("surveys/", {"bridge": str(bridge.pk), "surveyed_on": "2026-05-04"})
    assert refusal(answer) == (403, "forbidden")
    assert "viewer" in answer.json()["detail"] and "County roads" in answer.json()["detail"]
    assert refusal(viewer.post("bridges/", {"name": "a"}))[1] == "invalid"
    assert refusal(viewer.post("bridges/", {"name": "a", "organisation": str(organisation.pk)})) == (403, "forbidden")


def test_somebody_in_two_organisations_names_the_one_meant(organisation):
    other, user = make_organisation(), make_user(Role.INSPECTOR, organisation)
    user.memberships.create(organisation=other, role=Role.INSPECTOR)
    api = Api(user)
    answer = api.post("bridges/", {"name": "Mill bridge"})
    assert refusal(answer) == (400, "invalid") and answer.json()["field"] == "organisation"
    made = api.post("bridges/", {"name": "Mill bridge", "organisation": str(other.pk)})
    assert made.status_code == 201 and made.json()["organisation"] == str(other.pk)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (OperationalError("database is locked"), (503, "unavailable")),
        (IntegrityError("UNIQUE constraint failed"), (409, "conflict")),
        (OSError(28, "No space left on device"), (507, "storage_full")),
        (ZeroDivisionError("secret detail"), (500, "server_error")),
    ],
)
def test_failures_below_are_told_without_their_inside(inspector, monkeypatch, caplog, failure, expected):
    def fail(*_args, **_kwargs):
        raise failure

    monkeypatch.setattr(accounts.Myself, "get", fail)
    with caplog.at_level(logging.ERROR):
        answer = inspector.get("me/")
    assert refusal(answer) == expected
    assert str(failure.args[0]) not in answer.content.decode() or expected[0] == 507
    if expected[0] >= 500:
        assert answer.json()["request_id"] in caplog.text
    assert ("Retry-After" in answer) == (expected[0] == 503)
