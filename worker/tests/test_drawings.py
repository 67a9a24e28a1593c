"""What people draw becomes findings: measured in the photo, decided, shown, kept by a new analysis, taken back."""

import gzip
import json
import math
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO

import numpy as np
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from inspections.errors import InspectionError
from inspections.models import Comment, Drawing, Event, Finding, Role, SurveyImage
from inspections.services import comments, drawn, measuring, runs
from inspections.services.closing import close_survey
from inspections.services.drawings import request_drawing, undo_drawing
from inspections.services.reviews import record_review
from inspections.services.storage import media_path
from inspections.testing import RecordedDispatch, make_bridge, make_image, make_survey, make_user
from segmentation.drawing import FLAT, Optics, draw_photo, straight_crack
from segmentation.drawing.writing import MAKE
from segmentation.measurement import encode_runs
from worker import drawings as work
from worker.drawings import measure_drawings
from worker.measuring import measure_photos
from worker.pipeline import process_run
from worker.tests.test_matching import Seeing, bar, look

pytestmark = pytest.mark.usefixtures("record")
SIZE, WIDTH_PX = (420, 320), 3.0
START, STOP = np.array([60, 240]), np.array([360, 262])
ASIDE = 4 * np.array([STOP[1] - START[1], START[0] - STOP[0]]) / math.dist(START, STOP)
BESIDE = [(START + ASIDE).tolist(), (STOP + ASIDE).tolist()]
"""A line 4 px beside the crack that was drawn on the wall."""


def wall() -> bytes:
    crack = straight_crack(tuple(START), tuple(STOP), WIDTH_PX, contrast=0.8)
    photo = draw_photo(1, *SIZE, mm_per_pixel=0.5, scene=FLAT, cracks=[crack], optics=Optics(blur_px=0.7, curve=0))
    return png(np.asarray(photo.pixels))


def png(pixels) -> bytes:
    """A photo as our drawn camera stores it."""
    exif = Image.Exif()
    exif[0x010F] = MAKE
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG", exif=exif)
    return out.getvalue()


@pytest.fixture
def image() -> SurveyImage:
    """A wall with one crack that the network misses; what it sees instead are two bars."""
    survey = make_survey(bridge=make_bridge(material="reinforced_concrete"))
    image = make_image(data=wall(), name="wall.png", survey=survey)
    look(image.runs.get(), bar(20, 140, 40), bar(150, 250, 44))
    image.refresh_from_db()
    return image


@pytest.fixture
def author(image):
    return make_user(Role.REVIEWER, image.survey.bridge.organisation, username="ada")


@pytest.fixture
def draw(image, author):
    def draw(kind="line", **given) -> Drawing:
        """Ask, measure, and read the row again."""
        given = given or {"line": BESIDE}
        drawing = request_drawing(**{"image": image, "author": author, "kind": kind, **given})
        assert measure_drawings() == 1
        drawing.refresh_from_db()
        return drawing

    return draw


def standing(image) -> list[Finding]:
    return list(Finding.objects.current().filter(image=image).order_by("number"))


def widths_of(image) -> dict[int, list[float]]:
    run = measuring.current_run(image)
    cracks = json.loads(gzip.decompress(media_path(run.widths).read_bytes()))["cracks"]
    return {crack["number"]: crack["w"] for crack in cracks}


def numbers(image) -> list[int]:
    return [finding.number for finding in standing(image)]


def again(image, *cracks) -> list[Finding]:
    look(runs.request_run(image=image), *(cracks or (bar(20, 140, 40), bar(150, 250, 44))))
    return standing(image)


def test_a_line_drawn_beside_a_crack_becomes_an_accepted_finding(image, draw, author) -> None:
    drawing = draw("line", line=BESIDE, reason="It runs on behind the pipe.")
    assert (drawing.status, drawing.failure, drawing.attempt) == ("done", "", 1)
    (made,) = drawing.made.all()
    assert made.number == 3 and made.is_current and made.run == drawing.run
    assert made.length_px == pytest.approx(math.dist(START, STOP), rel=0.03)
    assert made.width_median_px == pytest.approx(WIDTH_PX, abs=0.3)
    review = made.reviews.get()
    assert (review.reviewer, review.verdict, review.note) == (author, "accepted", "It runs on behind the pipe.")
    assert (made.verdict, made.reviews_count) == ("accepted", 1)
    assert made.look_alikes.survey == image.survey
    assert sorted(widths_of(image)) == [1, 2, 3] and len(widths_of(image)[3]) == made.width_samples > 50
    patch = media_path(work.drawn_patch(made.run, drawing.pk, made.number))
    assert Image.open(patch).size == (192, 192)
    event = Event.objects.get(kind="drawn")
    assert (event.actor, event.finding, event.facts["replaced"]) == (author, made, [])
    (told,) = event.facts["made"]
    assert told["number"] == 3 and told["width_median_px"] == pytest.approx(WIDTH_PX, abs=0.3)


def test_a_known_scale_gives_millimetres_and_a_state(image, draw) -> None:
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=150)
    measure_photos()
    (made,) = draw().made.all()
    assert made.length_mm == pytest.approx(150.4, rel=0.03)
    # Three pixels are below this photo's floor, so that only a bound is claimed.
    bound = made.width_bound_mm
    assert bound == pytest.approx(0.5 * (made.width_median_px + made.width_u95_px), rel=0.05)
    assert made.worst_state and made.proposal["probabilities"]
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=300)
    measure_photos()
    made.refresh_from_db()
    assert made.width_bound_mm == pytest.approx(2 * bound, rel=0.02)


def test_a_corrected_mask_replaces_the_finding_and_takes_its_words_along(image, draw, author) -> None:
    first, _second = standing(image)
    comment = comments.say(finding=first, author=author, text="Too long on the left.")
    comments.assign(finding=first, assignee=author, by=author)
    record_review(finding=first, reviewer=author, verdict="accepted", state="CS2")
    drawing = draw("mask", findings=[first], box=[0, 30, 60, 60], mask_runs=[60 * 30], reason="That is a joint.")
    (made,) = drawing.made.all()
    assert made.box == (60, 40, 140, 44) and made.area_px == 80 * 4 and numbers(image) == [2, 3]
    assert list(drawing.replaced.all()) == [first]
    assert made.decided_state == "CS2" and made.assignee == author
    assert Comment.objects.get().finding == made and Comment.objects.get().text == comment.text
    facts = Event.objects.get(kind="drawn").facts
    assert [crack["length_px"] for crack in facts["replaced"]] == [120]
    assert facts["made"][0]["length_px"] == pytest.approx(80, abs=2)
    with pytest.raises(InspectionError, match="ada has changed crack 1"):
        record_review(finding=first, reviewer=author, verdict="rejected")


def test_a_painted_crack_is_new_and_a_cut_makes_two(image, draw) -> None:
    painted = np.zeros((20, 100), bool)
    painted[8:12] = True
    (made,) = draw("mask", box=[300, 100, 400, 120], mask_runs=list(encode_runs(painted))).made.all()
    assert made.box == (300, 108, 400, 112) and made.width_median_px is None
    drawing = draw("split", findings=[made], line=[[340, 90], [344, 130]])
    one, other = drawing.made.order_by("number")
    assert numbers(image) == [1, 2, 4, 5]
    assert one.length_px + other.length_px == pytest.approx(98, abs=4)
    assert {finding.verdict for finding in (one, other)} == {"accepted"}


def test_two_cracks_are_joined_and_taken_apart_again(image, draw, author) -> None:
    one, other = standing(image)
    comments.say(finding=other, author=author, text="These belong together.")
    drawing = draw("merge", findings=[one, other], reason="One crack.")
    (made,) = drawing.made.all()
    assert numbers(image) == [3] and made.length_px == pytest.approx(230, rel=0.04)
    undo_drawing(drawing=drawing, by=author)
    assert drawing.status == "undone" and numbers(image) == [1, 2]
    assert Comment.objects.get().finding == one
    event = Event.objects.get(kind="undrawn")
    assert [crack["number"] for crack in event.facts["made"]] == [3]
    with pytest.raises(InspectionError, match="taken back already"):
        undo_drawing(drawing=drawing, by=author)
    assert draw("merge", findings=[one, other]).made.get().number == 4


def test_of_many_who_change_a_crack_at_once_one_does(image, author) -> None:
    first, _other = standing(image)

    def cut(place: int) -> bool:
        try:
            line = [[40 + 10 * place, 30], [40 + 10 * place, 60]]
            request_drawing(image=image, author=author, kind="split", findings=[first], line=line)
        except InspectionError as error:
            assert error.code == "drawn_meanwhile"
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(cut, range(4))) == [False, False, False, True]
    assert Drawing.objects.count() == 1


def test_what_was_drawn_over_is_taken_back_from_the_end(image, draw, author) -> None:
    first, _other = standing(image)
    below = draw("split", findings=[first], line=[[80, 30], [80, 60]])
    above = draw("merge", findings=list(below.made.all()))
    with pytest.raises(InspectionError, match="ada has changed crack") as error:
        undo_drawing(drawing=below, by=author)
    assert error.value.status == 409
    undo_drawing(drawing=above, by=author)
    undo_drawing(drawing=below, by=author)
    assert numbers(image) == [1, 2]


def test_a_failure_is_told_and_changes_nothing(image, draw) -> None:
    first, _other = standing(image)
    drawing = draw("split", findings=[first], line=[[200, 200], [220, 220]])
    assert (drawing.status, numbers(image)) == ("failed", [1, 2])
    assert drawing.failure.endswith("Draw the cut right across the crack.")
    media_path(image.original.name).unlink()
    assert "backup" in draw().failure


def test_a_survey_is_not_signed_off_while_something_is_measured(image, author) -> None:
    request_drawing(image=image, author=author, kind="line", line=BESIDE)
    with pytest.raises(InspectionError, match="1 drawing is still being measured"):
        close_survey(survey=image.survey, user=author, undecided=2)
    measure_drawings()
    close_survey(survey=image.survey, user=author, undecided=2)
    with pytest.raises(InspectionError, match="signed off"):
        undo_drawing(drawing=Drawing.objects.get(), by=author)


def test_a_worker_that_was_given_up_writes_nothing(image, author) -> None:
    request_drawing(image=image, author=author, kind="line", line=BESIDE)
    late = drawn.take_drawing()
    assert drawn.take_drawing() is None
    Drawing.objects.update(taken_until=timezone.now() - timedelta(seconds=1))
    assert measure_drawings() == 1
    widths = measuring.current_run(image).widths
    assert not work.measure_drawing(late) and not drawn.fail_drawing(late, "internal")
    assert Finding.objects.filter(drawing=late).count() == 1
    assert measuring.current_run(image).widths == widths and media_path(widths).is_file()


def test_a_drawing_of_which_three_workers_died_ends_with_a_sentence(image, author) -> None:
    request_drawing(image=image, author=author, kind="line", line=BESIDE)
    for _death in range(drawn.MOST_ATTEMPTS):
        assert drawn.take_drawing()
        Drawing.objects.update(taken_until=timezone.now() - timedelta(seconds=1))
    assert drawn.take_drawing() is None
    drawing = Drawing.objects.get()
    assert drawing.status == "failed" and "3 times" in drawing.failure


def test_a_bell_that_nobody_hears_is_rung_again(image, author, settings) -> None:
    settings.SWEEP_SECONDS = 0
    RecordedDispatch.fail = True
    request_drawing(image=image, author=author, kind="line", line=BESIDE)
    RecordedDispatch.reset()
    assert drawn.ring_again_for_drawings() and RecordedDispatch.drawings == 1
    measure_drawings()
    assert not drawn.ring_again_for_drawings()


@pytest.mark.parametrize("first", ["measuring", "drawing"])
def test_measuring_again_and_drawing_at_once_lose_nothing(image, author, monkeypatch, first) -> None:
    """Each of the two has read the file of widths when the other writes a new one."""
    measuring.give_known_length(image=image, start=(60, 250), stop=(360, 250), length_mm=150)
    request_drawing(image=image, author=author, kind="line", line=BESIDE)
    if first == "measuring":
        complete = work.complete_drawing

        def late(*args, **given):
            monkeypatch.setattr(work, "complete_drawing", complete)
            assert measure_photos() == 1
            return complete(*args, **given)

        monkeypatch.setattr(work, "complete_drawing", late)
        assert measure_drawings() == 1
    else:
        from worker import measuring as hand

        store = hand.store_measures

        def late_store(**given):
            monkeypatch.setattr(hand, "store_measures", store)
            assert measure_drawings() == 1
            return store(**given)

        monkeypatch.setattr(hand, "store_measures", late_store)
        assert measure_photos() == 2
    made = Finding.objects.get(drawing__isnull=False)
    assert sorted(widths_of(image)) == [1, 2, 3] and len(widths_of(image)[3]) == made.width_samples
    assert made.length_mm == pytest.approx(150.4, rel=0.03) and made.width_bound_mm
    image.refresh_from_db()
    assert image.is_measured
    folder = media_path(measuring.current_run(image).widths).parent
    assert len(list(folder.glob("widths-*"))) == 1


def test_a_new_analysis_keeps_what_people_drew_and_their_decisions(image, draw, author) -> None:
    first, second = standing(image)
    (line,) = draw().made.all()
    (shorter,) = draw("mask", findings=[first], box=[0, 30, 60, 60], mask_runs=[60 * 30]).made.all()
    comments.say(finding=line, author=author, text="Keep an eye on it.")
    comments.say(finding=second, author=author, text="And on this.")
    comments.assign(finding=second, assignee=author, by=author)
    new = again(image)
    run = measuring.current_run(image)
    assert [finding.number for finding in new] == [2, 3, 4] and {finding.run for finding in new} == {run}
    assert [finding.number for finding in run.findings.filter(is_current=False)] == [1]
    found, kept_line, kept_mask = new
    assert (kept_line.drawing, kept_mask.drawing) == (line.drawing, shorter.drawing) and found.drawing is None
    assert (kept_line.path, kept_line.mask_runs, kept_line.verdict) == (line.path, line.mask_runs, "accepted")
    assert kept_line.reviews.get().carried_from == line.reviews.get() and kept_line.look_alikes == line.look_alikes
    assert len(widths_of(image)[3]) == line.width_samples
    assert {comment.finding for comment in Comment.objects.all()} == {kept_line, found}
    assert found.assignee == author
    event = Event.objects.get(kind="carried")
    assert (event.facts["kept"], event.facts["carried"], event.facts["lost"]) == (2, 2, [])
    with pytest.raises(InspectionError, match="analysed again"):
        undo_drawing(drawing=line.drawing, by=author)
    # And once more.
    assert [finding.drawing for finding in again(image)] == [None, line.drawing, shorter.drawing]


def test_the_grid_shows_a_drawn_crack_before_and_after_a_new_analysis(image, draw, author, client) -> None:
    client.force_login(author)
    (line,) = draw().made.all()
    (kept,) = [finding for finding in again(image) if finding.drawing_id]
    pictures = [client.get(reverse("finding-patch", args=[finding.pk])) for finding in (line, kept)]
    assert [picture.status_code for picture in pictures] == [200, 200]
    assert pictures[0].content == pictures[1].content and pictures[0]["Content-Type"] == "image/jpeg"


def test_what_was_rejected_is_not_kept_and_what_is_longer_is_not_replaced(image, draw, author) -> None:
    first, _second = standing(image)
    (line,) = draw().made.all()
    record_review(finding=line, reviewer=author, verdict="rejected")
    (piece,) = draw("mask", findings=[first], box=[60, 30, 150, 60], mask_runs=[90 * 30]).made.all()
    assert [finding.drawing for finding in again(image, bar(20, 140, 40))] == [piece.drawing]
    new = again(image, bar(20, 300, 40))
    assert [(finding.number, finding.drawing) for finding in new] == [(1, None), (2, piece.drawing)]


def test_a_crack_drawn_during_an_analysis_is_kept_too(image, author) -> None:
    run = runs.request_run(image=image)
    complete = []

    class Slow(Seeing):
        def segment(self, pixels, **given):
            seen = super().segment(pixels, **given)
            request_drawing(image=image, author=author, kind="line", line=BESIDE)
            return seen

    from worker import pipeline

    original = pipeline.complete_run

    def late(run, result):
        if not complete:
            complete.append(len(result.kept))
            assert measure_drawings() == 1
        return original(run, result)

    pipeline.complete_run = late
    try:
        process_run(str(run.pk), lambda _network: Slow(bar(20, 140, 40)))
    finally:
        pipeline.complete_run = original
    assert complete == [0]
    found, kept = standing(image)
    assert kept.drawing == Drawing.objects.get() and found.drawing is None and kept.run == run
    assert sorted(widths_of(image)) == [1, 2]


def test_what_waits_while_a_photo_is_analysed_is_done_on_the_new_analysis(image, author) -> None:
    first, second = standing(image)
    cut = request_drawing(image=image, author=author, kind="split", findings=[first], line=[[80, 30], [80, 60]])
    lost = request_drawing(image=image, author=author, kind="split", findings=[second], line=[[200, 30], [200, 60]])
    line = request_drawing(image=image, author=author, kind="line", line=BESIDE)
    (found,) = again(image, bar(22, 138, 41))
    assert measure_drawings() == 2
    for drawing in (cut, lost, line):
        drawing.refresh_from_db()
    assert (cut.status, cut.run, list(cut.replaced.all())) == ("done", found.run, [found])
    assert line.status == "done" and cut.made.count() == 2
    assert lost.status == "failed" and "crack 2 was not found again" in lost.failure
    assert {finding.run for finding in standing(image)} == {found.run} and len(standing(image)) == 3


def test_a_join_of_what_is_one_by_now_says_so(image, author) -> None:
    join = request_drawing(image=image, author=author, kind="merge", findings=standing(image))
    again(image, bar(20, 250, 42))
    join.refresh_from_db()
    assert join.status == "failed" and "one there already" in join.failure
