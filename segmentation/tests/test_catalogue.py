import pytest

from segmentation.tests.drawn_sets import write_folders, write_manifest, write_pair
from segmentation.training.catalogue import DataError, carve_validation, of_split, read_catalogue, read_negatives
from segmentation.training.data import crack_free


def test_a_manifest_over_folders_by_set(tmp_path):
    rows = [("deck", "a1", "a", "train"), ("deck", "b1", "b", "val"), ("pier", "c1", "c", "test")]
    samples = read_catalogue(write_manifest(tmp_path, rows))
    assert [(s.set, s.stem, s.group, s.split) for s in samples] == rows
    assert samples[2].image == tmp_path / "pier" / "images" / "c1.png" and samples[2].mask.is_file()
    assert (samples[0].surface, samples[0].licence) == ("concrete", "drawn")


def test_a_manifest_beside_one_folder_of_images(tmp_path):
    rows = [("survey 4", "a1", "a", "train"), ("survey 4", "b1", "b", "test")]
    samples = read_catalogue(write_manifest(tmp_path, rows, by_set=False))
    assert [s.image for s in samples] == [tmp_path / "images" / "a1.png", tmp_path / "images" / "b1.png"]


def test_without_a_manifest_the_name_decides_the_split_for_ever(tmp_path):
    samples = read_catalogue(write_folders(tmp_path, 60, size=(8, 8)))
    shares = {split: len(of_split(samples, split)) for split in ("train", "val", "test")}
    assert sum(shares.values()) == 60 == len(of_split(samples, "all"))
    assert shares["train"] > 36 and shares["val"] > 1 and shares["test"] > 1
    (tmp_path / "images" / "wall_0.png").unlink()
    again = {s.stem: s.split for s in read_catalogue(tmp_path)}
    assert again == {s.stem: s.split for s in samples if s.stem != "wall_0"}


def test_photos_without_a_mask_are_listed_with_the_cure(tmp_path):
    write_folders(tmp_path, 30)
    for number in range(5, 30):
        (tmp_path / "masks" / f"wall_{number}.png").unlink()
    with pytest.raises(DataError, match=r"without a mask \(25\)\. Add the mask .*or take the photo away") as told:
        read_catalogue(tmp_path)
    assert "images/wall_10.png has no masks/wall_10.png" in str(told.value)
    assert str(told.value).endswith("… and 5 more")


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        ("set,stem\ndeck,a\n", "lacks the columns group, split"),
        ("set,stem,group,split\ndeck,a,a,training\n", "split 'training'; known are train, val, test"),
        ("set,stem,group,split\ndeck,a,a,train\n", "deck/a, but its photo is not there. Add it"),
        ("set,stem,group,split\ndeck,a,a,train\ndeck,b,b,learn\n", r"\(2 of 2\)(.|\n)*deck/a(.|\n)*b in the manifest"),
        ("", "lacks the columns"),
    ],
)
def test_a_manifest_that_is_wrong_is_answered_with_the_cure(tmp_path, manifest, sentence):
    (tmp_path / "manifest.csv").write_text(manifest)
    with pytest.raises(DataError, match=sentence):
        read_catalogue(tmp_path)


def test_an_empty_folder_is_answered_with_what_was_expected(tmp_path):
    with pytest.raises(DataError, match=r"manifest\.csv, or the folders images/ and masks/"):
        read_catalogue(tmp_path)


def test_validation_is_carved_by_source_photo_and_never_out_of_test(tmp_path):
    rows = [("deck", f"{group}_{crop}", f"g{group}", "train") for group in range(20) for crop in range(3)]
    rows += [("deck", "t", "t", "test"), ("pier", "g3_9", "g3", "train")]
    samples = read_catalogue(write_manifest(tmp_path, rows))
    carved = carve_validation(samples)
    sides = {}
    for sample in carved:
        sides.setdefault(sample.group, set()).add(sample.split)
    assert all(len(splits) == 1 for splits in sides.values())
    moved = {group for group, splits in sides.items() if splits == {"val"}}
    assert len(moved) == 3
    assert sides["t"] == {"test"}
    assert carve_validation(samples) == carved


def test_a_set_with_validation_photos_keeps_them_and_a_tiny_one_its_training_photos(tmp_path):
    rows = [("deck", f"v{n}", f"v{n}", "val") for n in range(10)]
    rows += [("deck", f"d{n}", f"d{n}", "train") for n in range(90)]
    rows += [("pier", f"p{n}", f"p{n}", "train") for n in range(3)]
    samples = read_catalogue(write_manifest(tmp_path, rows))
    assert carve_validation(samples) == samples


def test_photos_without_a_crack_are_found_in_masks_and_in_the_folder_of_negatives(tmp_path):
    write_folders(tmp_path, 2)
    write_pair(tmp_path, "clean", 7, cracked=False)
    write_pair(tmp_path / "negatives", "brick", 8, cracked=False)
    assert [s.stem for s in crack_free(read_catalogue(tmp_path))] == ["clean"]
    (brick,) = read_negatives(tmp_path / "negatives" / "..")[:1]
    assert brick.mask is None and brick.split == "train"
