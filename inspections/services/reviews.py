"""Decisions are recorded here. Nothing is overwritten: the latest counts, all are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from inspections.conditions import Kind
from inspections.conditions.summaries import states_of
from inspections.errors import InspectionError
from inspections.language import inside
from inspections.models import Drawing, Event, Finding, Review, User
from inspections.models.reviews import WITHDRAWN, Reason, Verdict
from inspections.services.closing import ensure_open
from inspections.services.conditions import pack_of
from inspections.services.history import remember


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says of a finding: a verdict, for a rejection why, and where they know better a state."""

    verdict: str
    reason: str = ""
    state: str = ""
    note: str = ""


def record_review(
    *,
    finding: Finding,
    reviewer: User,
    verdict: Verdict | str,
    note: str = "",
    reason: str = "",
    state: str = "",
    seen: int | None = None,
) -> Review:
    """Decide on one finding.

    `seen` is how many decisions the reviewer saw there (`Finding.reviews_count`), None for whoever does not mind.
    Raises InspectionError `decided_meanwhile` when there are more by now, `drawn_meanwhile` for a crack that was
    redrawn, `survey_closed`, `invalid` for a reason or a state that does not exist; ValueError for a verdict that does
    not.
    """
    decision = Decision(Verdict(verdict), reason, state, note)
    with transaction.atomic():
        return _decide(_locked(finding), reviewer, decision, seen)


def record_reviews(*, findings: Sequence[Finding], reviewer: User, decision: Decision) -> list[Review]:
    """Decide the same on many findings at once, all or none. Each `reviews_count` must be as it was read.

    Raises InspectionError as `record_review` does, `decided_meanwhile` for the first that has changed.
    """
    Verdict(decision.verdict)
    with transaction.atomic():
        return [_decide(_locked(finding), reviewer, decision, finding.reviews_count) for finding in findings]


def withdraw_review(*, finding: Finding, reviewer: User, seen: int | None = None) -> Review:
    """Take back the decision that counts: the one before it counts again, which is written as a record of its own.

    The next call takes that one back, and so on, over earlier analyses too, until nothing is decided.
    Raises InspectionError `nothing_decided`, `decided_meanwhile`, `drawn_meanwhile`, `survey_closed`.
    """
    with transaction.atomic():
        locked = _locked(finding)
        ensure_open(locked.image.survey)
        _ensure_seen(locked, seen)
        last = locked.reviews.order_by("sequence").last()
        decided = last.decided() if last else None
        if decided is None:
            raise InspectionError("nothing_decided")
        before = decided.before()
        return _record(locked, reviewer, _as_decision(before), repeats=before, taken_back=True)


def carry_review(finding: Finding, decided: Finding) -> Review | None:
    """Give a new finding the decision that stands on an earlier one of the same crack; None where none stands.

    Inside the transaction of the analysis that found it; the reviewer stays who decided.
    """
    last = decided.reviews.order_by("sequence").last()
    standing = last.decided() if last else None
    if standing is None:
        return None
    return _write(finding, standing.reviewer, _as_decision(standing), repeats=standing)


def accept_drawn(finding: Finding, author: User, *, note: str, state: str) -> Review:
    """Write that a crack is one, on the word of who drew it; inside the transaction that makes the finding.

    `state` is the one that people gave to what was there before, empty for none.
    """
    return _write(finding, author, Decision(Verdict.ACCEPTED, state=state, note=note))


def _locked(finding: Finding) -> Finding:
    # The lock puts two deciders in order; SQLite's IMMEDIATE transaction has done so already.
    rows = Finding.objects.select_for_update(of=("self",)).select_related(
        "run__network", "image__survey__bridge__organisation", "image__survey__closed_by"
    )
    return rows.get(pk=finding.pk)


def _as_decision(review: Review | None) -> Decision:
    if review is None:
        return Decision(WITHDRAWN)
    return Decision(review.verdict, review.reason, review.state, review.note)


def _decide(finding: Finding, reviewer: User, decision: Decision, seen: int | None) -> Review:
    ensure_open(finding.image.survey)
    _check(finding, decision)
    _ensure_seen(finding, seen)
    return _record(finding, reviewer, decision)


def _ensure_seen(finding: Finding, seen: int | None) -> None:
    if not finding.is_current:
        _ensure_not_replaced(finding)
    last = finding.reviews.select_related("reviewer").last() if finding.reviews_count else None
    if last is not None and seen is not None and seen != finding.reviews_count:
        verdict = inside(last.get_verdict_display())
        if last.verdict == WITHDRAWN:
            verdict = pgettext("somebody has … it meanwhile", "taken back the decision on")
        raise InspectionError("decided_meanwhile", by=last.reviewer.known_as, verdict=verdict)


def _record(
    finding: Finding, reviewer: User, decision: Decision, *, repeats: Review | None = None, taken_back: bool = False
) -> Review:
    last = finding.reviews.select_related("reviewer").last() if finding.reviews_count else None
    review = _write(finding, reviewer, decision, repeats)
    more: dict[str, Any] = {"taken_back": True} if taken_back else {}
    if last is not None and last.verdict != WITHDRAWN:
        more["was"] = {
            "verdict": last.verdict,
            "reason": last.reason,
            "state": last.state,
            "by": last.reviewer.get_username(),
            "name": last.reviewer.known_as,
        }
    remember(
        Event.Kind.DECIDED,
        actor=reviewer,
        finding=finding,
        verdict=review.verdict,
        reason=review.reason,
        state=review.state,
        note=review.note,
        sequence=review.sequence,
        **more,
    )
    return review


def _ensure_not_replaced(finding: Finding) -> None:
    """A decision on a crack that somebody has redrawn would stand where nobody sees it."""
    drawing = finding.replaced_by.filter(status=Drawing.Status.DONE).select_related("author").first()
    if drawing is not None:
        raise InspectionError("drawn_meanwhile", by=drawing.author.known_as, number=finding.number)


def _check(finding: Finding, decision: Decision) -> None:
    if decision.reason and decision.reason not in Reason.values:
        raise InspectionError(
            "invalid", field="reason", reason=_("Give one of {names} as reason.").format(names=", ".join(Reason.values))
        )
    if decision.state:
        kind = pack_of(finding.image.survey.bridge.organisation).kind
        known = states_of(kind) if kind is not Kind.INFORMATION else ()
        if decision.state not in known:
            raise InspectionError(
                "invalid", field="state", reason=_("Give one of {names} as state.").format(names=", ".join(known))
            )


def _write(finding: Finding, reviewer: User, decision: Decision, repeats: Review | None = None) -> Review:
    review = Review.objects.create(
        finding=finding,
        reviewer=reviewer,
        verdict=decision.verdict,
        reason=decision.reason if decision.verdict == Verdict.REJECTED else "",
        state=decision.state if decision.verdict == Verdict.ACCEPTED else "",
        note=decision.note,
        sequence=finding.reviews_count + 1,
        carried_from=repeats,
    )
    finding.verdict = None if review.verdict == WITHDRAWN else review.verdict
    finding.decided_state, finding.reviews_count = review.state, review.sequence
    finding.save(update_fields=["verdict", "decided_state", "reviews_count"])
    return review
