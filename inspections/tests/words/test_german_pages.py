"""The pages in German: their words, their numbers, and the numbers that no language may touch."""

import json
import re

import polib
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from inspections.conditions import Width, builtin_packs, propose
from inspections.env import ROOT
from inspections.models import Finding, Role, SegmentationRun, SurveyImage
from inspections.services.conditions import judge_finding
from inspections.services.reviews import record_review
from inspections.testing import (
    make_bridge,
    make_element,
    make_finding,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.pages.reading import read_page, words

pytestmark = pytest.mark.django_db
DONE = SegmentationRun.Status.SUCCEEDED
NARROW = "\u202f"
SPOKEN = {"title", "aria-label", "alt", "placeholder", "data-label", "data-confirm", "aria-valuetext"}
LASER = {
    "source": "laser", "mm_per_px": 0.45, "u95_mm_per_px": 0.035,
    "note": "Laser range: 3.12 ± 0.2 m; focal length as the drone calibrated it; taken as square to the surface.",
}  # fmt: skip
TRIED = [["marker", "The photo was not searched for markers: none are set up."]]
FLOOR = "Cracks under 1.2 mm cannot be measured here; under 0.25 mm they cannot be seen."


@pytest.fixture
def organisation():
    return make_organisation(name="Brückenamt")


@pytest.fixture
def image(organisation) -> SurveyImage:
    """A photo with a scale and three cracks: one accepted, one rejected, one undecided and only bounded."""
    place = {"latitude": 54.09125, "longitude": -2.00342}
    bridge = make_bridge(organisation, name="Mühlbrücke", material="reinforced_concrete", **place)
    make_bridge(organisation, name="Talbrücke", latitude=54.12, longitude=-2.05)
    image = make_image(make_survey(bridge, distance_m=3.5), name="DJI_0001.JPG")
    element = make_element(bridge, name="Pfeiler 2", kind="pier")
    run = make_run(image, status=DONE, used_threshold=0.45, crack_area_share=0.0123, seconds={"total": 2.5})
    measured = {"length_mm": 1234.5, "width_mm": 0.31, "width_u95_mm": 0.05, "widest_mm": 0.42, "widest_u95_mm": 0.08}
    known = {"width_median_px": 2.5, "width_widest_px": 3.5, "width_samples": 7, "tortuosity": 1.25}
    cracks = [make_finding(run, **known, **measured) for _ in range(2)]
    cracks.append(make_finding(run, **known, length_mm=77.7, widest_bound_mm=0.65, width_bound_mm=0.55))
    for crack in cracks:
        judge_finding(crack, builtin_packs()["aashto-mbei-mm"], element, bridge)
        crack.save()
    reviewer = make_user(Role.REVIEWER, organisation)
    record_review(finding=cracks[0], reviewer=reviewer, verdict="accepted", state="CS2")
    record_review(finding=cracks[1], reviewer=reviewer, verdict="rejected", reason="joint")
    SurveyImage.objects.filter(pk=image.pk).update(
        element=element, mm_per_px=0.45, mm_per_px_u95=0.035, scale_source="laser", altitude_m=410.5, **place,
        scale={"scale": LASER, "tried": TRIED, "others": [], "notes": [], "conflicts": []},
        floor={"measurable_px": 2.7, "visible_px": 0.3, "sentence": FLOOR}, floor_mm=1.2,
    )  # fmt: skip
    image.refresh_from_db()
    return image


@pytest.fixture
def german(organisation) -> Client:
    client = Client(headers={"Accept-Language": "de-DE,de;q=0.9,en;q=0.8"})
    client.force_login(make_user(Role.ADMINISTRATOR, organisation, is_staff=True))
    return client


def pages(image: SurveyImage) -> list[str]:
    survey, bridge = image.survey, image.survey.bridge
    return [
        reverse("overview"),
        reverse("bridges"),
        reverse("bridge", args=[bridge.pk]),
        reverse("bridge-edit", args=[bridge.pk]),
        reverse("element-edit", args=[image.element_id]),
        reverse("survey", args=[survey.pk]),
        reverse("survey-edit", args=[survey.pk]),
        reverse("survey-history", args=[survey.pk]),
        reverse("photo", args=[image.pk]),
        reverse("review"),
        reverse("review-grid"),
        reverse("projects"),
        reverse("project-new"),
        reverse("jobs"),
        reverse("networks"),
        reverse("settings"),
        reverse("settings-rules"),
        reverse("settings-rule-pack", args=["aci-224r-mm"]),
        *(reverse("finding-picked", args=[finding.pk]) for finding in Finding.objects.all()),
    ]


def test_no_number_of_a_drawing_a_field_or_an_address_has_a_comma(german, image):
    for address in pages(image):
        answer = german.get(address)
        assert answer.status_code == 200, address
        for element in read_page(answer).iter():
            # A list of coordinates is written with spaces here, so a comma between digits is a decimal one.
            for name, value in element.attrib.items():
                assert name in SPOKEN or not re.search(r"\d,\d", value), (address, element.tag, name, value)
            if element.tag == "script" and element.get("type") == "application/json":
                json.loads("".join(element.itertext()))


def test_the_maps_and_fields_hold_the_very_numbers(german, image):
    page = read_page(german.get(reverse("bridge", args=[image.survey.bridge_id])))
    maps = [element.get("href") for element in page.iter("a") if "openstreetmap" in element.get("href", "")]
    assert all("54.09125" in address and "-2.00342" in address for address in maps)
    fields = {
        element.get("name"): element.get("value")
        for element in read_page(german.get(reverse("survey-edit", args=[image.survey_id]))).iter("input")
    }
    assert fields["distance_m"] == "3.5"


def test_people_read_a_decimal_comma(german, image):
    said = words(read_page(german.get(reverse("photo", args=[image.pk]))))
    for told in ("0,450 mm je px", "1,2 mm", "0,420 ± 0,080 mm", "410,5 m über dem Meer", "54,09125° N"):
        assert told in said, told
    assert not re.search(r"\d\.\d+ (mm|m|px|%)", said), re.findall(r".{30}\d\.\d+ (?:mm|m|px|%)", said)


def test_what_the_worker_wrote_is_told_in_german(german, image):
    said = words(read_page(german.get(reverse("photo", args=[image.pk]))))
    assert "Laserentfernung: 3,12 ± 0,2 m; Brennweite, wie die Drohne sie kalibriert hat" in said
    assert "Nach Markern wurde im Foto nicht gesucht" in said
    assert "Risse unter 1,2 mm lassen sich hier nicht messen; unter 0,25 mm sind sie nicht zu sehen." in said


def test_a_proposal_is_told_in_german_and_stored_in_english(german, image):
    finding = image.findings.first()
    said = words(read_page(german.get(reverse("finding-picked", args=[finding.pk]))))
    assert "0,42 ± 0,08 mm liegt „" in said
    assert "Wahrscheinlichkeiten: Normalverteilung" in said
    finding.refresh_from_db()
    assert "0.42 ± 0.08 mm is “" in finding.proposal["sentence"]


def test_a_proposal_by_rules_that_have_changed_is_told_as_it_was_made(german, image):
    finding = image.findings.first()
    finding.proposal["digest"] = "another"
    finding.save()
    assert finding.proposal["sentence"] in words(read_page(german.get(reverse("finding-picked", args=[finding.pk]))))


def test_no_english_sentence_is_left(german, image):
    """Sentences of the catalogue that German says otherwise: of three words and more, whole, in the visible text."""
    entries = polib.pofile(ROOT / "inspections" / "locale" / "de" / "LC_MESSAGES" / "django.po")
    english = {
        entry.msgid for entry in entries
        if entry.msgid != entry.msgstr and len(entry.msgid.split()) > 2 and not re.search(r"[%{<]", entry.msgid)
    }  # fmt: skip
    for address in pages(image):
        said = words(read_page(german.get(address)))
        assert [sentence for sentence in english if f" {sentence} " in f" {said} "] == [], address


def test_the_page_says_which_language_it_is_in(german, image):
    for client, language in ((german, "de"), (Client(), "en-gb")):
        answer = client.get(reverse("settings"), follow=True)
        assert next(read_page(answer).iter("html")).get("lang") == language
        assert answer["Content-Language"] == language
        assert "Accept-Language" in answer["Vary"]


def test_a_word_after_a_number_follows_it(german, image):
    SurveyImage.objects.filter(pk=image.pk).update(measure_wanted=5)
    said = words(read_page(german.get(reverse("survey", args=[image.survey_id]))))
    assert "1 Foto wird neu gemessen" in said
    assert "Prüfung vom 4. Mai 2026" in said


def test_a_bound_is_told_in_german():
    pack = builtin_packs()["aashto-mbei-mm"]
    with override("de"):
        told = propose(Width(0.4, 0.0, upper_bound=True), pack, material="reinforced_concrete")
    assert told.sentence.startswith("Vom Riss ist nur bekannt, dass er schmaler ist als 0,40 mm: CS1 (")
    assert told.nearest is None
