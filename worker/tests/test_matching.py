"""A new analysis carries decisions over to the same cracks, and lists what it did not find again."""

from dataclasses import replace

import numpy as np
import pytest

from inspections.models import Event, Finding, Role, SegmentationRun
from inspections.services import runs
from inspections.services.reviews import record_review
from inspections.testing import draw_photo, make_image, make_user
from segmentation.errors import NetworkUnavailable
from segmentation.measurement import encode_runs
from segmentation.results import Crack, Segmentation
from worker.pipeline import process_run
from worker.tests.fake_segmenter import CRACK, FakeSegmenter

pytestmark = pytest.mark.usefixtures("record")


def bar(x0: int, x1: int, y: int = 40, high: int = 4) -> Crack:
    box = (x0, y, x1, y + high)
    return Crack(
        path=((x0, y + high / 2), (x1, y + high / 2)),
        branches=(),
        length_px=x1 - x0,
        width_mean_px=high,
        width_max_px=high,
        orientation_deg=0,
        area_px=(x1 - x0) * high,
        confidence=0.9,
        box=box,
        mask_runs=encode_runs(np.ones((high, x1 - x0), bool)),
    )


class Seeing(FakeSegmenter):
    def __init__(self, *cracks: Crack) -> None:
        super().__init__()
        self.cracks = cracks

    def segment(self, pixels, **given) -> Segmentation:
        return replace(super().segment(pixels, **given), cracks=self.cracks)


def look(run: SegmentationRun, *cracks: Crack) -> list[Finding]:
    process_run(str(run.pk), lambda _network: Seeing(*cracks))
    run.refresh_from_db()
    assert run.status == "succeeded", run.error_code
    return list(run.findings.order_by("number"))


@pytest.fixture
def image():
    return make_image(data=draw_photo(300, 200))


@pytest.fixture
def reviewer(image):
    return make_user(Role.REVIEWER, image.survey.bridge.organisation)


def again(image, *cracks) -> list[Finding]:
    return look(runs.request_run(image=image), *cracks)


def test_decisions_go_over_to_the_cracks_that_are_found_again(image, reviewer) -> None:
    accepted, rejected, _open = look(image.runs.get(), bar(20, 120), bar(20, 80, 80), bar(20, 60, 120))
    record_review(finding=accepted, reviewer=reviewer, verdict="accepted", state="CS2", note="wide")
    record_review(finding=rejected, reviewer=reviewer, verdict="rejected", reason="joint")
    # Another network sees them a little elsewhere, thinner, and in two pieces; and something new.
    new = again(image, bar(22, 70, 41, 2), bar(74, 124, 41, 2), bar(18, 80, 79), bar(20, 60, 120), bar(200, 260, 150))
    assert [finding.verdict for finding in new] == ["accepted", "accepted", "rejected", None, None]
    review = new[0].reviews.get()
    assert (review.reviewer, review.state, review.note) == (reviewer, "CS2", "wide")
    assert review.carried_from == accepted.reviews.get() and new[0].decided_state == "CS2"
    assert list(Finding.objects.current().filter(image=image)) == new
    event = Event.objects.get(kind="carried")
    assert (event.facts["carried"], event.facts["lost"], event.facts["contradicted"]) == (2, [], [])
    assert new[4].risk > new[3].risk


def test_what_is_not_found_again_is_listed_and_kept(image, reviewer) -> None:
    (gone,) = look(image.runs.get(), bar(20, 120))
    record_review(finding=gone, reviewer=reviewer, verdict="accepted")
    assert again(image) == []
    (lost,) = Event.objects.get(kind="carried").facts["lost"]
    assert lost == {"id": str(gone.pk), "number": 1, "verdict": "accepted"}
    gone.refresh_from_db()
    assert gone.verdict == "accepted" and not gone.is_current and gone.reviews.count() == 1


def test_a_crack_over_contradicting_decisions_is_decided_anew(image, reviewer) -> None:
    one, other = look(image.runs.get(), bar(20, 80), bar(90, 150))
    record_review(finding=one, reviewer=reviewer, verdict="accepted")
    record_review(finding=other, reviewer=reviewer, verdict="rejected")
    (joined,) = again(image, bar(20, 150))
    assert joined.verdict is None and Event.objects.get(kind="carried").facts["contradicted"] == [1]


def test_nothing_decided_is_nothing_to_tell(image) -> None:
    look(image.runs.get(), CRACK)
    again(image, CRACK)
    assert not Event.objects.exists()


def _cannot_load(_network):
    raise NetworkUnavailable(path="x", reason="it is not there")


def test_a_failed_analysis_changes_nothing(image, reviewer) -> None:
    (finding,) = look(image.runs.get(), bar(20, 120))
    record_review(finding=finding, reviewer=reviewer, verdict="accepted")
    run = runs.request_run(image=image)
    process_run(str(run.pk), _cannot_load)
    assert list(Finding.objects.current()) == [finding]
