"""The jobs page: what runs, what waits, what failed and why."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inspections.models import Role, SegmentationRun
from inspections.pages.jobs import GLANCE, PAGE_SIZE
from inspections.services.runs import retry_run
from inspections.testing import make_bridge, make_image, make_organisation, make_run, make_survey, make_user

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status


@pytest.fixture
def survey():
    return make_survey(make_bridge(make_organisation()))


@pytest.fixture
def inside(survey) -> Client:
    client = Client()
    client.force_login(make_user(Role.INSPECTOR, survey.bridge.organisation))
    return client


def shelves(answer) -> dict[str, list[SegmentationRun]]:
    return {shelf.group.key: list(shelf.page) for shelf in answer.context["shelves"]}


def test_every_job_lies_on_its_shelf(inside, survey):
    runs = {status: make_run(make_image(survey), status=status) for status in Status}
    assert shelves(inside.get(reverse("jobs"))) == {
        "running": [runs[Status.RUNNING]],
        "queued": [runs[Status.QUEUED]],
        "failed": [runs[Status.FAILED]],
        "done": sorted([runs[Status.SUCCEEDED], runs[Status.CANCELLED]], key=lambda run: str(run.pk)),
    }


def test_a_running_job_says_what_it_does(inside, survey):
    run = make_run(make_image(survey), status=Status.RUNNING, stage="tiles", tiles_done=212, tiles_total=400, attempt=1)
    text = inside.get(reverse("jobs")).text
    assert "tile 212 of 400, 53 %" in text
    assert '<progress max="400" value="212"' in text
    assert "attempt" not in text
    SegmentationRun.objects.filter(pk=run.pk).update(stage="measuring", attempt=2)
    assert "Measuring, attempt 2" in inside.get(reverse("jobs")).text


def test_a_failure_is_a_sentence_with_a_retry(inside, survey):
    now = timezone.now()
    run = make_run(
        make_image(survey), status=Status.FAILED, error_code="unreadable_image", error_facts={"reason": "scan 3 ends"},
        started_at=now - timedelta(seconds=200), finished_at=now,
    )  # fmt: skip
    text = inside.get(reverse("jobs")).text
    assert "The photo cannot be decoded (scan 3 ends)." in text
    assert reverse("run-retry", args=[run.pk]) in text
    assert '3\u202f<span class="unit">min</span>' in text


def test_a_failure_tried_again_is_history(inside, survey):
    failed = make_run(make_image(survey), status=Status.FAILED)
    cancelled = make_run(make_image(survey), status=Status.CANCELLED)
    again = [retry_run(run=run, requested_by=None) for run in (failed, cancelled)]
    page = inside.get(reverse("jobs"))
    assert shelves(page)["failed"] == []
    assert set(shelves(page)["queued"]) == set(again)
    assert reverse("run-retry", args=[cancelled.pk]) not in page.text


def test_a_viewer_sees_the_jobs_but_no_buttons(survey):
    run = make_run(make_image(survey))
    client = Client()
    client.force_login(make_user(Role.VIEWER, survey.bridge.organisation))
    text = client.get(reverse("jobs")).text
    assert run.image.original_name in text
    assert reverse("run-cancel", args=[run.pk]) not in text


def test_jobs_of_others_are_not_there(inside):
    foreign = make_run()
    assert foreign.image.original_name not in inside.get(reverse("jobs")).text
    assert inside.get(reverse("jobs-list")).status_code == 286


def test_polling_lasts_as_long_as_something_is_open(inside, survey):
    run = make_run(make_image(survey))
    waiting = inside.get(reverse("jobs-list"))
    assert waiting.status_code == 200
    assert "every 2s" in waiting.text
    assert "<html" not in waiting.text
    make_run(run.image, status=Status.SUCCEEDED)
    ended = inside.get(reverse("jobs-list"))
    assert ended.status_code == 286
    assert "every" not in ended.text
    # A retry elsewhere on the page wakes it.
    assert "jobs-changed from:body" in ended.text


def test_the_glance_is_short_and_the_rest_is_paged(inside, survey):
    image = make_image(survey)
    make_run(image, status=Status.SUCCEEDED)
    SegmentationRun.objects.bulk_create(
        SegmentationRun(image=image, network=image.runs.get().network, status=Status.SUCCEEDED)
        for _ in range(PAGE_SIZE + 4)
    )
    glance = inside.get(reverse("jobs"))
    assert len(shelves(glance)["done"]) == GLANCE
    assert "?state=done" in glance.text
    first = inside.get(reverse("jobs"), {"state": "done"})
    assert len(shelves(first)["done"]) == PAGE_SIZE
    assert "state=done&amp;page=2" in first.text
    assert len(shelves(inside.get(reverse("jobs"), {"state": "done", "page": "2"}))["done"]) == 5
    # What is polled is the page that is shown, and its links lead to full pages.
    polled = inside.get(reverse("jobs-list"), {"state": "done", "page": "2"})
    assert len(shelves(polled)["done"]) == 5
    assert f'href="{reverse("jobs")}?state=done&amp;page=1"' in polled.text


def test_the_pill_counts_and_rests(inside, survey):
    assert " hidden" in inside.get(reverse("jobs-pill")).text
    make_run(make_image(survey))
    make_run(make_image(survey), status=Status.RUNNING)
    pill = inside.get(reverse("jobs-pill")).text
    assert "1 running, 1 queued" in pill
    assert "every 4s" in pill
    assert re.search(r'id="jobs-count" hx-swap-oob="true">2<', pill)
    page = inside.get(reverse("bridges")).text
    assert page.count('id="jobs-count"') == 1
    assert "hx-swap-oob" not in page


def test_buttons_work_without_script_and_tell_htmx(inside, survey):
    run = make_run(make_image(survey))
    address = reverse("run-cancel", args=[run.pk])
    plain = inside.post(address, {"next": reverse("jobs")})
    assert plain["Location"] == reverse("jobs")
    refused = inside.post(address, headers={"HX-Request": "true"})
    assert refused.status_code == 409
    assert "already cancelled" in refused["HX-Trigger"]
    elsewhere = inside.post(reverse("run-retry", args=[run.pk]), {"next": "https://elsewhere.example/"})
    assert elsewhere["Location"].startswith("/photos/")
