"""A survey in the COCO format (Lin et al. 2014), cracks as uncompressed run-length masks."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from inspections.exports.measures import measures_of, scale_of
from inspections.exports.reading import survey_findings, survey_name
from inspections.exports.spans import spans_of
from inspections.models import Finding, Survey, SurveyImage

CRACK = 1
_AT_ONCE = 200


def survey_coco(survey: Survey) -> Iterator[bytes]:
    """Analysed photos and their standing findings; COCO counts in whole numbers, our ids stand beside them."""
    info = {"description": f"{survey.bridge}: {survey_name(survey)}", "date_created": survey.created_at.isoformat()}
    categories = [{"id": CRACK, "name": "crack", "supercategory": "defect"}]
    yield f'{{"info": {json.dumps(info)}, "licenses": [], "categories": {json.dumps(categories)}, "images": ['.encode()
    numbers: dict[Any, int] = {}
    yield from _joined(_images(survey, numbers))
    yield b'], "annotations": ['
    yield from _joined(_annotations(survey, numbers))
    yield b"]}\n"


def column_runs(finding: Finding, width: int, height: int) -> list[int]:
    """The mask as COCO counts it: column by column over the whole picture, background first."""
    places = sorted(
        x * height + y for y, start, stop in spans_of(finding) if y < height for x in range(start, min(stop, width))
    )
    counts, end = [], 0
    for first, behind in _stretches(places):
        counts += [first - end, behind - first]
        end = behind
    return [*counts, width * height - end]


def _images(survey: Survey, numbers: dict[Any, int]) -> Iterator[dict[str, Any]]:
    rows: Any = SurveyImage.objects.filter(survey=survey).with_state()
    rows = rows.filter(current_run_id__isnull=False).defer("metadata", "scale", "markers", "floor")
    for number, image in enumerate(rows.order_by("original_name", "pk").iterator(chunk_size=_AT_ONCE), start=1):
        numbers[image.pk] = number
        yield {
            "id": number,
            "file_name": image.original_name,
            "width": image.width,
            "height": image.height,
            "hairline_id": str(image.pk),
            "sha256": image.sha256,
            **scale_of(image),
        }


def _annotations(survey: Survey, numbers: dict[Any, int]) -> Iterator[dict[str, Any]]:
    number = 0
    for finding in survey_findings(survey, "path", "branches"):
        if finding.verdict == "rejected" or finding.image_id not in numbers:
            continue
        number += 1
        x0, y0, x1, y1 = finding.box
        width, height = finding.image.width, finding.image.height
        yield {
            "id": number,
            "image_id": numbers[finding.image_id],
            "category_id": CRACK,
            "bbox": [x0, y0, x1 - x0, y1 - y0],
            "area": finding.area_px,
            # 1 is COCO's word for "the mask is run lengths, not polygons".
            "iscrowd": 1,
            "segmentation": {"size": [height, width], "counts": column_runs(finding, width, height)},
            "hairline_id": str(finding.pk),
            "verdict": finding.verdict,
            "score": finding.confidence,
            "attributes": {
                "length_px": finding.length_px,
                "orientation_deg": finding.orientation_deg,
                **measures_of(finding),
            },
        }


def _stretches(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = behind = -1
    for place in places:
        if place != behind:
            if behind > first:
                yield first, behind
            first = place
        behind = place + 1
    if behind > first:
        yield first, behind


def _joined(items: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    lead = ""
    for item in items:
        yield (lead + json.dumps(item)).encode()
        lead = ",\n"
