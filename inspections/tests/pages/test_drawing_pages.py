"""The editor's pages and the door for what was drawn: what they tell, what they refuse, where they lead back to."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Drawing, Finding, Role
from inspections.services.closing import close_survey
from inspections.services.reviews import record_review
from inspections.testing import finish_run, make_bridge, make_finding, make_image, make_survey, make_user
from inspections.tests.pages.reading import by_id, read_page, words

pytestmark = pytest.mark.django_db
LINE = [[20, 20], [80, 60]]


@pytest.fixture
def image():
    """160 × 120 pixels, analysed, with one crack."""
    image = make_image(make_survey(make_bridge()))
    make_finding(finish_run(image))
    return image


@pytest.fixture
def reviewer(image):
    return make_user(Role.REVIEWER, image.survey.bridge.organisation, username="ada")


@pytest.fixture
def client(reviewer) -> Client:
    return entered(reviewer)


def entered(user) -> Client:
    client = Client(headers={"Accept": "application/json"})
    client.force_login(user)
    return client


def crack(image) -> Finding:
    return Finding.objects.current().get(image=image)


def scene(answer):
    assert answer.status_code == 200
    return json.loads("".join(by_id(answer, "scene").itertext()))


def draw(client, image, **stroke):
    body = stroke if "kind" in stroke else {"kind": "line", "line": LINE, **stroke}
    return client.post(reverse("photo-draw", args=[image.pk]), body, content_type="application/json")


def test_the_editor_opens_on_the_crack_with_its_mask_and_its_neighbours(client, image):
    finding = crack(image)
    told = scene(client.get(reverse("finding-edit", args=[finding.pk])))
    assert told["finding"] == {"id": str(finding.pk), "box": [10, 10, 13, 12], "runs": [0, 6]}
    assert told["centre"] == [11.5, 11.0]
    assert [(one["number"], one["verdict"], one["drawn"]) for one in told["cracks"]] == [(1, "undecided", False)]
    assert told["back"] == reverse("photo", args=[image.pk]) + "#crack-1"
    assert told["crop"] == reverse("photo-crop", args=[image.pk])


def test_the_editor_begins_at_the_widest_place(client, image):
    Finding.objects.update(widest_x=44.5, widest_y=30.0)
    assert scene(client.get(reverse("finding-edit", args=[crack(image).pk])))["centre"] == [44.5, 30.0]


@pytest.mark.parametrize(
    ("asked", "led"),
    [("/review/?order=width&at=x", True), ("https://evil.example/", False), ("//evil.example/", False)],
)
def test_the_way_back_is_one_of_ours(client, image, asked, led):
    told = scene(client.get(reverse("finding-edit", args=[crack(image).pk]), {"next": asked}))
    assert (told["back"] == asked) is led


def test_a_missed_crack_is_painted_where_the_box_is(client, image):
    told = scene(client.get(reverse("photo-edit", args=[image.pk]), {"box": "20,30,60,50"}))
    assert (told["finding"], told["centre"]) == (None, [40.0, 40.0])
    assert scene(client.get(reverse("photo-edit", args=[image.pk])))["centre"] == [80.0, 60.0]
    refused = client.get(reverse("photo-edit", args=[image.pk]), {"box": "0,0,161,10"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_box")


def test_a_crack_that_was_replaced_leads_to_its_photo(client, image):
    finding = crack(image)
    Finding.objects.update(is_current=False)
    answer = client.get(reverse("finding-edit", args=[finding.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("photo", args=[image.pk]), 302)]
    assert "drawn anew" in answer.text


def test_a_signed_off_survey_is_not_drawn_on(client, image, reviewer):
    close_survey(survey=image.survey, user=reviewer, undecided=1)
    for address in (reverse("finding-edit", args=[crack(image).pk]), reverse("photo-edit", args=[image.pk])):
        assert client.get(address).json()["code"] == "survey_closed"
    assert draw(client, image).json()["code"] == "survey_closed"


def test_a_stroke_waits_for_the_worker_and_is_watched(client, image, reviewer):
    answer = draw(client, image, reason="beside the joint")
    drawing = Drawing.objects.get()
    assert answer.status_code == 202
    assert (drawing.author, drawing.kind, drawing.line, drawing.reason) == (reviewer, "line", LINE, "beside the joint")
    told = answer.json()
    assert (told["status"], told["failure"], told["made"]) == ("waiting", "", [])
    assert client.get(told["watch"]).json() == told


def test_what_was_made_is_told_with_its_width(client, image):
    draw(client, image)
    drawing = Drawing.objects.get()
    made = make_finding(crack(image).run, drawing=drawing, width_median_px=3.44, width_u95_px=0.6)
    Drawing.objects.update(status="done")
    told = client.get(reverse("drawing", args=[drawing.pk])).json()
    assert [(one["id"], one["number"], one["drawn"]) for one in told["made"]] == [(str(made.pk), 2, True)]
    assert told["made"][0]["width"].replace("\u202f", " ") == "3.4 ± 0.6 px"
    # It is text for a script, not markup.
    Finding.objects.filter(pk=made.pk).update(width_bound_mm=0.72)
    told = client.get(reverse("drawing", args=[drawing.pk])).json()
    assert told["made"][0]["width"].replace("\u202f", " ") == "< 0.72 mm"


def test_a_failure_is_a_sentence(client, image):
    draw(client, image)
    Drawing.objects.update(status="failed", error_code="nothing_left")
    told = client.get(reverse("drawing", args=[Drawing.objects.get().pk])).json()
    assert (told["status"], told["made"]) == ("failed", [])
    assert told["failure"].startswith("Nothing would be left")


def test_a_mask_too_ragged_to_be_sent_is_told_so(client, image):
    stroke = {"kind": "mask", "box": [0, 0, 160, 120], "mask_runs": [1] * 1_300_000}
    answer = draw(client, image, **stroke)
    assert (answer.status_code, answer.json()["code"]) == (413, "mask_too_ragged")
    assert "more than 2.5 MB" in answer.json()["detail"] and "Rub out" in answer.json()["detail"]
    assert not Drawing.objects.exists()


def test_a_stroke_sent_twice_is_one(client, image, reviewer):
    finding = crack(image)
    mask = {"kind": "mask", "findings": [str(finding.pk)], "box": [8, 8, 16, 16], "mask_runs": [0, 20, 44]}
    for stroke in ({"kind": "line", "line": LINE}, mask):
        first, again = draw(client, image, **stroke).json(), draw(client, image, **stroke).json()
        assert first["id"] == again["id"]
    assert Drawing.objects.count() == 2
    # Another's stroke is another stroke, and so is one after the first came to nothing.
    other = entered(make_user(Role.REVIEWER, image.survey.bridge.organisation))
    assert draw(other, image).json()["id"] != str(Drawing.objects.get(kind="line", author=reviewer).pk)
    Drawing.objects.update(status="failed", error_code="nothing_left")
    assert draw(client, image, **mask).status_code == 202
    assert Drawing.objects.count() == 4


def test_a_line_that_took_a_crack_in_is_known_again_and_tells_it(client, image):
    first = draw(client, image).json()
    drawing = Drawing.objects.get()
    drawing.replaced.add(crack(image))
    Drawing.objects.update(status="done")
    again = draw(client, image).json()
    assert again["id"] == first["id"] and first["replaced"] == []
    assert again["replaced"] == [{"id": str(crack(image).pk), "number": 1}]


def test_who_has_not_seen_the_last_decision_is_told_of_it(client, image):
    finding = crack(image)
    other = make_user(Role.REVIEWER, image.survey.bridge.organisation, username="bob")
    record_review(finding=finding, reviewer=other, verdict="rejected", reason="joint")
    stroke = {"kind": "split", "findings": [str(finding.pk)], "line": LINE}
    refused = draw(client, image, **stroke, seen={str(finding.pk): 0})
    assert (refused.status_code, refused.json()["code"]) == (409, "decided_meanwhile")
    assert "bob" in refused.json()["detail"] and not Drawing.objects.exists()
    assert draw(client, image, **stroke, seen={str(finding.pk): 1}).status_code == 202


@pytest.mark.parametrize(
    "stroke",
    [
        {},
        {"kind": "scribble", "line": LINE},
        {"kind": ["line"], "line": LINE},
        {"kind": "line", "line": "20,20"},
        {"kind": "line", "line": [[1, 1], [float("nan"), 2]]},
        {"kind": "line", "line": [[1, 1], "ab"]},
        {"kind": "line", "line": [[1, 1], [1000, 1000]]},
        {"kind": "line", "line": LINE, "findings": [7]},
        {"kind": "line", "line": LINE, "findings": {"a": 1}},
        {"kind": "line", "line": LINE, "seen": [1]},
        {"kind": "line", "line": LINE, "reason": {"a": 1}},
        {"kind": "line", "line": LINE, "reason": "x" * 2001},
        {"kind": "mask", "box": [0, 0, 4, 4], "mask_runs": [0, 17]},
        {"kind": "mask", "box": [0, 0, 4.5, 4], "mask_runs": [0, 16]},
        {"kind": "mask", "box": "all", "mask_runs": [0, 16]},
    ],
)
def test_a_stroke_that_makes_no_sense_is_refused_in_words(client, image, stroke):
    answer = client.post(reverse("photo-draw", args=[image.pk]), json.dumps(stroke), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["detail"].endswith(".")
    assert not Drawing.objects.exists()


@pytest.mark.parametrize("body", ["{", "[]", "null", '"line"'])
def test_what_is_no_json_object_is_refused(client, image, body):
    answer = client.post(reverse("photo-draw", args=[image.pk]), body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_cracks_of_other_photos_are_not_there(client, image):
    elsewhere = make_image(image.survey)
    other = make_finding(finish_run(elsewhere))
    stroke = {"kind": "merge", "findings": [str(crack(image).pk), str(other.pk)]}
    assert draw(client, image, **stroke).status_code == 404
    for nothing in (str(uuid4()), "x"):
        assert draw(client, image, kind="split", findings=[nothing], line=LINE).status_code == 404


def test_a_drawing_is_taken_back_from_the_photos_history(client, image, reviewer):
    draw(client, image)
    drawing = Drawing.objects.get()
    made = make_finding(crack(image).run, drawing=drawing)
    Drawing.objects.update(status="done")
    page = client.get(reverse("photo", args=[image.pk]))
    undo = reverse("drawing-undo", args=[drawing.pk])
    form = next(element for element in read_page(page).iter("form") if element.get("action") == undo)
    assert words(form) == "Take it back"
    told = client.post(undo).json()
    assert told["status"] == "undone" and [one["number"] for one in told["cracks"]] == [1]
    made.refresh_from_db()
    assert not made.is_current
    assert client.post(undo).json()["code"] == "not_drawn"


def test_a_plain_form_goes_back_to_the_photo(image, reviewer):
    plain = Client()
    plain.force_login(reviewer)
    draw(plain, image)
    Drawing.objects.update(status="done")
    answer = plain.post(reverse("drawing-undo", args=[Drawing.objects.get().pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("photo", args=[image.pk]))
