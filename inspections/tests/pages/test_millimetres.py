"""Millimetres on the pages of surveys, bridges, elements and projects, and the scale that a survey is given."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.models import Project, Role, SegmentationRun, Survey, SurveyImage
from inspections.pages.cracks import TotalLength, last_lengths
from inspections.pages.figures import read_figures
from inspections.services.measuring import survey_scale_changed
from inspections.services.reviews import record_review
from inspections.services.surveys import change_survey, start_survey
from inspections.testing import (
    RecordedDispatch,
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
from inspections.tests.pages.reading import by_id, read_page, words

pytestmark = pytest.mark.django_db
DONE = SegmentationRun.Status.SUCCEEDED
IN_MM = {"length_mm": 100.0, "widest_mm": 2.0, "widest_u95_mm": 0.35, "width_mm": 1.5, "width_u95_mm": 0.3}


@pytest.fixture
def organisation():
    make_network()
    return make_organisation()


@pytest.fixture
def survey(organisation):
    return make_survey(make_bridge(organisation))


@pytest.fixture
def inspector(organisation) -> Client:
    client = Client()
    client.force_login(make_user(Role.INSPECTOR, organisation))
    return client


def photo(survey, *cracks: dict, mm_per_px: float | None = 0.5, **fields) -> SurveyImage:
    """An analysed photo of 1000 × 800 px, with a scale unless told otherwise, and so many cracks."""
    image = make_image(survey)
    SurveyImage.objects.filter(pk=image.pk).update(mm_per_px=mm_per_px, width=1000, height=800, **fields)
    run = make_run(image, status=DONE)
    for crack in cracks:
        make_finding(run, **crack)
    return image


def shown(client, survey, **query) -> dict[str, str]:
    answer = client.get(reverse("survey", args=[survey.pk]), query)
    return {e.get("data-live"): words(e) for e in read_page(answer).iter() if e.get("data-live")}


# ---- The survey page ----


def test_figures_are_those_of_the_photos_with_a_scale(inspector, survey):
    photo(survey, IN_MM, {**IN_MM, "widest_mm": 3.25, "widest_u95_mm": 0.5, "length_mm": 900.0})
    photo(survey, {"width_max_px": 60.0, "length_px": 5000.0}, mm_per_px=None)
    said = shown(inspector, survey)
    assert said["worst"] == "3.25 ± 0.50 mm"
    assert said["length"] == "1.00 m"
    # 1 m on 0.5 m × 0.4 m.
    assert said["density"] == "5.00 m/m²"
    assert "Of 2 analysed photos, 1 has a scale: 0.5 mm per pixel." in said["scale"]
    assert "Photos may overlap" in said["scale"]


def test_without_any_scale_there_are_pixels_and_the_cure(inspector, survey):
    photo(survey, {"length_px": 350.0, "width_max_px": 7.5}, mm_per_px=None)
    said = shown(inspector, survey)
    assert (said["worst"], said["length"], said["density"]) == ("7.5 px", "350 px", "not measured")
    assert "No analysed photo has a scale yet" in said["scale"] and "distance or markers can give one" in said["scale"]


def test_below_the_floor_there_is_a_bound(inspector, survey):
    image = photo(survey, {"widest_bound_mm": 1.301, "length_mm": 40.0})
    answer = inspector.get(reverse("survey", args=[survey.pk]))
    assert shown(inspector, survey)["worst"] == "< 1.31 mm"
    assert "< 1.31 mm" in words(by_id(answer, f"photo-{image.pk}"))


def test_a_survey_without_cracks_has_no_length_and_no_direction(inspector, survey):
    photo(survey)
    said = shown(inspector, survey)
    assert (said["worst"], said["length"], said["density"], said["direction"]) == (
        "not measured", "0.00 m", "0.00 m/m²", "—",
    )  # fmt: skip


def test_rejected_cracks_have_no_say(inspector, survey, organisation):
    image = photo(survey, IN_MM, {**IN_MM, "widest_mm": 40.0, "length_mm": 7000.0})
    wrong = image.findings.get(widest_mm=40.0)
    record_review(finding=wrong, reviewer=make_user(Role.REVIEWER, organisation), verdict="rejected")
    said = shown(inspector, survey)
    assert (said["worst"], said["length"]) == ("2.00 ± 0.35 mm", "0.10 m")


@pytest.mark.parametrize(
    ("directions", "mean", "r"),
    [
        # 170° and 10° lie 20° apart: their mean is 0°, not 90°; R = cos 20°.
        ([(170, 100), (10, 100)], 0.0, 0.940),
        # Square to each other they cancel; three to one leaves half.
        ([(0, 300), (90, 100)], 0.0, 0.5),
        ([(45, 100), (45, 50), (45, 1)], 45.0, 1.0),
    ],
)
def test_the_main_direction_is_an_axial_mean_weighed_by_length(survey, directions, mean, r):
    photo(survey, *({**IN_MM, "orientation_deg": deg, "length_mm": length} for deg, length in directions))
    # A photo without a scale is left out of a mean in millimetres.
    photo(survey, {"orientation_deg": 77.0, "length_px": 1e6}, mm_per_px=None)
    figures = read_figures(survey)
    assert (figures.orientation_deg + 1) % 180 - 1 == pytest.approx(mean, abs=1e-6)
    assert figures.orientation_r == pytest.approx(r, abs=1e-3)


def test_cracks_in_all_directions_have_none(inspector, survey):
    photo(survey, *({**IN_MM, "orientation_deg": deg} for deg in (0, 60, 120)))
    assert shown(inspector, survey)["direction"] == "none R 0.00"
    other = make_survey(survey.bridge)
    photo(other, *({**IN_MM, "orientation_deg": deg} for deg in (179.8, 179.9)))
    assert shown(inspector, other)["direction"] == "0° R 1.00"


def test_photos_without_a_scale_can_be_shown_alone_and_the_widest_goes_by_millimetres(inspector, survey):
    narrow = photo(survey, {**IN_MM, "width_max_px": 90.0})
    wide = photo(survey, {**IN_MM, "widest_mm": 6.0, "width_max_px": 3.0})
    bare = photo(survey, {"width_max_px": 200.0}, mm_per_px=None)
    make_image(survey)
    address = reverse("survey", args=[survey.pk])
    alone = inspector.get(address, {"show": "unscaled"}).context["cards"]
    assert [card.image for card in alone] == [bare]
    ordered = inspector.get(address, {"order": "widest"}).context["cards"]
    assert [card.image for card in ordered][:3] == [wide, narrow, bare]


def test_the_pulse_goes_on_until_all_photos_are_measured_again(inspector, survey):
    image, other = photo(survey, IN_MM), photo(survey)
    address = reverse("survey-grid", args=[survey.pk])
    before = {card.image.pk: card.stamp for card in inspector.get(address).context["cards"]}
    assert inspector.get(address).status_code == 286
    survey_scale_changed(survey)
    answer = inspector.get(address)
    assert answer.status_code == 200 and "Measuring 2 photos again" in words(read_page(answer))
    # Nothing of that is an analysis that waits.
    assert shown(inspector, survey)["analysed"] == "2"
    stamps = {card.image.pk: card.stamp for card in answer.context["cards"]}
    assert stamps[image.pk] != before[image.pk] and stamps[other.pk] != before[other.pk]
    SurveyImage.objects.update(measure_done=1)
    answer = inspector.get(address)
    assert answer.status_code == 286 and "Measuring" not in words(read_page(answer))


def test_the_number_of_questions_does_not_grow(inspector, survey):
    def questions() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert inspector.get(reverse("survey", args=[survey.pk])).status_code == 200
        return len(captured)

    photo(survey, IN_MM)
    inspector.get("/")
    few = questions()
    for number in range(8):
        photo(survey, *([IN_MM] * number), mm_per_px=0.4 if number % 2 else None)
    assert questions() == few


# ---- Bridges, elements, projects ----


def test_a_bridge_and_its_elements_tell_millimetres_and_metres_of_the_last_survey(inspector, survey):
    bridge, pier = survey.bridge, make_element(survey.bridge, name="Pier 2")
    bare = make_element(survey.bridge, name="Pier 3")
    photo(survey, {**IN_MM, "widest_mm": 5.0, "length_mm": 9000.0}, element=pier)
    later = make_survey(bridge, surveyed_on=date(2026, 10, 1))
    photo(later, IN_MM, IN_MM, element=pier)
    make_survey(bridge, surveyed_on=date(2026, 11, 1))
    answer = inspector.get(reverse("bridge", args=[bridge.pk]))
    page = words(read_page(answer))
    assert "Crack length, last survey0.20 m" in page and "Worst width5.00 ± 0.35 mm" in page
    tree = inspector.get(reverse("bridge-elements", args=[bridge.pk]))
    row = words(by_id(tree, f"element-{pier.pk}"))
    assert "5.00 ± 0.35 mm" in row and "0.20 m" in row
    assert "mm" not in words(by_id(tree, f"element-{bare.pk}"))
    listed = words(read_page(inspector.get(reverse("bridges"))))
    assert "0.20 m" in listed and "5.00 ± 0.35 mm" in listed


def test_surveys_in_tables_tell_how_many_photos_stand_behind_their_millimetres(inspector, survey, organisation):
    project = Project.objects.create(organisation=organisation, name="Contract")
    Survey.objects.update(project=project)
    photo(survey, {**IN_MM, "length_mm": 12_340.0})
    photo(survey, mm_per_px=None)
    make_survey(survey.bridge, project=project)
    page = words(read_page(inspector.get(reverse("project", args=[project.pk]))))
    assert "12.3 m" in page and "1 with a scale" in page and "2.00 ± 0.35 mm" in page
    assert "not measured" in page


def test_the_last_survey_that_was_analysed_counts_with_all_its_photos(survey):
    bridge, pier = survey.bridge, make_element(survey.bridge)
    photo(survey, {**IN_MM, "length_mm": 9000.0}, element=pier)
    later = make_survey(bridge, surveyed_on=date(2026, 10, 1))
    photo(later, IN_MM, IN_MM, element=pier)
    photo(later, {"length_px": 70.0}, mm_per_px=None, element=pier)
    photo(later, {**IN_MM, "length_mm": 500.0})
    make_image(make_survey(bridge, surveyed_on=date(2026, 11, 1)))
    assert last_lengths("survey__bridge", [bridge.pk]) == {bridge.pk: TotalLength(220.0, 700.0, 3, 2)}
    assert last_lengths("element", [pier.pk]) == {pier.pk: TotalLength(170.0, 200.0, 2, 1)}
    assert last_lengths("element", []) == {}
    clean = make_survey(make_bridge(bridge.organisation))
    photo(clean)
    assert last_lengths("survey__bridge", [clean.bridge_id]) == {clean.bridge_id: TotalLength(0.0, None, 1, 1)}


def test_bridges_are_sorted_by_millimetres_first(inspector, survey, organisation):
    photo(survey, IN_MM)
    bare = make_survey(make_bridge(organisation))
    photo(bare, {"width_max_px": 500.0}, mm_per_px=None)
    rows = inspector.get(reverse("bridges"), {"sort": "width"}).context["page"]
    assert list(rows) == [survey.bridge, bare.bridge]


# ---- The scale of a survey ----

FORM = {"surveyed_on": "2026-05-04", "method": "drone"}


def edit(client: Client, survey, **fields):
    return client.post(reverse("survey-edit", args=[survey.pk]), {**FORM, **fields})


def test_a_scale_is_given_and_all_photos_are_measured_again(inspector, survey, django_capture_on_commit_callbacks):
    image, foreign = photo(survey), photo(make_survey(survey.bridge))
    with django_capture_on_commit_callbacks(execute=True):
        assert edit(inspector, survey, distance_m="3.5", distance_u95_m="0.4").status_code == 302
    survey.refresh_from_db()
    image.refresh_from_db()
    foreign.refresh_from_db()
    assert (survey.distance_m, survey.distance_u95_m) == (3.5, 0.4)
    assert not image.is_measured and foreign.is_measured and RecordedDispatch.measuring == 1
    # The same again, and what has nothing to do with scale, changes nothing.
    with django_capture_on_commit_callbacks(execute=True):
        edit(inspector, survey, distance_m="3.50", distance_u95_m="0.4", crew="J. Holm")
    image.refresh_from_db()
    assert (image.measure_wanted, RecordedDispatch.measuring) == (1, 1)
    assert edit(inspector, survey, marker_family="apriltag-36h11", marker_side_mm="150").status_code == 302
    image.refresh_from_db()
    assert image.measure_wanted == 2


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"distance_m": "0"}, "distance_m", "0.0"),
        ({"distance_m": "0.02"}, "distance_m", "Give a distance between 0.05 and 1000 metres."),
        ({"distance_m": "1e4"}, "distance_m", "1000"),
        ({"distance_m": "nan"}, "distance_m", "number"),
        ({"distance_m": "3", "distance_u95_m": "3"}, "distance_u95_m", "less than the distance"),
        ({"distance_m": "3", "distance_u95_m": "0"}, "distance_u95_m", "more than 0"),
        ({"distance_u95_m": "1"}, "distance_u95_m", "less than the distance"),
        ({"marker_family": "apriltag-36h11"}, "marker_side_mm", "Give both the kind of the markers and their size"),
        ({"marker_side_mm": "150"}, "marker_family", "Give both the kind of the markers and their size"),
        ({"marker_family": "apriltag-36h11", "marker_side_mm": "0.5"}, "marker_side_mm", "1"),
        ({"marker_family": "qr", "marker_side_mm": "100"}, "marker_family", "qr"),
    ],
)
def test_a_scale_that_cannot_be_is_explained_beside_its_field(inspector, survey, fields, field, said):
    image = photo(survey)
    for answer in (
        edit(inspector, survey, **fields),
        inspector.post(reverse("survey-new", args=[survey.bridge_id]), {**FORM, **fields}),
    ):
        assert answer.status_code == 200
        assert list(answer.context["form"].errors) == [field]
        assert len(answer.context["form"].errors[field]) == 1
        assert said in answer.context["form"].errors[field][0]
    image.refresh_from_db()
    survey.refresh_from_db()
    assert image.is_measured and survey.distance_m is None and Survey.objects.count() == 1


def test_a_new_survey_may_know_its_scale(inspector, survey):
    address = reverse("survey-new", args=[survey.bridge_id])
    assert "Scale" in inspector.get(address).text and "docs/scale.md" in inspector.get(address).text
    body = {**FORM, "distance_m": "2.5", "marker_family": "aruco-4x4-50", "marker_side_mm": "80"}
    assert inspector.post(address, body).status_code == 302
    made = Survey.objects.exclude(pk=survey.pk).get()
    assert (made.distance_m, made.marker_family, made.marker_side_mm) == (2.5, "aruco-4x4-50", 80.0)


def test_services_refuse_what_the_form_refuses(survey, organisation):
    from inspections.errors import InspectionError

    foreign = Project.objects.create(organisation=make_organisation(), name="Theirs")
    for changes in ({"distance_m": 0.01}, {"distance_u95_m": 1.0}, {"project": foreign}):
        with pytest.raises(InspectionError):
            change_survey(survey=Survey.objects.get(pk=survey.pk), **changes)
        with pytest.raises(InspectionError):
            start_survey(bridge=survey.bridge, surveyed_on=date(2026, 1, 1), started_by=None, **changes)
    survey.refresh_from_db()
    assert (survey.distance_m, survey.project, Survey.objects.count()) == (None, None, 1)
