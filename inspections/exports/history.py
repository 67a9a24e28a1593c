"""The record of a survey as a table: one event a line, as it was written."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from inspections.exports.csv import line
from inspections.models import Event

COLUMNS = (
    "when",
    "who",
    "what",
    "photo",
    "finding",
    "network",
    "verdict",
    "reason",
    "state",
    "taken_back",
    "note",
    "text",
    "mentioned",
    "assignee",
    "before_verdict",
    "before_reason",
    "before_state",
    "before_by",
    "undecided",
    "drawn",
    "made",
    "replaced",
    "carried",
    "contradicted",
    "not_found_again",
    "finding_id",
    "event_id",
)
CHUNK = 500


def events_csv(events: QuerySet[Event]) -> Iterator[bytes]:
    """One row per event, the first first; UTF-8. Lists are set apart by a space."""
    yield line(COLUMNS)
    rows = events.order_by("created_at", "pk").select_related("actor", "image")
    for event in rows.defer("image__metadata", "image__scale", "image__markers").iterator(chunk_size=CHUNK):
        yield line(_row(event))


def _row(event: Event) -> tuple[Any, ...]:
    facts = event.facts
    was = facts.get("was") or {}
    own = (facts.get(name, "") for name in ("network", "verdict", "reason", "state"))
    return (
        event.created_at.isoformat(timespec="seconds"),
        event.actor.get_username() if event.actor else "Hairline",
        event.kind,
        event.image.original_name if event.image else "",
        facts.get("number", ""),
        *own,
        "yes" if facts.get("taken_back") else "",
        facts.get("note", ""),
        facts.get("text", ""),
        " ".join(facts.get("mentioned", ())),
        facts.get("assignee", ""),
        *(was.get(name, "") for name in ("verdict", "reason", "state", "by")),
        facts.get("undecided", ""),
        facts.get("drawn", ""),
        _numbers(facts.get("made", ())),
        _numbers(facts.get("replaced", ())),
        facts.get("carried", ""),
        " ".join(str(number) for number in facts.get("contradicted", ())),
        _numbers(facts.get("lost", ())),
        str(event.finding_id or ""),
        str(event.pk),
    )


def _numbers(findings: Any) -> str:
    return " ".join(str(finding["number"]) for finding in findings)
