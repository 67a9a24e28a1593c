"""The whole round, with the real trainer: reviewed survey, ZIP, training, registration, the next analysis."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageDraw

from inspections.env import ROOT
from inspections.models import DatasetVersion, Network, Role, SegmentationRun, Survey
from inspections.services.reviews import record_review
from inspections.testing import (
    draw_photo,
    make_bridge,
    make_finding,
    make_image,
    make_network,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)

pytestmark = [pytest.mark.street, pytest.mark.django_db]
WIDTH, HEIGHT = 160, 120
UPRIGHT, SIDEWAYS = 1, 6
ORIENTATION_TAG = 0x0112


def reviewed_photo(survey: Survey, seed: int, orientation: int) -> None:
    """A photo whose one crack, exactly where it was drawn, was accepted."""
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    image = make_image(survey, data=draw_photo(WIDTH, HEIGHT, seed=seed, exif=exif))
    mask = Image.new("L", (WIDTH, HEIGHT))
    corners = [(8, 8 + seed % 40), (WIDTH // 2, HEIGHT // 2), (WIDTH - 8, HEIGHT - 8)]
    ImageDraw.Draw(mask).line(corners, fill=255, width=3)
    if orientation == SIDEWAYS:
        mask = mask.transpose(Image.Transpose.ROTATE_270)
    run = make_run(image, status=SegmentationRun.Status.SUCCEEDED)
    box = dict(zip(("box_x0", "box_y0", "box_x1", "box_y1"), (0, 0, *mask.size), strict=True))
    finding = make_finding(run, mask_runs=run_lengths(mask.tobytes()), **box)
    record_review(finding=finding, reviewer=make_user(), verdict="accepted")


def run_lengths(pixels: bytes) -> list[int]:
    runs, now = [0], 0
    for pixel in pixels:
        if pixel != now:
            runs.append(0)
            now = pixel
        runs[-1] += 1
    return runs


def segmentation(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The eye, as a person calls it."""
    command = [sys.executable, "-m", "segmentation", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)


def test_what_people_decide_trains_the_network_that_looks_next(tmp_path: Path):
    organisation = make_organisation(name="County roads")
    make_network(name="shipped")
    survey = make_survey(make_bridge(organisation))
    for seed in range(5):
        reviewed_photo(survey, seed, SIDEWAYS if seed % 2 else UPRIGHT)
    client = Client()
    client.force_login(make_user(Role.ADMINISTRATOR, organisation, is_staff=True))

    frozen = {"action": "freeze_reviewed_photos", "_selected_action": [str(survey.pk)]}
    client.post(reverse("admin:inspections_survey_changelist"), frozen)
    download = client.get(reverse("admin:dataset-version-download", args=[DatasetVersion.objects.get().pk]))
    with zipfile.ZipFile(io.BytesIO(b"".join(download.streaming_content))) as archive:
        archive.extractall(tmp_path / "data")

    trained = segmentation(
        *("train", "--data", tmp_path / "data", "--out", tmp_path / "result", "--epochs", 1, "--crop", 64),
        *("--batch", 2, "--workers", 0, "--threads", 1, "--device", "cpu", "--seed", 3),
    )
    assert trained.returncode == 0, trained.stderr
    weights = tmp_path / "result" / "network.safetensors"

    upload = {
        "organisation": str(organisation.pk),
        "file": SimpleUploadedFile("network.safetensors", weights.read_bytes()),
    }
    client.post(reverse("admin:inspections_network_add"), upload)
    network = Network.objects.get(organisation=organisation)
    chosen = {"action": f"activate_{organisation.pk.hex}", "_selected_action": [str(network.pk)]}
    client.post(reverse("admin:inspections_network_changelist"), chosen)

    photo = make_image(Survey.objects.get(), data=draw_photo(seed=99))
    assert photo.runs.get().network == network
    seen = segmentation(
        *("predict", photo.original.path, "--out", tmp_path / "seen"),
        *("--network", network.file.path, "--device", "torch-cpu"),
    )
    assert seen.returncode == 0, seen.stderr
    facts = json.loads((tmp_path / "seen" / f"{photo.pk}.json").read_text())
    assert facts["threshold"] == pytest.approx(network.threshold)
