"""Scores of counted photos, by numbers that can be checked with a pencil."""

import numpy as np
import pytest

from segmentation.evaluation.counting import count_photo
from segmentation.evaluation.intervals import percentiles, poisson_rate, resample_weights, wilson
from segmentation.evaluation.records import PhotoRecord, Target
from segmentation.evaluation.report import report_of
from segmentation.evaluation.table import table_of
from segmentation.measurement import trace_cracks
from segmentation.metrics import PixelCounts
from segmentation.results import Segmentation
from segmentation.training.catalogue import Sample

NOTHING = PixelCounts(tn=100)


def photo(name="deck", group="g", counts=NOTHING, **more):
    kinds = dict.fromkeys(("strict", "near2", "near4", "lines"), counts)
    facts = {"histogram": np.zeros((2, 256), np.int64), "pixels": 1_000_000, "seconds": 0.05} | kinds | more
    return PhotoRecord(set=name, stem=group, group=group, **facts)


def counted(truth, probability, threshold=0.5):
    """A record of two small arrays, looked at as in daily use."""
    found = trace_cracks(probability, threshold=threshold)
    height, width = truth.shape
    seen = Segmentation(width, height, probability, threshold, found, 0.0, 0.0, 1, "none", {"network": 0.1})
    sample = Sample("deck", "a", "a", "test", None, None)
    return count_photo(sample, np.zeros((height, width, 3), np.uint8), truth, seen).record


def wall(*columns, width=3, size=(80, 60), upto=None):
    """Upright lines `width` px wide from the top of the photo down to row `upto`."""
    mask = np.zeros(size, bool)
    for column in columns:
        mask[:upto, column : column + width] = True
    return mask


def level(mask, inside=230, outside=10):
    return np.where(mask, np.uint8(inside), np.uint8(outside))


def test_pixels_are_pooled_over_photos_and_means_taken_by_photo():
    # Dice 2·30 / (60 + 10 + 10) = 0.75 and 2·10 / (20 + 0 + 30) = 0.4; Jaccard 30 / 50 and 10 / 40.
    one, two = PixelCounts(tp=30, fp=10, fn=10), PixelCounts(tp=10, fp=0, fn=30)
    row = report_of([photo(group="a", counts=one), photo(group="b", counts=two)], draws=0)["sets"]["deck"]
    assert (row["photos"], row["groups"]) == (2, 2)
    assert (row["precision"], row["recall"]) == (0.8, 0.5)
    assert row["f1"] == pytest.approx(2 * 0.8 * 0.5 / 1.3, abs=1e-4)
    assert row["iou"] == pytest.approx(40 / 90, abs=1e-4)
    assert (row["dice_mean"], row["dice_std"]) == (0.575, 0.175)
    assert (row["iou_mean"], row["iou_std"]) == (0.425, 0.175)


def test_each_tolerance_is_scored_from_its_own_counts():
    record = photo(
        counts=PixelCounts(tp=1, fp=3, fn=3),
        near2=PixelCounts(tp=2, fp=2, fn=2),
        near4=PixelCounts(tp=4, fp=0, fn=0),
        lines=PixelCounts(tp=1, fp=1, fn=2, found=2),
    )
    row = report_of([record], draws=0)["pooled"]
    assert (row["f1"], row["f1_2px"], row["f1_4px"]) == (0.25, 0.5, 1.0)
    # Found, not tp: clIoU counts the true line's pixels.
    assert row["cliou_4px"] == 2 / 5


def test_what_means_nothing_is_null_and_no_one():
    clean = report_of([photo(group="a"), photo(group="b", counts=PixelCounts(fp=9, tn=91), findings=(9,))], draws=20)
    row = clean["sets"]["deck"]
    for name in ("precision", "recall", "f1", "iou", "f1_2px", "f1_4px", "cliou_4px"):
        assert row[name] is None and row[f"{name}_ci"] is None
    assert row["dice_mean"] is None and row["dice_std"] is None
    assert clean["mean_of_sets"]["f1"] is None and clean["mean_of_sets"]["sets"] == 0
    assert clean["detection"]["rate"] is None and clean["detection"]["curve"] is None
    cracked = report_of([photo(counts=PixelCounts(fn=5, tn=95))], draws=20)
    row = cracked["pooled"]
    # Nothing found: no precision to speak of, and an F1 of zero.
    assert (row["precision"], row["recall"], row["f1"], row["iou"]) == (None, 0.0, 0.0, 0.0)
    for name in ("false_regions", "false_regions_per_10mp", "false_area_per_10mp", "false_regions_per_10mp_ci"):
        assert row[name] is None
    assert cracked["image_level"]["specificity"] is None and cracked["image_level"]["sensitivity"] == 0


def test_an_empty_truth_scores_one_or_about_nothing_by_photo_as_in_the_original():
    cracked = photo(group="a", counts=PixelCounts(tp=8, fn=0))
    quiet, noisy = photo(group="b"), photo(group="c", counts=PixelCounts(fp=4, tn=96))
    assert (quiet.dice, quiet.iou) == (1, 1)
    assert 0 < noisy.dice < 1e-12
    row = report_of([cracked, quiet, noisy], draws=0)["sets"]["deck"]
    assert row["dice_mean"] == pytest.approx(2 / 3, abs=1e-4)
    assert row["dice_std"] == pytest.approx(np.std([1, 1, 0]), abs=1e-4)


def test_false_alarms_are_counted_on_crack_free_photos_and_pooled_over_all_of_them():
    cracked = photo("deck", "a", PixelCounts(tp=9, fp=1), findings=(10, 10, 10), components=7)
    quiet = photo("deck", "b", pixels=2_000_000)
    bricks = photo("negatives/brick", "c", PixelCounts(fp=50), findings=(20, 30), components=5, collection=True)
    report = report_of([cracked, quiet, bricks], draws=0)
    deck, brick, pooled = report["sets"]["deck"], report["sets"]["negatives/brick"], report["pooled"]
    assert (deck["crack_free_photos"], deck["false_regions"], deck["false_regions_per_10mp"]) == (1, 0, 0.0)
    assert (brick["false_regions"], brick["crack_free_megapixels"], brick["false_regions_per_10mp"]) == (2, 1.0, 20.0)
    assert (brick["false_area_per_10mp"], brick["false_components_per_10mp"]) == (500.0, 50.0)
    assert (pooled["crack_free_photos"], pooled["false_regions"]) == (2, 2)
    assert pooled["false_regions_per_10mp"] == pytest.approx(20 / 3, abs=0.01)
    low, high = pooled["false_regions_per_10mp_ci"]
    assert low < 20 / 3 < high
    # The collection's pixels are no part of the split's scores.
    assert pooled["precision"] == 0.9 and pooled["photos"] == 2
    assert report["image_level"] | {"sets": None} == {
        "cracked_photos": 1, "flagged": 1, "sensitivity": 1.0, "sensitivity_ci": wilson(1, 1),
        "crack_free_photos": 2, "unflagged": 1, "specificity": 0.5, "specificity_ci": wilson(1, 2), "sets": None,
    }  # fmt: skip


def test_the_mean_of_sets_forgets_how_large_they_are():
    large = photo("deck", "a", PixelCounts(tp=900, fp=100, fn=100))
    small = photo("pier", "b", PixelCounts(tp=5, fp=5, fn=5))
    report = report_of([large, small, photo("clean", "c")], draws=0)
    assert report["mean_of_sets"]["f1"] == pytest.approx((0.9 + 0.5) / 2)
    assert report["pooled"]["f1"] == pytest.approx(905 / 1010, abs=1e-4)
    assert report["mean_of_sets"]["sets"] == 2


def spread(name, seed, groups=30):
    random = np.random.default_rng(seed)
    right, wrong = random.integers(20, 90, groups).tolist(), random.integers(0, 40, groups).tolist()
    return [photo(name, f"g{n}", PixelCounts(tp=right[n], fp=wrong[n], fn=10)) for n in range(groups)]


def test_intervals_hold_the_estimate_come_again_and_do_not_mind_the_other_sets():
    deck, pier = spread("deck", 1), spread("pier", 2)
    report = report_of([*deck, *pier], draws=300, seed=5)
    assert report_of([*deck, *pier], draws=300, seed=5) == report
    other = report_of([*deck, *pier], draws=300, seed=6)
    assert other["sets"]["deck"]["f1"] == report["sets"]["deck"]["f1"]
    assert other["sets"]["deck"]["f1_ci"] != report["sets"]["deck"]["f1_ci"]
    assert report_of(deck, draws=300, seed=5)["sets"]["deck"] == report["sets"]["deck"]
    for row in (*report["sets"].values(), report["pooled"], report["mean_of_sets"]):
        for name in ("precision", "f1", "iou", "dice_mean", "f1_2px", "cliou_4px"):
            low, high = row[f"{name}_ci"]
            assert low < row[name] < high
    widths = [np.ptp(row["f1_ci"]) for row in (report["pooled"], report["sets"]["deck"])]
    assert widths[0] < widths[1] < 0.1


def test_an_interval_knows_how_often_a_mean_of_groups_strays():
    # The standard error of a mean of 100 values with deviation 1 is 0.1; 1.96 of it on either side.
    values = np.random.default_rng(0).normal(size=(100, 1))
    values = (values - values.mean()) / values.std()
    means = (resample_weights(100, draws=4000, seed=(1, 2)) @ values / 100)[:, 0]
    low, high = percentiles(means)
    assert low == pytest.approx(-0.196, abs=0.02) and high == pytest.approx(0.196, abs=0.02)


def test_crops_of_one_photo_are_drawn_together():
    # Eight crops of each of six photos, alike within a photo: no more is known than from six.
    sources = spread("deck", 3, groups=6)
    crops = [photo("deck", record.group, record.strict) for record in sources for _ in range(8)]
    loose = [photo("deck", str(number), record.strict) for number, record in enumerate(crops)]
    whole, apart, together = (report_of(records, draws=500)["pooled"] for records in (sources, loose, crops))
    assert together["f1"] == apart["f1"] and (together["groups"], apart["groups"]) == (6, 48)
    assert np.ptp(together["f1_ci"]) == pytest.approx(np.ptp(whole["f1_ci"]))
    assert np.ptp(together["f1_ci"]) > 2 * np.ptp(apart["f1_ci"])


def test_intervals_of_shares_and_rates_are_those_of_the_books():
    # Wilson for 8 of 10; Garwood for 3 events: 0.62 to 8.77; for none: 0 to 3.69.
    assert wilson(8, 10) == pytest.approx([0.4902, 0.9433], abs=1e-4)
    assert wilson(0, 10) == pytest.approx([0, 0.2775], abs=1e-4) and wilson(10, 10)[1] == 1
    assert wilson(0, 0) is None
    assert poisson_rate(3, 1) == pytest.approx([0.6187, 8.7673], abs=1e-4)
    assert poisson_rate(0, 2) == pytest.approx([0, 3.6889 / 2], abs=1e-4)
    assert poisson_rate(0, 0) is None
    assert percentiles(np.array([np.nan, np.nan, 0.5])) is None


def test_a_photo_is_counted_with_its_cracks():
    truth, found = wall(10, 40), wall(10)
    record = counted(truth, level(found))
    assert record.strict == PixelCounts(tp=240, fp=0, fn=240, tn=80 * 54)
    assert record.histogram.sum() == truth.size and record.histogram[1, 230] == 240
    assert record.findings == (240,) and record.components == 1
    shares = sorted((round(target.width_px, 1), target.shown, target.hit) for target in record.targets)
    assert shares == [(3.0, 0.0, False), (3.0, 1.0, True)]
    assert record.targets_px == 480 and record.cracked


@pytest.mark.parametrize(("upto", "hit"), [(30, False), (50, True)])
def test_a_crack_is_found_when_half_of_its_line_is(upto, hit):
    (target,) = counted(wall(20), level(wall(20, upto=upto))).targets
    # Four pixels beyond its end still count as beside it.
    assert target.shown == pytest.approx((upto + 4) / 80, abs=0.03)
    assert target.hit is hit


@pytest.mark.parametrize(("shift", "hit"), [(4, True), (12, False)])
def test_a_crack_is_found_from_four_pixels_aside(shift, hit):
    (target,) = counted(wall(20), level(wall(20 + shift))).targets
    assert target.hit is hit


def test_a_crack_that_no_reviewer_is_shown_is_not_found():
    # Dots of 4 px along the crack are predicted pixels, but none is long enough for a finding.
    dots = wall(20) & (np.arange(80) % 8 < 4)[:, None]
    (target,) = counted(wall(20), level(dots)).targets
    assert target.predicted == 1 and target.shown == 0 and not target.hit


def test_a_stain_is_no_true_crack_and_a_crossing_makes_two():
    stain = np.zeros((80, 60), bool)
    stain[10:40, 10:40] = True
    record = counted(stain, level(stain))
    assert record.targets == () and record.targets_px == 0
    cross = wall(30, size=(80, 80)) | wall(30, size=(80, 80)).T
    assert len(counted(cross, level(cross)).targets) == 2


def test_targets_are_counted_by_width():
    targets = tuple(Target(width, 50, shown, shown) for width, shown in [(1.5, 0.2), (1.9, 0.6), (2.0, 1.0), (20, 0.5)])
    facts = report_of([photo(counts=PixelCounts(tp=9), targets=targets, targets_px=6)], draws=0)["detection"]
    told = {part["from_px"]: (part["targets"], part["hits"]) for part in facts["bins"] if part["targets"]}
    assert told == {0.0: (2, 1), 2.0: (1, 1), 13.0: (1, 1)}
    assert (facts["targets"], facts["hits"], facts["rate"], facts["rate_ci"]) == (4, 3, 0.75, wilson(3, 4))
    assert facts["labelled_share"] == pytest.approx(6 / 9, abs=1e-4) and facts["width_range_px"] == [1.5, 20]
    # Four targets make no curve.
    assert facts["curve"] is None and facts["w90"] is None


def test_the_pace_is_that_of_the_middle_photo():
    records = [photo(group=str(n), seconds=seconds, pixels=500_000) for n, seconds in enumerate((9.0, 0.05, 0.06))]
    assert report_of(records, draws=0)["pooled"]["ms_per_mp"] == 120


def test_the_table_shows_a_dash_for_what_means_nothing():
    head = {
        "network": "n 1",
        "split": "test",
        "threshold": 0.4,
        "temperature": 1.0,
        "device": "d",
        "notes": ["A note."],
    }
    report = head | report_of([photo(counts=PixelCounts(fn=4)), photo("brick", "b", collection=True)], draws=10)
    lines = table_of(report).splitlines()
    assert lines[1] == "A note."
    deck = next(line for line in lines if line.startswith("deck"))
    assert "–" in deck and "0.0000" in deck
    assert max(len(line) for line in lines) <= 160
    assert any("1 of 1 photos without a crack left alone" in line for line in lines)
