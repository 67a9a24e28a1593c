"""The exports of a survey by name, with the type and the file name they are sent under."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from inspections.exports.coco import survey_coco
from inspections.exports.csv import findings_csv
from inspections.exports.geojson import photos_geojson
from inspections.exports.history import events_csv
from inspections.models import Event, Survey


@dataclass(frozen=True, slots=True)
class Kind:
    """One export: what writes it, and what its bytes are."""

    write: Callable[[Survey], Iterator[bytes]]
    content_type: str
    suffix: str


KINDS = {
    "csv": Kind(findings_csv, "text/csv; charset=utf-8", "csv"),
    "geojson": Kind(photos_geojson, "application/geo+json", "geojson"),
    "coco": Kind(survey_coco, "application/json", "coco.json"),
}


@dataclass(frozen=True, slots=True)
class Export:
    """Bytes on their way out, in pieces, with their headers."""

    chunks: Iterator[bytes]
    content_type: str
    disposition: str


def export_survey(survey: Survey, kind: str) -> Export:
    """The survey in one of `KINDS`, as a download."""
    chosen = KINDS[kind]
    return Export(chosen.write(survey), chosen.content_type, _disposition(survey, chosen.suffix))


def export_history(survey: Survey, events: QuerySet[Event]) -> Export:
    """Events of the survey's record as a table, as a download."""
    return Export(events_csv(events), KINDS["csv"].content_type, _disposition(survey, "history.csv"))


def _disposition(survey: Survey, suffix: str) -> str:
    name = slugify(f"{survey.bridge} {survey.surveyed_on} {survey.name}") or str(survey.pk)
    return content_disposition_header(True, f"{name}.{suffix}") or "attachment"
