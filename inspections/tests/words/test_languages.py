"""Who is answered in which language: browsers, scripts and programs."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from inspections.errors import InspectionError, sentence
from inspections.exports.catalogue import KINDS
from inspections.models import Role, SegmentationRun, SurveyImage
from inspections.pages import words as words_page
from inspections.pages.words import fingerprint, words_address
from inspections.services.reviews import record_review
from inspections.testing import (
    make_bridge,
    make_finding,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.api.conftest import Api
from inspections.tests.pages.reading import by_id, read_page, words

GERMAN = {"Accept-Language": "de-AT,de;q=0.9"}


def test_the_door_follows_the_browser(db):
    said = words(read_page(Client(headers=GERMAN).get(reverse("login"))))
    assert "Anmelden" in said
    assert "Benutzername" in said
    assert "Log in" in words(read_page(Client(headers={"Accept-Language": "fr"}).get(reverse("login"))))


def test_a_language_is_chosen_without_script(db):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(make_user(Role.VIEWER, make_organisation()))
    answer = client.post(reverse("settings-look"), {"theme": "system", "keys": "on", "language": "de"}, follow=True)
    page = read_page(answer)
    assert next(page.iter("html")).get("lang") == "de"
    assert "Dieser Browser merkt sich das." in words(page)
    chosen = [e.get("value") for e in page.iter("input") if e.get("name") == "language" and "checked" in e.attrib]
    assert chosen == ["de"]
    # The cookie outlives the session.
    later = Client(headers={"Accept-Language": "en"})
    later.cookies["hairline_language"] = client.cookies["hairline_language"].value
    assert "Anmelden" in words(read_page(later.get(reverse("login"))))


def test_a_language_that_is_not_there_is_refused(db):
    client = Client()
    client.force_login(make_user(Role.VIEWER, make_organisation()))
    answer = client.post(reverse("settings-look"), {"theme": "system", "keys": "on", "language": "tlh"})
    assert answer.status_code == 400
    assert "hairline_language" not in answer.cookies


def test_each_language_has_its_words_at_its_own_address():
    # The address says it, not the browser: nothing that lies between may mix them up.
    german = Client(headers={"Accept-Language": "en"}).get(words_address("de"))
    assert "Kopiert" in german.text
    assert german["Content-Language"] == "de"
    assert "Kopiert" not in Client(headers=GERMAN).get(words_address("en-gb")).text
    assert Client().get(reverse("words", args=["tlh", "1"])).status_code == 404


def test_words_are_kept_for_ever_under_the_mark_of_their_state_alone():
    kept = Client().get(words_address("de"))["Cache-Control"]
    assert "immutable" in kept
    assert "max-age=31536000" in kept
    old = Client().get(reverse("words", args=["de", "0123456789ab"]))
    assert old.status_code == 200
    assert old["Cache-Control"] == "no-store"


def test_other_words_have_another_mark(tmp_path, monkeypatch, settings):
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    settings.LOCALE_PATHS = [tmp_path]
    marks = []
    for state in (b"before", b"after"):
        (folder / "djangojs.mo").write_bytes(state)
        monkeypatch.setattr(words_page, "fingerprint", fingerprint.__wrapped__)
        marks.append(fingerprint.__wrapped__("de"))
    assert len({*marks, fingerprint.__wrapped__("en-gb")}) == 3


def test_the_page_loads_the_words_before_its_modules(db):
    page = read_page(Client(headers=GERMAN).get(reverse("login")))
    addresses = [element.get("src", "") for element in page.iter("script")]
    assert words_address("de") in addresses
    modules = [place for place, e in enumerate(page.iter("script")) if e.get("type") == "module"]
    assert addresses.index(words_address("de")) < min(modules)


def test_programs_read_codes_and_people_sentences(db):
    api = Api(make_user(Role.VIEWER, make_organisation()))
    english = api.get("bridges/", nonsense=1).json()
    api.headers |= GERMAN
    german = api.get("bridges/", nonsense=1).json()
    assert german["code"] == english["code"] == "invalid_filter"
    assert german["detail"] == "Der Filter nonsense lässt sich hier nicht verwenden."
    assert english["detail"] == "The filter nonsense cannot be used here."


def test_the_log_stays_english_and_the_reader_reads_german():
    error = None
    with override("de"):
        error = InspectionError("request_too_large", limit_mb=2.5)
        assert error.detail == "Die Anfrage ist größer als 2,5 MB. Weniger auf einmal senden."
    assert str(error) == "The request is larger than 2.5 MB. Send less at once."


@pytest.mark.parametrize(("count", "told"), [(1, "1 Foto wird noch"), (3, "3 Fotos werden noch")])
def test_a_sentence_that_counts_has_two_forms(count: int, told: str):
    with override("de"):
        assert told in sentence("runs_open", {"count": count})


def test_a_stored_failure_is_told_with_the_workers_reason():
    with override("de"):
        told = sentence("unreadable_image", {"reason": "the file ends early"})
    assert told.startswith("Das Foto kann nicht gelesen werden (die Datei endet zu früh).")


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_is_the_same_in_every_language(db, kind: str):
    organisation = make_organisation()
    survey = make_survey(make_bridge(organisation, name="Mühlbrücke"))
    image = make_image(survey)
    SurveyImage.objects.filter(pk=image.pk).update(latitude=47.25, longitude=8.5, mm_per_px=0.45)
    run = make_run(image, status=SegmentationRun.Status.SUCCEEDED, used_threshold=0.45)
    finding = make_finding(run, widest_mm=0.42, widest_u95_mm=0.08, length_mm=1234.5)
    reviewer = make_user(Role.REVIEWER, organisation)
    record_review(finding=finding, reviewer=reviewer, verdict="rejected", reason="joint")
    exported = []
    for headers in ({}, GERMAN):
        api = Api(reviewer)
        api.headers |= headers
        answer = api.get(f"surveys/{survey.pk}/export/", kind=kind)
        assert answer.status_code == 200
        exported.append((b"".join(answer.streaming_content), answer["Content-Disposition"]))
    assert exported[0] == exported[1]


def test_scripts_get_numbers_and_not_words(db):
    organisation = make_organisation()
    run = make_run(make_image(make_survey(make_bridge(organisation))), status=SegmentationRun.Status.SUCCEEDED)
    make_finding(run, length_mm=12.5)
    scenes = []
    for headers in ({}, GERMAN):
        client = Client(headers=headers)
        client.force_login(make_user(Role.VIEWER, organisation))
        answer = client.get(reverse("photo", args=[run.image_id]))
        scene = json.loads("".join(by_id(answer, "scene").itertext()))
        # Names of sources are for people.
        scene["scale"].pop("words")
        scenes.append(scene)
    assert scenes[0] == scenes[1]
