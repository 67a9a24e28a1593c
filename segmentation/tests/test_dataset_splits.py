import numpy as np
import pytest
from PIL import Image

from segmentation.datasets.inspection import Inspected
from segmentation.datasets.masks import NoCracks
from segmentation.datasets.pairs import Pair
from segmentation.datasets.resemblance import Resemblance, fingerprint, near_duplicates
from segmentation.datasets.splitting import SplitRules, share_out
from segmentation.drawing import draw_photo

BLANK = fingerprint(np.zeros((32, 32, 3), np.uint8))


def photos(name, groups, *, crops=1, split="", crack_free=False, tmp="x.jpg"):
    """`groups` source photos of set `name` with `crops` photos each."""
    return [
        Inspected(
            Pair(name, f"{group}-{crop}", f"{name}_{group}", tmp, NoCracks(), split), BLANK, 0.0 if crack_free else 0.02
        )
        for group in range(groups)
        for crop in range(crops)
    ]


def sides(sharing):
    return {one.inspected.pair.name: one.split for one in sharing.assigned}


def counts(sharing, name=""):
    chosen = [one.split for one in sharing.assigned if one.inspected.pair.name.startswith(name)]
    return tuple(chosen.count(split) for split in ("train", "val", "test"))


def same(first, second):
    return Resemblance(first, second, 0, 1.0)


def test_every_set_is_shared_out_for_itself_and_source_photos_stay_whole():
    sharing = share_out([*photos("deck", 50), *photos("pier", 20, crops=5)], [], SplitRules())
    assert counts(sharing, "deck") == (40, 5, 5)
    assert counts(sharing, "pier") == (80, 10, 10)
    groups = {}
    for one in sharing.assigned:
        groups.setdefault(one.group, set()).add(one.split)
    assert all(len(splits) == 1 for splits in groups.values()) and len(groups) == 70


def test_crack_free_photos_are_shared_out_apart():
    sharing = share_out([*photos("wall", 40), *photos("wall_free", 20, crack_free=True)], [], SplitRules())
    assert counts(sharing, "wall_free") == (16, 2, 2)
    mixed = [Inspected(Pair("wall", f"c{n}", f"wall_c{n}", "x", NoCracks()), BLANK, 0.0) for n in range(10)] + photos(
        "wall", 40
    )
    assert counts(share_out(mixed, [], SplitRules()), "wall_c") == (8, 1, 1)


def test_the_split_follows_from_seed_and_names_and_survives_further_sources():
    deck, pier, yard = photos("deck", 60, crops=2), photos("pier", 30), photos("yard", 25, crops=3)
    first = sides(share_out(deck, [], SplitRules()))
    assert sides(share_out(deck, [], SplitRules())) == first
    assert sides(share_out(list(reversed(deck)), [], SplitRules())) == first
    more = sides(share_out([*deck, *pier, *yard], [], SplitRules()))
    assert first.items() <= more.items()
    assert sides(share_out(deck, [], SplitRules(seed=8))) != first


def test_shares_may_be_anything_that_adds_up():
    assert counts(share_out(photos("deck", 40), [], SplitRules(SplitRules.parse_shares("50/25/25")))) == (20, 10, 10)
    assert counts(share_out(photos("deck", 40), [], SplitRules(SplitRules.parse_shares("100/0/0")))) == (40, 0, 0)
    assert counts(share_out(photos("deck", 1), [], SplitRules())) == (1, 0, 0)
    for wrong, sentence in (("80/20", "80/10/10"), ("80/10/20", "add up to 100"), ("120/-10/-10", "add up")):
        with pytest.raises(ValueError, match=sentence):
            SplitRules.parse_shares(wrong)


def test_official_splits_are_kept_unless_redrawn():
    own = [*photos("deep", 30, split="train"), *photos("crack", 20, split="test")]
    assert counts(share_out(own, [], SplitRules())) == (30, 0, 20)
    assert counts(share_out(own, [], SplitRules(official=False))) == (40, 5, 5)
    assert counts(share_out(own, [], SplitRules(redrawn=frozenset({"crack"})))) == (46, 2, 2)


def test_a_source_photo_on_both_official_sides_leaves_training():
    own = [*photos("deep", 3, split="test"), *photos("deep", 4, crops=2, split="train")]
    renamed = [
        Inspected(Pair("deep", f"t{n}", one.pair.group, "x", NoCracks(), one.pair.split), BLANK, 0.1)
        for n, one in enumerate(own)
    ]
    sharing = share_out(renamed, [], SplitRules())
    assert counts(sharing) == (2, 0, 3)
    assert len(sharing.left_out) == 6 and "authors' test split" in sharing.left_out[0].reason


def test_source_photos_that_share_a_picture_become_one_group():
    deck = photos("deck", 30, crops=2)
    alike = [same(0, 10), same(10, 25), same(40, 41)]
    sharing = share_out(deck, alike, SplitRules())
    groups = {one.inspected.pair.name: one.group for one in sharing.assigned}
    assert len(groups) == 60 and len(set(groups.values())) == 28
    assert {groups[f"deck_{n}-1"] for n in (0, 5, 12)} == {"deck_0"}
    assert sharing.joined == ("deck_0 = deck_5 = deck_12",)
    split = sides(sharing)
    assert len({split[f"deck_{n}-{crop}"] for n in (0, 5, 12) for crop in (0, 1)}) == 1


def test_a_picture_in_two_sets_is_kept_in_the_first_and_its_neighbours_stay_with_it():
    both = [*photos("cfd", 20), *photos("forest", 20, crops=2)]
    sharing = share_out(both, [same(3, 20)], SplitRules())
    assert [one.name for one in sharing.left_out] == ["forest_0-0"]
    assert sharing.left_out[0].reason == "a copy of cfd_3-0"
    split = sides(sharing)
    assert split["forest_0-1"] == split["cfd_3-0"]
    kept = share_out(both, [same(3, 20)], SplitRules(keep_copies=True))
    assert not kept.left_out and sides(kept)["forest_0-0"] == sides(kept)["cfd_3-0"]


def test_a_copy_of_a_test_photo_leaves_the_set_that_trains():
    both = [*photos("mixed", 20), *photos("deep", 5, split="test")]
    sharing = share_out(both, [same(4, 22)], SplitRules())
    assert [(one.name, one.reason) for one in sharing.left_out] == [("mixed_4-0", "a copy of deep_2-0")]
    inside = share_out(
        [*photos("deep", 5, split="test"), *photos("dope", 5, split="train")], [same(1, 7)], SplitRules()
    )
    assert [one.name for one in inside.left_out] == ["dope_2-0"]


def drawn(seed, scene="pier", cracks=None):
    return draw_photo(seed, 256, 192, mm_per_pixel=0.8, scene=scene, cracks=cracks).pixels


TURNS = (None, *Image.Transpose)


def saved(pixels, tmp_path, *, quality=60, scale=1.0, turn=None):
    image = Image.fromarray(pixels)
    image = image.transpose(turn) if turn is not None else image
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    image.save(tmp_path / "copy.jpg", quality=quality)
    return np.asarray(Image.open(tmp_path / "copy.jpg"))


@pytest.fixture(scope="module")
def walls():
    return [drawn(seed, scene) for seed in range(2) for scene in ("pier", "abutment")]


@pytest.mark.parametrize(
    "change", [{"turn": turn} for turn in TURNS] + [{"scale": 0.5}, {"scale": 1.7}, {"quality": 30}]
)
def test_a_copy_is_found_turned_rescaled_and_saved_again(walls, tmp_path, change):
    prints = [fingerprint(wall) for wall in walls]
    for number, wall in enumerate(walls):
        copy = fingerprint(saved(wall, tmp_path, **change))
        assert [(one.first, one.second) for one in near_duplicates([*prints, copy])] == [(number, len(walls))]


def test_a_squashed_and_a_brighter_copy_is_found(walls):
    wall = walls[0]
    squashed = np.asarray(Image.fromarray(wall).resize((448, 448)))
    brighter = (wall * 0.7 + 50).astype(np.uint8)
    found = near_duplicates([fingerprint(one) for one in (wall, squashed, brighter)])
    assert [(one.first, one.second) for one in found] == [(0, 1), (0, 2), (1, 2)]


def test_other_cracks_and_other_places_of_the_same_surface_are_no_copies(walls):
    clean = [drawn(seed, cracks=()) for seed in range(10, 14)]
    assert near_duplicates([fingerprint(one) for one in (*walls, *clean)]) == []


def test_flat_pictures_resemble_nothing():
    flat = [fingerprint(np.full((40, 50, 3), grey, np.uint8)) for grey in (90, 120)]
    light = [
        np.linspace(low, high, 512)[:, None, None].repeat(512, 1).repeat(3, 2) for low, high in ((80, 160), (40, 230))
    ]
    assert near_duplicates([*flat, *(fingerprint(one.astype(np.uint8)) for one in light)]) == []
    assert near_duplicates([]) == []
