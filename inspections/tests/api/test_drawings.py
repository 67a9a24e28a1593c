"""Drawing on photos as a program does it."""

import uuid

import pytest

from inspections.models import Drawing, Finding, Role
from inspections.testing import finish_run, make_bridge, make_finding, make_image, make_survey

LINE = {"kind": "line", "line": [[20, 20], [60.5, 60]]}


@pytest.fixture
def finding(organisation) -> Finding:
    return make_finding(finish_run(make_image(make_survey(make_bridge(organisation)))))


@pytest.fixture
def address(finding) -> str:
    return f"photos/{finding.image_id}/drawings/"


@pytest.fixture
def reviewer(api_as):
    return api_as(Role.REVIEWER)


def test_a_line_waits_and_can_be_asked_for(reviewer, address, finding) -> None:
    answer = reviewer.post(address, {**LINE, "reason": "Behind the pipe."})
    assert answer.status_code == 201
    facts = answer.json()
    assert (facts["status"], facts["photo"], facts["reason"]) == ("waiting", str(finding.image_id), "Behind the pipe.")
    assert (facts["made"], facts["replaced"], facts["failure"]) == ([], [], "")
    assert reviewer.get(f"drawings/{facts['id']}/").json() == facts
    assert Drawing.objects.get().line == [[20.0, 20.0], [60.5, 60.0]]


def test_what_it_replaces_and_makes_is_named(reviewer, address, finding) -> None:
    body = {"kind": "split", "line": [[5, 11], [40, 12]], "findings": [str(finding.pk)]}
    facts = reviewer.post(address, body).json()
    assert facts["replaced"] == [str(finding.pk)]
    made = make_finding(finding.run, drawing_id=facts["id"])
    assert reviewer.get(f"drawings/{facts['id']}/").json()["made"] == [str(made.pk)]
    assert reviewer.get(f"findings/{made.pk}/").json()["drawing"] == facts["id"]
    again = reviewer.post(address, body)
    assert (again.status_code, again.json()["code"]) == (409, "drawn_meanwhile")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "scribble"}, "invalid"),
        ({**LINE, "colour": "red"}, "unknown_field"),
        ({"kind": "line", "line": [["a", 1], [2, 3]]}, "invalid"),
        ({"kind": "line", "line": "20,20 60,60"}, "invalid"),
        ({"kind": "mask", "box": [0, 0, 10, 10], "mask_runs": ["0", 100]}, "invalid"),
        ({"kind": "mask", "box": [0, 0, 10, "x"], "mask_runs": [0, 100]}, "invalid"),
        ({"kind": "split", "line": LINE["line"], "findings": [str(uuid.uuid4())]}, "invalid_reference"),
        ({"kind": "split", "line": LINE["line"], "findings": ["1"]}, "invalid"),
    ],
)
def test_what_cannot_be_drawn_is_refused(reviewer, address, body, code) -> None:
    answer = reviewer.post(address, body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Drawing.objects.exists()


def test_a_foreign_finding_is_as_unknown_as_none(reviewer, address) -> None:
    answer = reviewer.post(address, {"kind": "split", "line": LINE["line"], "findings": [str(make_finding().pk)]})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_reference")


def test_who_may_not_decide_may_not_draw(inspector, address) -> None:
    assert inspector.post(address, LINE).status_code == 403


def test_a_replaced_finding_is_not_listed_and_an_earlier_run_shows_what_it_found(reviewer, finding) -> None:
    image, run = finding.image, finding.run
    photo = f"photos/{image.pk}/findings/"
    drawing = Drawing.objects.create(run=run, image=image, author=reviewer.user, kind="line", status="done")
    drawn = make_finding(run, drawing=drawing)
    Finding.objects.filter(pk=finding.pk).update(is_current=False)

    def numbers(**query) -> list[int]:
        return [row["number"] for row in reviewer.get(photo, **query).json()["results"]]

    assert numbers() == numbers(run=run.pk) == [drawn.number]
    Finding.objects.filter(image=image).update(is_current=False)
    Drawing.objects.update(status="undone")
    finish_run(image)
    assert numbers() == [] and numbers(run=run.pk) == [finding.number]
