"""A survey leaves the house as a table, as points and as COCO masks."""

import csv
import io
import json
from typing import Any

import pytest

from inspections.exports.catalogue import KINDS
from inspections.exports.csv import safe_cell
from inspections.models import Role, SegmentationRun, SurveyImage
from inspections.services.reviews import record_review
from inspections.testing import (
    finish_run,
    make_bridge,
    make_element,
    make_finding,
    make_image,
    make_network,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.api.conftest import Api

pytestmark = pytest.mark.django_db
DONE = SegmentationRun.Status.SUCCEEDED


@pytest.fixture
def organisation():
    make_network(name="=2+3")
    return make_organisation()


@pytest.fixture
def survey(organisation):
    """Two photos: one with an accepted and a rejected crack, one whose newest finished run found an open one."""
    bridge = make_bridge(organisation, name="Mühle, Brücke 2")
    survey, reviewer = make_survey(bridge, name="Spring"), make_user(username="mira")
    first, second = make_image(survey, name="DJI_0001.JPG"), make_image(survey, name="DJI_0002.JPG")
    SurveyImage.objects.filter(pk=first.pk).update(
        latitude=47.25, longitude=8.5, altitude_m=410.5, element=make_element(bridge, name="Pier 2")
    )
    run = make_run(first, status=DONE, used_threshold=0.4)
    record_review(finding=make_finding(run), reviewer=reviewer, verdict="accepted")
    wrong = make_finding(run, orientation_deg=12.04)
    record_review(finding=wrong, reviewer=reviewer, verdict="accepted")
    record_review(finding=wrong, reviewer=reviewer, verdict="rejected", note='=HYPERLINK("http://evil")\nsecond line')
    make_finding(make_run(second, status=DONE))
    return survey


def exported(survey, kind: str) -> tuple[Any, bytes]:
    api = Api(make_user(Role.VIEWER, survey.bridge.organisation))
    answer = api.get(f"surveys/{survey.pk}/export/", kind=kind)
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content)


def test_the_table_has_every_finding_with_its_decision(survey):
    answer, data = exported(survey, "csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="muhle-brucke-2-2026-05-04-spring.csv"'
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert [(row["photo"], row["finding"], row["verdict"], row["reviewer"]) for row in rows] == [
        ("DJI_0001.JPG", "1", "accepted", "mira"),
        ("DJI_0001.JPG", "2", "rejected", "mira"),
        ("DJI_0002.JPG", "1", "", ""),
    ]
    assert rows[0]["element"] == "Pier 2"
    assert rows[0]["bridge"] == "Mühle, Brücke 2"
    assert (rows[0]["length_px"], rows[0]["photo_latitude"], rows[0]["threshold"]) == ("50.0", "47.25", "0.4")
    assert rows[1]["note"] == '\'=HYPERLINK("http://evil")\nsecond line'
    assert rows[0]["network"] == "'=2+3"


MEASURED = {
    "length_mm": 123.456,
    "width_median_px": 3.1,
    "width_u95_px": 0.61234,
    "width_mm": 2.5,
    "width_u95_mm": 0.5,
    "widest_mm": 3.25,
    "widest_u95_mm": 0.65,
    "state": "CS3",
    "worst_state": "CS3",
    "proposal": {"pack": "aashto-mbei-mm", "version": "1.0", "rule": "reinforced"},
}
SCALED = {"mm_per_px": 0.8064516, "mm_per_px_u95": 0.0625, "scale_source": "laser", "floor_mm": 2.16}


def measure(survey) -> None:
    """The first photo gets a scale; its accepted crack a width, its rejected one a bound."""
    first = survey.images.get(original_name="DJI_0001.JPG")
    survey.images.filter(pk=first.pk).update(**SCALED)
    first.findings.filter(number=1).update(**MEASURED)
    first.findings.filter(number=2).update(length_mm=10.0, width_bound_mm=1.5, widest_bound_mm=2.0, worst_state="CS3")


def test_the_table_has_pixels_and_millimetres_with_what_they_come_from(survey):
    measure(survey)
    rows = list(csv.DictReader(io.StringIO(exported(survey, "csv")[1].decode(), newline="")))
    wide, bound, bare = rows
    assert (wide["length_px"], wide["length_mm"], wide["width_median_px"], wide["width_u95_px"]) == (
        "50.0", "123.5", "3.1", "0.612",
    )  # fmt: skip
    assert (wide["width_mm"], wide["width_u95_mm"], wide["width_bound_mm"]) == ("2.5", "0.5", "")
    assert (wide["widest_mm"], wide["widest_u95_mm"], wide["state"], wide["worst_state"]) == (
        "3.25", "0.65", "CS3", "CS3",
    )  # fmt: skip
    assert (wide["rule"], wide["rule_pack"], wide["network"]) == ("reinforced", "aashto-mbei-mm 1.0", "'=2+3")
    assert (wide["photo_mm_per_px"], wide["photo_mm_per_px_u95"]) == ("0.80645", "0.0625")
    assert (wide["photo_scale_source"], wide["photo_floor_mm"]) == ("laser", "2.16")
    assert (bound["width_mm"], bound["width_bound_mm"], bound["widest_bound_mm"]) == ("", "1.5", "2.0")
    assert (bound["state"], bound["worst_state"], bound["rule"]) == ("", "CS3", "")
    assert {bare[name] for name in ("length_mm", "width_mm", "photo_mm_per_px", "photo_scale_source", "state")} == {""}


def test_points_tell_millimetres_and_metres(survey):
    measure(survey)
    survey.images.update(latitude=47.25, longitude=8.5)
    first, second = (feature["properties"] for feature in json.loads(exported(survey, "geojson")[1])["features"])
    assert (first["worst_width_mm"], first["worst_bound_mm"], first["crack_length_m"]) == (3.25, None, 0.1235)
    assert (first["mm_per_px"], first["scale_source"], first["floor_mm"]) == (0.80645, "laser", 2.16)
    assert (second["worst_width_mm"], second["crack_length_m"], second["mm_per_px"]) == (None, None, None)
    assert "crack_length_mm" not in first
    survey.images.get(original_name="DJI_0002.JPG").findings.all().delete()
    survey.images.update(mm_per_px=0.5)
    _, clean = (feature["properties"] for feature in json.loads(exported(survey, "geojson")[1])["features"])
    assert (clean["findings"], clean["crack_length_m"]) == (0, 0.0)


def test_coco_annotations_have_their_measures_as_attributes(survey):
    measure(survey)
    body = json.loads(exported(survey, "coco")[1])
    first, second = body["annotations"]
    told = first["attributes"]
    assert (told["widest_mm"], told["length_mm"], told["state"], told["rule"]) == (3.25, 123.5, "CS3", "reinforced")
    assert (told["length_px"], told["orientation_deg"]) == (50.0, 143.1)
    assert (second["attributes"]["width_mm"], second["attributes"]["state"]) == (None, None)
    assert (body["images"][0]["mm_per_px"], body["images"][1]["mm_per_px"]) == (0.80645, None)


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_that_would_calculate_is_text(lead):
    assert safe_cell(f"{lead}1+1") == f"'{lead}1+1"
    assert safe_cell(f"crack {lead}") == f"crack {lead}"


@pytest.mark.parametrize("number", [-1.5, -3, 0])
def test_numbers_stay_numbers(number):
    assert safe_cell(number) == number


def test_only_the_newest_finished_run_counts(survey):
    image = survey.images.get(original_name="DJI_0002.JPG")
    finish_run(image)
    assert len(exported(survey, "csv")[1].splitlines()) == 1 + 2 + 1  # the note has a line break of its own


def test_photos_with_a_position_are_points(survey):
    _, data = exported(survey, "geojson")
    (feature,) = json.loads(data)["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [8.5, 47.25, 410.5]}
    assert feature["properties"]["findings"] == 1
    assert feature["properties"]["crack_length_px"] == 50.0
    assert feature["properties"]["worst_width_px"] == 4.0


def test_a_photo_without_findings_is_a_point_too(organisation):
    survey = make_survey(make_bridge(organisation))
    make_image(survey)
    survey.images.update(latitude=-33.5, longitude=-70.25)
    (feature,) = json.loads(exported(survey, "geojson")[1])["features"]
    assert feature["geometry"]["coordinates"] == [-70.25, -33.5]
    assert (feature["properties"]["findings"], feature["properties"]["worst_width_px"]) == (0, None)
    assert feature["properties"]["state"] == "queued"


def test_coco_masks_are_the_masks(survey):
    _, data = exported(survey, "coco")
    body = json.loads(data)
    assert [row["file_name"] for row in body["images"]] == ["DJI_0001.JPG", "DJI_0002.JPG"]
    assert [(row["image_id"], row["verdict"]) for row in body["annotations"]] == [(1, "accepted"), (2, None)]
    annotation = body["annotations"][0]
    assert annotation["bbox"] == [10, 10, 3, 2]
    height, width = annotation["segmentation"]["size"]
    assert (width, height) == (160, 120)
    assert _column_major(annotation["segmentation"]["counts"], height) == {
        (x, y) for x in (10, 11, 12) for y in (10, 11)
    }
    assert sum(annotation["segmentation"]["counts"]) == width * height


def _column_major(counts: list[int], height: int) -> set[tuple[int, int]]:
    """Decoded as the COCO API does: runs down the columns, background first."""
    place, white = 0, set()
    for number, count in enumerate(counts):
        if number % 2:
            white |= {divmod(p, height) for p in range(place, place + count)}
        place += count
    return white


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_survey_is_a_valid_file(organisation, kind):
    _, data = exported(make_survey(make_bridge(organisation)), kind)
    assert len(data.splitlines()) == 1
    if kind != "csv":
        json.loads(data)


@pytest.mark.parametrize("query", [{}, {"kind": "pickle"}, {"kind": ""}])
def test_an_unknown_kind_is_refused(survey, query):
    api = Api(make_user(Role.VIEWER, survey.bridge.organisation))
    answer = api.get(f"surveys/{survey.pk}/export/", **query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_filter")


@pytest.mark.parametrize("kind", KINDS)
def test_the_number_of_questions_does_not_grow_with_the_survey(survey, kind, django_assert_max_num_queries):
    for number in range(5):
        make_finding(make_run(make_image(survey, name=f"DJI_1{number}.JPG"), status=DONE))
    survey.images.update(latitude=47.25, longitude=8.5)
    with django_assert_max_num_queries(6):
        list(KINDS[kind].write(survey))
