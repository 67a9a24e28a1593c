import math

import numpy as np
import pytest

from segmentation.checkpoints import ModelCard
from segmentation.errors import OutOfMemory
from segmentation.inference import CrackSegmenter
from segmentation.overlay import mask_of


class DarknessEngine:
    """Calls dark pixels crack: probability = 1 - brightness."""

    device_label = "darkness"
    batch = 2
    at_once = 1
    step = 1

    def __init__(self, **facts):
        self.card = ModelCard(**({"name": "darkness", "architecture": "none", "tile": 64, "overlap": 16} | facts))

    def rest(self):
        pass

    def predict(self, tiles):
        assert tiles.dtype == np.uint8 and len(tiles) <= self.batch
        return 1 - tiles.mean(axis=3, dtype=np.float32) / 255


def photo_with_a_crack(width=150, height=110, darkness=235):
    """A light wall with a level crack, 4 px high, from x = 20 to x = 130."""
    pixels = np.full((height, width, 3), 250, np.uint8)
    pixels[50:54, 20:130] = 255 - darkness
    return pixels


def test_a_photo_goes_in_and_its_cracks_come_out():
    steps = []
    segmentation = CrackSegmenter(DarknessEngine()).segment(
        photo_with_a_crack(), progress=lambda *step: steps.append(step)
    )
    (crack,) = segmentation.cracks
    assert crack.length_px == pytest.approx(110, rel=0.02)
    assert crack.width_mean_px == pytest.approx(4, rel=0.05)
    assert crack.box == (20, 50, 130, 54)
    assert crack.confidence == pytest.approx(235 / 255, abs=0.01)
    assert (segmentation.width, segmentation.height) == (150, 110)
    assert segmentation.probability.shape == (110, 150) and segmentation.probability.dtype == np.uint8
    assert segmentation.crack_area_share == pytest.approx(440 / (150 * 110))
    assert segmentation.crack_length_px == crack.length_px
    assert np.array_equal(mask_of(segmentation), photo_with_a_crack()[:, :, 0] < 100)
    assert segmentation.device == "darkness"
    assert steps[0] == (0, segmentation.tiles) and steps[-1] == (segmentation.tiles, segmentation.tiles)
    assert segmentation.tiles == 2 * 2
    assert set(segmentation.seconds) == {"network", "tracing"}
    assert all(math.isfinite(seconds) and seconds >= 0 for seconds in segmentation.seconds.values())


def test_the_threshold_is_the_cards_unless_given():
    faint = photo_with_a_crack(darkness=150)
    segmenter = CrackSegmenter(DarknessEngine(threshold=0.8))
    assert segmenter.segment(faint).cracks == ()
    assert segmenter.segment(faint).threshold == 0.8
    found = segmenter.segment(faint, threshold=0.3)
    assert (len(found.cracks), found.threshold) == (1, 0.3)


@pytest.mark.parametrize("threshold", [0, 1, -0.5, 7, math.nan])
def test_a_senseless_threshold_is_refused(threshold):
    with pytest.raises(ValueError, match="between 0 and 1"):
        CrackSegmenter(DarknessEngine()).segment(photo_with_a_crack(), threshold=threshold)


def test_a_photo_smaller_than_a_tile():
    segmentation = CrackSegmenter(DarknessEngine(tile=512, overlap=64)).segment(photo_with_a_crack())
    assert (segmentation.tiles, len(segmentation.cracks)) == (1, 1)


def test_progress_stops_the_work():
    class StopHereError(Exception):
        pass

    def stop(done, total):
        if done:
            raise StopHereError

    with pytest.raises(StopHereError):
        CrackSegmenter(DarknessEngine()).segment(photo_with_a_crack(), progress=stop)


def test_running_out_of_memory_says_so():
    class GreedyEngine(DarknessEngine):
        def predict(self, tiles):
            raise MemoryError

    with pytest.raises(OutOfMemory, match="ran out of memory") as failed:
        CrackSegmenter(GreedyEngine()).segment(photo_with_a_crack())
    assert failed.value.facts == {"megapixels": 150 * 110 / 1e6}
