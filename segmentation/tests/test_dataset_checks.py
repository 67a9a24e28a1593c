from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from segmentation.datasets.checks import check_samples
from segmentation.datasets.problems import KINDS, Problem, list_problems
from segmentation.tests.drawn_sets import write_folders, write_pair
from segmentation.training.catalogue import read_catalogue

SIDEWAYS = 6


@pytest.fixture
def samples(tmp_path):
    return read_catalogue(write_folders(tmp_path / "deck", 4))


def kinds(samples):
    return [problem.kind for problem in check_samples(samples)]


def test_whole_photos_with_their_masks_and_crack_free_ones_without_are_fine(samples):
    assert check_samples(samples) == []
    assert check_samples([replace(sample, mask=None) for sample in samples]) == []


def test_no_photos_at_all_are_a_problem():
    assert kinds([]) == ["empty_set"]


def cut(path, keep=0.6):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])


@pytest.mark.parametrize(
    ("damage", "kind", "told"),
    [
        (lambda s: s.image.unlink(), "missing_photo", "is not there"),
        (lambda s: s.mask.unlink(), "missing_mask", "is not there"),
        (lambda s: cut(s.image), "unreadable", "the file ends early"),
        (lambda s: cut(s.mask), "unreadable", "the file ends early"),
        (lambda s: s.image.write_text("photo"), "unreadable", "not a whole picture"),
        (lambda s: s.mask.write_bytes(b""), "unreadable", "not a whole picture"),
        (lambda s: Image.new("L", (96, 81)).save(s.mask), "wrong_size", "96 × 80 pixels upright, its mask 96 × 81"),
        (lambda s: Image.new("L", (80, 96)).save(s.mask), "wrong_size", "its mask 80 × 96"),
        (lambda s: Image.fromarray(np.zeros((80, 96), np.uint16)).save(s.mask), "mask_kind", "more than 8 bit"),
    ],
    ids=["no photo", "no mask", "cut photo", "cut mask", "text", "empty", "size", "lying mask", "16 bit"],
)
def test_one_bad_file_is_found_and_named(samples, damage, kind, told):
    damage(samples[2])
    (problem,) = check_samples(samples)
    assert (problem.kind, problem.name) == (kind, "deck/wall_2") and told in problem.detail


def as_jpeg(sample, orientation=1, **kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = sample.image.with_suffix(".jpg")
    with Image.open(sample.image) as photo:
        photo.save(path, exif=exif, **kind)
    return replace(sample, image=path)


def test_a_cut_jpeg_is_found_and_one_with_something_behind_it_is_not(samples):
    photos = [as_jpeg(sample) for sample in samples]
    assert check_samples(photos) == []
    cut(photos[0].image)
    with photos[1].image.open("ab") as file:
        file.write(b"maker's notes" * 20)
    assert [problem.name for problem in check_samples(photos)] == ["deck/wall_0"]


def test_a_mask_belongs_to_the_photo_as_it_is_shown(samples):
    lying = as_jpeg(samples[0], SIDEWAYS)
    assert kinds([lying]) == ["wrong_size"]
    with Image.open(lying.mask) as mask:
        mask.transpose(Image.Transpose.ROTATE_270).save(lying.mask)
    assert check_samples([lying]) == []


def test_a_photo_that_is_listed_twice_is_told(samples):
    assert kinds([*samples, samples[0]]) == ["duplicate_name"]


def test_all_is_found_in_the_order_of_the_photos(samples, tmp_path):
    write_pair(tmp_path / "deck", "wall_9", 9)
    samples[0].mask.unlink()
    samples[3].image.unlink()
    assert kinds(samples) == ["missing_mask", "missing_photo"]


def test_problems_are_listed_by_kind_with_the_cure_and_a_count_of_the_rest():
    many = [Problem("missing_mask", f"deck_{n}") for n in range(25)]
    lines = list_problems([*many, Problem("wrong_size", "pier_1", "10 × 10"), Problem("empty_mask", "wall")])
    assert lines[0].startswith("Photos without a mask (25). Add the mask")
    assert lines[1:3] == ["  deck_0", "  deck_1"] and lines[21] == "  … and 5 more"
    assert lines[22].startswith("Masks of another size") and lines[23] == "  pier_1: 10 × 10"
    assert "(1, a warning). If they are known" in lines[24]
    assert list_problems([]) == [] and all(kind.cure for kind in KINDS.values())
