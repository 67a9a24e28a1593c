"""The benchmark of the pages from end to end: seeded, served, asked and printed."""

import json
import os
import subprocess
import sys

import pytest

from inspections.benchmark.pages import EXPORTS, PAGES
from inspections.env import ROOT


def run(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("HAIRLINE_", "DATABASE_", "DJANGO"))
    }
    return subprocess.run(
        [sys.executable, "-m", "inspections.benchmark", *words],
        cwd=ROOT,
        env={**own, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.street
def test_every_page_and_export_is_asked_and_told(tmp_path):
    done = run("--photos", "20", "--findings", "60", "--rounds", "2", "--json", str(tmp_path / "numbers.json"))
    assert done.returncode == 0, done.stderr
    facts = json.loads((tmp_path / "numbers.json").read_text())
    assert [row["page"] for row in facts["pages"]] == [page.name for page in PAGES]
    assert all(row["queries"] > 0 and row["p95_ms"] >= row["p50_ms"] > 0 and row["kb"] > 0 for row in facts["pages"])
    assert [row["kind"] for row in facts["exports"]] == [page.name for page in EXPORTS]
    assert all(row["mb"] > 0 for row in facts["exports"])
    assert all(page.name in done.stdout for page in (*PAGES, *EXPORTS))
    assert "Memory of the server before and after 200 requests" in done.stdout


@pytest.mark.parametrize("words", [("--photos", "3"), ("--findings", "many"), ("--rounds", "0")])
def test_what_cannot_be_measured_is_refused(words):
    done = run(*words)
    assert done.returncode == 2 and "give a whole number" in done.stderr


@pytest.mark.street
def test_a_record_that_is_in_use_is_left_alone(tmp_path):
    """As it would be with a DATABASE_URL that leads to real work."""
    url = f"sqlite:///{tmp_path / 'work.sqlite3'}"
    prepare = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from inspections.models import Organisation\n"
        "call_command('migrate', verbosity=0)\n"
        "Organisation.objects.create(name='County roads')\n"
    )
    environ = {"DATABASE_URL": url, "HAIRLINE_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "inspections.settings"}
    subprocess.run([sys.executable, "-c", prepare], cwd=ROOT, env={**os.environ, **environ}, check=True)
    done = run("--photos", "20", "--findings", "20", "--rounds", "2", DATABASE_URL=url)
    assert done.returncode == 1 and "not empty" in done.stderr
