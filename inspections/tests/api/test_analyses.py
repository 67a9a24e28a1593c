"""Runs are watched and cancelled, findings read and decided on, pictures fetched."""

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from inspections.models import Network, Review, Role, SegmentationRun
from inspections.testing import (
    make_bridge,
    make_finding,
    make_image,
    make_network,
    make_organisation,
    make_run,
    make_survey,
)

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status


@pytest.fixture
def image(organisation):
    return make_image(make_survey(make_bridge(organisation)))


def test_a_run_tells_how_far_it_is(inspector, image):
    run = make_run(image, status=Status.RUNNING, stage="tiles", tiles_done=3, tiles_total=8, attempt=1)
    body = inspector.get(f"runs/{run.pk}/").json()
    assert (body["status"], body["stage"], body["tiles_done"], body["tiles_total"]) == ("running", "tiles", 3, 8)
    assert (body["percent"], body["is_final"], body["error"]) == (37, False, None)
    assert body["links"]["mask"] is None
    assert inspector.get("runs/", status="running").json()["results"] == [body]
    assert inspector.get("runs/", status="failed").json()["count"] == 0


def test_a_failed_run_tells_why_in_a_sentence(inspector, image):
    run = make_run(image, status=Status.FAILED, error_code="crashed", error_facts={"attempts": 3})
    error = inspector.get(f"runs/{run.pk}/").json()["error"]
    assert error["code"] == "crashed"
    assert error["detail"].startswith("The analysis stopped 3 times")


def test_an_open_run_is_cancelled_and_a_final_one_is_not(inspector, image):
    run = make_run(image)
    assert inspector.post(f"runs/{run.pk}/cancel/").json()["status"] == "cancelled"
    again = inspector.post(f"runs/{run.pk}/cancel/")
    assert (again.status_code, again.json()["code"]) == (409, "run_is_final")


def test_a_photo_is_analysed_again_with_another_threshold(inspector, image, organisation):
    first = make_run(image, status=Status.SUCCEEDED)
    network = make_network(organisation)
    again = inspector.post(f"photos/{image.pk}/runs/", {"threshold": 0.3, "network": str(network.pk)})
    assert again.status_code == 201
    assert (again.json()["threshold"], again.json()["network"]["id"]) == (0.3, str(network.pk))
    assert [row["id"] for row in inspector.get(f"photos/{image.pk}/runs/").json()["results"]] == [
        again.json()["id"],
        str(first.pk),
    ]
    same = inspector.post(f"photos/{image.pk}/runs/", {"threshold": 0.3})
    assert (same.status_code, same.json()["id"]) == (200, again.json()["id"])
    other = inspector.post(f"photos/{image.pk}/runs/", {"threshold": 0.7})
    assert (other.status_code, other.json()["code"]) == (409, "run_not_final")


@pytest.mark.parametrize("threshold", [0, 1, -1, "nan", "high", {}])
def test_a_threshold_that_is_no_probability_is_invalid(inspector, image, threshold):
    make_run(image, status=Status.SUCCEEDED)
    answer = inspector.post(f"photos/{image.pk}/runs/", {"threshold": threshold})
    assert (answer.status_code, answer.json()["field"]) == (400, "threshold")
    assert image.runs.count() == 1


def test_a_foreign_network_does_not_exist(inspector, image):
    foreign = make_network(make_organisation())
    answer = inspector.post(f"photos/{image.pk}/runs/", {"network": str(foreign.pk)})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_reference")


def test_without_any_network_the_analysis_is_refused_with_its_cure(inspector, image, settings):
    settings.SHIPPED_NETWORK = Path("/nowhere")
    SegmentationRun.objects.all().delete()
    Network.objects.all().delete()
    answer = inspector.post(f"photos/{image.pk}/runs/")
    assert (answer.status_code, answer.json()["code"]) == (503, "no_network")
    assert int(answer["Retry-After"]) > 0


def test_findings_are_those_of_the_newest_finished_run(inspector, image):
    old = make_finding(make_run(image, status=Status.SUCCEEDED))
    inspector.post(f"photos/{image.pk}/runs/")
    new = make_finding(make_run(image, status=Status.SUCCEEDED), branches=[[[30, 20], [40, 60]]])

    (body,) = inspector.get(f"photos/{image.pk}/findings/").json()["results"]
    assert body["id"] == str(new.pk)
    assert body["path"] == [[10, 10], [50, 40]]
    assert body["branches"] == [[[30, 20], [40, 60]]]
    assert body["box"] == [10, 10, 13, 12]
    assert body["verdict"] is None
    assert "mask_runs" not in body
    assert inspector.get(f"findings/{new.pk}/").json() == body
    (earlier,) = inspector.get(f"photos/{image.pk}/findings/", run=str(old.run_id)).json()["results"]
    assert earlier["id"] == str(old.pk)


def test_a_reviewer_decides_and_every_decision_is_kept(api_as, image):
    finding, reviewer = make_finding(make_run(image, status=Status.SUCCEEDED)), api_as(Role.REVIEWER)
    path = f"findings/{finding.pk}/reviews/"
    assert reviewer.post(path, {"verdict": "accepted"}).status_code == 201
    second = reviewer.post(path, {"verdict": "rejected", "note": "A joint."})
    assert second.json()["reviewer"] == reviewer.user.username
    assert reviewer.get(f"findings/{finding.pk}/").json()["verdict"] == "rejected"
    assert [row["verdict"] for row in reviewer.get(path).json()["results"]] == ["accepted", "rejected"]
    assert reviewer.post(path, {"verdict": "maybe"}).json()["field"] == "verdict"
    assert reviewer.send("DELETE", path).status_code == 405
    assert Review.objects.count() == 2


def test_a_decision_has_a_reason_or_a_state(api_as, image):
    finding, reviewer = make_finding(make_run(image, status=Status.SUCCEEDED)), api_as(Role.REVIEWER)
    path = f"findings/{finding.pk}/reviews/"
    assert reviewer.post(path, {"verdict": "rejected", "reason": "moss"}).json()["reason"] == "moss"
    assert reviewer.post(path, {"verdict": "accepted", "state": "CS4", "seen": 1}).json()["state"] == "CS4"
    told = reviewer.get(f"findings/{finding.pk}/").json()
    assert (told["verdict"], told["decided_state"], told["seen"]) == ("accepted", "CS4", 2)
    for body, field in (
        ({"verdict": "rejected", "reason": "boredom"}, "reason"),
        ({"verdict": "accepted", "state": "CS9"}, "state"),
        ({"verdict": "accepted", "reason": "moss"}, "reason"),
        ({"verdict": "rejected", "state": "CS2"}, "state"),
        ({"verdict": "rejected", "seen": -1}, "seen"),
    ):
        answer = reviewer.post(path, body)
        assert (answer.status_code, answer.json()["field"]) == (400, field), body
    assert Review.objects.count() == 2


def test_the_second_of_two_programs_is_told(api_as, image):
    finding, reviewer = make_finding(make_run(image, status=Status.SUCCEEDED)), api_as(Role.REVIEWER)
    path = f"findings/{finding.pk}/reviews/"
    reviewer.post(path, {"verdict": "rejected", "seen": 0})
    late = reviewer.post(path, {"verdict": "accepted", "seen": 0})
    assert (late.status_code, late.json()["code"]) == (409, "decided_meanwhile")
    assert late.json()["facts"] == {"by": reviewer.user.username, "verdict": "rejected"}
    assert Review.objects.count() == 1
    assert reviewer.post(path, {"verdict": "accepted"}).status_code == 201


def test_an_inspector_does_not_decide(inspector, image):
    finding = make_finding(make_run(image, status=Status.SUCCEEDED))
    assert inspector.post(f"findings/{finding.pk}/reviews/", {"verdict": "accepted"}).status_code == 403
    assert not Review.objects.exists()


def test_the_mask_has_the_size_of_the_photo_and_no_rejected_findings(api_as, image):
    run, reviewer = make_run(image, status=Status.SUCCEEDED), api_as(Role.REVIEWER)
    make_finding(run)
    wrong = make_finding(run, box_x0=50, box_y0=50, box_x1=52, box_y1=52, mask_runs=[0, 4], area_px=4)
    assert _white(reviewer, run) == 6 + 4
    reviewer.post(f"findings/{wrong.pk}/reviews/", {"verdict": "rejected"})
    assert _white(reviewer, run) == 6


def _white(api, run: SegmentationRun) -> int:
    answer = api.get(api.get(f"runs/{run.pk}/").json()["links"]["mask"])
    mask = Image.open(BytesIO(b"".join(answer.streaming_content)))
    assert (mask.size, mask.mode) == ((160, 120), "L")
    return mask.histogram()[255]


def test_the_probability_is_sent_when_there_is_one(inspector, image):
    run = make_run(image)
    assert inspector.get(f"runs/{run.pk}/probability.png").status_code == 404
    assert inspector.get(f"runs/{run.pk}/mask.png").status_code == 404
    make_run(image, status=Status.SUCCEEDED, probability="runs/p.png")
    stored = Path(settings.MEDIA_ROOT) / "runs/p.png"
    stored.parent.mkdir(parents=True)
    Image.new("L", (160, 120), 7).save(stored)
    answer = inspector.get(inspector.get(f"runs/{run.pk}/").json()["links"]["probability"])
    assert b"".join(answer.streaming_content) == stored.read_bytes()
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
