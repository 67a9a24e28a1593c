"""What docs/api.md says is true: its lines run, and its codes are the ones there are."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from inspections.env import ROOT
from inspections.errors import ANSWERS
from inspections.models import Role
from inspections.services.runs import FindingFacts, RunResult, claim_run, complete_run
from inspections.testing import draw_photo, make_network, make_organisation, make_user

TEXT = (ROOT / "docs" / "api.md").read_text()


def analyse_at_once(run_id: str) -> None:
    """Stands in for broker and worker: one crack, found as soon as the bell rings."""
    run = claim_run(run_id, worker="test")
    crack = FindingFacts(
        path=[[8, 9], [152, 112]],
        branches=[],
        length_px=177.0,
        width_mean_px=3.0,
        width_max_px=3.5,
        orientation_deg=144.4,
        area_px=531,
        confidence=0.9,
        box=(8, 9, 11, 11),
        mask_runs=[0, 6],
    )
    complete_run(
        run,
        RunResult(
            findings=[crack],
            probability="p.png",
            probability_preview="q.png",
            overlay="o.png",
            used_threshold=0.4,
            crack_length_px=177.0,
            crack_area_share=0.03,
        ),
    )


@pytest.mark.django_db(transaction=True)
def test_the_ten_lines_lead_from_a_photo_to_its_cracks(live_server, settings, tmp_path: Path):
    settings.RUN_DISPATCHER = f"{__name__}.analyse_at_once"
    make_network()
    make_user(Role.INSPECTOR, make_organisation(), username="ines", password="pass word & more")
    photo = tmp_path / "DJI 0001.JPG"
    photo.write_bytes(draw_photo())
    (lines,) = re.findall(r"```bash\n(.*?)```", TEXT, re.DOTALL)
    assert len(lines.strip().splitlines()) == 10
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        env={
            "PATH": os.environ["PATH"],
            "HAIRLINE": live_server.url,
            "NAME": "ines",
            "PASSWORD": "pass word & more",
            "PHOTO": str(photo),
            "no_proxy": "*",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    (finding,) = json.loads(done.stdout)["results"]
    assert (finding["length_px"], finding["path"]) == (177.0, [[8, 9], [152, 112]])


def test_the_codes_are_those_there_are():
    rows = re.findall(r"^\| (\d{3}) \| (.+) \|$", TEXT, re.MULTILINE)
    written = {code: int(status) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)}
    assert written == {code: answer.status for code, answer in ANSWERS.items()}


def test_the_description_is_valid_and_complete(capsys):
    call_command("spectacular", validate=True, fail_on_warn=True)
    text = capsys.readouterr().out
    assert "Problem:" in text
    assert text.count("operationId:") >= 30
