"""What findings amount to: rejected ones do not count, unreviewed photos are unknown, people overrule proposals."""

import pytest

from inspections.conditions import JudgedFinding, Kind, Standing, Summary, Width, builtin_packs, propose, summarise
from inspections.models.reviews import Verdict

MBEI = builtin_packs()["aashto-mbei-in"]
CS1, CS2, CS3 = (propose(Width(mm), MBEI, material="reinforced_concrete") for mm in (0.2, 0.5, 2.0))
OPEN = propose(Width(0.4, upper_bound=True), MBEI, material="reinforced_concrete")
NO_SCALE = propose(None, MBEI, material="reinforced_concrete")


def test_no_finding_and_unreviewed_is_unknown() -> None:
    found = summarise([], reviewed=False)
    assert (found.standing, found.worst, found.worst_possible) == (Standing.UNKNOWN, None, None)
    assert found.photos_unreviewed == 1 and set(found.counts.values()) == {0}


def test_no_finding_and_reviewed_is_no_crack_and_not_cs1() -> None:
    found = summarise([], reviewed=True)
    assert (found.standing, found.worst) == (Standing.NO_CRACK, None)


def test_nothing_at_all_is_unknown() -> None:
    assert Summary().standing is Standing.UNKNOWN


def test_the_worst_proposal_stands_but_only_for_now_while_nobody_decided() -> None:
    found = summarise([JudgedFinding(CS1), JudgedFinding(CS3), JudgedFinding(CS2)], reviewed=True)
    assert (found.worst, found.worst_proposed, found.unreviewed) == ("CS3", "CS3", 3)
    assert found.counts == {"CS1": 1, "CS2": 1, "CS3": 1, "CS4": 0}
    assert found.standing is Standing.PROVISIONAL


def test_all_reviewed_is_reviewed() -> None:
    found = summarise([JudgedFinding(CS1, "accepted"), JudgedFinding(CS2, "accepted")], reviewed=True)
    assert (found.standing, found.worst, found.unreviewed) == (Standing.REVIEWED, "CS2", 0)


def test_a_rejected_finding_counts_for_nothing_but_rejected() -> None:
    found = summarise([JudgedFinding(CS3, "rejected", "CS4")], reviewed=True)
    assert (found.rejected, found.findings, found.worst) == (1, 0, None)
    assert found.standing is Standing.NO_CRACK


def test_a_persons_state_replaces_the_proposal_and_may_be_cs4() -> None:
    milder = summarise([JudgedFinding(CS3, "accepted", "CS2")], reviewed=True)
    assert (milder.worst, milder.worst_proposed, milder.counts["CS3"]) == ("CS2", None, 0)
    worse = summarise([JudgedFinding(CS1, "accepted", "CS4"), JudgedFinding(CS3)], reviewed=True)
    assert (worse.worst, worse.worst_proposed, worse.counts["CS4"]) == ("CS4", "CS3", 1)


def test_a_state_given_by_a_person_needs_no_verdict_besides() -> None:
    assert summarise([JudgedFinding(NO_SCALE, decided="CS1")], reviewed=True).standing is Standing.REVIEWED


@pytest.mark.parametrize("proposal", [None, NO_SCALE])
def test_a_finding_without_a_state_is_unknown_even_when_accepted(proposal) -> None:
    found = summarise([JudgedFinding(proposal, "accepted")], reviewed=True)
    assert (found.unknown, found.unreviewed, found.worst, found.standing) == (1, 0, None, Standing.UNKNOWN)


def test_an_open_state_counts_for_no_state_and_shows_as_possible() -> None:
    found = summarise([JudgedFinding(OPEN, "accepted"), JudgedFinding(CS1, "accepted")], reviewed=True)
    assert (found.several, found.counts["CS1"], found.counts["CS2"]) == (1, 1, 0)
    assert (found.worst, found.worst_possible, found.standing) == ("CS1", "CS2", Standing.PROVISIONAL)


def test_summaries_add_up_from_photos_to_surveys() -> None:
    clean, bad = summarise([], reviewed=True), summarise([JudgedFinding(CS3, "accepted")], reviewed=True)
    unseen, open_one = summarise([], reviewed=False), summarise([JudgedFinding(OPEN)], reviewed=True)
    assert (clean + bad).standing is Standing.REVIEWED
    survey = clean + bad + unseen + open_one
    assert (survey.photos, survey.photos_unreviewed, survey.findings, survey.unreviewed) == (4, 1, 2, 1)
    assert (survey.worst, survey.several, survey.counts["CS3"]) == ("CS3", 1, 1)
    assert survey.standing is Standing.PROVISIONAL
    assert survey == sum([open_one, unseen, bad, clean], Summary()), "in any order"
    assert (clean + unseen).standing is Standing.UNKNOWN, "one clean photo says nothing of the other"


def test_other_kinds_of_packs_have_states_of_their_own() -> None:
    record = propose(Width(0.3), builtin_packs()["mlit-record"], material="reinforced_concrete")
    found = summarise([JudgedFinding(record, "accepted")], reviewed=True, kind=Kind.RECORD_THRESHOLD)
    assert (found.worst, found.counts) == ("record", {"below": 0, "record": 1})
    with pytest.raises(ValueError, match="by a pack of record-threshold"):
        summarise([JudgedFinding(record)], reviewed=True)
    with pytest.raises(ValueError, match="by itself"):
        found + Summary()


@pytest.mark.parametrize("finding", [JudgedFinding(verdict="maybe"), JudgedFinding(decided="CS5")])
def test_verdicts_and_states_that_do_not_exist_are_refused(finding) -> None:
    with pytest.raises(ValueError, match=r"maybe|CS5"):
        summarise([finding], reviewed=True)


@pytest.mark.parametrize("verdict", Verdict.values)
def test_the_verdicts_of_reviews_are_understood(verdict) -> None:
    found = summarise([JudgedFinding(CS1, verdict)], reviewed=True)
    assert found.rejected == (verdict == Verdict.REJECTED) and found.unreviewed == 0
