"""Run lengths become masks pixel by pixel, whatever the size of the photo."""

import tracemalloc
from io import BytesIO
from random import Random

import pytest
from PIL import Image

from inspections.exports.masks import mask_of
from inspections.exports.png import grey_png
from inspections.exports.spans import spans_of
from inspections.models import Finding, SurveyImage


def finding(x0: int, y0: int, rows: list[str], **fields) -> Finding:
    """A crack drawn with `#` on `.`, its run lengths counted here, one pixel after the other."""
    drawn, runs, now = "".join(rows), [0], "."
    for pixel in drawn:
        if pixel != now:
            runs.append(0)
            now = pixel
        runs[-1] += 1
    box = {"box_x0": x0, "box_y0": y0, "box_x1": x0 + len(rows[0]), "box_y1": y0 + len(rows)}
    return Finding(mask_runs=runs, **{**box, **fields})


def opened(width: int, height: int, findings: list[Finding]) -> Image.Image:
    image = SurveyImage(width=width, height=height)
    return Image.open(BytesIO(b"".join(mask_of(image, findings))))


def drawn(mask: Image.Image) -> list[str]:
    width, height = mask.size
    return ["".join(".#"[mask.getpixel((x, y)) == 255] for x in range(width)) for y in range(height)]


def test_two_cracks_stand_where_they_were_traced():
    first = finding(1, 0, ["#..", ".##"])
    second = finding(3, 1, ["##", "#."])
    assert drawn(opened(6, 4, [second, first])) == [".#....", "..###.", "...#..", "......"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["###", "###"], ["###", "###"]),
        (["...", "..."], ["...", "..."]),
        (["..#", "#.."], ["..#", "#.."]),
        (["#"], ["#"]),
    ],
)
def test_edges_of_a_box(rows, expected):
    assert drawn(opened(len(rows[0]), len(rows), [finding(0, 0, rows)])) == expected


def test_a_photo_without_cracks_is_black():
    assert opened(5, 3, []).histogram()[0] == 15


def test_run_lengths_that_lead_out_of_box_or_photo_are_cut():
    too_long = finding(2, 1, ["##", "##"])
    too_long.mask_runs = [0, 1000]
    assert drawn(opened(4, 2, [too_long])) == ["....", "..##"]
    assert drawn(opened(3, 9, [finding(2, 0, ["##"])]))[0] == "..#"


def test_random_masks_come_back_as_they_were():
    random = Random(5)
    for _ in range(50):
        width, height = random.randint(1, 40), random.randint(1, 30)
        rows = ["".join(random.choice("..#") for _ in range(width)) for _ in range(height)]
        assert drawn(opened(width, height, [finding(0, 0, rows)])) == rows
        assert sum(stop - start for _, start, stop in spans_of(finding(0, 0, rows))) == "".join(rows).count("#")


def test_a_wrong_number_of_rows_is_no_picture():
    with pytest.raises(ValueError, match="1 rows"):
        list(grey_png(2, 2, [b"ab"]))
    with pytest.raises(ValueError, match="3 bytes"):
        list(grey_png(2, 1, [b"abc"]))


def test_a_mask_of_a_hundred_megapixels_needs_no_hundred_megabytes():
    image = SurveyImage(width=20_000, height=5_000)
    tracemalloc.start()
    size = sum(len(piece) for piece in mask_of(image, [finding(19_000, 4_000, ["#" * 800] * 3)]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    assert size < 200_000
