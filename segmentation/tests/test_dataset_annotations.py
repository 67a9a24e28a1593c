import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from segmentation.datasets.annotations import Drawing
from segmentation.datasets.pairs import BadSource, Pair, UnusableMask
from segmentation.datasets.shapes import ColumnRuns, DrawnMask, Line, Polygon, decode_counts
from segmentation.datasets.sources import Source, read_source, recognise
from segmentation.tests.drawn_sets import draw_pair
from segmentation.tests.published_layouts import save

SQUARE = [[2, 3], [6, 3], [6, 8], [2, 8]]


def painted(*shapes, size=(10, 12)):
    return DrawnMask(shapes, size).read(size)


def read(path, layout="auto", **drawing):
    found = list(read_source(Source.parse(f"s={layout}:{path}"), Drawing(**drawing)))
    return [one for one in found if isinstance(one, Pair)], [one for one in found if not isinstance(one, Pair)]


def test_a_polygon_covers_the_pixels_whose_centres_it_holds():
    mask = painted(Polygon(tuple(map(tuple, SQUARE))))
    assert mask.sum() == 4 * 5 and mask[3:8, 2:6].all()
    # Half a pixel further no centre is gained; past it, one column.
    shifted = painted(Polygon(((2.5, 3), (6.4, 3), (6.4, 8), (2.5, 8))))
    assert shifted.sum() == 20 and shifted[3:8, 2:6].all()
    assert painted(Polygon(((2, 3), (6.6, 3), (6.6, 8), (2, 8)))).sum() == 25


def test_area_is_kept_on_average_and_holes_stay_open():
    random = np.random.default_rng(3)
    areas = []
    for _ in range(60):
        angle, (x, y) = random.uniform(0, np.pi), random.uniform(90, 110, 2)
        along, across = np.array([np.cos(angle), np.sin(angle)]) * 40, np.array([-np.sin(angle), np.cos(angle)]) * 0.9
        corners = [along + across, along - across, -along - across, -along + across]
        areas.append(painted(Polygon(tuple((x + dx, y + dy) for dx, dy in corners)), size=(200, 200)).sum())
    assert np.mean(areas) == pytest.approx(80 * 1.8, rel=0.03)
    ring = ((0, 0), (9, 0), (9, 9), (0, 9), (0, 0), (3, 3), (3, 6), (6, 6), (6, 3), (3, 3))
    assert painted(Polygon(ring)).sum() == 81 - 9


def test_a_polygon_may_reach_out_of_the_photo():
    assert painted(Polygon(((-50, -50), (50, -50), (50, 50), (-50, 50)))).all()
    assert not painted(Polygon(((20, 20), (30, 20), (30, 30)))).any()


@pytest.mark.parametrize("width", [1, 3, 4])
def test_a_line_is_as_wide_as_it_is_said(width):
    mask = painted(Line(((0, 20), (60, 20)), width), size=(40, 60))
    assert (mask[:, 10:50].sum(axis=0) == width).all()
    assert abs(np.flatnonzero(mask[:, 30]).mean() + 0.5 - 20) <= 0.5


def test_column_runs_go_down_first():
    assert np.argwhere(painted(ColumnRuns((3, 2), (1, 2, 2, 1)), size=(3, 2))).tolist() == [[1, 0], [2, 0], [2, 1]]
    for wrong in ((5,), (3, -1, 4), (2, 9)):
        with pytest.raises(UnusableMask, match="do not fill 2 × 3"):
            painted(ColumnRuns((3, 2), wrong), size=(3, 2))


def compressed(counts):
    """Written from the format's description, the other way round than the reader."""
    text = ""
    for place, count in enumerate(counts):
        number = count - counts[place - 2] if place > 2 else count
        while True:
            group, number = number & 31, number >> 5
            more = number != (-1 if group & 16 else 0)
            text += chr((group | 32 if more else group) + 48)
            if not more:
                break
    return text


@pytest.mark.parametrize("counts", [(6,), (0, 6), (1, 2, 2, 1), (100000, 3, 15, 16, 17, 31, 32, 5, 1000000, 1, 1)])
def test_compressed_runs_come_back(counts):
    assert decode_counts(compressed(counts)) == counts


def test_compressed_runs_as_others_write_them():
    # What pycocotools 2.0 writes for a 3 × 3 block at (2, 2) on 9 × 9 pixels.
    assert decode_counts("d036000R1") == (20, 3, 6, 3, 6, 3, 40)
    for wrong in ("d0P", "d0 ", "d0é"):
        with pytest.raises(UnusableMask):
            decode_counts(wrong)


def write_coco(root, annotations, *, name="instances_train.json", images=None, category="Crack"):
    save(root / "images" / "wall.png", draw_pair(1, size=(12, 10))[0])
    (root / "annotations").mkdir(exist_ok=True)
    content = {
        "images": images or [{"id": 7, "file_name": "wall.png", "width": 12, "height": 10}],
        "categories": [{"id": 3, "name": category}, {"id": 4, "name": "rust"}],
        "annotations": [{"id": n, "image_id": 7, **entry} for n, entry in enumerate(annotations)],
    }
    (root / "annotations" / name).write_text(json.dumps(content))
    return root


def test_coco_polygons_and_both_kinds_of_runs_are_one_mask(tmp_path):
    flat = [value for point in SQUARE for value in point]
    runs = {"size": [10, 12], "counts": [0, 2, 118]}
    packed = {"size": [10, 12], "counts": compressed((118, 2))}
    rust = {"category_id": 4, "segmentation": [[0, 0, 12, 0, 12, 10]]}
    shapes = [{"category_id": 3, "segmentation": kind} for kind in ([flat], runs, packed)]
    write_coco(tmp_path, [*shapes, rust])
    assert recognise(tmp_path) == "coco"
    (pair,), problems = read(tmp_path)
    mask = pair.mask.read((10, 12))
    assert not problems and (pair.stem, pair.split) == ("wall", "train")
    assert mask.sum() == 20 + 2 + 2 and mask[:2, 0].all() and mask[8:, 11].all()
    assert read(tmp_path / "annotations" / "instances_train.json", "coco")[0] == [pair]


@pytest.mark.parametrize(
    ("segmentation", "sentence"),
    [
        (None, "neither polygons nor run lengths"),
        ({"size": [10, 12], "counts": "é"}, "compressed"),
        ([[1, 2, 3]], "not pairs of numbers"),
        ([["a", "b"]], "not pairs of numbers"),
        ([[0, 0, 1e30, 0, 5, 5]], "lie nowhere"),
        ({"size": [-1, 12], "counts": [1]}, "no size in pixels"),
    ],
)
def test_a_coco_annotation_that_cannot_be_drawn_is_told(tmp_path, segmentation, sentence):
    pairs, (problem,) = read(write_coco(tmp_path, [{"category_id": 3, "segmentation": segmentation}]))
    assert not pairs and problem.kind == "unreadable" and sentence in problem.detail


def test_coco_photos_that_are_not_there_or_lie_outside_are_told(tmp_path):
    (tmp_path / "secret.png").write_bytes(b"")
    images = [{"id": n, "file_name": name} for n, name in enumerate(("gone.png", "../../secret.png", "/etc/hostname"))]
    root = write_coco(tmp_path / "set", [{"category_id": 3, "segmentation": []}], images=images)
    pairs, problems = read(root)
    assert not pairs and [problem.kind for problem in problems] == ["missing_photo"] * 4
    assert "does not list it" in problems[3].detail


def test_a_label_that_nobody_used_is_answered_with_those_there_are(tmp_path):
    write_coco(tmp_path, [], category="fissure")
    with pytest.raises(BadSource, match=r"called crack; there are: fissure, rust \(--label\)"):
        read(tmp_path)
    assert len(read(tmp_path, labels=("Fissure", "other"))[0]) == 1


def write_labelme(root, shapes, *, image_path="wall.png", name="wall.json", **more):
    save(root / "wall.png", draw_pair(1, size=(12, 10))[0])
    content = {
        "shapes": shapes,
        "imagePath": image_path,
        "imageData": None,
        "imageHeight": 10,
        "imageWidth": 12,
        **more,
    }
    (root / name).write_text(json.dumps(content))
    return root


def shape(kind, points, label="crack", **more):
    return {"label": label, "shape_type": kind, "points": points, **more}


def test_labelme_shapes_of_every_kind_are_drawn_and_other_labels_are_not(tmp_path):
    png = io.BytesIO()
    Image.fromarray(np.full((2, 3), 1, np.uint8)).save(png, "PNG")
    shapes = [
        shape("polygon", SQUARE),
        shape("rectangle", [[12, 10], [10, 8]], label="Crack"),
        shape("linestrip", [[0, 1.5], [12, 1.5]]),
        shape("mask", [[8, 4], [10, 5]], mask=base64.b64encode(png.getvalue()).decode()),
        shape("rectangle", [[0, 0], [12, 10]], label="moss"),
    ]
    write_labelme(tmp_path, shapes)
    assert recognise(tmp_path) == "labelme"
    (pair,), problems = read(tmp_path, line_width=1)
    mask = pair.mask.read((10, 12))
    assert not problems and pair.image == tmp_path / "wall.png"
    assert mask[8:, 10:].all() and mask[1].all() and mask[4:6, 8:11].all() and mask[3:8, 2:6].all()
    assert mask.sum() == 20 + 4 + 12 + 6


def test_a_circle_is_a_disc(tmp_path):
    (pair,), _ = read(write_labelme(tmp_path, [shape("circle", [[6, 5], [9, 5]])]))
    assert pair.mask.read((10, 12)).sum() == pytest.approx(np.pi * 9, rel=0.15)


def test_labelme_on_windows_names_its_photo_with_backslashes(tmp_path):
    (tmp_path / "json").mkdir()
    write_labelme(tmp_path, [], image_path="..\\wall.png")
    (tmp_path / "wall.json").rename(tmp_path / "json" / "wall.json")
    (pair,), problems = read(tmp_path, "labelme")
    assert not problems and pair.stem == "json_wall" and pair.image.resolve() == tmp_path / "wall.png"


@pytest.mark.parametrize(
    ("shapes", "more", "kind", "sentence"),
    [
        ([shape("point", [[1, 1]])], {}, "unreadable", "point with 1 points has no area"),
        ([shape("polygon", [[1, 1], [2, 2]])], {}, "unreadable", "polygon with 2 points has no area"),
        ([shape("mask", [[1, 1], [2, 2]], mask="!")], {}, "unreadable", "mask cannot be decoded"),
        ([], {"imageHeight": "ten"}, "unreadable", "no size in pixels"),
        ([], {"image_path": "gone.png"}, "missing_photo", "names 'gone.png', which is not in"),
        (
            [],
            {"image_path": "gone.png", "imageData": "aaaa"},
            "missing_photo",
            "the copy inside the JSON file is not used",
        ),
        ([], {"shapes": 3}, "unreadable", "not of LabelMe"),
    ],
)
def test_a_labelme_file_that_cannot_be_used_is_told(tmp_path, shapes, more, kind, sentence):
    write_labelme(tmp_path, shapes, **{"image_path": "wall.png", **{k: v for k, v in more.items() if k != "shapes"}})
    if "shapes" in more:
        (tmp_path / "wall.json").write_text(json.dumps(more))
    (tmp_path / "broken.json").write_text("{")
    pairs, problems = read(tmp_path, "labelme")
    assert not pairs and [problem.kind for problem in problems] == ["unreadable", kind]
    assert "not a whole JSON file" in problems[0].detail and sentence in problems[1].detail
