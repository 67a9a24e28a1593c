import json

import numpy as np
import pytest
from PIL import Image

from segmentation.__main__ import main
from segmentation.checkpoints import ModelCard
from segmentation.evaluation.robustness import FlaggedPhoto, look_through, read_categories, robustness_of
from segmentation.evaluation.sheets import Frame, Section, contact_sheet, marked_photo
from segmentation.inference import CrackSegmenter
from segmentation.tests.drawn_sets import draw_pair
from segmentation.training.catalogue import DataError


class DarknessEngine:
    card = ModelCard("darkness", "none", tile=64, overlap=16)
    device_label = "darkness"
    batch = 1
    at_once = 1
    step = 1

    def rest(self):
        pass

    def predict(self, tiles):
        return 1 - tiles.mean(axis=3, dtype=np.float32) / 255


def draw(root, category, count, *, cracked):
    (root / category).mkdir(parents=True)
    for number in range(count):
        pixels, _ = draw_pair(number, cracked=cracked)
        Image.fromarray(pixels).save(root / category / f"{category}_{number}.png")


@pytest.fixture
def photos(tmp_path):
    draw(tmp_path / "photos", "pure_crack", 2, cracked=True)
    draw(tmp_path / "photos", "noncrack", 3, cracked=False)
    (tmp_path / "photos" / "notes.txt").write_text("no photo")
    return tmp_path / "photos"


def flagged(category, *areas, confidences=None):
    return FlaggedPhoto(category, "a.jpg", 1000, 500, confidences or (0.5,) * len(areas), areas, 0.1)


def test_each_category_is_scored_by_what_it_shows():
    facts = robustness_of(
        [
            flagged("pure_crack", 100, 400, confidences=(0.6, 0.8)), flagged("pure_crack"),
            flagged("noncrack", 50), flagged("noncrack"), flagged("noncrack"),
            flagged("like_crack", 10), flagged("my bridge"),
        ]
    )["categories"]  # fmt: skip
    crack, clean = facts["pure_crack"], facts["noncrack"]
    assert (crack["photos"], crack["megapixels"], crack["flagged"], crack["score"]) == (2, 1.0, 1, 0.5)
    assert (crack["regions"], crack["regions_per_10mp"], crack["mean_probability"]) == (2, 20.0, 0.7)
    assert crack["crack_area_share"] == 500 / 1e6
    assert (clean["flagged"], clean["score"]) == (1, pytest.approx(2 / 3, abs=1e-4))
    low, high = clean["regions_per_10mp_ci"]
    assert low < clean["regions_per_10mp"] < high
    # What lies there is not known, so nothing is right or wrong.
    assert facts["like_crack"]["score"] is None and facts["like_crack"]["flagged_share"] == 1
    assert facts["my bridge"]["expected"] is None and facts["my bridge"]["mean_probability"] is None


def test_photos_are_looked_at_by_category_and_a_broken_one_is_told(photos):
    (photos / "noncrack" / "noncrack_1.png").write_bytes(b"no photo")
    todo = [(name, path) for name, paths in read_categories(photos).items() for path in paths]
    failed = []
    seen = list(
        look_through(
            CrackSegmenter(DarknessEngine()), todo, threshold=0.6, failed=lambda path, error: failed.append(path.name)
        )
    )
    assert failed == ["noncrack_1.png"]
    counts = [(one.photo.category, len(one.photo.areas)) for one in seen]
    assert counts == [("noncrack", 0), ("noncrack", 0), ("pure_crack", 1), ("pure_crack", 1)]
    assert seen[2].mask.sum() == sum(seen[2].photo.areas)


def test_photos_without_subfolders_are_one_category(photos):
    assert set(read_categories(photos / "noncrack")) == {"noncrack"}
    empty = photos.parent / "empty"
    empty.mkdir()
    with pytest.raises(DataError, match="a subfolder for each category, such as pure_crack"):
        read_categories(empty)
    with pytest.raises(DataError, match="There is no folder"):
        read_categories(photos / "nowhere")


def test_the_command_writes_scores_and_a_sheet(photos, tmp_path, capsys):
    out = tmp_path / "out"
    words = ["robustness", "--photos", str(photos), "--out", str(out), "--device", "torch-cpu"]
    assert main(words) == 0
    report, table = json.loads((out / "robustness.json").read_text()), capsys.readouterr().out
    assert list(report["categories"]) == ["noncrack", "pure_crack"] and len(report["photos"]) == 5
    assert {"photo", "category", "regions", "crack_area_share"} <= report["photos"][0].keys()
    assert "pure_crack" in table
    with Image.open(out / "robustness.jpg") as sheet:
        assert sheet.width > 1500
    (photos / "noncrack" / "noncrack_0.png").write_bytes(b"no photo")
    assert main(words) == 1
    assert "Left out: noncrack/noncrack_0.png" in capsys.readouterr().out
    assert main(["robustness", "--photos", str(photos / "nowhere"), "--out", str(out)]) == 1
    assert "There is no folder" in capsys.readouterr().err


def test_a_hairline_stays_on_a_small_picture():
    mask = np.zeros((1000, 2000), bool)
    mask[500, :] = True
    picture = np.asarray(marked_photo(np.full((1000, 2000, 3), 128, np.uint8), mask, 200))
    assert picture.shape == (100, 200, 3)
    red = (picture[..., 0] > 180) & (picture[..., 1] < 90)
    assert red.any(axis=0).all() and red.sum() == 200


def test_a_sheet_has_a_row_for_every_few_frames_and_room_for_long_names():
    frame = Frame(Image.new("RGB", (100, 60), "red"), "a very long name of a photo that does not fit_01.jpg")
    one = contact_sheet([Section("one", [frame] * 3)], columns=3, side=100)
    two = contact_sheet([Section("one", [frame] * 4)], columns=3, side=100)
    assert one.width == two.width and two.height > one.height + 60
    low = contact_sheet([Section("one", [Frame(Image.new("RGB", (100, 20)), "low")] * 3)], columns=3, side=100)
    assert low.height == one.height - 40
    # The caption stays in its column: between the columns the paper is white.
    gap = np.asarray(one)[:, 100 + 12 + 2 : 100 + 12 + 10]
    assert (gap[40:] == 255).all()
