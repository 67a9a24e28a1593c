"""Drawn photos: what is promised about their truth holds, measured from the outside."""

import csv
import json
import math
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps
from scipy import ndimage

from segmentation.__main__ import main
from segmentation.drawing import (
    FLAT_LIGHT,
    SCENES,
    Camera,
    CrackShape,
    Optics,
    PhotoMetadata,
    Visit,
    draw_photo,
    draw_survey,
    straight_crack,
    write_mask,
    write_photo,
    write_truth,
)
from segmentation.drawing.coverage import CoverageRaster, line_pixels, polygon_area
from segmentation.drawing.survey import Place

DRONE = "{http://www.dji.com/drone-dji/1.0/}"
BLUR_ALONE = Optics(blur_px=0.8, shot=0.0, read=0.0, vignette=0.0, curve=0.0)


def linear(pixels):
    values = np.asarray(pixels, float) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def line_at(angle_deg, width_px, *, contrast=0.9, length=160):
    """A straight crack through the middle of a 200 × 200 photo, a little off the pixel grid."""
    across, down = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    x, y, half = 100.31, 99.87, length / 2
    return straight_crack(
        (x - half * across, y - half * down), (x + half * across, y + half * down), width_px, contrast=contrast
    )


@pytest.mark.parametrize("scene", SCENES)
def test_the_same_seed_gives_the_same_photo_and_another_seed_another(scene):
    first, again, other = (draw_photo(seed, 220, 160, mm_per_pixel=0.9, scene=scene) for seed in (5, 5, 6))
    assert first.pixels.tobytes() == again.pixels.tobytes()
    assert json.dumps(first.truth()) == json.dumps(again.truth())
    assert np.abs(first.pixels.astype(int) - other.pixels).mean() > 4


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("camera", [Camera(), Camera((7.3, -11.6), 0.8, 1.02)], ids=["straight", "turned"])
def test_the_height_of_a_strip_does_not_matter(scene, camera):
    photos = [
        draw_photo(11, 200, 150, mm_per_pixel=0.8, scene=scene, visit=Visit(1, 0.5, camera), strip_rows=rows)
        for rows in (150, 64, 37)
    ]
    for other in photos[1:]:
        assert np.array_equal(photos[0].pixels, other.pixels)
        assert np.array_equal(photos[0].mask, other.mask)
        assert np.array_equal(photos[0].coverage, other.coverage)
        assert photos[0].truth() == other.truth()


@pytest.mark.parametrize("angle", [0, 12, 45, 63.4, 90, 151])
@pytest.mark.parametrize("width", [0.15, 0.4, 1.0, 3.3])
def test_covered_area_is_length_times_width(angle, width):
    drawn = draw_photo(1, 200, 200, mm_per_pixel=0.5, scene="flat", cracks=[line_at(angle, width)])
    assert drawn.coverage.sum(dtype=float) == pytest.approx(160 * width, rel=1e-4)
    (crack,) = drawn.cracks
    assert crack.width_mean_px == pytest.approx(width, rel=1e-6)
    assert crack.width_mean_mm == pytest.approx(width * 0.5, rel=1e-6)
    assert crack.length_px == pytest.approx(160, rel=1e-6)


@pytest.mark.parametrize("angle", [3, 20, 45, 70, 88])
@pytest.mark.parametrize("optics", [None, BLUR_ALONE], ids=["sharp", "blurred"])
def test_missing_light_across_a_hairline_is_its_width_times_its_contrast(angle, optics):
    """Each column (or row) that crosses the line holds width / |cos| of darkness; the lens only spreads it.

    Measured on the finished bytes: rounding to 256 levels is what the tolerance is for.
    """
    drawn = draw_photo(
        1, 200, 200, mm_per_pixel=0.5, scene="flat", cracks=[line_at(angle, 0.4, contrast=0.8)], optics=optics
    )
    missing = 1 - linear(drawn.pixels[:, :, 1]) / FLAT_LIGHT
    assert np.median(missing) == pytest.approx(0, abs=1e-9)
    steep = angle > 45
    lean = math.sin(math.radians(angle)) if steep else math.cos(math.radians(angle))
    crossings = missing.sum(axis=1 if steep else 0)[70:130]
    assert crossings.mean() * lean == pytest.approx(0.4 * 0.8, rel=0.04)
    assert crossings * lean == pytest.approx(0.4 * 0.8, rel=0.15)


def test_areas_of_polygons_are_exact_wherever_they_lie():
    numbers = np.random.default_rng(3)
    for _polygon in range(20):
        angles = np.sort(numbers.uniform(0, 2 * np.pi, 25))
        radii = numbers.uniform(0.3, 18, 25)
        polygon = np.stack([30 + radii * np.cos(angles), 30 + radii * np.sin(angles)], axis=1)
        covered = CoverageRaster([polygon], 60).rows(0, 60)
        assert covered.share.sum() == pytest.approx(abs(polygon_area(polygon)), abs=1e-9)
        left_half = CoverageRaster([polygon - [30, 0]], 60).rows(0, 60)
        kept = covered.share[covered.column >= 30].sum()
        assert left_half.share.sum() == pytest.approx(kept, abs=1e-9)


def test_two_cracks_over_each_other_cover_a_pixel_once():
    crossing = [line_at(0, 6.0), line_at(90, 6.0)]
    drawn = draw_photo(1, 200, 200, mm_per_pixel=0.5, scene="flat", cracks=crossing)
    assert drawn.coverage.max() == 1.0
    assert drawn.coverage.sum() == pytest.approx(2 * 160 * 6 - 36, rel=1e-3)


@pytest.mark.parametrize("scene", SCENES)
def test_mask_and_path_agree(scene):
    """Every visible point of a path lies on the mask or beside it, and no mask lies farther off than half a width."""
    drawn = draw_photo(21, 480, 360, mm_per_pixel=1.1, scene=scene)
    assert drawn.cracks
    far = ndimage.distance_transform_edt(~drawn.mask)
    for crack in drawn.cracks:
        seen = crack.visible > 0.6
        column, row = np.clip(crack.path[seen].astype(int), 0, [479, 359]).T
        assert (far[row, column] <= 1.5).mean() > 0.97
    lines = np.ones(drawn.mask.shape, bool)
    widest = max(crack.width_max_px for crack in drawn.cracks)
    for crack in drawn.cracks:
        row, column = line_pixels(crack.path)
        lines[np.clip(row, 0, 359), np.clip(column, 0, 479)] = False
    away = ndimage.distance_transform_edt(lines)
    assert away[drawn.mask].max() <= widest / 2 + 3


@pytest.mark.parametrize("scene", SCENES)
def test_truth_adds_up_to_the_area_that_is_covered(scene):
    """The widths along the path times its length are the area, but for branches that overlap where they leave."""
    drawn = draw_photo(33, 600, 450, mm_per_pixel=0.6, scene=scene)
    stated = sum(crack.length_px * crack.width_mean_px for crack in drawn.cracks)
    assert drawn.coverage.sum() == pytest.approx(stated, rel=0.06)


def test_hairlines_stand_in_the_mask_although_no_pixel_is_half_covered():
    drawn = draw_photo(1, 200, 200, mm_per_pixel=0.5, scene="flat", cracks=[line_at(30, 0.2)])
    assert drawn.coverage.max() < 0.5
    assert 130 <= drawn.mask.sum() <= 165
    assert ndimage.label(drawn.mask, np.ones((3, 3)))[1] == 1


def test_wide_cracks_stand_in_the_mask_where_half_covered():
    drawn = draw_photo(1, 200, 200, mm_per_pixel=0.5, scene="flat", cracks=[line_at(30, 5.0)])
    assert np.array_equal(drawn.mask, drawn.coverage >= 0.5)


@pytest.mark.parametrize("scene", SCENES)
def test_a_wall_without_cracks_has_an_empty_mask(scene):
    drawn = draw_photo(8, 240, 180, mm_per_pixel=0.9, scene=scene, cracks=())
    assert not drawn.mask.any()
    assert not drawn.coverage.any()
    assert drawn.cracks == ()
    assert drawn.pixels.std() > 4


def test_a_crack_is_darker_than_the_concrete_beside_it():
    drawn = draw_photo(4, 600, 450, mm_per_pixel=0.4, scene="pier")
    wide = drawn.coverage > 0.95
    beside = ndimage.binary_dilation(drawn.mask, iterations=9) & ~ndimage.binary_dilation(drawn.mask, iterations=5)
    assert drawn.pixels[wide].mean() < 0.6 * drawn.pixels[beside].mean()


def test_branches_name_their_parent_and_start_on_it():
    drawn = draw_photo(2, 900, 700, mm_per_pixel=0.8, scene="pier")
    by_name = {crack.name: crack for crack in drawn.cracks}
    branches = [crack for crack in drawn.cracks if crack.parent in by_name and "~" not in crack.name]
    assert branches
    for branch in branches:
        gap = np.hypot(*(by_name[branch.parent].path - branch.path[0]).T).min()
        assert gap < 3 or not _inside(branch.path[0], 900, 700, 2)


def _inside(point, width, height, margin):
    return margin < point[0] < width - margin and margin < point[1] < height - margin


def test_a_crack_that_leaves_the_photo_is_cut_at_its_border():
    path = np.array([[-20.0, 50.0], [40.0, 50.0], [40.0, -30.0], [70.0, -30.0], [70.0, 60.0]])
    offset = np.array([0.5, 0.0])
    shape = CrackShape("c1", path - offset, path + offset, 0.8)
    drawn = draw_photo(1, 100, 100, mm_per_pixel=0.5, scene="flat", cracks=[shape])
    assert [crack.name for crack in drawn.cracks] == ["c1", "c1~2"]
    assert drawn.cracks[0].path[0] == pytest.approx([0, 50])
    assert drawn.cracks[0].path[-1] == pytest.approx([40, 0])
    assert drawn.cracks[1].path[0] == pytest.approx([70, 0])
    assert drawn.cracks[0].length_px == pytest.approx(90)


def test_cracks_grow_between_visits_by_what_the_truth_says():
    early, late = (draw_photo(4, 700, 500, mm_per_pixel=1.0, scene="girder", visit=Visit(0, age)) for age in (0.0, 1.0))
    before = {crack.name: crack for crack in early.cracks}
    after = {crack.name: crack for crack in late.cracks}
    assert set(before) <= set(after)
    growth = [after[name].length_px - crack.length_px for name, crack in before.items()]
    assert min(growth) > -1e-6
    assert max(growth) > 20 or len(after) > len(before)
    assert early.mask.sum() < late.mask.sum()


def test_another_visit_shows_the_same_wall_in_another_light_from_another_stand():
    camera = Camera((9.0, -6.0), 0.0, 1.0)
    first = draw_photo(7, 300, 220, mm_per_pixel=0.7, scene="pier", visit=Visit(0, 1.0))
    moved = draw_photo(7, 300, 220, mm_per_pixel=0.7, scene="pier", visit=Visit(0, 1.0, camera))
    assert np.array_equal(first.mask[:-20, 20:], moved.mask[6 : 6 + 200, 11 : 11 + 280])
    other_day = draw_photo(7, 300, 220, mm_per_pixel=0.7, scene="pier", visit=Visit(1, 1.0))
    assert np.array_equal(first.mask, other_day.mask)
    assert not np.array_equal(first.pixels, other_day.pixels)


def test_a_turned_camera_turns_the_truth_with_the_picture():
    """Where the truth says there is a wide crack, the picture is dark, also after turning, moving and scaling."""
    camera = Camera((12.4, -8.2), 1.0, 1.03)
    drawn = draw_photo(4, 600, 450, mm_per_pixel=0.4, scene="pier", visit=Visit(0, 1.0, camera))
    assert drawn.mm_per_pixel == pytest.approx(0.4 * 1.03)
    wide = drawn.coverage > 0.95
    assert wide.sum() > 50
    assert np.median(drawn.pixels[wide]) < 0.5 * np.median(drawn.pixels)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"scene": "moon"}, "moon"),
        ({"width": 4}, "16 pixels"),
        ({"width": 20_000, "height": 20_000}, "120 megapixels"),
        ({"mm_per_pixel": 0.0}, "mm per pixel"),
        ({"visit": Visit(0, 1.0, Camera((300.0, 0.0)))}, "leaves the wall"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(changes, part):
    wanted = {"seed": 1, "width": 64, "height": 48, "mm_per_pixel": 0.5, **changes}
    with pytest.raises(ValueError, match=part):
        draw_photo(wanted.pop("seed"), wanted.pop("width"), wanted.pop("height"), **wanted)


class CountingWall:
    """A wall that remembers how many rows were asked for at once."""

    def __init__(self, columns):
        self.columns, self.most = columns, 0

    def rows(self, first, last):
        self.most = max(self.most, last - first)
        return np.full((4, last - first, self.columns), 0.3, np.float32)


def test_a_tall_photo_is_made_of_strips_of_bounded_height(monkeypatch):
    walls = []

    def remember(columns):
        walls.append(CountingWall(columns))
        return walls[-1]

    monkeypatch.setattr("segmentation.drawing.photo._FlatWall", remember)
    drawn = draw_photo(1, 64, 6000, mm_per_pixel=0.5, scene="flat", cracks=())
    assert drawn.pixels.shape == (6000, 64, 3)
    assert walls[0].most <= 300


METADATA = PhotoMetadata(
    taken_at=datetime(2026, 4, 14, 10, 42, 5, tzinfo=timezone(timedelta(hours=1))),
    latitude=-54.0741,
    longitude=1.99931,
    altitude_m=187.25,
    height_m=6.5,
    bearing_deg=275.5,
    pitch_deg=-4.5,
    distance_m=3.2,
    exposure_s=1 / 640,
    iso=200,
)


def test_exif_says_when_where_and_how(tmp_path):
    drawn = draw_photo(3, 320, 240, mm_per_pixel=0.5, scene="girder")
    write_photo(tmp_path / "a.jpg", drawn, metadata=METADATA)
    with Image.open(tmp_path / "a.jpg") as image:
        exif = image.getexif()
        assert (image.format, image.size, image.mode) == ("JPEG", (320, 240), "RGB")
    photo, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    assert (exif[ExifTags.Base.Make], exif[ExifTags.Base.Model]) == ("Hairline", "Drawn 1")
    assert exif[ExifTags.Base.Orientation] == 1
    assert photo[ExifTags.Base.DateTimeOriginal] == "2026:04:14 10:42:05"
    assert photo[ExifTags.Base.OffsetTimeOriginal] == "+01:00"
    assert photo[ExifTags.Base.ExposureTime] == pytest.approx(1 / 640)
    assert photo[ExifTags.Base.FNumber] == pytest.approx(2.8)
    assert photo[ExifTags.Base.ISOSpeedRatings] == 200
    degrees, minutes, seconds = (float(part) for part in gps[ExifTags.GPS.GPSLatitude])
    assert gps[ExifTags.GPS.GPSLatitudeRef] == "S"
    assert degrees + minutes / 60 + seconds / 3600 == pytest.approx(54.0741, abs=1e-7)
    assert gps[ExifTags.GPS.GPSLongitudeRef] == "E"
    assert float(gps[ExifTags.GPS.GPSAltitude]) == pytest.approx(187.25)
    assert float(gps[ExifTags.GPS.GPSImgDirection]) == pytest.approx(275.5)


def test_scale_follows_from_the_metadata(tmp_path):
    """Distance over focal length is the drawn scale, from the XMP and, roughly, from the 35 mm equivalent."""
    drawn = draw_photo(3, 320, 240, mm_per_pixel=0.5, scene="girder")
    write_photo(tmp_path / "a.jpg", drawn, metadata=METADATA)
    with Image.open(tmp_path / "a.jpg") as image:
        packet, exif = image.info["xmp"], image.getexif().get_ifd(ExifTags.IFD.Exif)
    tree = ElementTree.fromstring(packet.decode().split("?>", 1)[1].rsplit("<?xpacket", 1)[0])
    (about,) = tree.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    flight = {name.removeprefix(DRONE): value for name, value in about.attrib.items() if name.startswith(DRONE)}
    assert 1000 * float(flight["LRFTargetDistance"]) / float(flight["CalibratedFocalLength"]) == pytest.approx(0.5)
    assert flight["LRFStatus"] == "Normal"
    assert float(flight["GimbalYawDegree"]) == pytest.approx(-84.5)
    assert float(flight["GimbalPitchDegree"]) == pytest.approx(-4.5)
    assert flight["RelativeAltitude"] == "+6.50"
    assert flight["AbsoluteAltitude"] == "+187.25"
    focal_px = exif[ExifTags.Base.FocalLengthIn35mmFilm] * math.hypot(320, 240) / 43.2666
    assert 3200 / focal_px == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_reader_who_obeys_the_orientation_sees_the_photo_upright(tmp_path, orientation):
    drawn = draw_photo(3, 96, 64, mm_per_pixel=2.0, scene="abutment")
    metadata = PhotoMetadata(METADATA.taken_at, 54.0, -2.0, orientation=orientation)
    write_photo(tmp_path / "a.jpg", drawn, metadata=metadata, quality=98)
    with Image.open(tmp_path / "a.jpg") as image:
        upright = np.asarray(ImageOps.exif_transpose(image), int)
    assert upright.shape == drawn.pixels.shape
    assert np.abs(upright - drawn.pixels).mean() < 4


def test_truth_and_mask_are_written_as_they_are(tmp_path):
    drawn = draw_photo(3, 200, 150, mm_per_pixel=1.0, scene="deck_soffit")
    write_truth(tmp_path / "a.json", drawn)
    write_mask(tmp_path / "a.png", drawn)
    truth = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert truth == json.loads(json.dumps(drawn.truth()))
    assert truth["crack_pixels"] == drawn.mask.sum()
    assert len(truth["cracks"][0]["path"]) == len(truth["cracks"][0]["widths_px"])
    with Image.open(tmp_path / "a.png") as mask:
        assert mask.mode == "L"
        assert np.array_equal(np.asarray(mask), drawn.mask * np.uint8(255))


SMALL_PLACES = (
    Place("Pier 1", "pier", 4, -12.0, 1.0, 3.0, 0.0, size=(160, 120), mm_per_pixel=2.0),
    Place("Pier 2", "pier", 5, 12.0, 1.0, 3.0, 0.0, size=(120, 160), cracked=False, orientation=6),
)


def test_two_surveys_show_the_same_places(tmp_path):
    rows = {
        name: draw_survey(tmp_path / name, seed=2, survey=name, places=SMALL_PLACES) for name in ("spring", "autumn")
    }
    assert [row["place"] for row in rows["spring"]] == [row["place"] for row in rows["autumn"]]
    assert not {row["file"] for row in rows["spring"]} & {row["file"] for row in rows["autumn"]}
    assert [row["crack_free"] for row in rows["autumn"]] == [False, True]
    for name, listed in rows.items():
        assert json.loads((tmp_path / name / "photos.json").read_text())["photos"] == listed
        for row in listed:
            assert (tmp_path / name / row["file"]).stat().st_size > 1000
            truth = json.loads((tmp_path / name / "truth" / row["file"].replace(".jpg", ".json")).read_text())
            assert truth["mm_per_pixel"] == pytest.approx(row["mm_per_pixel"], abs=1e-6)
    again = draw_survey(tmp_path / "again", seed=2, survey="spring", places=SMALL_PLACES, workers=1)
    assert again == rows["spring"]
    for path in sorted((tmp_path / "again").rglob("*.*")):
        assert path.read_bytes() == (tmp_path / "spring" / path.relative_to(tmp_path / "again")).read_bytes()
    spring, autumn = (datetime.fromisoformat(rows[name][0]["taken_at"]) for name in ("spring", "autumn"))
    assert timedelta(days=150) < autumn - spring < timedelta(days=210)


def test_an_unknown_survey_is_refused(tmp_path):
    with pytest.raises(ValueError, match="winter"):
        draw_survey(tmp_path, survey="winter")


def test_the_command_lays_out_a_training_set(tmp_path, capsys):
    words = ["draw", "--out", str(tmp_path), "--size", "96x64", "--count", "10", "--mm-per-pixel", "2", "--masks"]
    assert main([*words, "--crack-free", "0.2"]) == 0
    with (tmp_path / "manifest.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    assert list(rows[0]) == ["set", "stem", "group", "split", "surface", "licence"]
    assert [row["split"] for row in rows] == ["train"] * 8 + ["val", "test"]
    empty = 0
    for row in rows:
        with Image.open(tmp_path / "images" / f"{row['stem']}.jpg") as photo:
            assert photo.size == (96, 64)
        with Image.open(tmp_path / "masks" / f"{row['stem']}.png") as mask:
            empty += not np.asarray(mask).any()
        assert (tmp_path / "truth" / f"{row['stem']}.json").is_file()
    assert empty == 2
    assert "10/10 photos" in capsys.readouterr().out


def test_the_command_draws_a_size_in_megapixels_and_says_what_it_cannot(tmp_path, capsys):
    assert main(["draw", "--out", str(tmp_path), "--megapixels", "0.03", "--scene", "pier", "--seed", "9"]) == 0
    with Image.open(tmp_path / "drawn_pier_000009.jpg") as photo:
        assert photo.size == (200, 150)
    assert main(["draw", "--out", str(tmp_path), "--size", "8x8"]) == 1
    assert "16 pixels" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["draw", "--out", str(tmp_path), "--megapixels", "400"])
