"""The scale of a photo on its page: what is known, what people give, and the wait for the millimetres."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Role, SegmentationRun, SurveyImage
from inspections.services import measuring
from inspections.testing import (
    RecordedDispatch,
    make_bridge,
    make_finding,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.pages.reading import by_id, read_page, words

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ENDS = {"start_x": "10", "start_y": "20", "stop_x": "110", "stop_y": "20"}
LASER = {
    "source": "laser", "note": "Laser range: 3.12 ± 0.2 m; taken as square.", "mm_per_px": 0.45, "u95_mm_per_px": 0.035,
}  # fmt: skip
SUBJECT = {"source": "subject_distance", "note": "Focused at 3 m.", "mm_per_px": 0.43, "u95_mm_per_px": 0.13}
FLOOR = {"measurable_px": 2.7, "visible_px": 0.3, "sentence": "Cracks under 1.2 mm cannot be measured here."}


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def survey(organisation):
    return make_survey(make_bridge(organisation, material="reinforced_concrete"))


@pytest.fixture
def image(survey) -> SurveyImage:
    """160 × 120 pixels, analysed; no scale is known."""
    run = make_run(make_image(survey), status=SegmentationRun.Status.SUCCEEDED, used_threshold=0.5)
    make_finding(run)
    return run.image


def enter(role: Role, organisation) -> Client:
    client = Client()
    client.force_login(make_user(role, organisation))
    return client


@pytest.fixture
def inspector(organisation) -> Client:
    return enter(Role.INSPECTOR, organisation)


def know(image: SurveyImage, **facts) -> SurveyImage:
    """Write what a worker would have found."""
    scale = {"scale": LASER, "tried": [], "others": [], "notes": [], "conflicts": [], **facts.pop("scale", {})}
    found = {
        "mm_per_px": 0.45, "mm_per_px_u95": 0.035, "scale_source": "laser", "floor": FLOOR, "floor_mm": 1.2, **facts,
    }  # fmt: skip
    SurveyImage.objects.filter(pk=image.pk).update(scale=scale, **found)
    image.refresh_from_db()
    return image


def look(client: Client, image: SurveyImage):
    return client.get(reverse("photo", args=[image.pk]))


def scene(answer) -> dict:
    return json.loads("".join(by_id(answer, "scene").itertext()))


def values(answer) -> dict[str, str]:
    """What stands in the fields of the scale's forms."""
    fields = [element for element in read_page(answer).iter("input") if element.get("id", "").startswith("scale_")]
    return {field.get("id", "").removeprefix("scale_"): field.get("value", "") for field in fields}


# ---- What is known ----


def test_a_known_scale_stands_in_the_strip_and_the_panel(inspector, image):
    know(image, scale={"others": [SUBJECT], "tried": [["marker", "No marker was seen in the photo."]]})
    answer = look(inspector, image)
    strip, panel = words(by_id(answer, "status")), words(by_id(answer, "scale"))
    assert "0.450 mm per px ± 8 %, laser range" in strip and FLOOR["sentence"] in strip
    assert panel.startswith("0.450 ± 0.035 mm per px From the laser range. Laser range: 3.12 ± 0.2 m; taken as square.")
    assert "The camera’s focus distance 0.430 ± 0.130 mm per px Focused at 3 m." in panel
    assert "Marker in the photo No marker was seen in the photo." in panel


def test_an_unknown_scale_says_what_was_looked_for(inspector, image):
    tried = [["laser", "The photo holds no laser range."], ["known_length", "No known length was marked."]]
    know(image, scale={"scale": None, "tried": tried}, mm_per_px=None, mm_per_px_u95=None, scale_source="")
    answer = look(inspector, image)
    assert "Scale unknown: pixels only" in words(by_id(answer, "status"))
    panel = words(by_id(answer, "scale"))
    assert "Laser range The photo holds no laser range. Known length No known length was marked." in panel


def test_contradictions_and_remarks_are_warnings(inspector, image):
    know(image, scale={"conflicts": ["The laser and the length cannot both be right."], "notes": ["Cropped."]})
    shown = [
        words(line) for line in by_id(look(inspector, image), "scale").iter("p") if "message" in line.get("class", "")
    ]
    assert shown == ["The laser and the length cannot both be right.", "Cropped."]


def test_a_photo_that_nobody_measured_says_so_plainly(inspector, image):
    answer = look(inspector, image)
    assert answer.status_code == 200 and "Scale unknown" in words(by_id(answer, "scale"))


def test_the_script_knows_scale_floor_and_limits(inspector, image):
    known = scene(look(inspector, know(image)))["scale"]
    assert (known["mmPerPx"], known["u95"], known["source"]) == (0.45, 0.035, "laser")
    assert known["floor"] == {"px": 2.7, "mm": 1.2}
    assert [limit["state"] for limit in known["limits"]] == ["CS2", "CS3"]
    assert 0 < known["limits"][0]["mm"] < known["limits"][1]["mm"]
    assert next(iter(known["words"])) == "marker"


def test_the_focal_length_for_trying_out_distances(inspector, image):
    assert scene(look(inspector, image))["scale"]["focal"] is None
    SurveyImage.objects.filter(pk=image.pk).update(metadata={"exposure": {"focal_length_35mm_mm": 26}})
    # 26 mm over a diagonal of 200 px: 26 · 200 / 43.267.
    assert scene(look(inspector, image))["scale"]["focal"]["px"] == pytest.approx(120.18, abs=0.01)
    SurveyImage.objects.filter(pk=image.pk).update(metadata={"drone": {"lrf_target_distance_m": 3.12}})
    focal = scene(look(inspector, know(image)))["scale"]["focal"]
    # f = Z / s, and what is left of 7.8 % without the 6.6 % of the range.
    assert focal["px"] == pytest.approx(3120 / 0.45) and focal["share"] == pytest.approx(0.0415, abs=0.002)
    digital = {"exposure": {"focal_length_35mm_mm": 26, "digital_zoom": 2.0}}
    SurveyImage.objects.filter(pk=image.pk).update(metadata=digital, scale={})
    assert scene(look(inspector, image))["scale"]["focal"] is None


# ---- What people give ----


def test_a_distance_is_given_and_taken_back(inspector, image):
    address = reverse("photo-distance", args=[image.pk])
    answer = inspector.post(address, {"distance_m": "2.5", "distance_u95_m": "0.1"})
    assert answer["Location"] == f"{reverse('photo', args=[image.pk])}#panel-scale"
    image.refresh_from_db()
    assert (image.distance_m, image.distance_u95_m, image.is_measured) == (2.5, 0.1, False)
    page = look(inspector, image)
    assert "Measuring again…" in words(by_id(page, "scale")) and values(page)["distance_m"] == "2.5"
    assert "every 1s" in by_id(page, "scale-state").get("hx-trigger", "")
    inspector.post(address, {"distance_m": "junk", "take_back": "yes"})
    image.refresh_from_db()
    assert image.distance_m is None and "Take back" not in words(by_id(look(inspector, image), "scale"))


def test_a_known_length_is_given_and_taken_back(inspector, image, django_capture_on_commit_callbacks):
    address = reverse("photo-known-length", args=[image.pk])
    with django_capture_on_commit_callbacks(execute=True):
        inspector.post(address, {**ENDS, "length_mm": "50"})
    image.refresh_from_db()
    assert image.known_length == {"start": [10, 20], "stop": [110, 20], "length_mm": 50, "u95_mm": None}
    assert RecordedDispatch.measuring == 1
    assert values(look(inspector, image))["stop_x"] == "110.0"
    inspector.post(address, {"take_back": "yes"})
    image.refresh_from_db()
    assert image.known_length is None


def test_htmx_gets_the_panel_that_waits(inspector, image):
    answer = inspector.post(reverse("photo-distance", args=[image.pk]), {"distance_m": "2.5"}, headers=HTMX)
    assert answer.status_code == 200 and "<html" not in answer.text
    assert "Measuring again…" in words(by_id(answer, "scale")) and "Take back" in answer.text


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("photo-distance", {"distance_m": "0"}, "between 0.05 and 1000 metres"),
        ("photo-distance", {"distance_m": "3", "distance_u95_m": "5"}, "less than the distance"),
        ("photo-distance", {"distance_m": "nan"}, "Enter a number"),
        ("photo-distance", {"distance_m": "near"}, "Enter a number"),
        ("photo-distance", {}, "Please fill this in"),
        ("photo-known-length", {**ENDS, "length_mm": "-1"}, "between 0.1 and 1 000 000 mm"),
        ("photo-known-length", {**ENDS, "stop_x": "9999", "length_mm": "50"}, "inside the photo"),
        ("photo-known-length", {**ENDS, "stop_x": "12", "length_mm": "50"}, "at least 10 pixels apart"),
        ("photo-known-length", {**ENDS, "stop_x": "", "length_mm": "50"}, "Mark both ends on the photo"),
        ("photo-known-length", {**ENDS, "stop_x": "inf", "length_mm": "50"}, "Enter a number"),
        ("photo-known-length", {**ENDS, "length_mm": "50", "length_u95_mm": "60"}, "less than the length"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_what_cannot_be_is_said_at_the_form_and_nothing_typed_is_lost(inspector, image, name, typed, said, headers):
    answer = inspector.post(reverse(name, args=[image.pk]), typed, headers=headers)
    assert answer.status_code == 400 and said in words(by_id(answer, "scale"))
    assert ("<html" in answer.text) == (not headers)
    kept = values(answer)
    assert {field: kept[field] for field in typed} == typed
    image.refresh_from_db()
    assert image.is_measured and image.known_length is image.distance_m is None


def test_only_inspectors_see_the_forms(organisation, image):
    for role in Role:
        panel = words(by_id(look(enter(role, organisation), image), "scale"))
        assert ("Save the distance" in panel) == role.allows(Role.INSPECTOR), role


# ---- The wait ----


def test_the_page_loads_itself_when_the_photo_is_measured(inspector, image):
    address = reverse("photo-scale", args=[image.pk])
    measuring.give_distance(image=image, distance_m=2.0)
    waiting = inspector.get(address, {"watching": "open"}, headers=HTMX)
    assert waiting.status_code == 200 and "every 1s" in waiting.text and "HX-Refresh" not in waiting
    image.refresh_from_db()
    measuring.store_measures(image=image, run=measuring.current_run(image), photo=measuring.PhotoMeasure(), cracks={})
    done = inspector.get(address, {"watching": "open"}, headers=HTMX)
    assert (done.status_code, done["HX-Refresh"]) == (286, "true") and "every 1s" not in done.text
    assert "HX-Refresh" not in inspector.get(address, headers=HTMX)
