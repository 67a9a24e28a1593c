"""The lines of docs/scale.md write markers of the size that they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from inspections.env import ROOT

TEXT = (ROOT / "docs" / "scale.md").read_text()


def test_the_lines_in_the_handbook_write_markers_to_print(tmp_path: Path) -> None:
    (lines,) = re.findall(r"```bash\n(.*?)```", TEXT, re.DOTALL)
    lines = lines.replace(".venv/bin/python", sys.executable)
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-euc", lines], cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pages = sorted(tmp_path.glob("*.pdf"))
    assert [page.name for page in pages] == [f"marker-{number}.pdf" for number in range(4)]
    assert len({page.read_bytes() for page in pages}) == 4
    for page in pages:
        (box,) = re.findall(rb"/MediaBox \[([^\]]+)\]", page.read_bytes())
        _, _, width, height = (float(number) / 72 * 25.4 for number in box.split())
        # Eight cells of black and one of white on either side: 150 mm · 10 / 8.
        assert (width, height) == pytest.approx((187.5, 187.5), abs=0.01)
