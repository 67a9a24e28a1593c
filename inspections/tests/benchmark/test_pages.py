"""A page costs as many queries for a large survey as for a small one; an export reads it in pieces."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inspections.benchmark.asking import Reviewer
from inspections.benchmark.pages import PAGES
from inspections.benchmark.seeding import seed
from inspections.exports.catalogue import KINDS
from inspections.models import Finding, Review

pytestmark = pytest.mark.django_db


def test_no_page_takes_more_queries_for_more_photos_and_findings():
    # So many that each has one photo of every state, and look-alikes.
    few = Reviewer(seed("few", photos=15, findings=150), port=0)
    many = Reviewer(seed("many", photos=60, findings=1200), port=0)
    counts = {page.name: (few.count_queries(page), many.count_queries(page)) for page in PAGES}
    assert {name: (less, more) for name, (less, more) in counts.items() if more > less} == {}


def test_the_seeded_survey_is_as_it_was_ordered():
    place = seed("ordered", photos=40, findings=400)
    current = Finding.objects.current().filter(image__survey=place.survey)
    assert (place.survey.images.count(), current.count()) == (40, 400)
    assert 0.5 < current.undecided().count() / 400 < 0.7
    assert Review.objects.filter(finding__image__survey=place.survey).count() == 400 - current.undecided().count()
    assert {run.status for photo in place.survey.images.all() for run in photo.runs.all()} == {
        "succeeded", "failed", "queued", "running",
    }  # fmt: skip
    assert Finding.objects.filter(image__survey=place.survey, is_current=False).exists()
    for finding in current[:20]:
        x0, y0, x1, y1 = finding.box
        assert sum(finding.mask_runs) <= (x1 - x0) * (y1 - y0)
        assert sum(finding.mask_runs[1::2]) == finding.area_px
        assert all(x0 <= x <= x1 and y0 <= y <= y1 for x, y in finding.path)


@pytest.mark.parametrize("kind", ["csv", "coco"])
def test_an_export_reads_a_few_photos_at_a_time(kind: str):
    survey = seed("exported", photos=60, findings=300).survey
    with CaptureQueriesContext(connection) as asked:
        pieces = KINDS[kind].write(survey)
        text = b"".join(pieces)
    of_findings = [query["sql"] for query in asked if ' FROM "inspections_finding"' in query["sql"]]
    assert len(of_findings) == 3
    standing = Finding.objects.current().filter(image__survey=survey)
    expected = standing if kind == "csv" else standing.standing()
    assert sum(str(finding.pk).encode() in text for finding in expected) == expected.count()
