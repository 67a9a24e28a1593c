"""Packs that an organisation has, how findings are judged by them, and what a change of rules sets going."""

import logging

import pytest

from inspections.conditions import Width, builtin_packs
from inspections.errors import InspectionError
from inspections.models import Finding, Organisation, Role, RulePack, SegmentationRun, SurveyImage
from inspections.services import measuring
from inspections.services.conditions import DEFAULT_PACK, judge_finding, judged, pack_of, packs_of
from inspections.services.images import place_image
from inspections.services.rules import add_pack, choose_pack
from inspections.testing import (
    make_bridge,
    make_element,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)
from inspections.tests.condition_packs import PACK

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status
NEWER = PACK.replace("version: 3", "version: 4").replace("0.20", "0.25")


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation()


@pytest.fixture
def bells(monkeypatch, django_capture_on_commit_callbacks):
    """Runs a call as if committed, and tells how often the bell for photos to be measured again rang."""
    rung: list[bool] = []
    monkeypatch.setattr(measuring, "ring_measures", lambda: rung.append(True))

    def count(call) -> int:
        rung.clear()
        with django_capture_on_commit_callbacks(execute=True):
            call()
        return len(rung)

    return count


def analysed(organisation: Organisation) -> SurveyImage:
    image = make_image(make_survey(make_bridge(organisation)))
    make_run(image, status=Status.SUCCEEDED)
    return image


def wanted(image: SurveyImage) -> int:
    return SurveyImage.objects.get(pk=image.pk).measure_wanted


def refused(call) -> InspectionError:
    with pytest.raises(InspectionError) as error:
        call()
    assert error.value.code == "invalid_pack"
    return error.value


# ---- Which packs there are ----


def test_an_organisation_has_the_shipped_packs_and_its_own(organisation):
    assert dict(packs_of(organisation)) == dict(builtin_packs())
    add_pack(organisation=organisation, text=PACK, added_by=None)
    assert packs_of(organisation).keys() == {*builtin_packs(), "county-roads"}
    assert "county-roads" not in packs_of(make_organisation())


def test_the_newest_version_counts_and_all_are_kept(organisation):
    for text in (NEWER, PACK.replace("version: 3", "version: 1")):
        add_pack(organisation=organisation, text=text, added_by=None)
    choose_pack(organisation=organisation, pack_id="county-roads")
    # The last that was handed in, whatever its number says.
    assert pack_of(organisation).version == packs_of(organisation)["county-roads"].version == "1"
    assert RulePack.objects.count() == 2


def test_a_pack_that_has_vanished_is_replaced_by_the_default_one_and_the_log_says_so(organisation, caplog):
    organisation.rule_pack = "gone"
    with caplog.at_level(logging.WARNING):
        assert pack_of(organisation).id == DEFAULT_PACK
    assert "'gone'" in caplog.text and DEFAULT_PACK in caplog.text


def test_a_stored_pack_that_cannot_be_read_is_left_out_and_logged(organisation, caplog):
    organisation.rule_packs.create(pack_id="old", version="1", text="rules: [", digest="d" * 64)
    organisation.rule_pack = "old"
    with caplog.at_level(logging.WARNING):
        assert "old" not in packs_of(organisation)
        assert pack_of(organisation).id == DEFAULT_PACK
    assert "d" * 64 in caplog.text


# ---- Adding ----


def test_a_pack_is_kept_as_it_was_handed_in(organisation):
    person = make_user(Role.ADMINISTRATOR, organisation)
    row = add_pack(organisation=organisation, text=PACK.encode(), added_by=person)
    assert (row.pack_id, row.version, row.text, row.added_by) == ("county-roads", "3", PACK, person)
    assert row.digest == packs_of(organisation)["county-roads"].digest


@pytest.mark.parametrize("text", [PACK.encode(), "\ufeff" + PACK, PACK.replace("\n", "\r\n")])
def test_the_same_text_again_is_the_row_that_exists(organisation, text):
    first = add_pack(organisation=organisation, text=text, added_by=None)
    assert add_pack(organisation=organisation, text=text, added_by=None) == first
    assert packs_of(organisation)["county-roads"].digest == first.digest


def test_a_version_is_written_once(organisation):
    add_pack(organisation=organisation, text=PACK, added_by=None)
    error = refused(lambda: add_pack(organisation=organisation, text=PACK + "# a word\n", added_by=None))
    assert "Count the version up" in error.detail
    add_pack(organisation=make_organisation(), text=PACK + "# a word\n", added_by=None)


def test_the_id_of_a_shipped_pack_is_refused(organisation):
    text = PACK.replace("county-roads", "aashto-mbei-mm")
    assert (
        "ships with Hairline" in refused(lambda: add_pack(organisation=organisation, text=text, added_by=None)).detail
    )
    assert not RulePack.objects.exists()


def test_every_problem_is_told_with_line_and_column(organisation):
    text = PACK.replace("unit: mm", "unit: yard").replace("CS3", "CS4")
    error = refused(lambda: add_pack(organisation=organisation, text=text, added_by=None))
    first, second = error.facts["problems"].splitlines()
    assert first.startswith("Line 7, column 7, unit: “yard” is not known here.")
    assert second.startswith("Line 16, column 18, rules[1].limits[3].result: CS4 is not for software to give")
    assert [(place["line"], place["column"]) for place in error.facts["places"]] == [(7, 7), (16, 18)]
    assert error.status == 422 and error.detail.startswith("The rule pack is refused. Line 7")


@pytest.mark.parametrize("text", ["", b"\xff\xfe", "\0", "\ud800", "a: &a [*a]", "x" * 70_000, f"id: {'i' * 61}"])
def test_what_is_no_pack_is_refused_and_not_kept(organisation, text):
    refused(lambda: add_pack(organisation=organisation, text=text, added_by=None))
    assert not RulePack.objects.exists()


def test_ids_are_as_long_as_the_record_has_room_for(organisation):
    long = "i" * 60
    add_pack(organisation=organisation, text=PACK.replace("county-roads", long), added_by=None)
    choose_pack(organisation=organisation, pack_id=long)
    assert Organisation.objects.get(pk=organisation.pk).rule_pack == long
    for model, name in ((RulePack, "pack_id"), (RulePack, "version"), (Organisation, "rule_pack")):
        assert model._meta.get_field(name).max_length >= 60


# ---- Choosing, and what it sets going ----


def test_choosing_has_every_analysed_photo_judged_again_once(organisation, bells):
    done, waiting, foreign = (
        analysed(organisation),
        make_image(make_survey(make_bridge(organisation))),
        analysed(make_organisation()),
    )
    assert bells(lambda: choose_pack(organisation=organisation, pack_id="eurocode-2")) == 1
    assert [wanted(image) for image in (done, waiting, foreign)] == [1, 0, 0]
    assert Organisation.objects.get(pk=organisation.pk).rule_pack == organisation.rule_pack == "eurocode-2"
    # What is chosen already changes nothing, and nobody is woken.
    assert bells(lambda: choose_pack(organisation=organisation, pack_id="eurocode-2")) == 0
    assert wanted(done) == 1


def test_only_packs_that_are_there_can_be_chosen(organisation):
    add_pack(organisation=make_organisation(), text=PACK, added_by=None)
    for name in ("county-roads", "nonsense", ""):
        with pytest.raises(InspectionError) as error:
            choose_pack(organisation=organisation, pack_id=name)
        assert error.value.code == "invalid_reference"
    assert Organisation.objects.get(pk=organisation.pk).rule_pack == DEFAULT_PACK


def test_a_new_version_of_the_pack_in_use_has_photos_judged_again(organisation, bells):
    image = analysed(organisation)
    assert bells(lambda: add_pack(organisation=organisation, text=PACK, added_by=None)) == 0
    choose_pack(organisation=organisation, pack_id="county-roads")
    assert bells(lambda: add_pack(organisation=organisation, text=NEWER, added_by=None)) == 1
    assert wanted(image) == 2
    assert bells(lambda: add_pack(organisation=organisation, text=NEWER, added_by=None)) == 0
    assert wanted(image) == 2


def test_a_photo_that_moves_to_another_element_is_judged_again(organisation, bells):
    image = analysed(organisation)
    pier = make_element(image.survey.bridge)
    assert bells(lambda: place_image(image=image, element=pier)) == 1
    assert bells(lambda: place_image(image=image, element=pier)) == 0
    assert (SurveyImage.objects.get(pk=image.pk).element, wanted(image)) == (pier, 1)
    assert bells(lambda: place_image(image=image, element=None)) == 1
    with pytest.raises(InspectionError) as error:
        place_image(image=image, element=make_element())
    assert error.value.code == "survey_mismatch"
    assert (SurveyImage.objects.get(pk=image.pk).element, wanted(image)) == (None, 2)


# ---- Judging ----

MBEI = builtin_packs()["aashto-mbei-mm"]
ACI = builtin_packs()["aci-224r-mm"]


@pytest.mark.parametrize(
    ("width", "state", "worst"),
    [
        (Width(0.5, 0.05), "CS2", "CS2"),
        (Width(0.4, upper_bound=True), "", "CS2"),
        (Width(0.2, upper_bound=True), "CS1", "CS1"),
        (None, "", ""),
    ],
)
def test_the_fields_of_a_finding_are_filled(width, state, worst):
    found = judged(pack=MBEI, material="reinforced_concrete", exposure="", width=width)
    assert (found["state"], found["worst_state"]) == (state, worst)
    assert found["proposal"]["pack"] == "aashto-mbei-mm"
    assert bool(found["proposal"]["reason"]) == (not worst)
    assert found.keys() == {"state", "worst_state", "proposal"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"widest_mm": 0.5, "widest_u95_mm": 0.05}, ("CS2", "CS2")),
        ({"widest_mm": 0.5}, ("CS2", "CS2")),
        ({"widest_bound_mm": 0.4}, ("", "CS2")),
        # The widest place counts, not the median.
        ({"widest_mm": 2.0, "width_mm": 0.1, "width_bound_mm": 0.2}, ("CS3", "CS3")),
        ({}, ("", "")),
    ],
)
def test_the_widest_place_is_judged(fields, expected):
    finding, bridge = Finding(**fields), make_bridge(material="reinforced_concrete")
    judge_finding(finding, MBEI, None, bridge)
    assert (finding.state, finding.worst_state) == expected


@pytest.mark.parametrize(("length_mm", "told"), [(None, "has no scale"), (120.0, "although the photo has a scale")])
def test_why_no_width_is_known_is_told_as_it_is(length_mm, told):
    finding = Finding(length_mm=length_mm)
    judge_finding(finding, MBEI, None, make_bridge(material="reinforced_concrete"))
    assert told in finding.proposal["reason"] and finding.state == ""


def test_material_and_exposure_are_the_elements_or_else_the_bridges():
    bridge = make_bridge(material="reinforced_concrete", exposure="humid")
    finding = Finding(widest_mm=0.25)
    states = {}
    for name, fields in {
        "nothing told": {},
        "exposure": {"exposure": "seawater"},
        "material": {"material": "steel"},
    }.items():
        judge_finding(finding, ACI, make_element(bridge, **fields), bridge)
        states[name] = finding.state
    judge_finding(finding, ACI, None, bridge)
    assert states == {"nothing told": "within", "exposure": "beyond", "material": ""}
    assert finding.state == "within"
