"""The overview, of all organisations, of one, and of a single bridge with its trend."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from inspections.models import Bridge, Finding, Membership, Role, SegmentationRun, SurveyImage
from inspections.pages.trends import read_trend
from inspections.services.closing import close_survey
from inspections.services.overview import months_after
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
from inspections.tests.pages.reading import by_id, read_page, words

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status
MEASURED = {"length_mm": 500.0, "widest_mm": 0.42, "widest_u95_mm": 0.08}
TODAY = timezone.localdate()


@pytest.fixture
def organisation():
    return make_organisation(name="North Riding")


@pytest.fixture
def reviewer(organisation):
    return make_user(Role.REVIEWER, organisation)


@pytest.fixture
def inside(reviewer) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


def analysed(
    bridge: Bridge, day: date = TODAY, *, scale: float | None = 0.5, network=None, **survey
) -> SegmentationRun:
    """A survey with one analysed photo of the bridge's pier."""
    image = make_image(make_survey(bridge, surveyed_on=day, **survey))
    element = bridge.elements.first() or make_element(bridge, name="Pier 2")
    fields = {"element": element, "mm_per_px": scale, "mm_per_px_u95": scale and scale / 10}
    SurveyImage.objects.filter(pk=image.pk).update(**fields)
    return make_run(image, status=Status.SUCCEEDED, **({"network": network} if network else {}))


def page(client: Client, **query) -> str:
    return words(next(one for one in read_page(client.get(reverse("overview"), query)).iter() if one.tag == "main"))


def test_home_leads_here(inside):
    assert inside.get(reverse("home"))["Location"] == reverse("overview")


def test_it_says_what_needs_somebody_today(inside, organisation, reviewer):
    run = analysed(make_bridge(organisation, name="Kettle Beck Viaduct"))
    make_finding(run, assignee=reviewer, **MEASURED)
    record_review(finding=make_finding(run), reviewer=reviewer, verdict="accepted")
    make_run(make_image(run.image.survey), status=Status.FAILED, error_code="internal")
    SurveyImage.objects.filter(pk=run.image_id).update(coverage=1.0)
    text = page(inside)
    assert "1 region waits for a decision" in text
    assert "1 of them is assigned to you" in text
    assert "1 photo failed" in text
    assert "Decided50 % 1 of 2" in text
    assert "Photos looked at50 % 1 of 2" in text
    assert "Photos analysed1 of 2" in text


def test_a_photo_that_was_analysed_again_since_has_not_failed(inside, organisation):
    run = analysed(make_bridge(organisation))
    SegmentationRun.objects.create(image=run.image, network=run.network, status=Status.FAILED)
    SegmentationRun.objects.create(image=run.image, network=run.network, status=Status.SUCCEEDED)
    text = page(inside)
    assert "failed" not in text
    assert "Nothing needs you today." in text


def test_the_worst_cracks_come_first_and_rejected_ones_not_at_all(inside, organisation, reviewer):
    run = analysed(make_bridge(organisation, name="Kettle Beck Viaduct"))
    make_finding(run, widest_bound_mm=0.2)
    make_finding(run, width_max_px=90)
    make_finding(run, state="CS2", **MEASURED)
    record_review(finding=make_finding(run, widest_mm=9.0), reviewer=reviewer, verdict="rejected")
    worst = [
        words(one) for one in read_page(inside.get(reverse("overview"))).iter() if one.get("class") == "worst__row"
    ]
    assert [row.split(",")[0] for row in worst] == ["0.420 ± 0.080 mm", "< 0.20 mm", "90.0 px"]
    assert "Kettle Beck Viaduct › Pier 2" in worst[0]
    assert "CS2 proposed" in worst[0]
    address = f"{reverse('photo', args=[run.image_id])}#crack-3"
    assert f'href="{address}"' in inside.get(reverse("overview")).text


def test_surveys_due_overdue_first_then_never_then_soon(inside, organisation):
    long_ago = months_after(TODAY, -30)
    make_survey(make_bridge(organisation, name="Late"), surveyed_on=long_ago)
    make_survey(make_bridge(organisation, name="Yearly", inspection_months=12), surveyed_on=months_after(TODAY, -11))
    make_survey(make_bridge(organisation, name="Fresh"), surveyed_on=TODAY)
    make_bridge(organisation, name="Never")
    answer = inside.get(reverse("overview"))
    assert [due.bridge.name for due in answer.context["due"]] == ["Late", "Never", "Yearly"]
    text = page(inside)
    assert f"overdue since {months_after(long_ago, 24):%-d %b %Y}" in text
    assert "never surveyed" in text
    assert f"due by {months_after(TODAY, 1):%-d %b %Y}" in text
    assert "1 bridge is overdue for a survey" in text
    assert "Fresh" not in text


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 12, 15), 24, date(2027, 12, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(9990, 1, 1), 240, date.max),
    ],
)
def test_months_end_where_they_are_shorter(day, months, then):
    assert months_after(day, months) == then


def test_sign_offs_and_what_runs_now(inside, organisation, reviewer):
    survey = analysed(make_bridge(organisation, name="Mill Race")).image.survey
    close_survey(survey=survey, user=reviewer)
    running = make_run(make_image(make_survey(survey.bridge)), status=Status.RUNNING)
    text = page(inside)
    assert f"Mill Race, {survey} {reviewer}" in text
    assert "1 photo is being analysed or waits for it." in text
    assert str(running.image) in text


def test_each_sees_their_own_and_chooses_among_them(inside, organisation, reviewer):
    second, foreign = make_organisation(name="South Riding"), make_organisation(name="Elsewhere")
    Membership.objects.create(user=reviewer, organisation=second, role=Role.VIEWER)
    for owner, name in ((organisation, "Northern"), (second, "Southern"), (foreign, "Foreign")):
        make_finding(analysed(make_bridge(owner, name=name)), **MEASURED)
    both, south = page(inside), page(inside, organisation=second.pk)
    assert "Northern" in both and "Southern" in both and "Foreign" not in both
    assert "2 regions wait" in both
    assert "Southern" in south and "Northern" not in south
    assert "1 region waits" in south
    # What is chosen here goes along.
    Finding.objects.update(assignee=reviewer)
    answer = inside.get(reverse("overview"), {"organisation": second.pk})
    led = [link.get("href") for link in read_page(answer).iter("a") if link.get("href", "").startswith("/review/?")]
    assert led == [f"/review/?organisation={second.pk}"] * 2 + [f"/review/?organisation={second.pk}&assigned=me"]
    assert all(inside.get(address).context["left"] == 1 for address in led)
    for unknown in (foreign.pk, "nonsense"):
        assert inside.get(reverse("overview"), {"organisation": unknown}).status_code == 404


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        (Role.INSPECTOR, "Add one, start a survey of it"),
        (Role.VIEWER, "An inspector of your organisation can add one."),
        (None, "You are a member of no organisation yet"),
    ],
)
def test_an_empty_record_says_what_to_do(role, sentence, organisation):
    client = Client()
    client.force_login(make_user(role, organisation) if role else make_user())
    assert sentence in page(client)


def test_as_many_queries_for_forty_bridges_as_for_one(inside, organisation):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert inside.get(reverse("overview")).status_code == 200
        return len(queries)

    make_finding(analysed(make_bridge(organisation)), **MEASURED)
    inside.get(reverse("overview"))
    one = asked()
    for number in range(39):
        make_finding(analysed(make_bridge(organisation), TODAY - timedelta(days=40 * number)), **MEASURED)
    assert asked() == one


# ---- One bridge ----


def test_a_bridge_that_was_never_surveyed_says_so(inside, organisation):
    answer = inside.get(reverse("bridge", args=[make_bridge(organisation).pk]))
    assert "never surveyed" in words(read_page(answer))
    assert "From survey to survey" not in answer.text


def test_a_bridge_tells_its_own_and_when_it_is_due(inside, organisation):
    bridge = make_bridge(organisation, inspection_months=12)
    make_finding(analysed(bridge, date(2026, 5, 4)), **MEASURED)
    make_finding(analysed(make_bridge(organisation, name="Other")), widest_mm=9.0)
    answer = inside.get(reverse("bridge", args=[bridge.pk]))
    text = words(read_page(answer))
    assert "Decided0 % 0 of 1" in text
    assert "due by 4 May 2027" in text
    assert [crack.widest_mm for crack in answer.context["worst_cracks"]] == [0.42]
    trend = inside.get(reverse("bridge-trend", args=[bridge.pk]))
    assert trend.text.count('class="plot__dot"') == 3


def test_the_trend_leaves_out_rejected_cracks_and_names_undecided_ones(organisation, reviewer):
    bridge = make_bridge(organisation)
    run = analysed(bridge)
    make_finding(run, **MEASURED)
    record_review(finding=make_finding(run, **MEASURED), reviewer=reviewer, verdict="accepted")
    record_review(finding=make_finding(run, widest_mm=9.0), reviewer=reviewer, verdict="rejected")
    trend = read_trend(bridge)
    found = trend.rows[0].amounts
    assert (found.cracks, found.undecided, found.worst.mm) == (2, 1, 0.42)
    assert found.crack_length_mm == 1000
    assert found.crack_length_u95_mm == pytest.approx(100), "a tenth, as the scale has it"
    assert "2 cracks, 1 undecided" in trend.pictures[0].plot.marks[0].words


def test_a_survey_without_scale_has_no_millimetres_rather_than_none_of_them(inside, organisation):
    bridge = make_bridge(organisation)
    make_finding(analysed(bridge, date(2024, 5, 4)), **MEASURED)
    make_finding(analysed(bridge, date(2026, 5, 4), scale=None))
    trend = read_trend(bridge)
    _counts, lengths, widths = (picture.plot for picture in trend.pictures)
    assert [gap.words for gap in lengths.gaps] == ["Survey of 4 May 2026: no scale"]
    assert [gap.words for gap in widths.gaps] == ["Survey of 4 May 2026: no width in millimetres"]
    assert "Survey of 4 May 2026: no photo has a scale, so there are no millimetres." in trend.cautions
    row = words(by_id(inside.get(reverse("bridge-trend", args=[bridge.pk])), "page"))
    assert "no scale 4.0 px" in row


def test_a_bridge_without_any_scale_says_that_instead_of_plotting(organisation):
    bridge = make_bridge(organisation)
    make_finding(analysed(bridge, scale=None))
    counts, lengths, widths = read_trend(bridge).pictures
    assert counts.plot and not lengths.plot and not widths.plot
    assert "no analysed photo has a scale" in lengths.absent and "no analysed photo has a scale" in widths.absent


def test_a_bound_is_drawn_as_one(organisation):
    bridge = make_bridge(organisation)
    make_finding(analysed(bridge), length_mm=500.0, widest_bound_mm=0.2)
    mark = read_trend(bridge).pictures[2].plot.marks[0]
    assert mark.is_bound and mark.words.replace("\u202f", " ").endswith("< 0.20 mm")


def test_photos_that_wait_are_not_a_survey_without_cracks(organisation):
    bridge = make_bridge(organisation)
    make_image(make_survey(bridge))
    trend = read_trend(bridge)
    assert [picture.plot for picture in trend.pictures] == [None, None, None]
    assert trend.pictures[0].absent == "No photo has been analysed yet."


def test_what_cannot_be_compared_is_said(organisation):
    bridge = make_bridge(organisation)
    first, second = make_network(name="light", version="1"), make_network(name="light", version="2")
    analysed(bridge, date(2024, 5, 4), network=first, scale=0.5)
    again = analysed(bridge, date(2026, 5, 4), network=second, scale=0.8)
    make_image(again.image.survey)
    (caution,) = read_trend(bridge).cautions
    assert "another network (light 1, then light 2)" in caution
    assert "another share of the photos analysed (100%, then 50%)" in caution
    assert "another pixel size on the surface (0.5, then 0.8 mm)" in caution
    assert read_trend(bridge).pictures[0].plot.breaks


def test_two_like_surveys_are_joined_without_a_caution(organisation):
    bridge, network = make_bridge(organisation), make_network()
    for year in (2024, 2026):
        make_finding(analysed(bridge, date(year, 5, 4), network=network), **MEASURED)
    trend = read_trend(bridge)
    assert trend.cautions == ()
    assert all(picture.plot.lines and not picture.plot.breaks for picture in trend.pictures)
