"""What people draw becomes a waiting row, or a refusal that tells the cure."""

from contextlib import contextmanager

import pytest

from inspections.errors import InspectionError
from inspections.models import Drawing, Role
from inspections.services.closing import close_survey
from inspections.services.drawings import request_drawing, undo_drawing
from inspections.testing import RecordedDispatch, finish_run, make_finding, make_image, make_user

pytestmark = pytest.mark.django_db
LINE = [[20, 20], [60, 60]]


@pytest.fixture
def finding():
    """A crack of 3 × 2 px in (10, 10) to (13, 12)."""
    image = make_image()
    return make_finding(finish_run(image))


@pytest.fixture
def author(finding):
    return make_user(Role.REVIEWER, finding.image.survey.bridge.organisation, username="ada")


@pytest.fixture
def draw(finding, author):
    def draw(kind="line", **given) -> Drawing:
        return request_drawing(**{"image": finding.image, "author": author, "kind": kind, **given})

    return draw


@contextmanager
def refused(code, field=None):
    with pytest.raises(InspectionError) as error:
        yield
    assert (error.value.code, error.value.field) == (code, field)


def test_a_line_waits_and_the_bell_rings_on_commit(draw, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        drawing = draw(line=LINE, reason=" The network misses it. ")
        assert RecordedDispatch.drawings == 0
    assert RecordedDispatch.drawings == 1
    stored = Drawing.objects.waiting().get(pk=drawing.pk)
    assert (stored.line, stored.reason, stored.run) == (LINE, "The network misses it.", drawing.image.runs.get())


@pytest.mark.parametrize(
    "line",
    [
        [[20, 20]],
        [[20, 20], [24, 24]],
        [[20, 20], [600, 60]],
        [[20, 20], [float("nan"), 60]],
        [[20, 20], [60]],
        [[20, 20], [True, 60]],
        [[20, 20], [60, 60]] * 251,
    ],
)
def test_a_line_that_is_none_is_refused(draw, line) -> None:
    with refused("invalid", "line"):
        draw(line=line)


@pytest.mark.parametrize(
    ("box", "runs", "field"),
    [
        ([0, 0, 10], [0, 100], "box"),
        ([0, 0, 10, 10.0], [0, 100], "box"),
        ([10, 0, 0, 10], [0, 100], "box"),
        ([0, 0, 161, 10], [0, 1610], "box"),
        ([0, 0, 10, 10], [0, 99], "mask_runs"),
        ([0, 0, 10, 10], [101, -1], "mask_runs"),
        ([0, 0, 10, 10], [0, 99.0, 1], "mask_runs"),
        ([0, 0, 10, 10], [100], "mask_runs"),
    ],
)
def test_a_mask_that_is_none_is_refused(draw, box, runs, field) -> None:
    with refused("invalid", field):
        draw("mask", box=box, mask_runs=runs)


def test_a_crack_rubbed_out_is_to_be_rejected_instead(draw, finding) -> None:
    with refused("nothing_left", "mask_runs"):
        draw("mask", findings=[finding], box=[0, 0, 20, 20], mask_runs=[400])
    # One column of it lies outside the box.
    draw("mask", findings=[finding], box=[0, 0, 12, 20], mask_runs=[240])


def test_each_kind_has_its_number_of_findings(draw, finding) -> None:
    other = make_finding(finding.run)
    for kind, chosen, given in (
        ("line", [finding], {"line": LINE}),
        ("split", [], {"line": LINE}),
        ("split", [finding, other], {"line": LINE}),
        ("merge", [finding, finding], {}),
        ("mask", [finding, other], {"box": [0, 0, 1, 1], "mask_runs": [0, 1]}),
    ):
        with refused("invalid", "findings"):
            draw(kind, findings=chosen, **given)
    with refused("invalid", "kind"):
        draw("scribble")
    with refused("invalid", "line"):
        draw("merge", findings=[finding, other], line=LINE)


def test_a_crack_of_another_photo_is_refused(draw) -> None:
    with refused("invalid", "findings"):
        draw("split", findings=[make_finding()], line=LINE)


def test_two_people_at_once(draw, finding) -> None:
    draw("split", findings=[finding], line=LINE)
    bob = make_user(username="bob")
    with pytest.raises(InspectionError, match="ada has changed crack 1 meanwhile") as error:
        draw("merge", findings=[finding, make_finding(finding.run)], author=bob)
    assert error.value.status == 409


def test_a_photo_that_was_not_analysed_and_one_that_was_again(draw, finding) -> None:
    with refused("not_analysed"):
        draw(image=make_image(finding.image.survey), line=LINE)
    finish_run(finding.image)
    with refused("analysed_meanwhile"):
        draw("split", findings=[finding], line=LINE)


def test_a_closed_survey_is_left_alone(draw, finding, author) -> None:
    close_survey(survey=finding.image.survey, user=author, undecided=1)
    with refused("survey_closed"):
        draw(line=LINE)


def test_what_waits_cannot_be_taken_back(draw, author) -> None:
    with refused("not_drawn"):
        undo_drawing(drawing=draw(line=LINE), by=author)
