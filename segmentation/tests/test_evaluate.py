import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from segmentation.__main__ import main
from segmentation.checkpoints import ModelCard, read_card, resolve_network
from segmentation.tests.drawn_sets import write_folders, write_manifest
from segmentation.training.catalogue import read_catalogue
from segmentation.training.evaluate import SetScore, choose_threshold, evaluate

REAL = Path(__file__).parents[3] / "shared" / "data"
needs_real_photos = pytest.mark.skipif(not (REAL / "manifest.csv").is_file(), reason="real photos are not here")


class DarknessEngine:
    """Calls dark pixels crack. On the drawn walls a line has 1 - 40 / 255 = 0.84, the wall about 0.3."""

    card = ModelCard("darkness", "none", tile=64, overlap=16)
    device_label = "darkness"
    batch = 2

    def __init__(self, shift: int = 0) -> None:
        self.shift = shift

    def predict(self, tiles):
        dark = 1 - tiles.mean(axis=3, dtype=np.float32) / 255
        return np.roll(dark, self.shift, axis=2)


@pytest.fixture
def samples(tmp_path):
    rows = [("deck", f"d{n}", f"d{n}", "test") for n in range(3)] + [("pier", "p", "p", "test")]
    return read_catalogue(write_manifest(tmp_path / "data", rows))


def test_a_perfect_answer_scores_one_in_every_set(samples):
    seen = []
    scores = evaluate(DarknessEngine(), samples, threshold=0.6, progress=lambda sample: seen.append(sample.stem))
    assert seen == ["d0", "d1", "d2", "p"]
    assert {name: score.photos for name, score in scores.items()} == {"deck": 3, "pier": 1}
    for score in (*scores.values(), sum(scores.values(), SetScore())):
        facts = score.to_facts()
        del facts["photos"]
        assert set(facts.values()) == {1.0} and set(facts) == {"precision", "recall", "f1", "iou", "f1_2px"}


def test_an_answer_beside_the_crack_scores_with_tolerance_only(samples):
    # On a slanting line a shift along x is a smaller one across it.
    facts = evaluate(DarknessEngine(shift=2), samples, threshold=0.6)["deck"].to_facts()
    assert facts["f1"] < 0.9 < facts["f1_2px"]


def test_calling_everything_crack_has_full_recall_and_the_cracks_share_as_precision(samples):
    score = evaluate(DarknessEngine(), samples, threshold=0.01)["pier"]
    share = (score.strict.tp + score.strict.fn) / (96 * 80)
    assert score.strict.recall == 1 and score.strict.precision == pytest.approx(share)


def test_the_chosen_threshold_lies_between_wall_and_line(samples):
    threshold, score = choose_threshold(DarknessEngine(), samples)
    assert 0.4 < threshold < 0.85 and score == 1


def test_the_command_prints_scores_and_writes_them(tmp_path, capsys):
    data = write_folders(tmp_path / "data", 3, size=(200, 160))
    file = tmp_path / "scores.json"
    words = ["evaluate", "--data", str(data), "--split", "all", "--json", str(file), "--device", "torch-cpu"]
    assert main(words) == 0
    report = json.loads(file.read_text())
    assert report["sets"]["data"] == report["pooled"] and report["pooled"]["photos"] == 3
    assert report["threshold"] == read_card(resolve_network("default")).threshold
    assert f"{report['pooled']['f1']:.4f}" in capsys.readouterr().out


def test_the_command_chooses_a_threshold_on_validation_and_writes_it_into_the_card(tmp_path, capsys):
    own = tmp_path / "own.safetensors"
    shutil.copy(resolve_network("default"), own)
    data = write_manifest(tmp_path / "data", [("deck", "v", "v", "val"), ("pier", "w", "w", "val")])
    words = ["evaluate", "--data", str(data), "--network", str(own), "--choose-threshold", "--device", "torch-cpu"]
    assert main(words) == 2
    assert "--split val" in capsys.readouterr().err
    file = tmp_path / "scores.json"
    assert main([*words, "--split", "val", "--sets", "pier", "--json", str(file)]) == 0
    report = json.loads(file.read_text())
    assert report["sets"].keys() == {"pier"}
    assert report["threshold"] == read_card(own).threshold != read_card(resolve_network("default")).threshold


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--sets", "moon"], "No test photo belongs to moon; there are deck"),
        (["--split", "val"], "has no val photo"),
        (["--network", "none"], "no such file, nor a shipped network"),
    ],
)
def test_what_cannot_be_scored_ends_with_a_sentence(tmp_path, capsys, more, sentence):
    data = write_manifest(tmp_path / "data", [("deck", "t", "t", "test")])
    assert main(["evaluate", "--data", str(data), *more]) == 1
    assert sentence in capsys.readouterr().err


@needs_real_photos
def test_the_shipped_network_finds_the_cracks_of_real_photos(tmp_path, monkeypatch):
    from segmentation.engines import load_engine

    monkeypatch.setenv("HAIRLINE_CACHE", str(tmp_path))
    photos = [s for s in read_catalogue(REAL) if s.set == "deepcrack" and s.split == "test"][::16]
    engine = load_engine(resolve_network("default"))
    score = evaluate(engine, photos, threshold=engine.card.threshold)["deepcrack"]
    assert score.strict.f1 > 0.7
