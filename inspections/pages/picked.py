"""The selected crack on its photo's page: what stands, what can be decided, what was said and what happened."""

from collections.abc import Sequence
from typing import Any

from inspections.conditions import Kind
from inspections.conditions.summaries import states_of
from inspections.conditions.wording import result
from inspections.models import Finding, Organisation, Review
from inspections.models.lineage import events_of
from inspections.models.reviews import Reason, Verdict
from inspections.pages.chronicle import decision_words
from inspections.pages.history import latest_events
from inspections.pages.keys import BY_ACTION
from inspections.pages.requests import MemberRequest
from inspections.pages.talk import talk_context
from inspections.services.conditions import pack_of


def picked_context(request: MemberRequest, finding: Finding) -> dict[str, Any]:
    """What `images/_picked_facts.html` shows. A fixed number of queries."""
    reviews = list(finding.reviews.with_deciders().order_by("-sequence")[:1])
    return {
        **talk_context(request, finding),
        **latest_events(events_of(finding)),
        "picked": finding,
        "standing": standing_decision(reviews),
        "choices": decision_choices(finding.image.survey.bridge.organisation),
    }


def standing_decision(latest_first: Sequence[Review]) -> dict[str, Any] | None:
    """The decision that counts: its `words`, who, when and why; None while nobody has decided."""
    last = latest_first[0] if latest_first else None
    decided = last.decided() if last else None
    if last is None or decided is None:
        return None
    return {
        "words": decision_words(decided.verdict, decided.reason, decided.state),
        "by": decided.reviewer,
        "at": decided.created_at,
        "note": decided.note,
        "is_carried": decided.finding_id != last.finding_id,
    }


def states_for(organisation: Organisation) -> tuple[str, ...]:
    """The states that a reviewer of the organisation may give."""
    kind = pack_of(organisation).kind
    return () if kind is Kind.INFORMATION else tuple(states_of(kind))


def decision_choices(organisation: Organisation) -> dict[str, list[dict[str, Any]]]:
    """The buttons of a decision with a state or a reason: `value`, `words`, and the `key` that presses it."""
    states = [
        {"value": f"{Verdict.ACCEPTED}:{state}", "words": result(state), "key": BY_ACTION.get(f"state_{place}")}
        for place, state in enumerate(states_for(organisation), start=1)
    ]
    reasons = [
        {"value": f"{Verdict.REJECTED}:{reason}", "words": words, "key": BY_ACTION.get(reason)}
        for reason, words in Reason.choices
    ]
    return {"states": states, "reasons": reasons}
