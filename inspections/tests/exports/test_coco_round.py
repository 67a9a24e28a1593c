"""What leaves as COCO comes back as a data set to train on, pixel for pixel."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from inspections.env import ROOT
from inspections.exports.catalogue import KINDS
from inspections.models import SegmentationRun
from inspections.services.reviews import record_review
from inspections.services.storage import media_path
from inspections.testing import draw_photo, make_bridge, make_finding, make_image, make_run, make_survey, make_user
from inspections.tests.exports.test_learning_round import run_lengths

pytestmark = pytest.mark.django_db
SIDEWAYS, ORIENTATION_TAG = 6, 0x0112
DONE = SegmentationRun.Status.SUCCEEDED


def drawn(size: tuple[int, int], *corners: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).line(corners, fill=255, width=3)
    return mask


def found(run: SegmentationRun, mask: Image.Image, left: int = 0, top: int = 0):
    box = {"box_x0": left, "box_y0": top, "box_x1": left + mask.width, "box_y1": top + mask.height}
    return make_finding(run, mask_runs=run_lengths(mask.tobytes()), **box)


@pytest.fixture
def exported(tmp_path: Path):
    """An upright photo with two cracks and a rejected one, a lying photo with one; the masks that they should give."""
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = SIDEWAYS
    survey = make_survey(make_bridge())
    upright = make_image(survey, data=draw_photo(160, 120, seed=1), name="noncrack is only a name.JPG")
    lying = make_image(survey, data=draw_photo(160, 120, seed=2, exif=exif), name="DJI_0002.JPG")
    run = make_run(upright, status=DONE)
    long, short = drawn((160, 120), (0, 5), (159, 110)), drawn((30, 40), (2, 2), (25, 37))
    found(run, long)
    found(run, short, 100, 10)
    record_review(finding=found(run, drawn((20, 20), (0, 0), (19, 19))), reviewer=make_user(), verdict="rejected")
    tall = drawn((120, 160), (10, 0), (80, 159))
    found(make_run(lying, status=DONE), tall)
    folder = tmp_path / "survey"
    folder.mkdir()
    (folder / "survey.json").write_bytes(b"".join(KINDS["coco"].write(survey)))
    for image in (upright, lying):
        (folder / image.original_name).write_bytes(media_path(str(image.original.name)).read_bytes())
    both = long.copy()
    both.paste(255, (100, 10), short)
    return folder, {"bridge_noncrack is only a name": both, "bridge_DJI_0002": tall}


def build(folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "segmentation", "build-data", f"--source=bridge=auto:{folder}", "--out", str(out)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_a_survey_exported_as_coco_is_read_again(exported, tmp_path: Path):
    folder, masks = exported
    done = build(folder, tmp_path / "data")
    assert done.returncode == 0, done.stderr
    for stem, expected in masks.items():
        with Image.open(tmp_path / "data" / "bridge" / "masks" / f"{stem}.png") as mask:
            assert mask.tobytes() == expected.tobytes() and mask.size == expected.size


def test_another_photo_of_the_same_name_is_noticed(exported, tmp_path: Path):
    folder, _ = exported
    (folder / "DJI_0002.JPG").write_bytes(draw_photo(120, 160, seed=3))
    done = build(folder, tmp_path / "data")
    assert done.returncode == 1 and "has another SHA-256 than the annotation tells" in done.stderr
