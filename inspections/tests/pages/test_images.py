"""The photo page: what was found, who may decide, and the state of the analysis."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.models import Review, Role, SegmentationRun, SurveyImage
from inspections.pages.keys import BINDINGS, BY_ACTION, KEYS
from inspections.services.closing import close_survey
from inspections.services.reviews import record_review
from inspections.services.runs import retry_run
from inspections.testing import (
    make_bridge,
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
HTMX = {"HX-Request": "true"}


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def survey(organisation):
    make_network()
    return make_survey(make_bridge(organisation))


def enter(role: Role, organisation) -> Client:
    client = Client()
    client.force_login(make_user(role, organisation))
    return client


@pytest.fixture
def viewer(organisation) -> Client:
    return enter(Role.VIEWER, organisation)


@pytest.fixture
def inspector(organisation) -> Client:
    return enter(Role.INSPECTOR, organisation)


@pytest.fixture
def reviewer(organisation) -> Client:
    return enter(Role.REVIEWER, organisation)


def analysed(survey, cracks: int = 0, **fields) -> SegmentationRun:
    """The finished run of a new photo, with so many cracks."""
    fields = {"status": Status.SUCCEEDED, "used_threshold": 0.42, "crack_area_share": 0.0123, **fields}
    run = make_run(make_image(survey), **fields)
    for number in range(cracks):
        make_finding(run, length_px=100.0 - number, width_max_px=4.0 + number)
    return run


def look(client: Client, image, **query):
    return client.get(reverse("photo", args=[image.pk]), query)


def tally(answer) -> dict[str, str]:
    box = by_id(answer, "tally")
    return {words(line.find("dt")): words(line.find("dd")) for line in box.iter("div")}


# ---- What is shown ----


def test_the_cracks_are_listed_with_their_measures(reviewer, survey):
    run = analysed(survey)
    make_finding(run, length_px=412.4, width_mean_px=2.44, width_max_px=4.06, orientation_deg=37.2, confidence=0.916)
    make_finding(run, orientation_deg=179.6)
    answer = look(reviewer, run.image)
    row = by_id(answer, "crack-1")
    assert [words(cell) for cell in row][:4] == ["1", "412 px", "2.4 px", "—"]
    assert row.get("data-verdict") == "undecided"


def test_the_tally_leaves_rejected_cracks_out(viewer, survey, organisation):
    run = analysed(survey, cracks=3)
    first, second, _third = run.findings.all()
    person = make_user(Role.REVIEWER, organisation)
    record_review(finding=first, reviewer=person, verdict="accepted")
    record_review(finding=second, reviewer=person, verdict="rejected")
    shown = tally(look(viewer, run.image))
    assert (shown["Cracks"], shown["Undecided"]) == ("2", "1")
    assert shown["Length"].startswith("198") and shown["Widest"].startswith("6")


def test_the_script_gets_everything_in_photo_pixels(viewer, survey):
    run = analysed(survey, probability_preview="runs/p.png")
    SurveyImage.objects.filter(pk=run.image_id).update(pyramid="pictures/p.szi", width=11540, height=8680)
    finding = make_finding(run, path=[[1.5, 2], [30, 40]], branches=[[[9, 9], [12, 20]]])
    scene = json.loads("".join(by_id(look(viewer, run.image), "scene").itertext()))
    assert (scene["width"], scene["height"], scene["maxLevel"], scene["tileSize"]) == (11540, 8680, 14, 512)
    assert f"{scene['tiles']}14/22_16.jpg" == reverse("photo-tile", args=[run.image_id, 14, 22, 16])
    assert scene["probability"] == reverse("run-probability", args=[run.pk])
    assert scene["threshold"] == 0.42
    assert scene["cracks"] == [
        {"id": str(finding.pk), "number": 1, "lines": [[[1.5, 2], [30, 40]], [[9, 9], [12, 20]]],
         "box": [10, 10, 13, 12], "verdict": "undecided", "measures": reverse("finding-picked", args=[finding.pk]),
         "drawn": False, "isUnseen": False, "edit": reverse("finding-edit", args=[finding.pk]),
         "lengthPx": 50.0, "lengthMm": None, "widest": [None, None], "widestAt": None}
    ]  # fmt: skip


def test_nothing_found_is_not_the_same_as_nothing_measured(viewer, survey):
    clean, waiting = analysed(survey).image, make_image(survey)
    assert "No cracks found by" in look(viewer, clean).text
    assert "Not measured yet" in look(viewer, waiting).text
    assert "No cracks found" not in look(viewer, waiting).text


def test_only_the_latest_finished_analysis_is_shown(viewer, survey):
    old = analysed(survey, cracks=2)
    retry_run(run=old, requested_by=None)
    new = make_run(old.image, status=Status.SUCCEEDED, used_threshold=0.6)
    make_finding(new, length_px=777)
    retry_run(run=new, requested_by=None)
    make_run(old.image, status=Status.FAILED, error_code="internal")
    answer = look(viewer, old.image)
    assert tally(answer)["Cracks"] == "1" and tally(answer)["Length"].startswith("777")
    assert "stopped for a reason we did not foresee" in words(by_id(answer, "run-state"))
    assert words(by_id(answer, "panel-history")).count("threshold 0.") == 2


def test_the_photo_tells_about_itself(viewer, survey):
    image = make_image(survey, name="pier <2>.jpg")
    SurveyImage.objects.filter(pk=image.pk).update(
        camera_make="DJI", camera_model="DJI P1", latitude=54.09123, longitude=-2.5, altitude_m=182.44, orientation=6,
        warnings=[{"code": "bad_gps", "detail": "The position is not valid."}],
        metadata={
            "taken_at": {"local": "2026-05-04T10:21:33.120000", "utc_offset": "+02:00", "tag": "DateTimeOriginal"},
            "camera": {"make": "DJI", "model": "DJI P1", "lens_model": "35 mm <b>"},
            "exposure": {"time_s": 0.00125, "f_number": 4.0, "iso": 200, "focal_length_mm": 35.0},
            "drone": {"gimbal_pitch_deg": -12.4, "relative_altitude_m": 31.25},
        },
    )  # fmt: skip
    answer = look(viewer, image)
    text = words(by_id(answer, "panel-photo"))
    for said in (
        "2026-05-04 10:21:33 (UTC+02:00)", "DJI P1", "35 mm <b>", "1/800 s", "f/4.0", "200 ISO",
        "54.09123", "2.50000", "182.4 m above sea level", "−12°", image.sha256, "The position is not valid.",
        "turned upright (orientation 6)", "pier <2>.jpg",
    ):  # fmt: skip
        assert said in text, said
    assert "pier <2>" not in answer.text.replace("&lt;", "‹")


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        [],
        {"camera": "DJI"},
        {"exposure": {"time_s": "soon", "iso": True}},
        {"taken_at": {"local": 7}},
        {"drone": None},
    ],
)
def test_strange_metadata_breaks_nothing(viewer, survey, metadata):
    image = make_image(survey)
    SurveyImage.objects.filter(pk=image.pk).update(metadata=metadata)
    answer = look(viewer, image)
    assert answer.status_code == 200 and "not known" in words(by_id(answer, "panel-photo"))


def test_decisions_stand_in_the_history(viewer, survey, organisation):
    run = analysed(survey, cracks=1)
    person = make_user(Role.REVIEWER, organisation, first_name="Jo", last_name="Marsh")
    record_review(finding=run.findings.get(), reviewer=person, verdict="rejected", note="a joint, not a crack")
    record_review(finding=run.findings.get(), reviewer=person, verdict="accepted")
    text = words(by_id(look(viewer, run.image), "panel-history"))
    assert text.index("Accepted crack 1 Jo Marsh") < text.index("Rejected crack 1 Jo Marsh")
    assert "a joint, not a crack" in text


def test_the_next_photo_follows_the_selection(viewer, survey):
    runs = [analysed(survey, cracks=number % 2) for number in range(5)]
    for number, run in enumerate(runs):
        SurveyImage.objects.filter(pk=run.image_id).update(original_name=f"{number}.jpg")
    around = look(viewer, runs[1].image, show="findings").context["around"]
    assert (around.place, around.count) == (1, 2)
    assert around.previous is None and around.next == runs[3].image
    assert (
        f"{reverse('photo', args=[runs[3].image_id])}?show=findings"
        in look(viewer, runs[1].image, show="findings").text
    )
    every = look(viewer, runs[1].image).context["around"]
    assert (every.place, every.count, every.previous, every.next) == (2, 5, runs[0].image, runs[2].image)
    assert [photo.original_name for photo in every.strip] == ["0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg"]


def test_a_photo_that_has_just_left_the_selection_still_leads_on(viewer, survey, organisation):
    runs = [analysed(survey, cracks=1) for _ in range(3)]
    for number, run in enumerate(runs):
        SurveyImage.objects.filter(pk=run.image_id).update(original_name=f"{number}.jpg")
    person = make_user(Role.REVIEWER, organisation)
    record_review(finding=runs[1].findings.get(), reviewer=person, verdict="accepted")
    around = look(viewer, runs[1].image, show="undecided").context["around"]
    assert (around.previous, around.next) == (runs[0].image, runs[2].image)


def test_more_photos_and_cracks_cost_no_more_questions(reviewer, survey):
    image = analysed(survey, cracks=2).image

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            look(reviewer, image)
        return len(asked)

    few = questions()
    for number in range(8):
        analysed(survey, cracks=number)
    for _ in range(9):
        finding = make_finding(image.runs.get())
        record_review(finding=finding, reviewer=make_user(), verdict="accepted")
    assert questions() == few


# ---- The state of the analysis ----


def poll(client: Client, image, watching: str = "open", pyramid: str = "yes"):
    return client.get(reverse("photo", args=[image.pk]), {"watching": watching, "pyramid": pyramid}, headers=HTMX)


def test_the_state_says_what_is_being_done(viewer, survey):
    image = make_image(survey)
    make_run(image, status=Status.RUNNING, stage="tiles", tiles_done=106, tiles_total=400)
    answer = poll(viewer, image)
    assert words(by_id(answer, "run-state")) == "Looking 26 % tile 106 of 400"
    assert "every 2s" in answer.text and "<html" not in answer.text and "HX-Refresh" not in answer


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED, Status.CANCELLED])
def test_polling_ends_with_the_analysis_and_the_page_loads_itself(viewer, survey, status):
    image = make_image(survey)
    assert poll(viewer, image).status_code == 200
    make_run(image, status=status, error_code="internal" if status == Status.FAILED else "")
    answer = poll(viewer, image)
    assert (answer.status_code, answer["HX-Refresh"]) == (286, "true")
    still = poll(viewer, image, watching="final")
    assert still.status_code == 200 and "HX-Refresh" not in still and "every 2s" not in still.text


def test_the_page_loads_itself_when_the_pictures_are_there(viewer, survey):
    image = make_image(survey)
    make_run(image, status=Status.RUNNING, stage="pictures")
    assert "HX-Refresh" not in poll(viewer, image, pyramid="no")
    SurveyImage.objects.filter(pk=image.pk).update(pyramid="p.szi")
    assert poll(viewer, image, pyramid="no")["HX-Refresh"] == "true"
    assert "HX-Refresh" not in poll(viewer, image, pyramid="yes")


def test_the_first_page_polls_only_while_there_is_something_to_wait_for(viewer, survey):
    assert "every 2s" in by_id(look(viewer, make_image(survey)), "run-state").get("hx-trigger")
    assert "every 2s" not in by_id(look(viewer, analysed(survey).image), "run-state").get("hx-trigger")


# ---- Having it analysed ----


def test_analyse_cancel_retry_in_plain_forms(inspector, survey):
    image = analysed(survey).image
    page = reverse("photo", args=[image.pk])
    assert inspector.post(reverse("photo-analyse", args=[image.pk]))["Location"] == page
    run = image.runs.first()
    assert (run.status, str(run.requested_by_id)) == (Status.QUEUED, inspector.session["_auth_user_id"])
    inspector.post(reverse("photo-analyse", args=[image.pk]))
    assert image.runs.count() == 2, "an open analysis goes on"
    inspector.post(reverse("run-cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.status == Status.CANCELLED
    answer = inspector.post(reverse("run-retry", args=[run.pk]), {"next": reverse("jobs")})
    assert answer["Location"] == reverse("jobs")
    assert image.runs.count() == 3 and image.runs.first().status == Status.QUEUED


@pytest.mark.parametrize("after", ["https://example.org/", "//example.org", "javascript:alert(1)", "\\\\example.org"])
def test_a_form_leads_nowhere_else(inspector, survey, after):
    run = make_run(make_image(survey))
    answer = inspector.post(reverse("run-cancel", args=[run.pk]), {"next": after})
    assert answer["Location"] == reverse("photo", args=[run.image_id])


def test_htmx_hears_that_jobs_have_changed(inspector, survey):
    run = make_run(make_image(survey))
    answer = inspector.post(reverse("run-cancel", args=[run.pk]), headers=HTMX)
    assert (answer.status_code, answer["HX-Trigger"], answer.content) == (204, "jobs-changed", b"")


def test_what_cannot_be_done_is_said(inspector, survey):
    run = analysed(survey)
    answer = inspector.post(reverse("run-cancel", args=[run.pk]), headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (409, "run_is_final")
    waiting = make_run(make_image(survey))
    answer = inspector.post(reverse("run-retry", args=[waiting.pk]))
    assert answer.status_code == 409 and "Wait for it or cancel it first." in answer.text


# ---- Deciding ----


def decide(client: Client, finding, verdict: str = "accepted", **options):
    return client.post(reverse("finding-review", args=[finding.pk]), {"verdict": verdict}, **options)


def test_a_decision_without_script_leads_back_to_the_crack(reviewer, survey):
    run = analysed(survey, cracks=2)
    second = run.findings.last()
    assert decide(reviewer, second)["Location"] == f"{reverse('photo', args=[run.image_id])}#crack-2"
    review = Review.objects.get()
    assert (review.finding, review.verdict) == (second, "accepted")
    assert str(review.reviewer_id) == reviewer.session["_auth_user_id"]


def test_htmx_gets_the_row_and_the_tally(reviewer, survey):
    run = analysed(survey, cracks=3)
    answer = decide(reviewer, run.findings.first(), "rejected", headers=HTMX)
    assert by_id(answer, "crack-1").get("data-verdict") == "rejected"
    assert by_id(answer, "reject-1").get("aria-pressed") == "true"
    assert by_id(answer, "accept-1").get("aria-pressed") == "false"
    assert by_id(answer, "tally").get("hx-swap-oob") == "true"
    assert (tally(answer)["Cracks"], tally(answer)["Undecided"]) == ("2", "2")
    assert "crack-2" not in answer.text


def test_minds_may_be_changed_and_nothing_is_forgotten(reviewer, survey):
    finding = analysed(survey, cracks=1).findings.get()
    for verdict in ("accepted", "rejected", "accepted"):
        decide(reviewer, finding, verdict)
    assert list(Review.objects.order_by("sequence").values_list("verdict", flat=True)) == [
        "accepted", "rejected", "accepted",
    ]  # fmt: skip
    assert tally(look(reviewer, finding.image))["Cracks"] == "1"


@pytest.mark.parametrize("verdict", ["", "maybe", "ACCEPTED", "accepted "])
def test_a_verdict_is_one_of_two_words(reviewer, survey, verdict):
    finding = analysed(survey, cracks=1).findings.get()
    assert decide(reviewer, finding, verdict).status_code == 400
    assert not Review.objects.exists()


def test_a_decision_with_a_state_or_a_reason(reviewer, survey):
    finding = analysed(survey, cracks=1).findings.get()
    address = reverse("finding-review", args=[finding.pk])
    reviewer.post(address, {"verdict": "accepted:CS4", "note": "spalling beside it"})
    answer = reviewer.post(address, {"verdict": "rejected", "reason": "moss", "seen": "1"}, headers=HTMX)
    assert by_id(answer, "crack-1").get("data-seen") == "2"
    told = Review.objects.order_by("sequence").values_list("verdict", "state", "reason", "note")
    assert list(told) == [("accepted", "CS4", "", "spalling beside it"), ("rejected", "", "moss", "")]
    picked = words(read_page(reviewer.get(reverse("finding-picked", args=[finding.pk]))))
    assert "Rejected: moss or plants by" in picked and "Before, by" in picked
    assert reviewer.post(address, {"verdict": "rejected:boredom"}).status_code == 400
    assert decide(reviewer, finding, "undo", headers=HTMX).status_code == 200
    finding.refresh_from_db()
    assert (finding.verdict, finding.decided_state) == ("accepted", "CS4")


def test_the_second_of_two_sees_the_first_decision_and_chooses(reviewer, survey, organisation):
    finding = analysed(survey, cracks=1).findings.get()
    record_review(
        finding=finding, reviewer=make_user(Role.REVIEWER, organisation, username="grace"), verdict="accepted",
        state="CS3", note="wide at the bearing",
    )  # fmt: skip
    address, mine = reverse("finding-review", args=[finding.pk]), {"verdict": "rejected:joint", "seen": "0"}
    heard = reviewer.post(address, mine, headers=HTMX)
    assert heard.status_code == 409 and heard["HX-Retarget"] == "#meanwhile"
    assert by_id(heard, "crack-1").get("data-verdict") == "accepted"
    plain = reviewer.post(address, mine)
    assert plain.status_code == 409 and Review.objects.count() == 1
    for said in ("grace has accepted it meanwhile", "Accepted as CS3", "wide at the bearing", "Leave it so"):
        assert said in plain.text and said in heard.text
    question = next(read_page(heard).iter("form"))
    fields = {each.get("name"): each.get("value") for each in question.iter("input")}
    insisted = {name: fields[name] for name in ("verdict", "reason", "state", "note", "seen")}
    assert insisted == {"verdict": "rejected", "reason": "joint", "state": "", "note": "", "seen": "1"}
    assert reviewer.post(address, insisted, headers=HTMX).status_code == 200
    assert Review.objects.latest("sequence").reason == "joint"


def test_on_a_closed_survey_there_is_a_sentence_instead_of_buttons(reviewer, survey, organisation):
    finding = analysed(survey, cracks=1).findings.get()
    ada = make_user(Role.REVIEWER, organisation, username="ada")
    close_survey(survey=survey, user=ada, undecided=1)
    page = look(reviewer, finding.image, crack=1)
    assert "Signed off by ada. Nothing can be decided here until the survey is reopened." in words(
        by_id(page, "picked")
    )
    assert reverse("finding-review", args=[finding.pk]) not in page.text
    assert reverse("photo-analyse", args=[finding.image_id]) not in page.text
    assert reverse("finding-comments", args=[finding.pk]) in page.text
    assert decide(reviewer, finding, headers=HTMX).status_code == 409


# ---- Who may ----


def test_each_role_sees_the_buttons_it_may_press(survey, organisation):
    run = analysed(survey, cracks=1)
    for role in Role:
        text = look(enter(role, organisation), run.image).text
        assert (reverse("photo-analyse", args=[run.image_id]) in text) == role.allows(Role.INSPECTOR), role
        assert (reverse("finding-review", args=[run.findings.get().pk]) in text) == role.allows(Role.REVIEWER), role


def test_pressing_more_than_one_may_is_refused(survey, organisation):
    run, waiting = analysed(survey, cracks=1), make_run(make_image(survey))
    verbs = {
        reverse("photo-analyse", args=[run.image_id]): Role.INSPECTOR,
        reverse("run-cancel", args=[waiting.pk]): Role.INSPECTOR,
        reverse("run-retry", args=[run.pk]): Role.INSPECTOR,
        reverse("finding-review", args=[run.findings.get().pk]): Role.REVIEWER,
    }
    for address, needed in verbs.items():
        for role in Role:
            if not role.allows(needed):
                assert enter(role, organisation).post(address, {"verdict": "accepted"}).status_code == 403, (
                    address,
                    role,
                )
        stranger = enter(Role.ADMINISTRATOR, make_organisation())
        assert stranger.post(address, {"verdict": "accepted"}).status_code == 404, address
    assert not Review.objects.exists() and SegmentationRun.objects.count() == 2


def test_a_foreign_photo_is_not_there(survey):
    image = analysed(survey).image
    stranger = enter(Role.ADMINISTRATOR, make_organisation())
    assert look(stranger, image).status_code == 404
    assert poll(stranger, image).status_code == 404


# ---- Keys ----


def test_one_table_for_tooltips_sheet_and_script(reviewer, survey):
    run = analysed(survey, cracks=1)
    SurveyImage.objects.filter(pk=run.image_id).update(pyramid="p.szi")
    answer = look(reviewer, run.image)
    sheet = words(by_id(answer, "keys"))
    for key in KEYS:
        assert str(key.words) in sheet
        assert all(shown in sheet for shown in key.shown)
    titles = {element.get("title") for element in read_page(answer).iter()}
    assert {BY_ACTION[action].title for action in ("fit", "actual", "overlay", "accept", "reject")} <= titles
    assert json.loads("".join(by_id(answer, "scene").itertext()))["keys"] == BINDINGS


def test_no_key_means_two_things():
    keys = [value for key in KEYS for value in key.keys]
    assert len(keys) == len(set(keys))
    assert all(value == value.lower() for value in keys if len(value) == 1)
