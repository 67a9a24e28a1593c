"""The survey page: what it shows of its photos, and how photos come in."""

import hashlib
from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.errors import InspectionError
from inspections.models import Finding, Role, SegmentationRun, Survey, SurveyImage
from inspections.pages.figures import read_figures
from inspections.pages.selections import PAGE_SIZE
from inspections.services.reviews import record_review
from inspections.services.runs import retry_run
from inspections.testing import (
    BROKEN_JPEG,
    RecordedDispatch,
    draw_photo,
    make_bridge,
    make_element,
    make_finding,
    make_image,
    make_network,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.pages.reading import by_id, words

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def survey(organisation):
    make_network()
    return make_survey(make_bridge(organisation))


def enter(role: Role, organisation, **options) -> Client:
    client = Client(**options)
    client.force_login(make_user(role, organisation))
    return client


@pytest.fixture
def inspector(organisation) -> Client:
    return enter(Role.INSPECTOR, organisation)


@pytest.fixture
def viewer(organisation) -> Client:
    return enter(Role.VIEWER, organisation)


def analysed(survey, cracks: int = 0, **image_fields) -> SurveyImage:
    """A photo whose analysis is over, with so many cracks."""
    image = make_image(survey)
    SurveyImage.objects.filter(pk=image.pk).update(thumbnail=f"pictures/{image.pk}/thumbnail.jpg", **image_fields)
    run = make_run(image, status=Status.SUCCEEDED, overlay="runs/o.png", used_threshold=0.5)
    for _crack in range(cracks):
        make_finding(run)
    return image


def figures(answer) -> dict[str, str]:
    return {dd.get("data-live"): words(dd) for dd in by_id(answer, "figures").iter("dd")}


def card(answer, image) -> str:
    return words(by_id(answer, f"photo-{image.pk}"))


# ---- What is shown ----


def test_the_figures_leave_rejected_cracks_out(viewer, survey, organisation):
    reviewer = make_user(Role.REVIEWER, organisation)
    run = make_run(analysed(survey), status=Status.SUCCEEDED)
    wide, plain, small = (make_finding(run, width_max_px=w, length_px=n) for w, n in ((40, 900), (7.5, 300), (3, 50)))
    record_review(finding=wide, reviewer=reviewer, verdict="rejected")
    record_review(finding=plain, reviewer=reviewer, verdict="accepted")
    make_run(make_image(survey), status=Status.FAILED, error_code="internal")
    make_image(survey)
    shown = figures(viewer.get(reverse("survey", args=[survey.pk])))
    assert small.pk and shown["photos"] == "3" and shown["failed"] == "1"
    assert shown["analysed"] == "1 1 waiting"
    assert (shown["cracks"], shown["undecided"]) == ("2", "1")
    assert shown["worst"].startswith("7.5") and shown["length"].startswith("350")


def test_the_figures_are_those_of_every_other_page(survey, organisation):
    for cracks in (0, 1, 4):
        analysed(survey, cracks=cracks)
    record_review(finding=Finding.objects.first(), reviewer=make_user(), verdict="rejected")
    make_image(survey)
    ours, theirs = read_figures(survey), Survey.objects.with_progress().get(pk=survey.pk)
    assert ours.photos["all"] == theirs.photo_count and ours.photos["analysed"] == theirs.analysed_count
    assert (ours.photos["failed"], ours.open) == (theirs.failed_count, theirs.open_run_count)
    assert (ours.cracks, ours.undecided) == (theirs.finding_count, theirs.undecided_count)
    assert (ours.worst.px, ours.crack_length_px) == (theirs.worst_width_px, theirs.crack_length_px)
    assert (ours.crack_length_mm, ours.scaled_count) == (theirs.crack_length_mm, theirs.scaled_count) == (None, 0)


def test_every_card_tells_the_state_of_its_photo(inspector, survey):
    looking = make_image(survey)
    make_run(looking, status=Status.RUNNING, stage="tiles", tiles_done=41, tiles_total=100)
    reading = make_image(survey)
    make_run(reading, status=Status.RUNNING, stage="reading")
    failed = make_image(survey)
    make_run(failed, status=Status.FAILED, error_code="unreadable_image", error_facts={"reason": "scan 3 ends"})
    cancelled = make_image(survey)
    make_run(cancelled, status=Status.CANCELLED)
    queued, clean, cracked = make_image(survey), analysed(survey), analysed(survey, cracks=3)
    answer = inspector.get(reverse("survey", args=[survey.pk]))
    assert card(answer, looking).endswith("Looking 41 %")
    assert card(answer, reading).endswith("Reading the photo")
    assert "The photo cannot be decoded (scan 3 ends)." in card(answer, failed) and "Retry" in card(answer, failed)
    assert "Cancelled" in card(answer, cancelled) and "Retry" in card(answer, cancelled)
    assert card(answer, queued).endswith("Queued")
    assert "No cracks found" in card(answer, clean)
    assert "3 cracks" in card(answer, cracked) and "4.0" in card(answer, cracked)


def test_a_viewer_gets_no_drop_zone_and_no_retry(viewer, survey):
    make_run(make_image(survey), status=Status.FAILED, error_code="internal")
    answer = viewer.get(reverse("survey", args=[survey.pk]))
    assert "drop-form" not in answer.text and "Retry" not in answer.text


def test_a_failed_retry_keeps_the_earlier_cracks(viewer, survey):
    image = analysed(survey, cracks=2)
    again = retry_run(run=image.runs.get(), requested_by=None)
    make_run(image, status=Status.FAILED, error_code="internal")
    answer = viewer.get(reverse("survey", args=[survey.pk]))
    assert again.pk and figures(answer)["cracks"] == "2" and figures(answer)["failed"] == "1"
    assert reverse("run-overlay", args=[image.runs.last().pk]) in answer.text


def test_an_empty_survey_says_what_to_do(viewer, inspector, survey):
    assert "An inspector of your organisation adds them here." in viewer.get(reverse("survey", args=[survey.pk])).text
    answer = inspector.get(reverse("survey", args=[survey.pk]))
    assert "drop--first" in answer.text
    assert by_id(answer, "figures").get("hidden") is not None


def test_filters_stand_in_the_address(viewer, survey, organisation):
    reviewer = make_user(Role.REVIEWER, organisation)
    open_one, clean = make_image(survey), analysed(survey)
    decided, undecided = analysed(survey, cracks=1), analysed(survey, cracks=2)
    record_review(finding=decided.findings.get(), reviewer=reviewer, verdict="accepted")
    failed = make_image(survey)
    make_run(failed, status=Status.FAILED, error_code="internal")
    address = reverse("survey", args=[survey.pk])
    expected = {
        "": {open_one, clean, decided, undecided, failed},
        "all": {open_one, clean, decided, undecided, failed},
        "analysed": {clean, decided, undecided},
        "findings": {decided, undecided},
        "undecided": {undecided},
        "failed": {failed},
        "unscaled": {clean, decided, undecided},
        "a word of the future": {open_one, clean, decided, undecided, failed},
    }
    for word, images in expected.items():
        answer = viewer.get(address, {"show": word})
        assert {shown.image for shown in answer.context["cards"]} == images, word
    assert [choice.count for choice in answer.context["filters"]] == [5, 3, 2, 1, 1, 3]
    nothing = viewer.get(reverse("survey", args=[make_survey(survey.bridge).pk]), {"show": "failed"})
    assert nothing.status_code == 200


def test_a_filter_without_photos_leads_back(viewer, survey):
    analysed(survey)
    answer = viewer.get(reverse("survey", args=[survey.pk]), {"show": "failed"})
    assert "No photo matches this filter." in answer.text and "Show all 1" in answer.text


def test_orders_stand_in_the_address(viewer, survey):
    first, second, third = analysed(survey, cracks=1), analysed(survey, cracks=3), make_image(survey)
    SurveyImage.objects.filter(pk=first.pk).update(original_name="b.jpg")
    SurveyImage.objects.filter(pk=second.pk).update(original_name="c.jpg", taken_at="2026-05-04T10:00Z")
    SurveyImage.objects.filter(pk=third.pk).update(original_name="a.jpg", taken_at="2026-05-04T09:00Z")
    first.findings.update(width_max_px=9)
    expected = {
        "name": [third, first, second],
        "taken": [third, second, first],
        "newest": [third, second, first],
        "widest": [first, second, third],
        "cracks": [second, first, third],
    }
    for word, images in expected.items():
        answer = viewer.get(reverse("survey", args=[survey.pk]), {"order": word})
        assert [shown.image for shown in answer.context["cards"]] == images, word


def test_links_to_photos_keep_filter_and_order(viewer, survey):
    image = analysed(survey, cracks=1)
    answer = viewer.get(reverse("survey", args=[survey.pk]), {"show": "findings", "order": "widest", "page": "1"})
    assert f'{reverse("photo", args=[image.pk])}?show=findings&amp;order=widest"' in answer.text


def test_photos_come_in_pages(viewer, survey):
    shape = {"survey": survey, "format": "JPEG", "extension": "jpg", "width": 4000, "height": 3000, "byte_size": 1}
    SurveyImage.objects.bulk_create(
        SurveyImage(original_name=f"{number:04d}.jpg", sha256=f"{number:064x}", **shape)
        for number in range(PAGE_SIZE + 3)
    )
    address = reverse("survey", args=[survey.pk])
    assert len(viewer.get(address).context["cards"]) == PAGE_SIZE
    last = viewer.get(address, {"page": "2"})
    rest = [f"{PAGE_SIZE + number:04d}.jpg" for number in range(3)]
    assert [shown.image.original_name for shown in last.context["cards"]] == rest
    assert len(viewer.get(address, {"page": "900"}).context["cards"]) == 3


def questions(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


@pytest.mark.parametrize("name", ["survey", "survey-grid"])
def test_more_photos_cost_no_more_questions(inspector, survey, name):
    def fill(number: int) -> None:
        for index in range(number):
            image = analysed(survey, cracks=index % 3)
            if index % 2:
                retry_run(run=image.runs.get(), requested_by=None)

    address = reverse(name, args=[survey.pk])
    fill(3)
    few = questions(inspector, address)
    fill(12)
    assert questions(inspector, address) == few


# ---- What is polled ----


def test_polling_goes_on_while_something_is_open_and_ends_by_itself(viewer, survey):
    address = reverse("survey-grid", args=[survey.pk])
    assert viewer.get(address).status_code == 286
    image = make_image(survey)
    answer = viewer.get(address)
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    assert by_id(answer, "cards").get("data-open") == "1"
    make_run(image, status=Status.SUCCEEDED)
    assert viewer.get(address).status_code == 286


def test_a_stamp_changes_exactly_when_the_card_does(viewer, survey):
    image, other = make_image(survey), make_image(survey)
    address = reverse("survey-grid", args=[survey.pk])

    def stamps() -> tuple[str, str]:
        cards = {shown.image.pk: shown.stamp for shown in viewer.get(address).context["cards"]}
        return cards[image.pk], cards[other.pk]

    before = stamps()
    assert stamps() == before
    seen = {before[0]}
    for change in (
        {"status": Status.RUNNING},
        {"stage": "tiles", "tiles_total": 100},
        {"tiles_done": 50},
        {"status": Status.SUCCEEDED, "overlay": "o.png"},
    ):
        make_run(image, **change)
        mine, others = stamps()
        assert others == before[1]
        seen.add(mine)
    make_finding(image.runs.get())
    seen.add(stamps()[0])
    assert len(seen) == 6


def test_the_polled_part_has_its_filter_and_page(viewer, survey):
    make_image(survey)
    wide = analysed(survey, cracks=1)
    answer = viewer.get(reverse("survey-grid", args=[survey.pk]), {"show": "findings"})
    assert [shown.image for shown in answer.context["cards"]] == [wide]
    assert "<html" not in answer.text


# ---- How photos come in: a script's request ----


def push(client: Client, survey, data: bytes = b"", name: str = "IMG_1.JPG", **fields):
    fields = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **fields}
    body = {
        **{key: value for key, value in fields.items() if value is not None},
        "file": SimpleUploadedFile(name, data),
    }
    return client.post(reverse("survey-upload", args=[survey.pk]), body, headers={"Accept": "application/json"})


def test_a_photo_is_received_once(inspector, survey, django_capture_on_commit_callbacks):
    data = draw_photo(seed=3)
    with django_capture_on_commit_callbacks(execute=True):
        first = push(inspector, survey, data)
    image = SurveyImage.objects.get()
    assert first.status_code == 201
    assert first.json() == {
        "id": str(image.pk), "url": reverse("photo", args=[image.pk]), "duplicate": False, "warnings": []
    }  # fmt: skip
    assert str(image.added_by_id) == inspector.session["_auth_user_id"] and image.survey == survey
    assert RecordedDispatch.rung == [str(image.runs.get().pk)]
    again = push(inspector, survey, data, name="copy of IMG_1.JPG")
    assert (again.status_code, again.json()["id"], again.json()["duplicate"]) == (200, str(image.pk), True)
    assert SurveyImage.objects.count() == 1


def test_a_remark_comes_with_the_photo(inspector, survey):
    answer = push(inspector, survey, draw_photo(seed=4, format="PNG"), name="IMG_4.JPG")
    assert answer.status_code == 201
    assert [warning["code"] for warning in answer.json()["warnings"]] == ["extension_mismatch"]


REFUSED = {
    "text": (b"Dear diary", "unsupported_type", 415),
    "truncated": (draw_photo(seed=5)[:-200], "truncated_image", 422),
    "broken": (BROKEN_JPEG, "truncated_image", 422),
    "empty": (b"", "empty_file", 400),
    "tiny": (draw_photo(20, 20), "too_small", 422),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refusal_is_a_sentence_and_leaves_nothing(inspector, survey, kind):
    data, code, status = REFUSED[kind]
    answer = push(inspector, survey, data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"].endswith(".") and "field" in answer.json()
    assert not SurveyImage.objects.exists() and not SegmentationRun.objects.exists()
    assert [file for file in settings.MEDIA_ROOT.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("lie", [{"size": 12}, {"sha256": "0" * 64}])
def test_what_the_wire_changed_is_refused(inspector, survey, lie):
    answer = push(inspector, survey, draw_photo(seed=6), **lie)
    assert (answer.status_code, answer.json()["code"]) == (422, "checksum_mismatch")
    assert not SurveyImage.objects.exists()


def test_a_checksum_may_be_missing_but_the_size_is_always_said(inspector, survey):
    assert push(inspector, survey, draw_photo(seed=7), sha256="").status_code == 201
    for size in (None, "", "many", "-1", "9" * 30):
        answer = push(inspector, survey, draw_photo(seed=8), size=size)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "invalid", "size"), size


def test_a_program_may_know_the_distance_of_each_photo(inspector, survey):
    assert push(inspector, survey, draw_photo(seed=19), distance_m="3.5", distance_u95_m=" 0.5 ").status_code == 201
    image = SurveyImage.objects.get()
    assert (image.distance_m, image.distance_u95_m) == (3.5, 0.5)
    assert push(inspector, survey, draw_photo(seed=20), distance_m="", distance_u95_m="").status_code == 201
    for fields, field in (
        ({"distance_m": "near"}, "distance_m"),
        ({"distance_m": "nan"}, "distance_m"),
        ({"distance_m": "0"}, "distance_m"),
        ({"distance_m": "3", "distance_u95_m": "4"}, "distance_u95_m"),
    ):
        answer = push(inspector, survey, draw_photo(seed=22), **fields)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "invalid", field), fields
    assert SurveyImage.objects.count() == 2


def test_a_body_cut_in_the_middle_is_no_file(inspector, survey):
    """Django drops an incomplete part without a word; the answer must not be a success."""
    data = draw_photo(seed=9)
    head = f'--b\r\nContent-Disposition: form-data; name="size"\r\n\r\n{len(data)}\r\n--b\r\n'
    file = 'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = head.encode() + file.encode() + data[: len(data) // 2]
    answer = inspector.post(
        reverse("survey-upload", args=[survey.pk]), body, content_type="multipart/form-data; boundary=b",
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (400, "no_file")


class Unread(BytesIO):
    """A body that nobody may read."""

    def read(self, *_args: int) -> bytes:
        raise AssertionError("The body was read.")

    readline = readinto = read  # type: ignore[assignment]


def knock(client: Client, survey, length: int, accept: str = "application/json"):
    """A request that promises `length` bytes and fails the test if one is read."""
    return client.generic(
        "POST", reverse("survey-upload", args=[survey.pk]), b"", "multipart/form-data; boundary=b",
        headers={"Accept": accept}, CONTENT_LENGTH=str(length), **{"wsgi.input": Unread()},
    )  # fmt: skip


def test_too_much_is_refused_before_it_is_read(survey, organisation, settings):
    settings.MAX_PHOTO_BYTES = 1_000_000
    client = enter(Role.INSPECTOR, organisation, enforce_csrf_checks=True)
    answer = knock(client, survey, 1_100_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert "1 MB" in answer.json()["detail"]
    assert knock(client, survey, 30_000_000, accept="text/html").status_code == 413


def test_who_may_not_send_is_told_before_anything_is_read(survey, organisation):
    assert knock(enter(Role.VIEWER, organisation), survey, 1000).status_code == 403
    assert knock(enter(Role.ADMINISTRATOR, make_organisation()), survey, 1000).status_code == 404
    assert knock(Client(), survey, 1000)["Location"].startswith(reverse("login"))


def test_a_photo_needs_the_form_s_token(survey, organisation):
    client = enter(Role.INSPECTOR, organisation, enforce_csrf_checks=True)
    assert push(client, survey, draw_photo(seed=10)).status_code == 403
    form = by_id(client.get(reverse("survey", args=[survey.pk])), "drop-form")
    token = next(field.get("value") for field in form.iter("input") if field.get("name") == "csrfmiddlewaretoken")
    answer = push(client, survey, draw_photo(seed=10), csrfmiddlewaretoken=token)
    assert answer.status_code == 201


def test_two_files_in_a_script_s_request_are_refused(inspector, survey):
    body = {"size": 1, "file": [SimpleUploadedFile("a.jpg", b"a"), SimpleUploadedFile("b.jpg", b"b")]}
    answer = inspector.post(reverse("survey-upload", args=[survey.pk]), body, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_photo_shows_an_element_of_this_bridge_only(inspector, survey):
    pier, foreign = make_element(survey.bridge), make_element()
    assert push(inspector, survey, draw_photo(seed=11), element=str(pier.pk)).status_code == 201
    assert SurveyImage.objects.get().element == pier
    for other in (str(foreign.pk), "pier two"):
        answer = push(inspector, survey, draw_photo(seed=12), element=other)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_reference"), other


# ---- How photos come in: a form without script ----


def submit(client: Client, survey, *files: tuple[str, bytes], **fields):
    body = {"file": [SimpleUploadedFile(name, data) for name, data in files], **fields}
    answer = client.post(reverse("survey-upload", args=[survey.pk]), body, follow=True)
    return [str(message) for message in answer.context["messages"]]


def test_a_plain_form_gives_every_file_its_own_verdict(inspector, survey):
    data = draw_photo(seed=13)
    said = submit(
        inspector, survey, ("a.jpg", data), ("notes.jpg", b"Dear diary"), ("b.jpg", data),
        ("c.png", draw_photo(seed=14)), count="4",
    )  # fmt: skip
    assert said == [
        "a.jpg: received.",
        f"notes.jpg: {InspectionError('unsupported_type').detail}",
        "b.jpg: already in this survey.",
        "c.png: received.",
        "c.png: The name ends in .png, but the file is a JPEG image. It is stored as JPEG.",
    ]
    assert survey.images.count() == 2


def test_a_plain_form_counts_what_arrived(inspector, survey):
    said = submit(inspector, survey, ("a.jpg", draw_photo(seed=15)), count="3")
    assert said[-1] == "1 of 3 files arrived. Please send the missing ones again."
    assert submit(inspector, survey) == [InspectionError("no_file").detail]


# ---- Who may ----


def test_what_is_not_yours_is_not_there(survey):
    stranger = enter(Role.ADMINISTRATOR, make_organisation())
    for name in ("survey", "survey-grid"):
        assert stranger.get(reverse(name, args=[survey.pk])).status_code == 404
    assert push(stranger, survey, draw_photo(seed=16)).status_code == 404


def test_a_viewer_cannot_add(viewer, survey):
    answer = push(viewer, survey, draw_photo(seed=17))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_names_are_shown_as_text(inspector, survey):
    assert push(inspector, survey, draw_photo(seed=18), name="<img onerror=alert(1)>.jpg").status_code == 201
    text = inspector.get(reverse("survey", args=[survey.pk])).text
    assert "<img onerror" not in text and "&lt;img onerror=alert(1)&gt;.jpg" in text
