import numpy as np
import pytest

from segmentation.measurement import trace_cracks
from segmentation.overlay import CASING, PROPOSED, mask_of, overlay_image, overlay_layer, probability_preview
from segmentation.results import Segmentation


def looked_at(probability):
    height, width = probability.shape
    cracks = trace_cracks(probability, threshold=0.5)
    return Segmentation(
        width=width,
        height=height,
        probability=probability,
        threshold=0.5,
        cracks=cracks,
        crack_area_share=sum(crack.area_px for crack in cracks) / probability.size,
        crack_length_px=sum(crack.length_px for crack in cracks),
        tiles=1,
        device="none",
    )


def hairline(width=400, height=200):
    probability = np.zeros((height, width), np.uint8)
    probability[height // 2 : height // 2 + 3, 30:-30] = 255
    return probability


GREY = np.full((200, 400, 3), 120, np.uint8)


def test_the_mask_is_that_of_all_cracks():
    probability = hairline()
    probability[20:180, 50] = 255
    probability[5:7, 5:7] = 255
    expected = probability > 0
    expected[5:7, 5:7] = False
    assert np.array_equal(mask_of(looked_at(probability)), expected)


def test_a_crack_is_tinted_outlined_and_cased():
    marked = np.asarray(overlay_image(GREY, looked_at(hairline())))
    column = marked[:, 200].tolist()
    tint = [round(120 * 0.65 + part * 0.35) for part in PROPOSED]
    assert column[100:103] == [tint] * 3
    assert column[98:100] == column[103:105] == [list(PROPOSED)] * 2
    assert column[97] == column[105] == list(CASING)
    assert column[96] == column[106] == [120, 120, 120]
    assert marked.shape == GREY.shape and GREY.min() == GREY.max() == 120


def test_outlines_thicken_on_large_photos():
    probability = hairline(4800, 60)
    marked = np.asarray(overlay_image(np.full((60, 4800, 3), 120, np.uint8), looked_at(probability)))
    assert (marked[:30, 2400] == PROPOSED).all(axis=1).sum() == 2 * 3


def test_without_cracks_the_photo_is_unchanged():
    nothing = looked_at(np.zeros((200, 400), np.uint8))
    assert np.array_equal(np.asarray(overlay_image(GREY, nothing)), GREY)
    assert np.asarray(overlay_layer(nothing, (40, 20)))[:, :, 3].max() == 0


@pytest.mark.parametrize("size", [(320, 160), (320, 200), (96, 64)])
def test_a_hairline_of_a_large_photo_stays_visible_in_a_thumbnail(size):
    layer = np.asarray(overlay_layer(looked_at(hairline(4000, 2000)), size))
    assert layer.shape == (size[1], size[0], 4)
    column = layer[:, size[0] // 2].astype(int)
    assert column[:, 3].sum() >= 255 * 3
    solid = column[column[:, 3] > 250, :3]
    assert np.abs(solid - PROPOSED).max(axis=1).min() < 90
    assert column[: size[1] // 2 - 4, 3].max() == column[size[1] // 2 + 4 :, 3].max() == 0


def test_a_wide_crack_is_wide_in_the_layer():
    probability = np.zeros((600, 1200), np.uint8)
    probability[280:320, 60:-60] = 255
    column = np.asarray(overlay_layer(looked_at(probability), (600, 300)))[:, 300, 3]
    assert column.astype(int).sum() / 255 == pytest.approx(22, abs=1.5)


def test_a_preview_keeps_the_brightest_of_each_block():
    probability = np.zeros((300, 500), np.uint8)
    probability[123, 77] = 200
    preview = probability_preview(probability, 50)
    assert preview.shape == (30, 50)
    assert preview.max() == 200 and np.count_nonzero(preview) == 1
    assert preview[12, 7] == 200


@pytest.mark.parametrize("shape", [(1, 1000), (999, 7), (333, 100)])
def test_a_preview_of_any_shape_loses_no_pixel(shape):
    probability = np.zeros(shape, np.uint8)
    for row, column in ((0, 0), (shape[0] - 1, shape[1] - 1), (shape[0] // 2, shape[1] // 2)):
        probability[:] = 0
        probability[row, column] = 255
        assert probability_preview(probability, 64).max() == 255
    assert max(probability_preview(probability, 64).shape) == 64


def test_a_small_map_comes_back_as_it_is():
    probability = hairline()
    assert np.array_equal(probability_preview(probability, 400), probability)
