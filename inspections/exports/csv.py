"""A survey's findings as a table, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from inspections.exports.measures import MEASURES, SCALE, measures_of, scale_of
from inspections.exports.reading import latest_review, survey_findings, survey_name
from inspections.models import Finding, Survey

COLUMNS = (
    "bridge",
    "survey",
    "surveyed_on",
    "element",
    "photo",
    "photo_sha256",
    "finding",
    "verdict",
    "reviewer",
    "note",
    "length_px",
    "width_mean_px",
    "width_max_px",
    "orientation_deg",
    "area_px",
    "confidence",
    "box_x0",
    "box_y0",
    "box_x1",
    "box_y1",
    *MEASURES,
    *(f"photo_{name}" for name in SCALE),
    "taken_at",
    "photo_latitude",
    "photo_longitude",
    "network",
    "threshold",
    "finding_id",
)

# What makes a spreadsheet take a cell for a formula, or hide one behind a line break (OWASP, "CSV Injection").
_LEADS = ("=", "+", "-", "@", "\t", "\r", "\n")


def findings_csv(survey: Survey) -> Iterator[bytes]:
    """One row per finding of each photo's newest finished run, rejected ones included and marked; UTF-8."""
    yield line(COLUMNS)
    for finding in survey_findings(survey, "path", "branches", "mask_runs", decisions=True):
        yield line(_row(survey, finding))


def line(cells: Any) -> bytes:
    """One line of CSV with every text made safe."""
    out = io.StringIO()
    csv.writer(out).writerow([safe_cell(cell) for cell in cells])
    return out.getvalue().encode()


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet would calculate gets a leading apostrophe; numbers, negative ones too, stay numbers."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_LEADS) else value


def _row(survey: Survey, finding: Finding) -> tuple[Any, ...]:
    image, run, review = finding.image, finding.run, latest_review(finding)
    return (
        survey.bridge.name,
        survey_name(survey),
        survey.surveyed_on.isoformat(),
        image.element.name if image.element else "",
        image.original_name,
        image.sha256,
        finding.number,
        review.verdict if review else "",
        review.reviewer.get_username() if review else "",
        review.note if review else "",
        round(finding.length_px, 2),
        round(finding.width_mean_px, 3),
        round(finding.width_max_px, 3),
        round(finding.orientation_deg, 1),
        finding.area_px,
        round(finding.confidence, 4),
        *finding.box,
        *measures_of(finding).values(),
        *scale_of(image).values(),
        image.taken_at.isoformat() if image.taken_at else "",
        image.latitude,
        image.longitude,
        str(run.network),
        run.used_threshold,
        str(finding.pk),
    )
