"""Scale and millimetres at the JSON door: given, found, measured again."""

import gzip
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from inspections.models import Role, SegmentationRun, Survey, SurveyImage
from inspections.testing import (
    RecordedDispatch,
    draw_photo,
    make_bridge,
    make_element,
    make_finding,
    make_image,
    make_organisation,
    make_run,
    make_survey,
)

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status
SCALE = {
    "scale": {"source": "laser", "note": "Laser range 3.00 m.", "mm_per_px": 0.8, "u95_mm_per_px": 0.06},
    "tried": [["marker", "No markers are in use."]],
    "others": [],
    "notes": ["Taken as square."],
    "conflicts": [],
}
FLOOR = {"measurable_px": 2.7, "measurable_mm": 2.16, "visible_px": 0.4, "visible_mm": 0.32, "sentence": "Go nearer."}
IN_MM = {
    "length_mm": 40.0,
    "width_median_px": 3.1,
    "width_u95_px": 0.6,
    "width_mm": 2.5,
    "width_u95_mm": 0.5,
    "widest_mm": 3.2,
    "widest_u95_mm": 0.6,
    "state": "CS3",
    "worst_state": "CS3",
    "proposal": {"pack": "aashto-mbei-mm", "version": "1", "rule": "reinforced"},
}


@pytest.fixture
def survey(organisation):
    return make_survey(make_bridge(organisation))


@pytest.fixture
def image(survey):
    return make_image(survey)


def scaled(image: SurveyImage) -> SurveyImage:
    SurveyImage.objects.filter(pk=image.pk).update(
        scale=SCALE, floor=FLOOR, mm_per_px=0.8, mm_per_px_u95=0.06, scale_source="laser", floor_mm=2.16
    )
    make_run(image, status=Status.SUCCEEDED)
    return image


# ---- What is told ----


def test_a_photo_tells_its_scale_and_floor(inspector, image, survey):
    before = inspector.get(f"photos/{image.pk}/").json()
    assert (before["scale"], before["is_measured"], before["distance_m"]) == (None, True, None)
    body = inspector.get(f"photos/{scaled(image).pk}/").json()
    assert body["scale"] == {
        "source": "laser",
        "mm_per_px": 0.8,
        "mm_per_px_u95": 0.06,
        "note": "Laser range 3.00 m.",
        "notes": ["Taken as square."],
        "conflicts": [],
        "tried": [{"source": "marker", "reason": "No markers are in use."}],
        "floor_px": 2.7,
        "floor_mm": 2.16,
        "visible_px": 0.4,
        "visible_mm": 0.32,
        "floor_sentence": "Go nearer.",
    }
    bare = make_image(survey)
    for has, expected in (("true", image), ("false", bare)):
        (listed,) = inspector.get(f"surveys/{survey.pk}/photos/", has_scale=has).json()["results"]
        assert listed["id"] == str(expected.pk)
    answer = inspector.get(f"surveys/{survey.pk}/photos/", has_scale="perhaps")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_filter")


def test_a_photo_without_a_scale_says_what_was_tried(inspector, image):
    lost = {"scale": None, "tried": [["laser", "Fly with it."]], "others": [], "notes": [], "conflicts": []}
    SurveyImage.objects.filter(pk=image.pk).update(scale=lost)
    scale = inspector.get(f"photos/{image.pk}/").json()["scale"]
    assert (scale["source"], scale["mm_per_px"], scale["note"], scale["floor_mm"]) == (None, None, "", None)
    assert scale["tried"] == [{"source": "laser", "reason": "Fly with it."}]


def test_findings_tell_pixels_millimetres_bounds_and_states(inspector, image):
    run = make_run(scaled(image))
    make_finding(run, **IN_MM)
    make_finding(run, length_mm=10.0, width_bound_mm=1.9, widest_bound_mm=2.1, worst_state="CS3")
    wide, narrow = inspector.get(f"photos/{image.pk}/findings/").json()["results"]
    assert {name: wide[name] for name in IN_MM} == IN_MM
    assert (wide["width_bound_mm"], wide["width_p95_px"], wide["arms"]) == (None, None, 1)
    assert (narrow["width_mm"], narrow["width_bound_mm"], narrow["widest_bound_mm"]) == (None, 1.9, 2.1)
    assert (narrow["state"], narrow["worst_state"], narrow["proposal"]) == ("", "CS3", {})


def test_findings_are_narrowed_by_width_and_state(inspector, survey, image):
    other = scaled(make_image(survey))
    run = make_run(scaled(image))
    wide = make_finding(run, **IN_MM)
    make_finding(run, widest_mm=0.2, state="CS2")
    third = make_finding(make_run(other), widest_mm=3.2, state="CS4")
    old = make_finding(SegmentationRun.objects.create(image=image, network=run.network, status=Status.FAILED), **IN_MM)
    path, all_of = f"photos/{image.pk}/findings/", f"surveys/{survey.pk}/findings/"

    def found(address: str, **query) -> list[str]:
        return [row["id"] for row in inspector.get(address, **query).json()["results"]]

    assert len(found(path)) == 2 and len(found(all_of)) == 3 and str(old.pk) not in found(all_of)
    assert found(path, min_width_mm="3.2") == [str(wide.pk)]
    assert found(path, state="CS3") == [str(wide.pk)]
    assert found(path, state="CS3", min_width_mm="3.3") == []
    assert set(found(all_of, min_width_mm="1")) == {str(wide.pk), str(third.pk)}
    assert found(all_of, state="CS4") == [str(third.pk)]
    for query in ({"min_width_mm": "wide"}, {"min_width_mm": "nan"}, {"min_width_mm": "-1"}, {"max_width_mm": "1"}):
        answer = inspector.get(all_of, **query)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_filter"), query


def test_the_number_of_questions_does_not_grow_with_the_survey(inspector, survey, image, django_assert_max_num_queries):
    for _ in range(6):
        make_finding(make_run(scaled(make_image(survey))), **IN_MM)
    for path in ("photos", "findings"):
        with django_assert_max_num_queries(9):
            assert inspector.get(f"surveys/{survey.pk}/{path}/").status_code == 200


def test_surveys_and_bridges_tell_millimetres(inspector, survey, image):
    make_finding(make_run(scaled(image)), **IN_MM)
    body = inspector.get(f"surveys/{survey.pk}/").json()
    assert (body["crack_length_mm"], body["worst_width_mm"], body["scaled_count"]) == (40.0, 3.2, 1)
    assert inspector.get(f"bridges/{survey.bridge_id}/").json()["worst_width_mm"] == 3.2


# ---- What is given ----


def photo_file(seed: int = 1) -> SimpleUploadedFile:
    return SimpleUploadedFile("DJI_0001.JPG", draw_photo(seed=seed))


def test_a_distance_comes_with_the_photo(inspector, survey):
    path = f"surveys/{survey.pk}/photos/"
    answer = inspector.upload(path, file=photo_file(), distance_m="3.25", distance_u95_m="0.2")
    assert answer.status_code == 201
    assert (answer.json()["distance_m"], answer.json()["distance_u95_m"]) == (3.25, 0.2)
    # It is there before anybody looks: nothing has to be measured again.
    assert SurveyImage.objects.get().is_measured
    again = inspector.upload(path, file=photo_file(), distance_m="9")
    assert (again.status_code, again.json()["distance_m"]) == (200, 3.25)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"distance_m": "0.04"}, "distance_m"),
        ({"distance_m": "1001"}, "distance_m"),
        ({"distance_m": "nan"}, "distance_m"),
        ({"distance_m": "far"}, "distance_m"),
        ({"distance_m": "3", "distance_u95_m": "3"}, "distance_u95_m"),
        ({"distance_m": "3", "distance_u95_m": "-1"}, "distance_u95_m"),
        ({"distance_u95_m": "1"}, "distance_u95_m"),
    ],
)
def test_a_distance_that_cannot_be_leaves_nothing_behind(inspector, survey, fields, field):
    answer = inspector.upload(f"surveys/{survey.pk}/photos/", file=photo_file(), **fields)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "invalid", field)
    assert not SurveyImage.objects.exists()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_photo_is_told_more_and_measured_again(inspector, image, survey, django_capture_on_commit_callbacks):
    pier = make_element(survey.bridge)
    known = {"start": [10, 10], "stop": [110.5, 10], "length_mm": 50, "u95_mm": 1}
    path = f"photos/{image.pk}/"
    with django_capture_on_commit_callbacks(execute=True):
        answer = inspector.patch(path, {"distance_m": 2.5, "element": str(pier.pk), "known_length": known})
    body = answer.json()
    assert answer.status_code == 200 and RecordedDispatch.measuring >= 1
    assert (body["distance_m"], body["distance_u95_m"], body["element"]) == (2.5, None, str(pier.pk))
    assert body["known_length"] == {"start": [10.0, 10.0], "stop": [110.5, 10.0], "length_mm": 50.0, "u95_mm": 1.0}
    assert body["is_measured"] is False and body == inspector.get(path).json()
    # What is not named stays; what is the same changes nothing.
    assert inspector.patch(path, {"distance_u95_m": 0.25}).json()["distance_m"] == 2.5
    image.refresh_from_db()
    wanted = image.measure_wanted
    inspector.patch(path, {"distance_m": 2.5, "distance_u95_m": 0.25, "element": str(pier.pk)})
    inspector.patch(path, {})
    image.refresh_from_db()
    assert image.measure_wanted == wanted
    body = inspector.patch(path, {"distance_m": None, "known_length": None, "element": None}).json()
    assert (body["distance_m"], body["distance_u95_m"], body["known_length"], body["element"]) == (None,) * 4


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"distance_m": 0}, "invalid", "distance_m"),
        ({"distance_m": "1e999"}, "invalid", "distance_m"),
        ({"distance_m": [3]}, "invalid", "distance_m"),
        ({"distance_u95_m": 1}, "invalid", "distance_u95_m"),
        ({"distance_m": 1, "distance_u95_m": 1}, "invalid", "distance_u95_m"),
        ({"known_length": {"start": [1, 1], "stop": [2, 2], "length_mm": 5}}, "invalid", "known_length"),
        ({"known_length": {"start": [1, 1], "stop": [9999, 2], "length_mm": 5}}, "invalid", "known_length"),
        ({"known_length": {"start": [1, 1], "stop": [90, 2], "length_mm": 0.01}}, "invalid", "length_mm"),
        ({"known_length": {"start": [1, 1], "stop": [90, 2]}}, "invalid", "known_length.length_mm"),
        ({"known_length": {"start": [1], "stop": [90, 2], "length_mm": 5}}, "invalid", "known_length.start"),
        ({"known_length": {"start": "ab", "stop": [90, 2], "length_mm": 5}}, "invalid", "known_length.start"),
        ({"known_length": "long"}, "invalid", "known_length"),
        ({"scale": {}}, "unknown_field", "scale"),
        ({"mm_per_px": 0.1}, "unknown_field", "mm_per_px"),
        ({"element": "17"}, "invalid_reference", "element"),
    ],
)
def test_what_cannot_be_said_of_a_photo_changes_nothing(inspector, image, survey, change, code, field):
    pier = str(make_element(survey.bridge).pk)
    answer = inspector.patch(f"photos/{image.pk}/", {"element": pier, **change})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, code, field)
    image.refresh_from_db()
    assert image.element is None and image.distance_m is None and image.known_length is None and image.is_measured


def test_a_photo_shows_no_element_of_another_bridge(inspector, image, organisation):
    element = make_element(make_bridge(organisation))
    answer = inspector.patch(f"photos/{image.pk}/", {"element": str(element.pk)})
    assert (answer.status_code, answer.json()["code"]) == (400, "survey_mismatch")
    foreign = make_element(make_bridge(make_organisation()))
    answer = inspector.patch(f"photos/{image.pk}/", {"element": str(foreign.pk)})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_reference")


def test_a_survey_is_given_a_scale(inspector, survey, image):
    made = inspector.post(
        "surveys/", {"bridge": str(survey.bridge_id), "surveyed_on": "2026-05-04", "distance_m": 4, "distance_u95_m": 1}
    )
    assert made.status_code == 201 and made.json()["distance_m"] == 4.0
    path = f"surveys/{survey.pk}/"
    body = inspector.patch(path, {"marker_family": "apriltag-36h11", "marker_side_mm": 150}).json()
    assert (body["marker_family"], body["marker_side_mm"], body["photo_count"]) == ("apriltag-36h11", 150.0, 1)
    image.refresh_from_db()
    assert image.measure_wanted == 1
    assert inspector.patch(path, {"crew": "J. Holm", "marker_side_mm": 150}).json()["crew"] == "J. Holm"
    image.refresh_from_db()
    assert image.measure_wanted == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"marker_family": "aruco-4x4-50"}, "Give both the kind of the markers and their size"),
        ({"marker_side_mm": 30}, "Give both the kind of the markers and their size"),
        ({"marker_family": "qr", "marker_side_mm": 30}, "not a valid choice"),
        ({"distance_m": 0.02}, "between 0.05 and 1000 metres"),
        ({"distance_u95_m": 2}, "less than the distance"),
        ({"distance_m": 2, "distance_u95_m": 2}, "less than the distance"),
    ],
)
def test_a_survey_s_scale_that_cannot_be_is_refused(inspector, survey, image, change, said):
    body = {"bridge": str(survey.bridge_id), "surveyed_on": "2026-05-04"}
    for answer in (inspector.patch(f"surveys/{survey.pk}/", change), inspector.post("surveys/", {**body, **change})):
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert said in answer.json()["detail"]
    image.refresh_from_db()
    assert image.is_measured and Survey.objects.count() == 1


# ---- Changing the record ----


def test_what_is_known_can_be_corrected(inspector, survey, image):
    bridge, pier = survey.bridge, make_element(survey.bridge, name="Pier 2")
    SurveyImage.objects.filter(pk=scaled(image).pk).update(element=pier)
    body = inspector.patch(f"bridges/{bridge.pk}/", {"name": "Mill bridge", "material": "masonry"}).json()
    assert (body["name"], body["material"], body["photo_count"]) == ("Mill bridge", "masonry", 1)
    image.refresh_from_db()
    assert image.measure_wanted == 1
    inspector.patch(f"bridges/{bridge.pk}/", {"notes": "Listed.", "material": "masonry"})
    assert inspector.patch(f"elements/{pier.pk}/", {"material": "reinforced_concrete"}).status_code == 200
    image.refresh_from_db()
    assert image.measure_wanted == 2
    project = survey.bridge.organisation.projects.create(name="Contract")
    assert inspector.patch(f"projects/{project.pk}/", {"client": "County"}).json()["client"] == "County"
    moved = inspector.patch(f"surveys/{survey.pk}/", {"project": str(project.pk)}).json()
    assert moved["project"] == str(project.pk)


def test_the_models_sentences_hold_for_changes_too(inspector, survey, organisation):
    bridge = survey.bridge
    make_bridge(organisation, structure_number="B 17")
    path = f"bridges/{bridge.pk}/"
    assert "structure number" in inspector.patch(path, {"structure_number": "B 17"}).json()["detail"]
    assert inspector.patch(path, {"latitude": 50}).json()["detail"] == "Give both latitude and longitude, or neither."
    assert inspector.patch(path, {"id": "x"}).json()["code"] == "unknown_field"
    pier, cap = make_element(bridge), make_element(bridge)
    assert inspector.patch(f"elements/{cap.pk}/", {"parent": str(pier.pk)}).status_code == 200
    assert inspector.patch(f"elements/{pier.pk}/", {"parent": str(cap.pk)}).json()["field"] == "parent"
    assert inspector.send("PUT", path).status_code == 405
    bridge.refresh_from_db()
    assert (bridge.structure_number, bridge.latitude) == ("", None)


def test_to_whom_something_belongs_is_settled(inspector, survey, organisation):
    other = make_bridge(organisation)
    element = make_element(survey.bridge)
    for path in (f"surveys/{survey.pk}/", f"elements/{element.pk}/"):
        answer = inspector.patch(path, {"bridge": str(other.pk)})
        assert (answer.status_code, answer.json()["field"]) == (400, "bridge")
        assert inspector.patch(path, {"bridge": str(survey.bridge_id)}).status_code == 200


def test_only_those_who_may_change_change(api_as, outsider, survey, image):
    viewer, run = api_as(Role.VIEWER), make_run(scaled(image))
    for path in (f"bridges/{survey.bridge_id}/", f"surveys/{survey.pk}/", f"photos/{image.pk}/"):
        assert viewer.get(path).status_code == 200
        assert viewer.patch(path, {"distance_m": 1}).status_code == 403
        assert outsider.patch(path, {"distance_m": 1}).status_code == 404
    assert viewer.post(f"runs/{run.pk}/measure/", {"threshold": 0.3}).status_code == 403
    assert outsider.post(f"runs/{run.pk}/measure/", {"threshold": 0.3}).status_code == 404
    assert outsider.get(f"runs/{run.pk}/widths/").status_code == 404


# ---- Another threshold, and the widths along the cracks ----


def test_a_map_is_measured_again_with_another_threshold(inspector, image):
    run = make_run(image, status=Status.SUCCEEDED, probability="p.png")
    path = f"runs/{run.pk}/measure/"
    again = inspector.post(path, {"threshold": 0.3})
    assert again.status_code == 201
    body = again.json()
    assert (body["map_of"], body["threshold"], body["status"]) == (str(run.pk), 0.3, "queued")
    assert body["network"]["id"] == str(run.network_id)
    assert (inspector.post(path, {"threshold": 0.3}).status_code, image.runs.count()) == (200, 2)
    other = inspector.post(path, {"threshold": 0.4})
    assert (other.status_code, other.json()["code"]) == (409, "run_not_final")
    plain = inspector.post(f"photos/{image.pk}/runs/", {"threshold": 0.4})
    assert (plain.status_code, image.runs.count()) == (409, 2)


def test_what_nobody_saw_is_not_measured(inspector, image):
    run = make_run(image, status=Status.FAILED, error_code="internal")
    answer = inspector.post(f"runs/{run.pk}/measure/", {"threshold": 0.3})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_seen")
    for body in ({}, {"threshold": 0}, {"threshold": 1}, {"threshold": None}, {"threshold": "nan"}):
        answer = inspector.post(f"runs/{run.pk}/measure/", body)
        assert (answer.status_code, answer.json()["field"]) == (400, "threshold"), body


def test_the_widths_along_cracks_are_json_packed_or_not(inspector, image):
    columns = {"step_px": 6.0, "cracks": [{"number": 1, "x": [1.0], "y": [2.0], "w": [3.1], "u": [0.5]}]}
    stored = Path(settings.MEDIA_ROOT) / "runs/widths-1.json.gz"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(gzip.compress(json.dumps(columns).encode()))
    run = make_run(image, status=Status.SUCCEEDED, widths="runs/widths-1.json.gz")
    link = inspector.get(f"runs/{run.pk}/").json()["links"]["widths"]
    plain = inspector.get(link)
    assert plain["Content-Type"] == "application/json" and plain.json() == columns
    assert "Content-Encoding" not in plain and "Accept-Encoding" in plain["Vary"]
    inspector.headers["Accept-Encoding"] = "br, gzip"
    packed = inspector.get(link)
    assert packed["Content-Encoding"] == "gzip" and packed.getvalue() == stored.read_bytes()
    assert packed["ETag"] != plain["ETag"] and "no-cache" in packed["Cache-Control"]
    inspector.headers["If-None-Match"] = packed["ETag"]
    assert inspector.get(link).status_code == 304
    stored.unlink()
    assert inspector.get(link).status_code == 404
    bare = make_run(image, widths="")
    assert inspector.get(f"runs/{bare.pk}/").json()["links"]["widths"] is None
