"""Patches of regions, and which of them look alike."""

from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from inspections.models import Finding, LookAlikes
from inspections.services import runs
from inspections.services.patches import PATCH_PX
from inspections.services.storage import media_path
from inspections.testing import draw_photo, make_image, make_survey
from segmentation.drawing import FLAT, straight_crack
from segmentation.drawing import draw_photo as draw_wall
from worker.appearance import describe
from worker.looks import NEAR, cut_patches, group_by_look
from worker.tests.test_matching import bar, look

pytestmark = pytest.mark.usefixtures("record")


def patch(kind: str, seed: int) -> Image.Image:
    """A patch of wall: a straight level joint, a slanting crack, or a round shadow; each seed moves and dims it."""
    numbers = np.random.default_rng(seed)
    shift = numbers.uniform(-5, 5)
    y, x = np.mgrid[:PATCH_PX, :PATCH_PX].astype(float)
    away = {
        "joint": np.abs(y - 96 - shift) - 4,
        "slanting": np.abs((x - 96 - shift) * 0.7 + (y - 96) * 0.7) - 3,
        "shadow": np.hypot(x - 96 - shift, y - 96) - 50,
    }[kind]
    light = np.where(away < 0, 70 + numbers.uniform(-15, 15), 165 + numbers.uniform(-8, 8)) + numbers.normal(
        0, 3, x.shape
    )
    return Image.fromarray(np.repeat(np.clip(light, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2))


def test_photos_of_the_same_joint_are_one_group_and_other_things_are_not() -> None:
    survey = make_survey()
    kinds = ["joint", "slanting", "shadow"] * 10
    groups = group_by_look(survey, [patch(kind, seed) for seed, kind in enumerate(kinds)])
    by_kind = {kind: {group.pk for group, name in zip(groups, kinds, strict=True) if name == kind} for kind in kinds}
    assert [len(found) for found in by_kind.values()] == [1, 1, 1]
    assert LookAlikes.objects.filter(survey=survey).count() == 3
    # The next photo finds the groups that are there; another survey has its own.
    assert group_by_look(survey, [patch("joint", 99)])[0].pk in by_kind["joint"]
    assert group_by_look(make_survey(), [patch("joint", 99)])[0].pk not in by_kind["joint"]


def test_a_descriptor_knows_pictures_by_their_edges_not_by_their_light() -> None:
    joint, same, other = (describe(patch(*which)) for which in (("joint", 1), ("joint", 2), ("slanting", 3)))
    assert np.linalg.norm(joint - same) < 0.5 * np.linalg.norm(joint - other)
    assert np.abs(describe(Image.new("RGB", (PATCH_PX, PATCH_PX)))).max() == 0


def test_another_surface_is_another_look_even_where_nothing_is_drawn_on_it() -> None:
    numbers = np.random.default_rng(5)
    greys = [numbers.normal(140, spread, (PATCH_PX, PATCH_PX, 1)) for spread in (2, 2, 40)]
    smooth, like, rough = (
        describe(Image.fromarray(np.repeat(np.clip(grey, 0, 255), 3, axis=2).astype(np.uint8))) for grey in greys
    )
    green = describe(Image.new("RGB", (PATCH_PX, PATCH_PX), (110, 160, 90)))
    assert np.linalg.norm(smooth - like) < NEAR
    assert min(np.linalg.norm(smooth - rough), np.linalg.norm(smooth - green)) > NEAR


def test_groups_of_an_earlier_descriptor_are_left_as_they_are() -> None:
    survey = make_survey()
    old = LookAlikes.objects.create(survey=survey, centre=[0, 0, 0])
    (group,) = group_by_look(survey, [patch("joint", 1)])
    assert group != old and survey.look_alikes.count() == 2


@pytest.mark.parametrize("box", [(0, 0, 30, 30), (270, 170, 300, 200), (0, 90, 300, 94), (100, 0, 104, 200)])
def test_a_patch_lies_inside_the_photo_around_its_region(box) -> None:
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[box[1] : box[3], box[0] : box[2]] = 255
    (cut,) = cut_patches(pixels, [bar(box[0], box[2], box[1], box[3] - box[1])])
    assert cut.size == (PATCH_PX, PATCH_PX) and np.asarray(cut).max() > 200


def test_every_finding_has_a_patch_and_a_group() -> None:
    image = make_image(data=draw_photo(300, 200))
    findings = look(image.runs.get(), bar(20, 120), bar(20, 80, 80))
    run = findings[0].run
    with ZipFile(media_path(run.patches)) as archive:
        assert sorted(archive.namelist()) == ["1.jpg", "2.jpg"]
        assert Image.open(archive.open("1.jpg")).size == (PATCH_PX, PATCH_PX)
    assert all(finding.look_alikes.survey == image.survey for finding in findings)
    look(runs.request_run(image=image), bar(20, 120))
    assert Finding.objects.current().get().look_alikes == findings[0].look_alikes


def test_a_crack_too_long_for_one_patch_is_shown_where_it_is() -> None:
    photo = draw_wall(3, 1600, 400, mm_per_pixel=0.5, scene=FLAT, cracks=[straight_crack((50, 200), (1550, 200), 6)])
    (cut,) = cut_patches(np.asarray(photo.pixels), [bar(50, 1550, 197, 6)])
    assert np.asarray(cut).min() < 90
