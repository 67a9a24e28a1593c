import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segmentation.__main__ import main
from segmentation.datasets import building, inspection
from segmentation.images import read_image
from segmentation.tests import published_layouts as layouts
from segmentation.tests.drawn_sets import draw_pair, write_folders, write_pair
from segmentation.training.catalogue import read_catalogue
from segmentation.training.data import read_mask


def build(*words, out=None):
    return main(["build-data", *map(str, words), *(("--out", str(out)) if out else ())])


@pytest.fixture
def deck(tmp_path):
    return write_folders(tmp_path / "deck", 10)


def content(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_several_sets_become_one_that_training_reads(tmp_path, deck, capsys):
    layouts.deepcrack(tmp_path / "deep")
    truths = layouts.crackforest(tmp_path / "cfd")
    out = tmp_path / "data" / "all"
    sources = [f"--source={name}=auto:{tmp_path / name}" for name in ("deck", "deep", "cfd")]
    assert build(*sources, "--licence", "deck=ours", "--surface", "deck=concrete", out=out) == 0
    samples = {sample.stem: sample for sample in read_catalogue(out)}
    assert len(samples) == 16
    test = samples["deep_11125-1"]
    assert (test.set, test.group, test.split) == ("deep", "deep_11125", "test")
    assert (samples["deck_wall_0"].surface, samples["deck_wall_0"].licence) == ("concrete", "ours")
    assert "non-commercial" in samples["cfd_001"].licence
    assert test.image.read_bytes() == (tmp_path / "deep/test_img/11125-1.jpg").read_bytes()
    with Image.open(samples["cfd_001"].mask) as mask:
        assert mask.mode == "L" and set(np.unique(mask)) == {0, 255}
    assert np.array_equal(read_mask(samples["cfd_001"].mask) > 0, truths["001"])
    shown = capsys.readouterr().out
    assert "set   split  photos  crack-free  groups" in shown and f"16 photos in {out}" in shown
    assert "deck  train       8           0       8" in shown


def test_the_sums_tell_a_version_and_the_same_recipe_gives_it_again(tmp_path, deck):
    words = (f"--source=deck=plain:{deck}", "--crop", "40", "--seed", "3")
    assert build(*words, out=tmp_path / "a") == 0 == build(*words, out=tmp_path / "b")
    first = content(tmp_path / "a")
    assert first == content(tmp_path / "b")
    facts = json.loads((tmp_path / "a/build.json").read_text())
    assert facts["sha256"] == first["files.sha256"] and facts["files"] == len(first) - 2
    assert facts["settings"]["seed"] == 3 and facts["settings"]["crop"] == 40
    check = subprocess.run(["sha256sum", "-c", "--quiet", "files.sha256"], cwd=tmp_path / "a", check=False)
    assert check.returncode == 0


def test_the_merged_folder_loses_the_second_crackforest(tmp_path, capsys):
    layouts.merged(tmp_path / "m")
    for kind in ("images", "masks"):
        shutil.copy(tmp_path / "m" / kind / "CFD_001.jpg", tmp_path / "m" / kind / "forest_001.jpg")
    assert build(f"--source=khanhha=auto:{tmp_path / 'm'}", out=tmp_path / "out") == 0
    stems = {sample.stem for sample in read_catalogue(tmp_path / "out")}
    assert "cfd_001" in stems and "forest_001" not in stems and len(stems) == 8
    assert "forest_001: a copy of cfd_001" in capsys.readouterr().out
    assert build(f"--source=khanhha=auto:{tmp_path / 'm'}", "--keep-copies", out=tmp_path / "out") == 0
    both = {sample.stem: sample for sample in read_catalogue(tmp_path / "out")}
    assert both["forest_001"].group == both["cfd_001"].group


def test_a_set_that_comes_twice_is_told_apart_and_its_copies_go(tmp_path, capsys):
    truths = layouts.merged(tmp_path / "khanhha")
    stem = "11125-1"
    for split in ("train", "test"):
        for kind in ("img", "lab"):
            (tmp_path / "deepcrack" / f"{split}_{kind}").mkdir(parents=True)
    shutil.copy(tmp_path / f"khanhha/images/DeepCrack_{stem}.jpg", tmp_path / f"deepcrack/test_img/{stem}.jpg")
    layouts.save(tmp_path / f"deepcrack/test_lab/{stem}.png", truths[f"DeepCrack_{stem}"])
    sources = [f"--source={name}=auto:{tmp_path / name}" for name in ("deepcrack", "khanhha")]
    assert build(*sources, out=tmp_path / "out") == 0
    samples = {sample.stem: sample for sample in read_catalogue(tmp_path / "out")}
    assert len(samples) == 8 and samples["deepcrack_11125-1"].split == "test"
    assert "khanhha_deepcrack_11125-1: a copy of deepcrack_11125-1" in capsys.readouterr().out


def test_names_are_chosen_by_pattern(tmp_path):
    layouts.merged(tmp_path / "m")
    source = f"--source=khanhha=merged:{tmp_path / 'm'}"
    assert build(source, "--only", "noncrack*", "--only", "cfd*", out=tmp_path / "some") == 0
    names = {sample.stem for sample in read_catalogue(tmp_path / "some")}
    assert names == {"noncrack_noncrack_concrete_wall_9_27", "cfd_001"}
    assert build(source, "--without", "noncrack*", out=tmp_path / "rest") == 0
    assert len(read_catalogue(tmp_path / "rest")) == 7


def test_empty_masks_are_fine_where_the_name_says_so_and_else_a_warning(tmp_path, capsys):
    write_pair(tmp_path / "walls", "clean_1", 1, cracked=False)
    write_pair(tmp_path / "walls", "noncrack_2", 2, cracked=False)
    source = f"--source=walls=plain:{tmp_path / 'walls'}"
    assert build(source, out=tmp_path / "out") == 0
    told = capsys.readouterr()
    assert "walls_clean_1" in told.err and "noncrack_2" not in told.err and "a warning" in told.err
    assert "walls  train       2           2       2" in told.out
    assert build(source, "--crack-free", "clean*", "--crack-free", "*noncrack*", out=tmp_path / "out") == 0
    assert not capsys.readouterr().err


def test_shrinking_keeps_the_proportions_and_averages_areas(tmp_path, capsys):
    folder = tmp_path / "big"
    pixels = np.kron((np.indices((30, 40)).sum(0) % 2 * 255).astype(np.uint8), np.ones((4, 4), np.uint8))
    layouts.save(folder / "images/checks.png", pixels[..., None].repeat(3, 2))
    mask = np.zeros((120, 160), np.uint8)
    mask[40:80, 40:80] = 255
    mask[100] = 255
    layouts.save(folder / "masks/checks.png", mask)
    assert build(f"--source=big=plain:{folder}", "--size", "20", out=tmp_path / "out") == 0
    (sample,) = read_catalogue(tmp_path / "out")
    small = read_image(sample.image).pixels
    assert small.shape == (15, 20, 3) and np.abs(small.astype(int) - 127.5).max() <= 1
    expected = np.zeros((15, 20), np.uint8)
    expected[5:10, 5:10] = 255
    assert np.array_equal(read_mask(sample.mask), expected)
    assert "narrower than a pixel" not in capsys.readouterr().out
    assert build(f"--source=big=plain:{folder}", "--size", "4000", out=tmp_path / "out") == 0
    assert read_image(read_catalogue(tmp_path / "out")[0].image).pixels.shape == (120, 160, 3)


def test_a_crack_that_shrinking_loses_is_counted(tmp_path, deck, capsys):
    assert build(f"--source=deck=plain:{deck}", "--size", "12", out=tmp_path / "out") == 0
    assert "more than half of the crack from 10 masks" in capsys.readouterr().out
    assert len(json.loads((tmp_path / "out/build.json").read_text())["thinned"]) == 10


def test_tiles_cover_the_photo_at_its_own_resolution_and_stay_in_its_group(tmp_path):
    write_pair(tmp_path / "deck", "a", 1, size=(100, 64))
    source = f"--source=deck=plain:{tmp_path / 'deck'}"
    assert build(source, "--crop", "32", out=tmp_path / "out") == 0
    samples = read_catalogue(tmp_path / "out")
    pixels, truth = draw_pair(1, size=(100, 64))
    seen = np.zeros(truth.shape, int)
    for sample in samples:
        x, y = map(int, sample.stem.split("_")[-2:])
        assert np.array_equal(read_image(sample.image).pixels, pixels[y : y + 32, x : x + 32])
        assert np.array_equal(read_mask(sample.mask), truth[y : y + 32, x : x + 32])
        seen[y : y + 32, x : x + 32] += 1
    assert len(samples) == 8 == len({sample.stem for sample in samples})
    assert seen.min() == 1 and {sample.group for sample in samples} == {"deck_a"}
    assert build(source, "--crop", "32", "--drop-empty-tiles", out=tmp_path / "out") == 0
    cracked = read_catalogue(tmp_path / "out")
    assert 0 < len(cracked) < 8 and all(read_mask(sample.mask).any() for sample in cracked)


def test_masks_of_other_kinds_are_read_where_that_is_said(tmp_path, capsys):
    pixels, truth = draw_pair(1)
    for name, mask in (("white", 255 - truth), ("numbers", truth // 255)):
        layouts.save(tmp_path / name / "images/a.png", pixels)
        layouts.save(tmp_path / name / "masks/a.png", mask)
    sources = [f"--source={name}=plain:{tmp_path / name}" for name in ("white", "numbers")]
    assert build(*sources, out=tmp_path / "out") == 1
    told = capsys.readouterr().err
    assert "white_a: 9" in told and "--invert" in told and "--class-numbers" in told
    right = ("--invert", "white", "--class-numbers", "numbers", "--keep-copies")
    assert build(*sources, *right, out=tmp_path / "out") == 0
    for sample in read_catalogue(tmp_path / "out"):
        assert np.array_equal(read_mask(sample.mask), truth)


def spoil(deck):
    (deck / "masks/wall_1.png").unlink()
    (deck / "images/wall_2.png").write_bytes(b"")
    Image.new("L", (96, 79)).save(deck / "masks/wall_3.png")
    write_pair(deck, "Wall_4", 44)


def test_bad_data_is_listed_before_anything_is_written(tmp_path, deck, capsys):
    spoil(deck)
    assert build(f"--source=deck=plain:{deck}", out=tmp_path / "out") == 1
    told = capsys.readouterr().err
    for line in (
        "Photos without a mask (1). Add the mask",
        "Files that cannot be read (1). Copy them again",
        "deck_wall_3: the photo is 96 × 80 pixels upright, its mask 96 × 79",
        "Names that occur twice (1).",
        "Nothing was written. Mend this, or leave it out with --skip-bad.",
    ):
        assert line in told
    assert not (tmp_path / "out").exists()
    assert build(f"--source=deck=plain:{deck}", "--skip-bad", out=tmp_path / "out") == 0
    assert len(read_catalogue(tmp_path / "out")) == 7


def test_a_look_before_building_writes_nothing(tmp_path, deck, capsys):
    before = content(tmp_path)
    assert build(f"--source=deck=plain:{deck}", "--dry-run") == 0
    assert content(tmp_path) == before and "deck  train       8" in capsys.readouterr().out


def test_groups_can_be_told_by_a_pattern(tmp_path):
    for number in range(12):
        write_pair(tmp_path / "deck", f"IMG_{number // 3}_tile{number}", number)
    assert build(f"--source=deck=plain:{tmp_path / 'deck'}", "--group", r"deck=^(IMG_\d+)_", out=tmp_path / "out") == 0
    assert {sample.group for sample in read_catalogue(tmp_path / "out")} == {f"deck_IMG_{n}" for n in range(4)}


def test_an_earlier_build_is_replaced_and_anything_else_is_not(tmp_path, deck, capsys):
    out = tmp_path / "out"
    out.mkdir()
    assert build(f"--source=deck=plain:{deck}", out=out) == 0
    assert build(f"--source=pier=plain:{deck}", out=out) == 0
    assert {sample.set for sample in read_catalogue(out)} == {"pier"} and not (out / "deck").exists()
    (out / "notes.txt").write_text("mine")
    before = content(out)
    assert build(f"--source=deck=plain:{deck}", out=out) == 1
    assert "1 files that no build wrote, such as notes.txt" in capsys.readouterr().err
    assert content(out) == before
    assert build(f"--source=deck=plain:{deck}", out=deck) == 1
    assert build(f"--source=deck=plain:{deck}", out=deck / "images/wall_0.png") == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_a_build_that_is_stopped_leaves_what_was_there(tmp_path, deck, monkeypatch, capsys, error):
    out = tmp_path / "out"
    assert build(f"--source=deck=plain:{deck}", out=out) == 0
    before = content(out)

    def stop(*_):
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(building, "write_build", stop)
        assert build(f"--source=pier=plain:{deck}", out=out) == (130 if error is KeyboardInterrupt else 1)
    assert content(out) == before and sorted(path.name for path in tmp_path.iterdir()) == ["deck", "out"]
    assert build(f"--source=pier=plain:{deck}", out=out) == 0


def test_a_machine_that_stopped_between_two_renames_is_mended(tmp_path, deck):
    out = tmp_path / "out"
    assert build(f"--source=deck=plain:{deck}", out=out) == 0
    before = content(out)
    out.rename(tmp_path / ".out.before")
    (tmp_path / ".out.unfinished").mkdir()
    (deck / "masks/wall_1.png").unlink()
    assert build(f"--source=deck=plain:{deck}", "--skip-bad", out=out) == 0
    assert len(content(out)) == len(before) - 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deck", "out"]


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--source", "deck=plain:gone"], 1, "There is no gone (source deck)"),
        (["--source", "deck=plain:{deck}", "--only", "moon*"], 1, "No source has a photo"),
        (["--source", "deck=plain:{deck}", "--source", "deck=plain:{deck}"], 2, "two sources are called deck"),
        (["--source", "deck=plain:{deck}", "--group", "deck=("], 2, "unterminated subpattern"),
    ],
)
def test_what_cannot_be_built_ends_with_a_sentence(tmp_path, deck, capsys, words, status, sentence):
    assert build(*(word.format(deck=deck) for word in words), out=tmp_path / "out") == status
    assert sentence in capsys.readouterr().err and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--out", "x"],
        ["--source", "deck=plain:."],
        ["--source", "deck", "--out", "x"],
        ["--source", "deck=plain:.", "--out", "x", "--size", "9", "--crop", "9"],
        ["--source", "deck=plain:.", "--out", "x", "--split", "80/30/10"],
    ],
)
def test_called_wrongly(words):
    with pytest.raises(SystemExit) as stopped:
        main(["build-data", *words])
    assert stopped.value.code == 2


def test_a_stopped_look_does_not_go_on_with_the_rest(tmp_path, deck, monkeypatch):
    looked = []

    def look(pair, crack_free):
        looked.append(pair.name)
        raise KeyboardInterrupt

    monkeypatch.setattr(inspection, "_inspect", look)
    for number in range(200):
        shutil.copy(deck / "images/wall_0.png", deck / f"images/more_{number}.png")
        shutil.copy(deck / "masks/wall_0.png", deck / f"masks/more_{number}.png")
    assert build(f"--source=deck=plain:{deck}", out=tmp_path / "out") == 130
    assert len(looked) < 200
