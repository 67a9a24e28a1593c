"""An older record is taken over whole."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from inspections.models import Finding
from inspections.testing import make_finding, make_image, make_run, make_survey

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def migrate():
    """Takes the tables to a migration; to the last one again when the test is over."""

    def go(name: str) -> None:
        MigrationExecutor(connection).migrate([("inspections", name)])

    yield go
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_findings_learn_the_surveys_of_their_photos(migrate):
    found = [
        make_finding(make_run(make_image(make_survey()), status="succeeded"), verdict=verdict)
        for verdict in (None, "accepted", "rejected")
    ]
    before = {finding.pk: (finding.image.survey_id, finding.verdict, finding.path) for finding in found}
    migrate("0006_speed")
    assert "survey_id" not in columns()
    migrate("0007_survey_of_a_finding")
    after = {row[0]: row[1:] for row in Finding.objects.values_list("pk", "survey", "verdict", "path")}
    assert after == before


def columns() -> set[str]:
    with connection.cursor() as cursor:
        return {
            column.name for column in connection.introspection.get_table_description(cursor, Finding._meta.db_table)
        }
