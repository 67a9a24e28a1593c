import shutil

import numpy as np
import pytest

from segmentation.datasets.pairs import BadSource, Pair
from segmentation.datasets.problems import Problem
from segmentation.datasets.sources import LAYOUTS, Source, read_source, recognise
from segmentation.tests import published_layouts as layouts
from segmentation.tests.drawn_sets import draw_pair, write_manifest, write_pair


def read(text: str) -> tuple[dict[str, Pair], list[Problem]]:
    found = list(read_source(Source.parse(text)))
    pairs = {one.name: one for one in found if isinstance(one, Pair)}
    return pairs, [one for one in found if isinstance(one, Problem)]


@pytest.mark.parametrize(
    ("layout", "drawn"),
    [
        ("crackforest", layouts.crackforest),
        ("crackforest", layouts.crackforest_png),
        ("crack500", layouts.crack500),
        ("crack500", layouts.crack500_unpacked),
        ("crack500", layouts.crack500_whole),
        ("deepcrack", layouts.deepcrack),
        ("gaps384", layouts.gaps384),
        ("gaps384", layouts.gaps384_lists),
        ("cracktree200", layouts.cracktree200),
        ("plain", layouts.plain),
    ],
)
def test_a_published_layout_is_recognised_and_its_masks_are_what_was_drawn(tmp_path, layout, drawn):
    truths = drawn(tmp_path)
    assert recognise(tmp_path) == layout
    pairs, problems = read(f"s=auto:{tmp_path}")
    assert not problems and pairs.keys() == {f"s_{stem}" for stem in truths}
    for stem, truth in truths.items():
        pair = pairs[f"s_{stem}"]
        assert pair.set == "s" and pair.image.stem == stem
        assert np.array_equal(pair.mask.read((80, 96)), truth) and truth.any()
        assert (pair.surface, pair.licence) == (LAYOUTS[layout].surface, LAYOUTS[layout].licence)


@pytest.mark.parametrize("drawn", [layouts.crack500, layouts.crack500_lists])
def test_crack500_keeps_its_splits_and_groups_crops_by_their_photo(tmp_path, drawn):
    drawn(tmp_path)
    pairs, _ = read(f"c=crack500:{tmp_path}")
    assert {(pair.split, pair.group) for pair in pairs.values()} == {
        ("train", "c_20160222_081011"),
        ("val", "c_20160222_080850"),
        ("test", "c_20160222_080933"),
    }


def test_deepcrack_keeps_its_test_split_and_groups_crops_by_their_photo(tmp_path):
    layouts.deepcrack(tmp_path)
    pairs, _ = read(f"d=deepcrack:{tmp_path}")
    assert {pair.stem: (pair.split, pair.group) for pair in pairs.values()} == {
        "11111": ("train", "d_11111"),
        "IMG_6541-2": ("train", "d_IMG_6541"),
        "11125-1": ("test", "d_11125"),
    }


def test_gaps_are_split_by_their_lists_only(tmp_path):
    layouts.gaps384(tmp_path / "folders")
    layouts.gaps384_lists(tmp_path / "lists")
    ((folders,), _), ((lists,), _) = (
        (list(pairs.values()), problems)
        for pairs, problems in (read(f"g=gaps384:{tmp_path / name}") for name in ("folders", "lists"))
    )
    assert (folders.split, lists.split) == ("", "val")
    assert folders.group == lists.group == "g_train_0178"


def test_the_merged_folder_is_taken_apart_into_its_sets(tmp_path):
    truths = layouts.merged(tmp_path)
    assert recognise(tmp_path) == "merged"
    pairs, problems = read(f"khanhha=merged:{tmp_path}")
    assert not problems and len(pairs) == len(truths)
    groups = {pair.image.stem: pair.group for pair in pairs.values()}
    clean = groups.pop("noncrack_noncrack_concrete_wall_9_27.jpg")
    assert groups == layouts.MERGED and clean == "noncrack_noncrack_concrete_wall_9"
    cfd = pairs["cfd_001"]
    assert (cfd.set, cfd.stem, cfd.split) == ("cfd", "001", "") and "non-commercial" in cfd.licence
    assert np.array_equal(cfd.mask.read((80, 96)), truths["CFD_001"])


def test_a_name_that_belongs_to_no_merged_set_is_told(tmp_path):
    layouts.merged(tmp_path)
    write_pair(tmp_path, "holiday", 3)
    pairs, (problem,) = read(f"khanhha=merged:{tmp_path}")
    assert len(pairs) == 8 and "holiday" in problem.name and "CRACK500" in problem.detail
    assert recognise(tmp_path) == "plain"


def test_plain_folders_by_split_keep_it(tmp_path):
    layouts.plain_splits(tmp_path)
    pairs, _ = read(f"p=auto:{tmp_path}")
    assert {pair.stem: pair.split for pair in pairs.values()} == {
        "train_1": "train",
        "valid_1": "val",
        "test_1": "test",
    }


def test_a_data_set_of_our_own_keeps_sets_groups_splits_and_licences(tmp_path):
    write_manifest(tmp_path, [("deck", "deck_a1", "a", "val"), ("pier 3", "b1", "a", "test")])
    pairs, problems = read(f"own=auto:{tmp_path}")
    assert not problems
    assert {(p.set, p.name, p.group, p.split, p.licence) for p in pairs.values()} == {
        ("deck", "deck_a1", "a", "val", "drawn"),
        ("pier_3", "pier_3_b1", "a", "test", "drawn"),
    }


@pytest.mark.parametrize(
    ("row", "kind"),
    [("deck,x,x,training", "unreadable"), ("deck,x,x,train", "missing_photo"), ("..,../x,x,train", "missing_photo")],
)
def test_a_row_of_a_manifest_that_leads_nowhere_is_told(tmp_path, row, kind):
    (tmp_path / "manifest.csv").write_text(f"set,stem,group,split\n{row}\n")
    pairs, (problem,) = read(f"own=hairline:{tmp_path}")
    assert not pairs and problem.kind == kind


def test_a_folder_of_photos_without_cracks_needs_no_masks_and_is_never_guessed(tmp_path):
    layouts.save(tmp_path / "brick.jpg", draw_pair(1, cracked=False)[0])
    pairs, _ = read(f"brick=crack-free:{tmp_path}")
    assert not pairs["brick_brick"].mask.read((80, 96)).any()
    with pytest.raises(BadSource):
        recognise(tmp_path)


def test_what_has_no_partner_is_told_on_both_sides(tmp_path):
    layouts.deepcrack(tmp_path)
    (tmp_path / "train_lab/11111.png").unlink()
    (tmp_path / "test_img/11125-1.jpg").unlink()
    pairs, problems = read(f"d=deepcrack:{tmp_path}")
    assert pairs.keys() == {"d_IMG_6541-2"}
    assert {(p.kind, p.name) for p in problems} == {("missing_mask", "d_11111"), ("missing_photo", "d_11125-1")}


def test_two_photos_of_one_stem_and_a_listed_file_that_is_away_are_told(tmp_path):
    layouts.plain(tmp_path / "p")
    shutil.copy(tmp_path / "p/images/a.png", tmp_path / "p/images/a.jpg")
    _, (twice,) = read(f"p=plain:{tmp_path / 'p'}")
    assert twice.kind == "duplicate_name"
    layouts.crack500_lists(tmp_path / "c")
    shutil.rmtree(tmp_path / "c/all")
    _, problems = read(f"c=crack500:{tmp_path / 'c'}")
    assert [problem.kind for problem in problems] == ["missing_photo"] * 3


def test_an_unknown_layout_is_answered_with_what_is_known_and_what_was_seen(tmp_path):
    (tmp_path / "holiday").mkdir()
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(BadSource, match=r"There is: holiday/, notes\.txt\. Known are: hairline: manifest\.csv; crackf"):
        list(read_source(Source.parse(f"x=auto:{tmp_path}")))


@pytest.mark.parametrize(("layout", "lacks"), [("deepcrack", None), ("gaps384", "croppedimg"), ("plain", "images")])
def test_a_folder_that_is_not_of_its_layout_is_answered_with_what_is_missing(tmp_path, layout, lacks):
    if lacks:
        with pytest.raises(BadSource, match=f"no folder {lacks}"):
            read(f"x={layout}:{tmp_path}")
    else:
        assert {problem.kind for problem in read(f"x={layout}:{tmp_path}")[1]} == {"missing_photo"}
    with pytest.raises(BadSource, match=r"There is no .*away \(source x\)"):
        read(f"x={layout}:{tmp_path / 'away'}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("deck", "NAME=LAYOUT:PATH"),
        ("deck=photos", "NAME=LAYOUT:PATH"),
        ("deck=zip:photos", "no layout 'zip'; known are hairline, crackforest"),
        ("Deck 4=plain:photos", "small letters"),
    ],
)
def test_a_source_that_is_written_wrongly_is_answered_with_how_to_write_it(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        Source.parse(text)
