"""What findings amount to, counted by the database: the same as counted one by one, with as many queries as ever."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inspections.conditions import JudgedFinding, Kind, Standing, Summary, Width, builtin_packs, propose, summarise
from inspections.models import Finding, Role, SegmentationRun, SurveyImage
from inspections.services.conditions import judged
from inspections.services.reviews import record_review
from inspections.services.summaries import (
    condition_of_element,
    condition_of_photo,
    condition_of_survey,
    conditions_of_bridge,
    conditions_of_elements,
    conditions_of_surveys,
)
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

pytestmark = pytest.mark.django_db
PACK = builtin_packs()["aashto-mbei-mm"]
OTHER_KIND = builtin_packs()["mlit-record"]
Status = SegmentationRun.Status
WIDTHS = {
    "CS1": Width(0.1),
    "CS2": Width(0.5),
    "CS3": Width(2.0),
    "several": Width(0.4, upper_bound=True),
    "unknown": None,
}


@pytest.fixture
def bridge():
    return make_bridge(make_organisation())


@pytest.fixture
def reviewer(bridge):
    return make_user(Role.REVIEWER, bridge.organisation)


def analysed(survey, element=None) -> SurveyImage:
    image = make_image(survey)
    SurveyImage.objects.filter(pk=image.pk).update(element=element)
    make_run(image, status=Status.SUCCEEDED)
    image.refresh_from_db()
    return image


def crack(image, what: str, pack=PACK) -> Finding:
    run = image.runs.filter(status=Status.SUCCEEDED).latest("created_at")
    return make_finding(run, **judged(pack=pack, material="reinforced_concrete", exposure="", width=WIDTHS[what]))


def test_a_photo_without_findings_is_unknown_and_not_cs1(bridge):
    found = condition_of_photo(analysed(make_survey(bridge)), PACK)
    assert found.counts == Summary(photos=1, photos_unreviewed=1)
    assert (found.counts.standing, found.counts.worst) == (Standing.UNKNOWN, None)


def test_a_photo_without_findings_is_reviewed_once_people_have_looked_at_all_of_it(bridge):
    image = analysed(make_survey(bridge))
    SurveyImage.objects.update(coverage=0.99)
    assert condition_of_photo(image, PACK).counts.photos_unreviewed == 1
    SurveyImage.objects.update(coverage=1.0)
    assert condition_of_photo(image, PACK).counts.standing == Standing.NO_CRACK
    # Looking is not deciding.
    found = crack(image, "CS1")
    assert condition_of_photo(image, PACK).counts.photos_unreviewed == 1
    # What was replaced counts no more.
    Finding.objects.filter(pk=found.pk).update(is_current=False)
    assert condition_of_photo(image, PACK).counts.standing == Standing.NO_CRACK


def test_looking_at_a_photo_that_was_never_analysed_is_no_review(bridge):
    image = make_image(make_survey(bridge))
    SurveyImage.objects.update(coverage=1.0)
    assert condition_of_photo(image, PACK).counts.photos_unreviewed == 1


def test_a_photo_that_was_never_analysed_is_unreviewed(bridge):
    found = condition_of_photo(make_image(make_survey(bridge)), PACK)
    assert found.counts == Summary(photos=1, photos_unreviewed=1)


def test_a_photo_is_reviewed_when_every_finding_is_decided(bridge, reviewer):
    image = analysed(make_survey(bridge))
    first, second = crack(image, "CS1"), crack(image, "CS3")
    record_review(finding=first, reviewer=reviewer, verdict="accepted")
    half = condition_of_photo(image, PACK).counts
    assert (half.photos_unreviewed, half.unreviewed, half.standing) == (1, 1, Standing.PROVISIONAL)
    record_review(finding=second, reviewer=reviewer, verdict="accepted")
    whole = condition_of_photo(image, PACK).counts
    assert (whole.photos_unreviewed, whole.worst, whole.standing) == (0, "CS3", Standing.REVIEWED)


def test_what_is_rejected_does_not_count_and_the_last_verdict_does(bridge, reviewer):
    image = analysed(make_survey(bridge))
    worst, mild = crack(image, "CS3"), crack(image, "CS1")
    record_review(finding=worst, reviewer=reviewer, verdict="rejected")
    record_review(finding=mild, reviewer=reviewer, verdict="accepted")
    found = condition_of_photo(image, PACK).counts
    assert (found.findings, found.rejected, found.worst, found.standing) == (1, 1, "CS1", Standing.REVIEWED)
    record_review(finding=worst, reviewer=reviewer, verdict="accepted")
    assert condition_of_photo(image, PACK).counts.worst == "CS3"
    for finding in (worst, mild):
        record_review(finding=finding, reviewer=reviewer, verdict="rejected")
    assert condition_of_photo(image, PACK).counts.standing is Standing.NO_CRACK


def test_only_the_latest_finished_analysis_counts(bridge):
    image = analysed(make_survey(bridge))
    crack(image, "CS3")
    SegmentationRun.objects.create(image=image, network=image.runs.get().network, status=Status.SUCCEEDED)
    crack(image, "CS1")
    SegmentationRun.objects.create(image=image, network=image.runs.first().network, status=Status.QUEUED)
    found = condition_of_photo(image, PACK).counts
    assert (found.findings, found.worst) == (1, "CS1")


def test_an_open_width_is_told_apart_from_an_unknown_one(bridge):
    image = analysed(make_survey(bridge))
    for what in ("CS1", "several", "unknown"):
        crack(image, what)
    found = condition_of_photo(image, PACK).counts
    assert (found.several, found.unknown, found.worst, found.worst_possible) == (1, 1, "CS1", "CS2")


def test_states_of_another_kind_of_pack_are_unknown_until_they_are_judged_again(bridge):
    image = analysed(make_survey(bridge))
    crack(image, "CS3", pack=OTHER_KIND)
    SurveyImage.objects.filter(pk=image.pk).update(measure_wanted=3, measure_done=2)
    found = condition_of_photo(image, PACK)
    assert (found.counts.unknown, found.counts.worst, found.waiting) == (1, None, 1)
    assert condition_of_photo(image, OTHER_KIND).counts.worst == "record"


def test_an_element_holds_those_below_it(bridge):
    span = make_element(bridge)
    girder = make_element(bridge, parent=span)
    pier = make_element(bridge)
    for element, what in ((span, "CS1"), (girder, "CS3"), (pier, "CS2"), (None, "CS2")):
        crack(analysed(make_survey(bridge), element), what)
    crack(analysed(make_survey()), "CS3")
    assert [condition_of_element(element, PACK).counts.worst for element in (span, girder, pier)] == [
        "CS3", "CS3", "CS2",
    ]  # fmt: skip
    found = conditions_of_bridge(bridge, PACK)
    of_elements = conditions_of_elements(bridge, PACK)
    for element in (span, girder, pier):
        assert of_elements[element.pk] == condition_of_element(element, PACK)
    assert found.bridge.counts.counts == {"CS1": 1, "CS2": 2, "CS3": 1, "CS4": 0}
    for survey in bridge.surveys.all():
        assert found.surveys[survey.pk] == condition_of_survey(survey, PACK)


def test_nothing_at_all_is_unknown(bridge):
    survey, element = make_survey(bridge), make_element(bridge)
    for found in (
        condition_of_survey(survey, PACK),
        condition_of_element(element, PACK),
        conditions_of_bridge(bridge, PACK).bridge,
        conditions_of_surveys([survey], PACK)[survey.pk],
    ):
        assert found.counts == Summary() and found.counts.standing is Standing.UNKNOWN


def test_the_database_counts_as_the_summary_does(bridge, reviewer):
    """Random photos, findings and verdicts, against `summarise` photo by photo."""
    dice = random.Random(7)
    survey = make_survey(bridge)
    expected = Summary(kind=Kind.CONDITION_STATES)
    for _photo in range(12):
        image, one = analysed(survey), []
        for _finding in range(dice.randrange(4)):
            what, verdict = dice.choice([*WIDTHS]), dice.choice(["", "accepted", "rejected"])
            finding = crack(image, what)
            if verdict:
                record_review(finding=finding, reviewer=reviewer, verdict=verdict)
            proposal = propose(WIDTHS[what], PACK, material="reinforced_concrete")
            one.append(JudgedFinding(proposal, verdict))
        expected += summarise(one, reviewed=bool(one) and all(each.verdict for each in one))
    assert condition_of_survey(survey, PACK).counts == expected


def queries(call) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def test_the_number_of_queries_does_not_grow(bridge):
    survey, element = make_survey(bridge), make_element(bridge)

    def grow() -> list[int]:
        for what in WIDTHS:
            image = analysed(survey, make_element(bridge, parent=element))
            crack(image, what)
            crack(analysed(make_survey(bridge)), what)
        return [
            queries(lambda: condition_of_photo(image, PACK)),
            queries(lambda: condition_of_survey(survey, PACK)),
            queries(lambda: conditions_of_surveys(list(bridge.surveys.all()), PACK)),
            queries(lambda: condition_of_element(element, PACK)),
            queries(lambda: conditions_of_bridge(bridge, PACK)),
            queries(lambda: conditions_of_elements(bridge, PACK)),
        ]

    assert grow() == grow() == [2, 2, 3, 3, 3, 3]
