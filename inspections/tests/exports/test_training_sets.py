"""A frozen version as a ZIP: originals untouched, masks upright, the same bytes every time, memory small."""

import csv
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from inspections.errors import InspectionError
from inspections.exports.training_set import file_name, training_set
from inspections.models import Dataset, SegmentationRun
from inspections.services.datasets import build_dataset_version
from inspections.services.reviews import record_review
from inspections.testing import draw_photo, make_bridge, make_finding, make_image, make_run, make_survey, make_user

pytestmark = pytest.mark.django_db
DONE = SegmentationRun.Status.SUCCEEDED
SIDEWAYS = 6
"""The EXIF orientation of a camera held upright."""


@pytest.fixture
def survey():
    return make_survey(make_bridge(material="reinforced_concrete"))


@pytest.fixture
def dataset(survey):
    survey.bridge.organisation.name = "=County, roads"
    survey.bridge.organisation.save()
    return Dataset.objects.create(organisation=survey.bridge.organisation, name="Piers & walls")


def reviewed(survey, data: bytes, name: str = "DJI_0001.JPG"):
    image = make_image(survey, data=data, name=name)
    run = make_run(image, status=DONE)
    record_review(finding=make_finding(run), reviewer=make_user(), verdict="accepted")
    wrong = make_finding(run, box_x0=0, box_y0=0, box_x1=4, box_y1=4, mask_runs=[0, 16])
    record_review(finding=wrong, reviewer=make_user(), verdict="rejected")
    return image


def sideways_photo() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = SIDEWAYS
    return draw_photo(exif=exif, seed=8)


def unzipped(version) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(training_set(version))))
    assert archive.testzip() is None
    return archive


def test_the_zip_holds_originals_masks_and_a_manifest(survey, dataset):
    photos = {str(reviewed(survey, data).pk): data for data in (draw_photo(), draw_photo(seed=2))}
    version = build_dataset_version(dataset=dataset)
    archive = unzipped(version)
    assert {name: archive.read(name) for name in archive.namelist() if name.startswith("images/")} == {
        f"images/{key}.jpg": data for key, data in photos.items()
    }
    for key in photos:
        mask = Image.open(io.BytesIO(archive.read(f"masks/{key}.png")))
        assert (mask.size, mask.mode) == ((160, 120), "L")
        assert mask.histogram()[255] == 6
        assert mask.getpixel((11, 11)) == 255
        assert mask.getpixel((1, 1)) == 0, "the rejected finding stands in the mask"
    rows = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode())))
    assert {row["stem"] for row in rows} == set(photos)
    assert {row["set"] for row in rows} == {"piers-walls"}
    assert {row["surface"] for row in rows} == {"Reinforced concrete"}
    assert {row["licence"] for row in rows} == {"property of =County, roads"}
    assert {row["split"] for row in rows} <= {"train", "val", "test"}
    assert file_name(version) == "piers-walls-v1.zip"


def test_the_mask_of_a_turned_photo_is_upright(survey, dataset):
    image = reviewed(survey, sideways_photo())
    assert (image.width, image.height) == (120, 160)
    archive = unzipped(build_dataset_version(dataset=dataset))
    mask = Image.open(io.BytesIO(archive.read(f"masks/{image.pk}.png")))
    assert mask.size == (120, 160)
    assert archive.read(f"images/{image.pk}.jpg") == sideways_photo()


def test_the_same_version_is_the_same_file(survey, dataset):
    reviewed(survey, draw_photo())
    version = build_dataset_version(dataset=dataset)
    first = b"".join(training_set(version))
    record_review(finding=version.samples.get().run.findings.get(number=1), reviewer=make_user(), verdict="rejected")
    reviewed(survey, draw_photo(seed=3))
    assert b"".join(training_set(version)) == first


def test_a_missing_original_is_said_before_the_first_byte(survey, dataset):
    image = reviewed(survey, draw_photo())
    version = build_dataset_version(dataset=dataset)
    Path(image.original.path).unlink()
    with pytest.raises(InspectionError) as refused:
        training_set(version)
    assert refused.value.code == "original_missing"


def test_a_large_photo_is_never_whole_in_memory(survey, dataset):
    image = reviewed(survey, draw_photo())
    version = build_dataset_version(dataset=dataset)
    with Path(image.original.path).open("ab") as original:
        original.truncate(40_000_000)
    image.byte_size = 40_000_000
    image.save()
    list(training_set(version))
    tracemalloc.start()
    total = sum(len(piece) for piece in training_set(version))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total > 40_000_000
    assert peak < 12_000_000
