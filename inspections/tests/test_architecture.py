"""The floors hold: as contracts over all imports, and in a fresh web process that rings the bell."""

import json
import os
import subprocess
import sys

from inspections.env import ROOT

RING = """
import json, sys, uuid
import inspections.wsgi
from django.core.checks import run_checks
from inspections.dispatch import dispatch_run
run_checks()  # which loads every address and every page
dispatch_run(uuid.uuid4())
print(json.dumps(sorted(sys.modules)))
"""

HEAVY = ("torch", "torchvision", "openvino", "numpy", "scipy", "skimage", "cv2", "segmentation")


def test_a_web_process_loads_every_page_and_rings_without_waking_the_network(tmp_path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", RING],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "inspections.settings", "HAIRLINE_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(found.stdout.splitlines()[-1]))
    assert "inspections.pages.urls" in loaded and "inspections.api.urls" in loaded
    assert "worker.dispatch" in loaded, "the bell was rung by name"
    assert loaded.isdisjoint(HEAVY)
    assert {name for name in loaded if name.partition(".")[0] == "worker"} == {
        "worker",
        "worker.celery",
        "worker.dispatch",
    }


def test_import_contracts_hold() -> None:
    words = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    found = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "0 broken" in found.stdout
