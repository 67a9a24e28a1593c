"""What is drawn over a crack that stands already: no length counts twice, and nothing that people said is lost."""

import numpy as np
import pytest

from inspections.models import Comment, Drawing, Event, Finding, Role, SurveyImage
from inspections.services import comments, drawn
from inspections.services.drawings import request_drawing, undo_drawing
from inspections.services.measuring import current_run
from inspections.services.reviews import record_review
from inspections.services.storage import media_path
from inspections.testing import make_bridge, make_image, make_survey, make_user
from segmentation.drawing import FLAT, Optics, draw_photo
from segmentation.measurement import encode_runs
from worker import drawings as work
from worker.drawings import measure_drawings
from worker.tests.test_drawings import png
from worker.tests.test_matching import bar, look

pytestmark = pytest.mark.usefixtures("record")
ALONG = [[30, 42], [130, 42]]
"""Upon the first bar, from end to end."""
ONWARD = [[60, 42], [140, 44], [180, 120], [180, 290]]
"""Upon two thirds of the first bar, then far down."""


@pytest.fixture
def image() -> SurveyImage:
    """A bare wall on which the network sees two bars, 120 and 100 px long."""
    photo = draw_photo(1, 420, 320, mm_per_pixel=0.5, scene=FLAT, cracks=[], optics=Optics(blur_px=0.7, curve=0))
    survey = make_survey(bridge=make_bridge(material="reinforced_concrete"))
    image = make_image(data=png(np.asarray(photo.pixels)), name="wall.png", survey=survey)
    look(image.runs.get(), bar(20, 140, 40), bar(200, 300, 44))
    image.refresh_from_db()
    return image


@pytest.fixture
def author(image):
    return make_user(Role.REVIEWER, image.survey.bridge.organisation, username="ada")


@pytest.fixture
def draw(image, author):
    def draw(kind="line", **given) -> Drawing:
        drawing = request_drawing(**{"image": image, "author": author, "kind": kind, **given})
        assert measure_drawings() == 1
        drawing.refresh_from_db()
        return drawing

    return draw


def standing(image) -> list[Finding]:
    return list(Finding.objects.current().filter(image=image).order_by("number"))


def numbers(image) -> list[int]:
    return [finding.number for finding in standing(image)]


def painted(width: int, height: int) -> list[int]:
    return list(encode_runs(np.ones((height, width), bool)))


def test_a_line_along_a_crack_that_stands_is_refused_and_names_it(image, draw) -> None:
    for line in (ALONG, [[30, 41], [130, 43]], [[90, 42], [160, 42]]):
        drawing = draw(line=line)
        assert (drawing.status, drawing.error_code) == ("failed", "stands_already")
        assert "crack 1 stands already" in drawing.failure and "reject it first" in drawing.failure
    assert numbers(image) == [1, 2] and not Event.objects.filter(kind="drawn").exists()


def test_so_is_a_brush_and_a_line_along_one_that_was_drawn(image, draw) -> None:
    brush = draw("mask", box=[25, 36, 135, 48], mask_runs=painted(110, 12))
    assert (brush.status, brush.error_facts["numbers"]) == ("failed", "1")
    added = [[20, 200], [180, 200]]
    assert draw(line=added).status == "done"
    assert "crack 3 stands already" in draw(line=added).failure
    assert "cracks 1, 2 stand already" in draw(line=[[20, 42], [300, 46]]).failure
    assert numbers(image) == [1, 2, 3]


def test_what_was_rejected_hinders_nobody(image, draw, author) -> None:
    first, _second = standing(image)
    record_review(finding=first, reviewer=author, verdict="rejected", reason="joint")
    drawing = draw(line=ALONG)
    assert drawing.status == "done" and not drawing.replaced.exists()
    first.refresh_from_db()
    assert first.is_current and first.verdict == "rejected"


@pytest.mark.parametrize("line", [[[80, 10], [80, 90]], [[80, 42], [80, 90]], [[60, 20], [110, 70]]])
def test_a_line_across_a_crack_or_from_it_stands_beside_it(image, draw, line) -> None:
    drawing = draw(line=line)
    assert drawing.status == "done" and not drawing.replaced.exists() and numbers(image) == [1, 2, 3]


def test_a_line_that_leads_a_crack_on_is_one_with_it(image, draw, author) -> None:
    first, _second = standing(image)
    record_review(finding=first, reviewer=author, verdict="accepted", state="CS2")
    comments.say(finding=first, author=author, text="It must go on.")
    drawing = draw(line=ONWARD, reason="It does.")
    (made,) = drawing.made.all()
    assert list(drawing.replaced.all()) == [first] and numbers(image) == [2, 3]
    assert made.length_px == pytest.approx(120 + 258, rel=0.04)
    assert (made.box_x0, made.decided_state, made.verdict) == (20, "CS2", "accepted")
    assert Comment.objects.get().finding == made
    facts = Event.objects.get(kind="drawn").facts
    assert [crack["number"] for crack in facts["replaced"]] == [1]
    # A brush invents no width, and neither does what it is joined with.
    assert made.width_median_px is None
    undo_drawing(drawing=drawing, by=author)
    assert numbers(image) == [1, 2] and Comment.objects.get().finding == first


def test_a_long_line_takes_the_short_ones_in(image, draw) -> None:
    around = [[180, 170], [200, 280], [340, 280], [400, 180], [340, 60]]
    drawing = draw(line=[[30, 42], [140, 43], *around, [300, 47], [210, 46]])
    assert sorted(crack.number for crack in drawing.replaced.all()) == [1, 2] and numbers(image) == [3]


def test_a_corrected_mask_that_grows_over_its_neighbour_takes_it_in(image, draw) -> None:
    first, _second = standing(image)
    drawing = draw("mask", findings=[first], box=[130, 40, 320, 48], mask_runs=painted(190, 8))
    (made,) = drawing.made.all()
    assert numbers(image) == [3] and drawing.replaced.count() == 2 and made.box == (20, 40, 320, 48)


def test_cracks_that_lay_on_each_other_before_are_corrected_one_by_one(image, draw, author) -> None:
    first, _second = standing(image)
    record_review(finding=first, reviewer=author, verdict="rejected")
    (over,) = draw(line=ALONG).made.all()
    record_review(finding=first, reviewer=author, verdict="accepted")
    drawing = draw("mask", findings=[over], box=[30, 30, 60, 60], mask_runs=[900])
    assert drawing.status == "done" and list(drawing.replaced.all()) == [over]


def test_what_somebody_else_is_changing_is_not_taken_in(image, author) -> None:
    first, _second = standing(image)
    bob = make_user(username="bob")
    request_drawing(image=image, author=bob, kind="split", findings=[first], line=[[80, 30], [80, 60]])
    assert drawn.take_drawing()
    request_drawing(image=image, author=author, kind="line", line=ONWARD)
    assert measure_drawings() == 1
    line = Drawing.objects.get(kind="line")
    assert (line.status, line.error_code) == ("failed", "drawn_meanwhile") and "bob" in line.failure
    assert numbers(image) == [1, 2] and not line.replaced.exists()
    # What was written for it is gone.
    run = current_run(image)
    assert [file.name for file in media_path(run.widths).parent.glob("widths-*")] == [media_path(run.widths).name]


@pytest.mark.parametrize(("before", "after"), [("accepted", "rejected"), ("rejected", "accepted")])
def test_a_decision_meanwhile_counts(image, author, monkeypatch, before, after) -> None:
    first, _second = standing(image)
    record_review(finding=first, reviewer=author, verdict=before)
    complete = work.complete_drawing

    def late(*args, **given):
        monkeypatch.setattr(work, "complete_drawing", complete)
        record_review(finding=first, reviewer=author, verdict=after)
        return complete(*args, **given)

    monkeypatch.setattr(work, "complete_drawing", late)
    drawing = request_drawing(image=image, author=author, kind="line", line=ONWARD)
    assert measure_drawings() == 1
    assert drawing.replaced.exists() == (after == "accepted")
    first.refresh_from_db()
    assert first.is_current == (after == "rejected")
