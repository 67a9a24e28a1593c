import numpy as np
import pytest
from scipy.special import expit, logit

from segmentation.evaluation.calibration import expected_calibration_error, reliability
from segmentation.training.thresholds import fit_temperature

LEVELS = np.arange(256) / 255


def drawn(truth_of, pixels=1000.0):
    """A histogram with as many pixels at each level, of which the share `truth_of(probability)` is crack."""
    crack = pixels * truth_of(LEVELS)
    return np.round([pixels - crack, crack]).astype(np.int64)


def test_probabilities_that_come_true_have_no_calibration_error():
    histogram = drawn(lambda p: p)
    assert expected_calibration_error(histogram) < 1e-3
    for part in reliability(histogram):
        assert part.crack_share == pytest.approx(part.mean_probability, abs=1e-3)


def test_the_error_is_the_distance_from_what_was_said():
    # 100 pixels at 0.2 (level 51) of which none is crack, 300 at 0.8 (level 204) that all are: both are off by 0.2.
    histogram = np.zeros((2, 256), np.int64)
    histogram[0, 51], histogram[1, 204] = 100, 300
    assert expected_calibration_error(histogram) == pytest.approx(0.2)
    histogram[1, 204], histogram[0, 204] = 240, 60
    assert expected_calibration_error(histogram) == pytest.approx(0.2 * 100 / 400)


def test_certain_background_hides_the_error_and_is_left_out_of_the_second_number():
    histogram = np.zeros((2, 256), np.int64)
    histogram[0, 0], histogram[0, 102] = 990_000, 10_000
    assert expected_calibration_error(histogram) == pytest.approx(0.004)
    assert expected_calibration_error(histogram, at_least=0.05) == pytest.approx(0.4)
    histogram[0, 102] = 0
    assert expected_calibration_error(histogram, at_least=0.05) is None
    assert expected_calibration_error(np.zeros((2, 256), np.int64)) is None


def test_the_diagram_has_all_pixels_in_equal_bins():
    parts = reliability(drawn(lambda p: p, pixels=10))
    assert len(parts) == 15 and sum(part.pixels for part in parts) == 2560
    assert parts[0].start == 0 and parts[-1].stop == 1
    empty = reliability(np.zeros((2, 256), np.int64))[3]
    assert (empty.pixels, empty.mean_probability, empty.crack_share) == (0, None, None)


def answered(temperature, pixels=100_000.0):
    """What a network leaves that says p where the truth is sigmoid(logit(p) / T)."""
    middles = np.clip(np.arange(256), 0.25, 254.75) / 255
    return drawn(lambda _: expit(logit(middles) / temperature), pixels)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7, 3.0])
def test_a_known_temperature_is_found(temperature):
    assert fit_temperature(answered(temperature)) == pytest.approx(temperature, rel=0.01)


@pytest.mark.parametrize(("background", "at_least"), [(-6, 0.93), (-11, 0.7)])
@pytest.mark.parametrize("temperature", [0.7, 1.0, 2.0])
def test_pixels_beyond_the_last_level_draw_the_temperature_to_the_sharper_side_only(temperature, background, at_least):
    random = np.random.default_rng(4)
    logits = np.concatenate([random.normal(background, 2, 900_000), random.normal(0, 3, 100_000)])
    crack = random.random(logits.size) < expit(logits / temperature)
    levels = np.rint(expit(logits) * 255).astype(int)
    histogram = np.stack([np.bincount(levels[side], minlength=256) for side in (~crack, crack)])
    assert at_least * temperature < fit_temperature(histogram) < 1.01 * temperature


def test_every_set_has_the_same_say_in_the_temperature():
    small, large = answered(2.0, 10_000), answered(1.0, 10_000_000)
    assert 1.2 < fit_temperature({"small": small, "large": large}) < 1.8
    assert fit_temperature({"small": small, "empty": np.zeros((2, 256), np.int64)}) == pytest.approx(2, rel=0.01)


def test_without_crack_or_without_background_there_is_nothing_to_fit():
    clean = np.zeros((2, 256), np.int64)
    clean[0, 3:90] = 7
    assert fit_temperature(clean) == fit_temperature(clean[::-1]) == fit_temperature({}) == 1


def test_a_network_that_is_always_right_may_be_as_sure_as_is_allowed():
    right = np.zeros((2, 256), np.int64)
    right[0, 60], right[1, 200] = 500, 500
    assert fit_temperature(right) == pytest.approx(0.25, rel=0.01)
