import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segmentation.__main__ import main
from segmentation.checkpoints import ModelCard, read_card, resolve_network, rewrite_card
from segmentation.evaluation.choosing import choose_temperature, choose_threshold
from segmentation.evaluation.counting import look_at
from segmentation.evaluation.report import report_of
from segmentation.evaluation.selection import select
from segmentation.inference import CrackSegmenter
from segmentation.tests.drawn_sets import draw_pair, write_folders, write_manifest
from segmentation.training.catalogue import DataError, Fold, read_catalogue, read_negatives

REAL = Path(__file__).parents[3] / "shared" / "data"
needs_real_photos = pytest.mark.skipif(not (REAL / "manifest.csv").is_file(), reason="real photos are not here")


class DarknessEngine:
    """Calls dark pixels crack. On the drawn walls a line has 1 - 40 / 255 = 0.84, the wall about 0.3."""

    card = ModelCard("darkness", "none", tile=64, overlap=16)
    device_label = "darkness"
    batch = 2
    at_once = 1
    step = 1

    def __init__(self, shift: int = 0) -> None:
        self.shift = shift

    def rest(self):
        pass

    def predict(self, tiles):
        dark = 1 - tiles.mean(axis=3, dtype=np.float32) / 255
        return np.roll(dark, self.shift, axis=2)


def records_of(samples, *, shift=0, threshold=0.6, **more):
    segmenter = CrackSegmenter(DarknessEngine(shift))
    return [look.record for look in look_at(segmenter, samples, threshold=threshold, **more)]


@pytest.fixture
def samples(tmp_path):
    rows = [("deck", f"d{n}", f"d{n}", "test") for n in range(5)] + [("pier", "p", "p", "test")]
    return read_catalogue(write_manifest(tmp_path / "data", rows))


def test_a_perfect_answer_scores_one_in_every_set(samples):
    report = report_of(records_of(samples), draws=50)
    assert {name: row["photos"] for name, row in report["sets"].items()} == {"deck": 5, "pier": 1}
    for row in (*report["sets"].values(), report["pooled"], report["mean_of_sets"]):
        names = ("precision", "recall", "f1", "iou", "dice_mean", "iou_mean", "f1_2px", "f1_4px", "cliou_4px")
        assert [row[name] for name in names] == [1.0] * 9
    assert report["sets"]["deck"]["f1_ci"] == [1, 1]
    # A single source photo says nothing about the next one.
    assert report["sets"]["pier"]["f1_ci"] is None
    assert report["detection"]["targets"] == report["detection"]["hits"] == 6


def test_an_answer_beside_the_crack_scores_with_tolerance_only(samples):
    # On a slanting line a shift along x is a smaller one across it.
    row = report_of(records_of(samples, shift=2), draws=0)["sets"]["deck"]
    assert row["f1"] < 0.9 < row["f1_2px"] <= row["f1_4px"]
    assert row["cliou_4px"] > 0.9
    assert row["f1_ci"] is None


def test_calling_everything_crack_has_full_recall_and_the_cracks_share_as_precision(samples):
    (record,) = records_of(samples[5:], threshold=0.01)
    share = (record.strict.tp + record.strict.fn) / (96 * 80)
    assert record.strict.recall == 1 and record.strict.precision == pytest.approx(share)


def test_the_chosen_threshold_lies_between_wall_and_line(samples):
    seen = []
    threshold, score = choose_threshold(DarknessEngine(), samples, progress=lambda sample: seen.append(sample.stem))
    assert 0.4 < threshold < 0.85 and score == 1
    assert seen == ["d0", "d1", "d2", "d3", "d4", "p"]


def test_a_temperature_is_fitted_on_top_of_the_one_the_engine_has(samples):
    # Wall at 0.3 and line at 0.84 tell all pixels apart: the colder the likelier, as far as is allowed.
    engine = DarknessEngine()
    engine.card = ModelCard("darkness", "none", tile=64, overlap=16, temperature=3.0)
    assert choose_temperature(engine, samples) == pytest.approx(3 * 0.25, rel=0.01)


def test_an_unreadable_photo_is_left_out_and_told(samples):
    samples[1].image.write_bytes(b"no photo")
    failed = []
    records = records_of(samples, failed=lambda sample, error: failed.append((sample.stem, str(error))))
    assert [record.stem for record in records] == ["d0", "d2", "d3", "d4", "p"]
    assert failed[0][0] == "d1" and "Copy it again" in failed[0][1]


@pytest.fixture
def data(tmp_path):
    """A set with validation and test photos, two crack-free training photos, brick negatives and noncrack photos."""
    rows = [("deck", f"t{n}", f"t{n}", "test") for n in range(2)]
    rows += [("deck", f"v{n}", f"v{n}", "val") for n in range(10)]
    rows += [("deck", f"clean{n}", f"clean{n}", "train") for n in range(6)]
    root = write_manifest(tmp_path / "data", rows)
    for number in range(6):
        wall, empty = draw_pair(50 + number, cracked=False)
        Image.fromarray(empty).save(root / "deck" / "masks" / f"clean{number}.png")
        for folder in ("negatives/brick", "photos/noncrack"):
            (root / folder).mkdir(parents=True, exist_ok=True)
            Image.fromarray(wall).save(root / folder / f"w{number}.jpg")
    return root


def card(**settings):
    return ModelCard("darkness", "none", settings=settings)


def test_only_crack_free_photos_that_training_never_saw_are_scored(data):
    fold = Fold.parse("1/2")
    chosen = select(data, "test", card=card(held_out="1/2"))
    found = {(sample.set, sample.stem) for sample in chosen.collections}
    unseen = {s.stem for s in read_catalogue(data) if s.stem.startswith("clean") and fold.holds(s)}
    bricks = {s.stem for s in read_negatives(data) if fold.holds(s)}
    assert 0 < len(unseen) < 6 and 0 < len(bricks) < 6
    assert {stem for name, stem in found if name == "deck crack-free"} == unseen
    assert {stem for name, stem in found if name == "negatives/brick"} == bricks
    assert len([stem for name, stem in found if name == "photos/noncrack"]) == 6
    assert chosen.notes == () and {sample.stem for sample in chosen.split} == {"t0", "t1"}


def test_a_card_that_names_no_fold_scores_no_training_photo_and_says_so(data):
    chosen = select(data, "test", card=card())
    assert {sample.set for sample in chosen.collections} == {"photos/noncrack"}
    assert "does not say which crack-free photos it never saw" in chosen.notes[0]
    asked = select(data, "test", card=card(), fold=Fold.parse("1/2"))
    assert {sample.set for sample in asked.collections} >= {"photos/noncrack", "negatives/brick"} and not asked.notes
    with pytest.raises(DataError, match="kept fold 0/2 from training"):
        select(data, "test", card=card(held_out="0/2"), fold=Fold.parse("1/2"))
    with pytest.raises(DataError, match="names a fold that is none"):
        select(data, "test", card=card(held_out="first"))


def test_crack_free_collections_belong_to_the_test_and_can_be_left_out(data):
    assert select(data, "val", card=card(held_out="0/2")).collections == ()
    assert select(data, "test", card=card(held_out="0/2"), clean=False).collections == ()
    # Asked for all splits, the training photos without a crack are scored in their set, and not twice.
    everything = select(data, "all", card=card(held_out="0/2"))
    assert "deck crack-free" not in {sample.set for sample in everything.collections}


def test_a_sample_takes_photos_from_all_over_a_set(data):
    chosen = select(data, "all", card=card()).limited(3)
    assert [sample.stem for sample in chosen.split] == ["t0", "v4", "clean0"]
    assert len(chosen.collections) == 3 and "Do not quote" in chosen.notes[-1]


def test_the_command_reports_and_writes_scores_and_pictures(data, tmp_path, capsys):
    (data / "deck" / "images" / "t1.png").write_bytes(b"no photo")
    own = tmp_path / "own.safetensors"
    shutil.copy(resolve_network("default"), own)
    rewrite_card(own, settings={"held_out": "1/2"})
    file, pictures = tmp_path / "new" / "scores.json", tmp_path / "pictures"
    words = ["evaluate", "--data", str(data), "--network", str(own), "--json", str(file), "--device", "torch-cpu"]
    # The photo that cannot be read makes it a failure; everything else is there all the same.
    assert main([*words, "--pictures", str(pictures), "--bootstrap", "20"]) == 1
    report, table = json.loads(file.read_text()), capsys.readouterr().out
    assert "deck/t1.png: The photo cannot be decoded" in report["unreadable"][0]
    assert list(report["sets"]) == ["deck", "deck crack-free", "negatives/brick", "photos/noncrack"]
    assert report["pooled"]["photos"] == 1 and report["pooled"]["crack_free_photos"] > 6
    assert report["sets"]["photos/noncrack"]["f1"] is None
    assert report["threshold"] == read_card(own).threshold
    assert f"{report['pooled']['f1']:.4f}" in table and "photos/noncrack" in table and "Left out: deck/t1.png" in table
    for name in ("reliability.png", "detection.png", "worst-deck.jpg"):
        with Image.open(pictures / name) as picture:
            assert picture.width > 500


def test_the_command_chooses_temperature_and_threshold_on_validation_and_writes_both(tmp_path, capsys):
    own = tmp_path / "own.safetensors"
    shutil.copy(resolve_network("default"), own)
    before = read_card(own)
    data = write_manifest(tmp_path / "data", [("deck", "v", "v", "val"), ("pier", "w", "w", "val")])
    words = ["evaluate", "--data", str(data), "--network", str(own), "--choose-threshold", "--device", "torch-cpu"]
    assert main(words) == 2
    assert "--split val" in capsys.readouterr().err
    assert main([*words, "--split", "val", "--threshold", "0.4"]) == 2
    file = tmp_path / "scores.json"
    assert main([*words, "--split", "val", "--sets", "pier", "--json", str(file)]) == 0
    report, after = json.loads(file.read_text()), read_card(own)
    assert report["sets"].keys() == {"pier"}
    assert report["threshold"] == after.threshold != before.threshold
    assert report["temperature"] == after.temperature != before.temperature


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--sets", "moon"], "No photo to score belongs to moon; there are deck"),
        (["--split", "val"], "has no val photo"),
        (["--network", "none"], "no such file, nor a shipped network"),
    ],
)
def test_what_cannot_be_scored_ends_with_a_sentence(tmp_path, capsys, more, sentence):
    data = write_manifest(tmp_path / "data", [("deck", "t", "t", "test")])
    assert main(["evaluate", "--data", str(data), *more]) == 1
    assert sentence in capsys.readouterr().err


def test_without_a_photo_that_can_be_read_there_is_no_report(tmp_path, capsys):
    data = write_folders(tmp_path / "data", 1)
    (data / "images" / "wall_0.png").write_bytes(b"no photo")
    assert main(["evaluate", "--data", str(data), "--split", "all", "--device", "torch-cpu"]) == 1
    assert "None of the photos can be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--bootstrap", "-1"], ["--limit", "0"], ["--held-out", "3/3"], ["--threshold", "1"]]
)
def test_numbers_that_are_none_are_called_wrongly(words):
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "--data", "nowhere", *words])
    assert ended.value.code == 2


@needs_real_photos
def test_the_shipped_network_finds_the_cracks_of_real_photos(tmp_path, monkeypatch):
    from segmentation.engines import load_engine

    monkeypatch.setenv("HAIRLINE_CACHE", str(tmp_path))
    photos = [s for s in read_catalogue(REAL) if s.set == "deepcrack" and s.split == "test"][::40]
    engine = load_engine(resolve_network("default"))
    looks = look_at(CrackSegmenter(engine), photos, threshold=engine.card.threshold)
    report = report_of([look.record for look in looks], draws=100)
    row = report["sets"]["deepcrack"]
    assert row["f1"] > 0.7
    assert row["f1_ci"][0] <= row["f1"] <= row["f1_ci"][1]
