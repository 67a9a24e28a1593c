import numpy as np
import pytest

from segmentation.evaluation.detection import detection
from segmentation.evaluation.pod import Curve, fit_curve
from segmentation.evaluation.records import PhotoRecord, Target
from segmentation.metrics import PixelCounts


def drawn(curve, count, seed=1):
    random = np.random.default_rng(seed)
    widths = np.exp(random.uniform(np.log(1), np.log(16), count))
    return widths, random.random(count) < curve.at(widths)


def records(widths, hits, per_photo=2, name="deck"):
    targets = [Target(float(width), 50, float(hit), float(hit)) for width, hit in zip(widths, hits, strict=True)]
    counts = dict.fromkeys(("strict", "near2", "near4", "lines"), PixelCounts(tp=1))
    return [
        PhotoRecord(
            set=name, stem=str(n), group=str(n), pixels=1, seconds=0, histogram=np.zeros((2, 256), np.int64),
            targets=tuple(targets[n : n + per_photo]), **counts,
        )
        for n in range(0, len(targets), per_photo)
    ]  # fmt: skip


def test_a_known_curve_is_found():
    true = Curve(top=1.0, intercept=0.0, slope=3.0, centre=3.0)
    curve = fit_curve(*drawn(true, 3000))
    assert curve.top == 1
    assert curve.slope == pytest.approx(3, rel=0.1)
    assert curve.width_at(0.5) == pytest.approx(3, rel=0.06)
    # logit(0.9) / 3 above the middle on the logarithmic scale.
    assert curve.width_at(0.9) == pytest.approx(3 * np.exp(np.log(9) / 3), rel=0.08)


def test_a_curve_that_levels_off_below_one_is_found_to_do_so():
    true = Curve(top=0.8, intercept=0.0, slope=5.0, centre=3.0)
    curve = fit_curve(*drawn(true, 3000))
    assert curve.top == pytest.approx(0.8, abs=0.03)
    assert curve.width_at(0.9) is None and curve.width_at(0.5) == pytest.approx(true.width_at(0.5), rel=0.08)


def test_a_top_below_one_is_believed_in_about_one_of_twenty_plain_curves():
    true = Curve(top=1.0, intercept=0.5, slope=2.5, centre=3.0)
    believed = sum(fit_curve(*drawn(true, 150, seed)).top < 1 for seed in range(60))
    assert believed <= 9


def test_the_curve_never_falls():
    widths = np.geomspace(1, 16, 200)
    hits = np.arange(200) % 10 > widths / 2
    curve = fit_curve(widths, hits)
    assert curve.slope == 0 and curve.width_at(0.9) is None
    assert curve.at(widths).mean() == pytest.approx(hits.mean(), abs=0.01)


@pytest.mark.parametrize("hits", [np.ones(90, bool), np.zeros(90, bool)])
def test_without_a_hit_or_a_miss_there_is_no_curve(hits):
    assert fit_curve(np.geomspace(1, 16, 90), hits) is None


def test_too_few_targets_or_one_width_make_no_curve():
    hits = np.arange(90) % 3 > 0
    assert fit_curve(np.geomspace(1, 16, 59), hits[:59]) is None
    assert fit_curve(np.full(90, 3.0), hits) is None


def test_bounds_hold_the_curve_and_w90_95_is_no_smaller_than_w90():
    true = Curve(top=1.0, intercept=0.0, slope=3.0, centre=3.0)
    widths, hits = drawn(true, 600)
    facts = detection({"deck": records(widths, hits)}, draws=60, seed=3)
    for point in facts["curve"]["points"]:
        assert point["low"] <= point["pod"] <= point["high"]
    assert facts["w50"] < facts["w90"] < facts["w90_95"] < 16
    assert facts["w90"] == pytest.approx(true.width_at(0.9), rel=0.2)
    assert facts["sets"]["deck"]["w90"] == facts["w90"] and facts["targets"] == 600
    assert detection({"deck": records(widths, hits)}, draws=60, seed=3) == facts


def test_true_curves_lie_within_the_bounds_about_as_often_as_they_should():
    true, inside = Curve(top=1.0, intercept=0.0, slope=3.0, centre=3.0), 0
    for seed in range(20):
        facts = detection({"deck": records(*drawn(true, 150, seed))}, draws=60, seed=seed)
        point = facts["curve"]["points"][20]
        inside += point["low"] <= true.at(np.array([point["width_px"]]))[0] <= point["high"]
    assert inside >= 16


def test_nothing_is_read_beyond_the_widths_that_were_seen():
    true = Curve(top=1.0, intercept=2.5, slope=3.0, centre=3.0)
    widths, hits = drawn(true, 600)
    wide = widths > 3
    facts = detection({"deck": records(widths[wide], hits[wide])}, draws=20, seed=3)
    # At 3 px the curve is above 0.9 already, and how narrow a crack it would still find nobody has seen.
    assert facts["curve"]["points"][0]["pod"] > 0.85
    assert facts["w50"] is None
    never = detection({"deck": records(*drawn(Curve(0.7, 0.0, 3.0, 3.0), 600))}, draws=20, seed=3)
    assert never["w50"] is not None and never["w90"] is None and never["w90_95"] is None


def test_a_single_source_photo_gives_a_curve_without_bounds():
    widths, hits = drawn(Curve(top=1.0, intercept=0.0, slope=3.0, centre=3.0), 200)
    facts = detection({"deck": records(widths, hits, per_photo=200)}, draws=20, seed=3)
    assert facts["curve"]["points"][0]["low"] is None and facts["w90"] is not None and facts["w90_95"] is None
    assert detection({"deck": records(widths, hits)}, draws=0, seed=3)["w90_95"] is None
