"""`manage.py requeue_runs`: one sweep by hand, or one after the other for ever."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError

from inspections.management.commands import requeue_runs
from inspections.models import SegmentationRun
from inspections.services.storage import media_path
from inspections.testing import RecordedDispatch, make_run


@pytest.mark.django_db
def test_one_sweep_rings_and_tidies() -> None:
    run = make_run()
    SegmentationRun.objects.update(rung_at=None)
    media_path("runs/00000000-0000-4000-8000-000000000000/1").mkdir(parents=True)
    RecordedDispatch.reset()
    out = StringIO()
    call_command("requeue_runs", stdout=out)
    assert out.getvalue() == "1 bells rung, 1 lost files removed.\n"
    assert RecordedDispatch.rung == [str(run.pk)]


def test_the_sweep_outlives_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    swept, tidied = [], []

    def sweep() -> int:
        swept.append(1)
        if len(swept) < 3:
            raise OperationalError("database is locked")
        if len(swept) == 5:
            raise KeyboardInterrupt
        return 0

    monkeypatch.setattr(requeue_runs, "requeue_stale_runs", sweep)
    monkeypatch.setattr(requeue_runs, "forget_orphans", lambda: tidied.append(1))
    monkeypatch.setattr(requeue_runs, "close_old_connections", lambda: None)
    monkeypatch.setattr(requeue_runs, "ring_again_for_measures", lambda: None)
    monkeypatch.setattr(requeue_runs, "ring_again_for_drawings", lambda: None)
    with pytest.raises(KeyboardInterrupt):
        call_command("requeue_runs", "--every", "0.001")
    assert len(swept) == 5 and len(tidied) == 1, "files are looked after once an hour, runs every time"
