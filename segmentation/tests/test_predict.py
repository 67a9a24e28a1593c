import hashlib
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segmentation import __version__
from segmentation.__main__ import main
from segmentation.commands.predictions import output_stems
from segmentation.errors import NetworkUnavailable
from segmentation.inference import CrackSegmenter
from segmentation.tests.test_inference import DarknessEngine, photo_with_a_crack

WEIGHTS = b"any bytes: the engine of these tests looks at darkness alone"


@pytest.fixture
def darkness(monkeypatch, tmp_path):
    """A network file whose engine calls dark pixels crack; `loaded` records path and device."""
    path = tmp_path / "darkness.safetensors"
    path.write_bytes(WEIGHTS)
    loaded = []

    def load(path, device="auto"):
        loaded.append((path, device))
        return CrackSegmenter(DarknessEngine(name="darkness", version="3", threshold=0.4))

    monkeypatch.setattr("segmentation.commands.predict.CrackSegmenter.load", load)
    return path, loaded


def predict(network, *words):
    return main(["predict", *map(str, words), "--network", str(network[0])])


def save(path, pixels=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(photo_with_a_crack() if pixels is None else pixels).save(path)
    return path


def test_a_photo_becomes_three_pictures_and_a_report(darkness, tmp_path, capsys):
    photo, out = save(tmp_path / "pier 3.png"), tmp_path / "new" / "out"
    assert predict(darkness, photo, "--out", out) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "pier 3.json",
        "pier 3.mask.png",
        "pier 3.overlay.jpg",
        "pier 3.probability.png",
    ]
    probability, mask = (np.asarray(Image.open(out / f"pier 3.{name}.png")) for name in ("probability", "mask"))
    assert probability.dtype == np.uint8 and np.array_equal(probability, 255 - photo_with_a_crack()[:, :, 0])
    assert np.array_equal(mask, (photo_with_a_crack()[:, :, 0] < 100) * np.uint8(255))
    overlay = Image.open(out / "pier 3.overlay.jpg")
    assert (overlay.format, overlay.size) == ("JPEG", (150, 110))
    assert "1 crack, 110 px" in capsys.readouterr().out


def test_the_report_says_what_was_found_and_how(darkness, tmp_path):
    save(tmp_path / "wall.png")
    assert predict(darkness, tmp_path / "wall.png", "--out", tmp_path / "out") == 0
    report = json.loads((tmp_path / "out" / "wall.json").read_text())
    (finding,) = report["findings"]
    assert finding["length_px"] == pytest.approx(110, rel=0.02)
    assert finding["width_mean_px"] == pytest.approx(4, rel=0.05)
    assert finding["width_max_px"] == pytest.approx(4, rel=0.1)
    assert finding["orientation_deg"] == 0
    assert len(finding["path"]) >= 2 and all(len(point) == 2 for point in finding["path"])
    assert (finding["branches"], finding["box"]) == ([], [20, 50, 130, 54])
    assert report["totals"] == {
        "findings": 1,
        "length_px": finding["length_px"],
        "area_px": 440,
        "area_share": pytest.approx(440 / 150 / 110, abs=1e-6),
        "density_per_px": pytest.approx(finding["length_px"] / 150 / 110, rel=1e-3),
        "orientation_deg": 0,
        "orientation_r": 1,
        "spacing_px": None,
    }
    assert report["scale"] is None and report["floor_mm"] is None
    assert report["network"] == {
        "name": "darkness",
        "version": "3",
        "sha256": hashlib.sha256(WEIGHTS).hexdigest(),
    }
    assert (report["threshold"], report["version"], report["photo"]) == (0.4, __version__, "wall.png")
    assert (report["width"], report["height"], report["mm_per_pixel"]) == (150, 110, None)
    assert set(report["seconds"]) == {"reading", "network", "tracing"}
    assert not any("mm" in name for name in finding)


def test_a_scale_adds_millimetres(darkness, tmp_path):
    save(tmp_path / "wall.png")
    assert predict(darkness, tmp_path / "wall.png", "--out", tmp_path, "--mm-per-pixel", "0.25") == 0
    report = json.loads((tmp_path / "wall.json").read_text())
    (finding,) = report["findings"]
    assert finding["length_mm"] == pytest.approx(27.5, rel=0.02)
    assert finding["width_median_mm"] == pytest.approx(1, rel=0.05)
    assert finding["width_mean_mm"] == pytest.approx(1, rel=0.05)
    assert report["scale"] | {"note": ""} == {"mm_per_px": 0.25, "u95": 0, "source": "given", "note": ""}
    assert finding["width_max_mm"] == pytest.approx(1, rel=0.1)
    assert report["totals"]["length_mm"] == finding["length_mm"]
    assert report["mm_per_pixel"] == 0.25


def test_threshold_and_device_are_passed_on(darkness, tmp_path):
    save(tmp_path / "wall.png")
    words = ("--threshold", "0.97", "--device", "cpu")
    assert predict(darkness, tmp_path / "wall.png", "--out", tmp_path, *words) == 0
    report = json.loads((tmp_path / "wall.json").read_text())
    assert (report["threshold"], report["findings"]) == (0.97, [])
    assert darkness[1] == [(darkness[0], "cpu")]


def test_results_are_those_of_the_upright_photo(darkness, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(photo_with_a_crack()).save(tmp_path / "turned.png", exif=exif)
    assert predict(darkness, tmp_path / "turned.png", "--out", tmp_path) == 0
    assert Image.open(tmp_path / "turned.mask.png").size == (110, 150)
    assert json.loads((tmp_path / "turned.json").read_text())["findings"][0]["orientation_deg"] == 90


def test_a_bad_photo_stops_nobody_else(darkness, tmp_path, capsys):
    first, last = save(tmp_path / "a.png"), save(tmp_path / "z.png")
    text, cut, missing = tmp_path / "text.jpg", tmp_path / "cut.jpg", tmp_path / "missing.jpg"
    text.write_text("not a photo")
    save(tmp_path / "whole.jpg", np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8))
    cut.write_bytes((tmp_path / "whole.jpg").read_bytes()[:5000])
    assert predict(darkness, first, text, cut, missing, last, "--out", tmp_path / "out") == 1
    said = capsys.readouterr()
    complaints = said.err.strip().splitlines()
    assert [line.split(":")[0] for line in complaints] == [str(text), str(cut), str(missing)]
    assert "ends early" in complaints[1] and "no such file" in complaints[2]
    assert {path.name.split(".")[0] for path in (tmp_path / "out").iterdir()} == {"a", "z"}


def test_photos_of_one_name_do_not_overwrite_each_other(darkness, tmp_path, capsys):
    bare = np.full((110, 150, 3), 250, np.uint8)
    photos = [save(tmp_path / "day1" / "IMG_1.png"), save(tmp_path / "day2" / "IMG_1.png", bare)]
    assert predict(darkness, *photos, photos[0], "--out", tmp_path / "out") == 0
    reports = {path.name: json.loads(path.read_text()) for path in (tmp_path / "out").glob("*.json")}
    assert {name: report["totals"]["findings"] for name, report in reports.items()} == {
        "IMG_1.json": 1,
        "IMG_1-2.json": 0,
    }
    assert "IMG_1-2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("photos", "stems"),
    [
        (["a.jpg", "b.jpg"], ["a", "b"]),
        (["a.jpg", "a.png", "x/a.jpg"], ["a", "a-2", "a-3"]),
        (["a.jpg", "A.JPG"], ["a", "A-2"]),
        (["a.jpg", "a.png", "a-2.jpg"], ["a", "a-3", "a-2"]),
        (["a.jpg", "./a.jpg", "x/../a.jpg"], ["a"]),
    ],
)
def test_every_photo_has_a_stem_of_its_own(photos, stems):
    assert list(output_stems(map(Path, photos)).values()) == stems


def test_folders_are_taken_and_own_results_are_not(darkness, tmp_path):
    save(tmp_path / "photos" / "b.PNG")
    save(tmp_path / "photos" / "a.jpg")
    save(tmp_path / "photos" / "deeper" / "c.jpg")
    (tmp_path / "photos" / "notes.txt").write_text("span 2")
    for _ in range(2):
        assert predict(darkness, tmp_path / "photos", "--out", tmp_path / "photos") == 0
    assert sorted(path.stem for path in (tmp_path / "photos").glob("*.json")) == ["a", "b"]


def test_a_folder_without_photos_is_a_failure(darkness, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert predict(darkness, tmp_path / "empty", "--out", tmp_path / "out") == 1
    assert "no photo in this folder" in capsys.readouterr().err


def test_without_a_network_nothing_is_looked_at(tmp_path, monkeypatch, capsys):
    def unavailable(path, device="auto"):
        raise NetworkUnavailable(path=str(path), reason="the file is damaged")

    monkeypatch.setattr("segmentation.commands.predict.CrackSegmenter.load", unavailable)
    (tmp_path / "broken.safetensors").write_bytes(b"")
    photo = save(tmp_path / "wall.png")
    words = ["predict", str(photo), "--out", str(tmp_path), "--network", str(tmp_path / "broken.safetensors")]
    assert main(words) == 1
    assert "damaged" in capsys.readouterr().err
    words[-1] = str(tmp_path / "nowhere.safetensors")
    assert main(words) == 1
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["wall.png"],
        ["wall.png", "--out", "o", "--threshold", "1.5"],
        ["wall.png", "--out", "o", "--mm-per-pixel", "0"],
        ["wall.png", "--out", "o", "--mm-per-pixel", "wide"],
        ["wall.png", "--out", "o", "--device", "abacus"],
    ],
)
def test_called_wrongly_it_says_how(words, capsys):
    with pytest.raises(SystemExit) as left:
        main(["predict", *words])
    assert left.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert __version__ == project["version"]
