"""The grid's server: page after page, what a batch may not be decided without a look at, and a batch taken back."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Finding, LookAlikes, Role, SegmentationRun
from inspections.pages.patchgroups import AT_ONCE
from inspections.services.patches import PATCH_PX, patch_window
from inspections.services.reviews import record_review, withdraw_review
from inspections.testing import (
    make_bridge,
    make_finding,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def survey(organisation):
    return make_survey(make_bridge(organisation))


@pytest.fixture
def reviewer(organisation):
    return make_user(Role.REVIEWER, organisation, username="ada")


@pytest.fixture
def grace(organisation):
    return make_user(Role.REVIEWER, organisation, username="grace")


@pytest.fixture
def client(reviewer) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


@pytest.fixture
def run(survey):
    return make_run(make_image(survey), status=SegmentationRun.Status.SUCCEEDED)


def alike(run, count: int, **facts) -> list[Finding]:
    group = LookAlikes.objects.create(survey=run.image.survey, centre=[0])
    return [make_finding(run, look_alikes=group, risk=1 - place / 1000, **facts) for place in range(count)]


def large_photo(survey) -> SegmentationRun:
    image = make_image(survey)
    image.width, image.height = 4000, 3000
    image.save()
    return make_run(image, status=SegmentationRun.Status.SUCCEEDED)


def shown(client, number: int = 1) -> list:
    page = client.get(reverse("review-grid"), {"page": number}).context["page"]
    assert page.number == number
    return [patch.finding.pk for group in page.groups for patch in group.patches]


def apply(client, regions, **body):
    sent = [{"id": str(pk), "seen": seen} for pk, seen in regions]
    return client.post(reverse("review-apply"), json.dumps({"regions": sent, **body}), content_type="application/json")


def undo(client, answer):
    return client.post(
        reverse("review-apply"),
        json.dumps({"regions": answer.json()["regions"], "action": "undo"}),
        content_type="application/json",
    )


def test_every_region_is_on_one_page_and_on_no_other(client, run):
    large = alike(run, AT_ONCE + 30)
    small = [alike(run, 2) for _ in range(20)]
    alone = [make_finding(run) for _ in range(80)]
    pages = [shown(client, number) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [AT_ONCE, AT_ONCE, 30]
    assert sorted(pk for page in pages for pk in page) == sorted(
        finding.pk for finding in [*large, *(one for pair in small for one in pair), *alone]
    )
    assert pages[0] + pages[1][:30] == [finding.pk for finding in large]
    text = client.get(reverse("review-grid"), {"page": 2}).text
    assert "121 to 240 of 270" in text and "Page 2 of 3" in text and "page=3" in text and "page=1" in text
    # What is no page is the nearest that is.
    assert client.get(reverse("review-grid"), {"page": "99"}).context["page"].number == 3
    assert client.get(reverse("review-grid"), {"page": "-1"}).context["page"].number == 1


def test_the_number_of_queries_is_fixed(client, run, django_assert_max_num_queries):
    for _ in range(3):
        alike(run, 3)
    make_finding(run)
    with django_assert_max_num_queries(40) as few:
        shown(client)
    for _ in range(70):
        alike(run, 3)
    alike(run, 90)
    for _ in range(60):
        make_finding(run)
    for number in (1, 2, 3):
        with django_assert_max_num_queries(len(few) + 1):
            shown(client, number)


def test_a_batch_is_taken_back_but_for_what_somebody_else_has_changed(client, run, grace):
    first, second, third = (make_finding(run) for _ in range(3))
    record_review(finding=first, reviewer=grace, verdict="accepted")
    before = Finding.objects.get(pk=first.pk).reviews_count
    answer = apply(client, [(first.pk, before), (second.pk, 0), (third.pk, 0)], action="rejected", reason="joint")
    assert answer.json()["decided"] == 3
    record_review(finding=third, reviewer=grace, verdict="rejected", reason="moss")
    told = undo(client, answer).json()
    assert (told["taken"], told["left"]) == (2, 1)
    assert f"Crack {third.number} of {run.image}: grace has rejected it (moss or plants)." in told["detail"]
    verdicts = dict(Finding.objects.values_list("pk", "verdict"))
    assert verdicts == {first.pk: "accepted", second.pk: None, third.pk: "rejected"}
    # Once is enough: nothing older is taken back by asking again.
    assert undo(client, answer).json()["taken"] == 0
    assert dict(Finding.objects.values_list("pk", "verdict")) == verdicts


def test_only_who_may_decide_takes_back(client, run, organisation):
    answer = apply(client, [(make_finding(run).pk, 0)], action="accepted")
    viewer = Client()
    viewer.force_login(make_user(Role.VIEWER, organisation))
    assert undo(viewer, answer).status_code == 403
    stranger = Client()
    stranger.force_login(make_user(Role.REVIEWER, make_organisation()))
    assert undo(stranger, answer).status_code == 404
    assert Finding.objects.get().verdict == "accepted"


def test_a_refusal_tells_who_and_what(client, run, grace):
    joint, crack, back, gone, fine = (make_finding(run) for _ in range(5))
    record_review(finding=joint, reviewer=grace, verdict="rejected", reason="joint")
    record_review(finding=crack, reviewer=grace, verdict="accepted")
    record_review(finding=back, reviewer=grace, verdict="accepted")
    withdraw_review(finding=back, reviewer=grace)
    Finding.objects.filter(pk=gone.pk).update(is_current=False)
    for finding, sentence in (
        (joint, f"Crack {joint.number} of {run.image}: grace has rejected it (joint)."),
        (crack, f"Crack {crack.number} of {run.image}: grace has accepted it."),
        (back, f"Crack {back.number} of {run.image}: grace has taken the decision back."),
        (gone, f"Crack {gone.number} of {run.image} was drawn anew or analysed again meanwhile."),
    ):
        answer = apply(client, [(finding.pk, 0), (fine.pk, 0)], action="rejected", reason="joint")
        assert answer.status_code == 409 and answer.json()["changed"] == [str(finding.pk)]
        assert sentence in answer.json()["detail"]
    many = [(finding.pk, 7) for finding in (joint, crack, back, gone, fine)]
    assert "So it is with 2 more." in apply(client, many, action="accepted").json()["detail"]
    assert Finding.objects.get(pk=fine.pk).verdict is None


def test_a_group_with_something_wide_says_so_and_is_not_marked_as_one(client, run):
    thin = alike(run, 4, widest_mm=0.2)
    Finding.objects.filter(pk=thin[0].pk).update(widest_mm=3.84, state="CS3")
    alike(run, 3, widest_mm=0.2)
    text = client.get(reverse("review-grid")).text
    (caution,) = re.findall(r"Look at each: widest.*", text)
    assert "3.84" in caution and "CS3" in caution
    assert text.count("data-grave>") == 1
    assert "Mark 3, without those to look at" in text and "Mark all 3" in text


def test_a_group_that_spans_widths_without_a_scale_says_so(client, run):
    first, *_others = alike(run, 4, width_widest_px=2.0)
    Finding.objects.filter(pk=first.pk).update(width_widest_px=9.5)
    page = client.get(reverse("review-grid")).context["page"]
    assert [patch.is_grave for patch in page.groups[0].patches] == [True, False, False, False]
    assert "Look at each: widest" in client.get(reverse("review-grid")).text


def test_the_line_lies_where_the_crack_is_in_its_patch(client, survey):
    run = large_photo(survey)
    box = {"box_x0": 1000, "box_y0": 500, "box_x1": 1100, "box_y1": 520}
    make_finding(run, path=[[1000, 500], [1100, 520]], branches=[[[1050, 510], [1050, 520]]], **box)
    text = client.get(reverse("review-grid")).text
    # 192 px of the photo around the middle of the box, (1050, 510).
    assert 'd="M46.0 86.0L146.0 106.0M96.0 96.0L96.0 106.0"' in text


def test_of_a_crack_too_long_for_its_patch_the_part_on_show_is_drawn(client, survey):
    run = large_photo(survey)
    path = [[place, 1000] for place in range(0, 3001, 500)]
    box = {"box_x0": 0, "box_y0": 998, "box_x1": 3000, "box_y1": 1002}
    make_finding(run, path=path, widest_x=2000.0, widest_y=1000.0, **box)
    (line, _casing) = re.findall(r' d="([^"]*)"', client.get(reverse("review-grid")).text)
    window = patch_window((0, 998, 3000, 1002), (4000, 3000), (2000.0, 1000.0))
    assert (window.left, window.top, window.side) == (1488, 488, 1024)
    scale = PATCH_PX / window.side
    xs = [float(place.split()[0]) for place in line.removeprefix("M").split("L")]
    assert xs == [pytest.approx((x - 1488) * scale, abs=0.06) for x in (1000, 1500, 2000, 2500, 3000)]
