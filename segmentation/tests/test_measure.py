import json
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from segmentation.__main__ import main
from segmentation.commands.findings import describe_crack, describe_findings
from segmentation.commands.scales import PhotoScale
from segmentation.drawing import FLAT, Optics, PhotoMetadata, draw_photo, straight_crack, write_photo
from segmentation.scale import Floor, Plane, Scale, Source, draw_marker
from segmentation.tests.test_measurement import draw, tilted, trace
from segmentation.tests.test_predict import darkness, predict  # noqa: F401

START, STOP = (30.2, 60.1), (230.4, 150.7)
LENGTH = np.hypot(STOP[0] - START[0], STOP[1] - START[1])


@pytest.fixture
def files(tmp_path):
    """A drawn photo of a crack of 0.8 px and one of 7 px, written as camera and as drawing; its mask; a map of it."""
    shapes = [straight_crack(START, STOP, 7, contrast=0.8), straight_crack((40, 150), (200, 230), 0.8, contrast=0.8)]
    optics = Optics(blur_px=0.7, curve=0)
    photo = draw_photo(2, 260, 260, mm_per_pixel=0.2, scene=FLAT, cracks=shapes, optics=optics)
    mask = draw((START, STOP, 8), ((40, 150), (200, 230), 3))
    metadata = PhotoMetadata(taken_at=datetime(2026, 6, 1, tzinfo=UTC), latitude=0, longitude=0, distance_m=3.0)
    write_photo(tmp_path / "drawn.jpg", photo, metadata=metadata, quality=97)
    Image.fromarray(photo.pixels).save(tmp_path / "photo.png")
    Image.fromarray(mask).save(tmp_path / "mask.png")
    Image.fromarray((mask > 0) * np.uint8(200)).save(tmp_path / "map.png")
    return tmp_path


def measure(folder, *words):
    report = folder / "report.json"
    assert main(["measure", *map(str, words), "--json", str(report)]) == 0
    return json.loads(report.read_text())


def test_a_mask_alone_is_measured_in_pixels(files, capsys):
    report = measure(files, files / "mask.png")
    wide, fine = report["findings"]
    assert wide["length_px"] == pytest.approx(LENGTH, rel=0.02)
    assert wide["width_median_px"] == pytest.approx(8, abs=0.3)
    assert wide["width_u95_px"] < 1.5
    assert wide["orientation_deg"] == pytest.approx(180 - np.degrees(np.arctan2(90.6, 200.2)), abs=1)
    assert wide["width_samples"] == len(wide["width_profile_px"]) > 80
    assert {len(row) for row in wide["width_profile_px"]} == {4}
    assert (wide["arms"], wide["branches"], wide["below_floor"]) == (1, [], None)
    assert fine["width_median_px"] == pytest.approx(3, abs=0.4)
    assert (report["scale"], report["floor_mm"], report["floor_px"], report["photo"]) == (None,) * 4
    assert report["totals"]["findings"] == 2
    assert not any("_mm" in name for finding in report["findings"] for name in finding)
    printed = capsys.readouterr().out
    assert (
        f"1. 220 px, width {wide['width_median_px']:.1f} ± {wide['width_u95_px']:.1f} px" in printed
        and "2 in all" in printed
    )


def test_a_map_is_measured_like_its_mask(files):
    mask, probability = (measure(files, files / name)["findings"] for name in ("mask.png", "map.png"))
    for one, other in zip(mask, probability, strict=True):
        assert one["length_px"] == pytest.approx(other["length_px"], rel=0.01)
        assert one["width_median_px"] == pytest.approx(other["width_median_px"], abs=0.4)
    assert measure(files, files / "map.png", "--threshold", "0.9")["findings"] == []


def test_the_photo_tells_the_widths_and_says_itself_that_it_was_drawn(files):
    told = measure(files, files / "mask.png", "--photo", files / "photo.png", "--plain")
    found = measure(files, files / "mask.png", "--photo", files / "drawn.jpg")
    camera = measure(files, files / "mask.png", "--photo", files / "photo.png")
    for report in (told, found):
        wide, fine = report["findings"]
        assert wide["width_median_px"] == pytest.approx(7, abs=0.3)
        assert fine["width_median_px"] == pytest.approx(0.8, abs=0.3)
        assert abs(fine["width_median_px"] - 0.8) <= fine["width_u95_px"]
    assert camera["findings"][1]["width_median_px"] < told["findings"][1]["width_median_px"] - 0.15
    # The drawn photo carries a distance and a focal length; the bare one nothing.
    assert found["scale"]["source"] == "laser" and found["scale"]["mm_per_px"] == pytest.approx(0.2, rel=0.02)
    assert told["scale"] is None


def test_below_the_floor_there_is_an_upper_bound_and_no_width(files, capsys):
    words = (files / "mask.png", "--photo", files / "photo.png", "--plain", "--mm-per-pixel", "0.2")
    report = measure(files, *words, "--mm-per-pixel-u95", "0.01")
    wide, fine = report["findings"]
    assert 0.16 < report["floor_mm"] < 1.4 and report["floor_mm"] == pytest.approx(0.2 * report["floor_px"], rel=0.1)
    assert (wide["below_floor"], fine["below_floor"]) == (False, True)
    assert fine["width_upper_bound_mm"] == pytest.approx(
        fine["width_median_px"] * 0.2 + np.hypot(0.2 * fine["width_u95_px"], 0.01 * fine["width_median_px"]), abs=0.006
    )
    assert not {"width_median_mm", "width_mean_mm", "width_p95_mm", "width_u95_mm", "width_max_mm"} & set(fine)
    assert wide["width_median_mm"] == pytest.approx(1.4, abs=0.06)
    # By hand: (U / w)² = (0.01 / 0.2)² + (U_p / p)².
    share = np.hypot(0.05, wide["width_u95_px"] / wide["width_median_px"])
    assert wide["width_u95_mm"] == pytest.approx(share * wide["width_median_mm"], rel=0.02)
    assert wide["width_max_mm"] >= wide["width_median_mm"]
    assert wide["length_mm"] == pytest.approx(0.2 * LENGTH, rel=0.02)
    assert report["scale"]["u95"] == pytest.approx(0.01) and report["scale"]["source"] == "given"
    expected = 1000 * report["totals"]["length_px"] / 260**2 / 0.2
    assert report["totals"]["density_m_per_m2"] == pytest.approx(expected, rel=1e-3)
    printed = capsys.readouterr().out
    assert "width < 0." in printed and "cannot be measured here" in printed and "m/m²" in printed


def test_a_marker_in_the_photo_is_the_scale(files):
    pixels = np.array(Image.open(files / "photo.png"))
    marker = draw_marker("aruco-4x4-50", 3, 8)
    pixels[150 : 150 + len(marker), 10 : 10 + len(marker)] = marker[:, :, None]
    Image.fromarray(pixels).save(files / "marked.png")
    words = ("--photo", files / "marked.png", "--plain", "--marker", "aruco-4x4-50:9.6")
    report = measure(files, files / "mask.png", *words)
    # 6 cells of 8 px are 9.6 mm.
    assert report["scale"]["source"] == "marker" and report["scale"]["mm_per_px"] == pytest.approx(0.2, rel=0.02)
    assert measure(files, files / "mask.png", *words[:3])["scale"] is None


@pytest.mark.parametrize("named", ["aruco-4x4-50", "aruco:50", "aruco-4x4-50:0", "aruco-4x4-50:wide"])
def test_markers_that_cannot_be_are_refused(files, named, capsys):
    with pytest.raises(SystemExit):
        main(["measure", str(files / "mask.png"), "--marker", named])
    assert "is not FAMILY:MM" in capsys.readouterr().err


def test_where_nothing_can_be_measured_every_width_is_a_bound():
    (crack,) = trace(draw(tilted(30, 180, 5)))
    nothing = Floor(None, None, None, None, 4.0, 9.0, 40.0, True, 0.25)
    plane = Plane.of((130.0, 130.0), np.array([0.5, 0, 0, 0.5, 0, 0]), np.zeros((6, 6)))
    finding = describe_crack(crack, Scale.on(plane, Source.LASER, "", (260, 260)), nothing)
    assert finding["below_floor"] and finding["width_upper_bound_mm"] == pytest.approx(2.9, abs=0.4)
    assert "width_median_mm" not in finding and finding["length_mm"] == pytest.approx(90, rel=0.02)


def test_an_oblique_scale_is_taken_where_and_along_which_a_width_lies():
    level, upright = trace(draw(((20, 60), (240, 60), 6), ((60, 100), (60, 250), 6)))
    # A pixel is 1 mm along x and 2 mm along y, everywhere.
    plane = Plane.of((130.0, 130.0), np.array([1.0, 0, 0, 2.0, 0, 0]), np.zeros((6, 6)))
    scale = PhotoScale(Scale.on(plane, Source.MARKER, "", (260, 260)), "marker")
    across_y, across_x = describe_findings((level, upright), (260, 260), scale, None)["findings"]
    assert across_y["width_median_mm"] == pytest.approx(12, rel=0.03)
    assert across_x["width_median_mm"] == pytest.approx(6, rel=0.03)
    assert across_y["length_mm"] == pytest.approx(220, rel=0.02)
    assert across_x["length_mm"] == pytest.approx(300, rel=0.02)


def test_predict_and_measure_say_the_same(files, darkness):  # noqa: F811
    words = ("--mm-per-pixel", "0.2", "--plain", "--threshold", "0.4")
    assert predict(darkness, files / "photo.png", "--out", files / "out", *words) == 0
    predicted = json.loads((files / "out" / "photo.json").read_text())
    measured = measure(files, files / "out" / "photo.probability.png", "--photo", files / "photo.png", *words)
    assert predicted["findings"]
    for name in ("findings", "totals", "scale", "floor_px", "floor_mm", "width", "height"):
        assert predicted[name] == measured[name], name


def test_nothing_found_is_said(files, capsys):
    Image.new("L", (50, 40)).save(files / "empty.png")
    report = measure(files, files / "empty.png", "--mm-per-pixel", "1")
    assert report["findings"] == [] and report["totals"]["length_mm"] == 0
    assert capsys.readouterr().out.startswith("No cracks.")


def test_json_goes_to_standard_output_where_asked(files, capsys):
    assert main(["measure", str(files / "mask.png"), "--json", "-"]) == 0
    assert len(json.loads(capsys.readouterr().out)["findings"]) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["missing.png"], "no such file"),
        (["text.png"], "not a whole JPEG"),
        (["colour.png"], "colour picture"),
        (["white.png"], "invert it"),
        (["ones.png"], "multiply it by 255"),
        (["mask.png", "--photo", "small.png"], "Give the map of this very photo"),
        (["mask.png", "--photo", "missing.png"], "no such file"),
    ],
)
def test_bad_input_is_refused_with_its_cure(files, capsys, monkeypatch, words, says):
    monkeypatch.chdir(files)
    (files / "text.png").write_text("no picture")
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 60, 3), np.uint8)).save(files / "colour.png")
    Image.new("L", (60, 60), 255).save(files / "white.png")
    Image.fromarray(np.asarray(Image.open(files / "mask.png")) // 255).save(files / "ones.png")
    Image.new("RGB", (60, 60)).save(files / "small.png")
    assert main(["measure", *words]) == 1
    said = capsys.readouterr()
    assert says in said.err and words[-1] in said.err and said.out == ""


@pytest.mark.parametrize("words", [[], ["m.png", "--threshold", "2"], ["m.png", "--mm-per-pixel", "-1"]])
def test_called_wrongly_it_says_how(words, capsys):
    with pytest.raises(SystemExit) as left:
        main(["measure", *words])
    assert left.value.code == 2 and "usage:" in capsys.readouterr().err
