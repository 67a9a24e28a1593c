"""Two surveys side by side: what is chosen, how photos are paired, and what the numbers may say."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Role, SegmentationRun, SurveyImage
from inspections.pages.pairing import partner_of
from inspections.services.reviews import record_review
from inspections.testing import (
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
from inspections.tests.pages.reading import read_page, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge():
    return make_bridge(make_organisation(), name="Mill Race")


@pytest.fixture
def reviewer(bridge):
    return make_user(Role.REVIEWER, bridge.organisation)


@pytest.fixture
def inside(reviewer) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


@pytest.fixture
def pier(bridge):
    make_network(name="light", version="1")
    return make_element(bridge, name="Pier 2")


def photographed(element, year: int, *names: str, scale: float | None = 0.5) -> list[SurveyImage]:
    """A survey of that year with analysed photos of the element."""
    survey = make_survey(element.bridge, surveyed_on=date(year, 5, 4))
    for name in names:
        image = make_image(survey, name=name)
        make_run(image, status=SegmentationRun.Status.SUCCEEDED)
        fields = {"element": element, "preview": "p.jpg", "thumbnail": "t.jpg"}
        SurveyImage.objects.filter(pk=image.pk).update(mm_per_px=scale, mm_per_px_u95=scale and scale / 10, **fields)
    return list(survey.images.order_by("original_name"))


def crack(image: SurveyImage, **more):
    return make_finding(image.runs.get(), **{"length_mm": 100.0, **more})


def compare(client: Client, bridge, **query):
    return client.get(reverse("bridge-compare", args=[bridge.pk]), query)


def numbers(answer) -> list[str]:
    """The rows of the table, as they are read."""
    return [" | ".join(words(cell) for cell in row) for row in read_page(answer).iter("tr")]


def test_the_last_two_surveys_of_the_first_element_seen_twice(inside, bridge, pier):
    photographed(make_element(bridge, name="Arch", position=0), 2020, "x.jpg")
    for year in (2022, 2024, 2026):
        photographed(pier, year, "a.jpg")
    context = compare(inside, bridge).context
    assert (context["element"], context["left_survey"].surveyed_on.year) == (pier, 2024)
    assert context["right_survey"].surveyed_on.year == 2026


def test_what_is_chosen_is_compared(inside, bridge, pier):
    (first,), _second = photographed(pier, 2022, "a.jpg"), photographed(pier, 2024, "a.jpg")
    third = photographed(pier, 2026, "a.jpg", "b.jpg")
    chosen = {"element": pier.pk, "left": first.survey.pk, "right": third[0].survey.pk, "a": first.pk, "b": third[1].pk}
    answer = compare(inside, bridge, **chosen)
    assert (answer.context["photo"], answer.context["pair"].photo, answer.context["pair"].how) == (
        first, third[1], "chosen",
    )  # fmt: skip
    assert "Put together by you." in words(read_page(answer))


def test_what_belongs_elsewhere_is_not_there(inside, bridge, pier):
    mine = photographed(pier, 2022, "a.jpg"), photographed(pier, 2024, "a.jpg")
    other = make_element(make_bridge(bridge.organisation), name="Other")
    (foreign,) = photographed(other, 2026, "a.jpg")
    refused = {"element": other, "left": foreign.survey, "a": foreign, "b": mine[0][0]}
    for name, value in [("right", "nonsense"), *((name, row.pk) for name, row in refused.items())]:
        assert compare(inside, bridge, **{name: value}).status_code == 404, name


def test_without_a_second_survey_there_is_nothing_to_compare(inside, bridge, pier):
    photographed(pier, 2026, "a.jpg")
    assert "surveyed less than twice" in words(read_page(compare(inside, bridge)))


def test_an_element_that_was_not_photographed_twice_says_so(inside, bridge, pier):
    photographed(pier, 2022, "a.jpg")
    photographed(make_element(bridge), 2026, "a.jpg")
    assert "No two surveys have pictures of this element." in words(read_page(compare(inside, bridge, element=pier.pk)))


def test_cracks_lie_over_both_photos_and_rejected_ones_do_not(inside, bridge, pier, reviewer):
    (left,), (right,) = photographed(pier, 2024, "a.jpg"), photographed(pier, 2026, "a.jpg")
    crack(left, branches=[[[50, 40], [60, 60]]])
    record_review(finding=crack(right), reviewer=reviewer, verdict="rejected")
    answer = compare(inside, bridge)
    assert 'd="M10.0 10.0L50.0 40.0M50.0 40.0L60.0 60.0"' in answer.text
    assert answer.context["right_lines"] == []


def test_the_numbers_tell_the_difference_with_its_own_uncertainty(inside, bridge, pier):
    (left,), (right,) = photographed(pier, 2024, "a.jpg"), photographed(pier, 2026, "a.jpg")
    crack(left, widest_mm=0.30, widest_u95_mm=0.06)
    crack(right, widest_mm=0.50, widest_u95_mm=0.08, length_mm=900.0)
    table = numbers(compare(inside, bridge))
    assert table[1] == "Cracks | 1 1 undecided | 1 1 undecided | 0"
    assert table[2].startswith("Total length | 0.100 ± 0.010 m | 0.900 ± 0.090 m | +0.800 ± 0.091 m")
    assert table[3].startswith("Worst width | 0.300 ± 0.060 mm | 0.500 ± 0.080 mm | +0.20 ± 0.10 mm")
    assert table[3].endswith("more than the uncertainty")


def test_a_bound_and_a_photo_without_scale_are_no_numbers_to_subtract(inside, bridge, pier):
    (left,), (right,) = photographed(pier, 2024, "a.jpg"), photographed(pier, 2026, "a.jpg", scale=None)
    crack(left, widest_bound_mm=0.2)
    crack(right, length_mm=None)
    table = numbers(compare(inside, bridge))
    assert table[2].endswith("| no scale | not measured")
    assert table[3] == "Worst width | < 0.20 mm | 4.0 px | not measured"


# ---- Pairs ----


def photo(name: str, place: tuple[float, float] | None = None, yaw: float | None = None) -> SurveyImage:
    latitude, longitude = place or (None, None)
    drone = {} if yaw is None else {"drone": {"gimbal_yaw_deg": yaw}}
    return SurveyImage(original_name=name, latitude=latitude, longitude=longitude, metadata=drone)


HERE = (54.0, -2.0)
THREE_METRES_NORTH = (54.000027, -2.0)
A_STREET_AWAY = (54.001, -2.0)


def test_the_same_name_goes_first():
    mine, same = photo("DJI_1.JPG", HERE), photo("dji_1.jpg", THREE_METRES_NORTH)
    pair = partner_of(mine, [mine], [photo("DJI_0.JPG", HERE), same])
    assert (pair.photo, pair.how, round(pair.apart_m)) == (same, "name", 3)


def test_a_name_that_the_place_contradicts_does_not_count():
    mine, near = photo("DJI_1.JPG", HERE), photo("DJI_7.JPG", THREE_METRES_NORTH)
    pair = partner_of(mine, [mine], [photo("DJI_1.JPG", A_STREET_AWAY), near])
    assert (pair.photo, pair.how) == (near, "place")


def test_of_two_at_one_place_the_one_that_looks_the_same_way():
    mine = photo("a", HERE, yaw=-175)
    same_way, other_way = photo("c", HERE, yaw=178), photo("b", HERE, yaw=0)
    pair = partner_of(mine, [mine], [other_way, same_way])
    assert (pair.photo, pair.turned_deg) == (same_way, 7)


def test_without_names_and_places_the_order_is_all_there_is():
    mine = [photo(name) for name in "abcd"]
    others = [photo(name) for name in "wxyz"[:2]]
    assert [partner_of(one, mine, others).photo.original_name for one in mine] == ["w", "w", "x", "x"]
    assert partner_of(mine[0], mine, others).how == "order"
    assert partner_of(mine[0], mine, []) is None


def test_nothing_near_falls_back_to_the_order():
    mine = photo("a", HERE)
    assert partner_of(mine, [mine], [photo("b", A_STREET_AWAY)]).how == "order"
