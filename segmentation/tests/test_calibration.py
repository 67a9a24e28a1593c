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


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7, 3.0])
def test_a_known_temperature_is_found(temperature):
    # Said p where the truth is sigmoid(logit(p) / T); far more pixels where background is certain.
    histogram = drawn(lambda p: expit(logit(p.clip(1e-6, 1 - 1e-6)) / temperature), pixels=100_000)
    histogram[0, 0] = 10**9
    assert fit_temperature(histogram) == pytest.approx(temperature, rel=0.01)


def test_every_set_has_the_same_say_in_the_temperature():
    def sharper(temperature, pixels):
        return drawn(lambda p: expit(logit(p.clip(1e-6, 1 - 1e-6)) / temperature), pixels)

    small, large = sharper(2.0, 10_000), sharper(1.0, 10_000_000)
    together = fit_temperature({"small": small, "large": large})
    assert 1.2 < together < 1.8
    assert fit_temperature({"small": small, "empty": np.zeros((2, 256), np.int64)}) == pytest.approx(2, rel=0.01)


def test_without_doubt_there_is_nothing_to_fit():
    certain = np.zeros((2, 256), np.int64)
    certain[0, 0], certain[1, 255] = 900, 100
    assert fit_temperature(certain) == 1 == fit_temperature({})
    # Only background: any temperature would make it likelier, up to the edge.
    certain[0, 5] = 7
    assert fit_temperature(certain) == 1


def test_a_network_that_is_always_right_may_be_as_sure_as_is_allowed():
    right = np.zeros((2, 256), np.int64)
    right[0, 60], right[1, 200] = 500, 500
    assert fit_temperature(right) == pytest.approx(0.1, rel=0.01)
