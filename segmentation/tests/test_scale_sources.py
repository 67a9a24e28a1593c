"""Every source of scale but markers: what is believed, what is not and why, and what a person can force."""

import io
import json
import math
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import IFDRational

from segmentation.errors import UnreadableImage
from segmentation.scale import (
    Distance,
    Given,
    KnownLength,
    PhotoMetadata,
    Scale,
    ScaleResult,
    Source,
    Surface,
    find_scale,
    read_metadata,
    width_in_mm,
)

DRONE = Path(__file__).parents[3] / "shared" / "data" / "drone"
FOCAL, PLANE_X, PLANE_Y, PLANE_UNIT, F35, ZOOM, SUBJECT = 0x920A, 0xA20E, 0xA20F, 0xA210, 0xA405, 0xA404, 0x9206
WIDE, HIGH, ORIENTATION = 0xA002, 0xA003, 0x0112
SIZE = (4000, 3000)
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/"{attributes}>{elements}</rdf:Description>'
    "</rdf:RDF></x:xmpmeta>"
)
LASER = {"LRFTargetDistance": "3.0", "LRFStatus": "Normal", "CalibratedFocalLength": "3000.0"}
PHONE = {"focal_length_35mm_mm": 26.0}


def packet(facts, *, as_elements=False):
    attributes = "" if as_elements else "".join(f' drone-dji:{name}="{value}"' for name, value in facts.items())
    elements = "".join(f"<drone-dji:{n}>{v}</drone-dji:{n}>" for n, v in facts.items()) if as_elements else ""
    return XMP.format(attributes=attributes, elements=elements).encode()


def photo(*, size=(400, 300), exif=None, xmp=None, orientation=None, kind="JPEG"):
    tags = Image.Exif()
    if orientation is not None:
        tags[ORIENTATION] = orientation
    tags.get_ifd(0x8769).update(exif or {})
    stream = io.BytesIO()
    options = {"exif": tags.tobytes()}
    if xmp is not None and kind == "PNG":
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode())
    elif xmp is not None and kind == "TIFF":
        options = {"tiffinfo": {700: xmp}}
    elif xmp is not None:
        options["xmp"] = xmp
    Image.new("RGB", size, "grey").save(stream, kind, **options)
    stream.seek(0)
    return stream


def metadata(**facts):
    return PhotoMetadata(SIZE, **facts)


def sources(result):
    return [tried.source for tried in result.tried]


def reason(result, source):
    return next(tried.reason for tried in result.tried if tried.source is source)


# --- one source at a time ---------------------------------------------------------------------------------------------

LASER_PHOTO = {"laser_distance_m": 3.0, "laser_status": "Normal", "calibrated_focal_length_px": 3000.0}


@pytest.mark.parametrize(
    ("facts", "given", "source", "mm_per_px"),
    [
        (LASER_PHOTO, Given(), Source.LASER, 1.0),
        (PHONE, Given(photo_distance=Distance(0.3)), Source.PHOTO_DISTANCE, 300 * 43.267 / (26 * 5000)),
        (PHONE, Given(survey_distance=Distance(1.0)), Source.SURVEY_DISTANCE, 1000 * 43.267 / (26 * 5000)),
        (
            {"focal_length_mm": 12.0, "plane_px_per_mm": (300.0, 300.0)},
            Given(photo_distance=Distance(3.6)),
            Source.PHOTO_DISTANCE,
            1.0,
        ),
        ({}, Given(known_length=KnownLength((1000, 1500), (1800, 1500), 400.0)), Source.KNOWN_LENGTH, 0.5),
        ({**PHONE, "subject_distance_m": 1.5}, Given(), Source.SUBJECT_DISTANCE, 1500 * 43.267 / (26 * 5000)),
    ],
)
def test_each_source_gives_its_scale(facts, given, source, mm_per_px):
    result = find_scale(metadata(**facts), given=given)
    assert result.scale.source is source
    assert result.scale.mm_per_px == pytest.approx(mm_per_px, rel=0.002)
    assert sources(result) == list(Source)[: list(Source).index(source)]
    assert all(tried.reason.endswith(".") for tried in result.tried)
    assert result.scale.note


def test_the_order_is_the_one_promised_and_any_source_can_be_forced():
    everything = metadata(**LASER_PHOTO, **PHONE, subject_distance_m=3.0)
    length = KnownLength((1000, 1500), (2000, 1500), 1000.0)
    given = Given(photo_distance=Distance(3.0), survey_distance=Distance(3.0), known_length=length)
    result = find_scale(everything, given=given)
    assert result.scale.source is Source.LASER
    assert [other.source for other in result.others] == list(Source)[2:]
    for source in list(Source)[1:]:
        forced = Given(given.photo_distance, given.survey_distance, given.known_length, only=source)
        assert find_scale(everything, given=forced).scale.source is source


def test_a_source_that_contradicts_the_one_taken_is_told():
    given = Given(known_length=KnownLength((1000, 1500), (2000, 1500), 2000.0))
    result = find_scale(metadata(**LASER_PHOTO), given=given)
    assert result.scale.source is Source.LASER
    (conflict,) = result.conflicts
    assert "known length" in conflict and "cannot both be right" in conflict
    agreeing = Given(known_length=KnownLength((1000, 1500), (2000, 1500), 1010.0))
    assert find_scale(metadata(**LASER_PHOTO), given=agreeing).conflicts == ()


def test_without_any_source_there_are_pixels_only_and_six_reasons():
    result = find_scale(metadata())
    assert result.scale is None
    assert sources(result) == list(Source)
    assert len({tried.reason for tried in result.tried}) == 6


def test_the_height_above_take_off_is_never_a_distance():
    flown = metadata(relative_altitude_m=3.0, gimbal_pitch_deg=-90.0, calibrated_focal_length_px=3000.0, **PHONE)
    result = find_scale(flown, given=Given(surface=Surface.HORIZONTAL))
    assert result.scale is None
    file = photo(xmp=packet({"RelativeAltitude": "+3.00", "CalibratedFocalLength": "300"}))
    assert find_scale(file).scale is None


# --- laser ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_elements", [False, True])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_the_laser_range_is_read_from_attributes_and_elements(as_elements, kind):
    file = photo(xmp=packet(LASER | {"CalibratedFocalLength": "300"}, as_elements=as_elements), kind=kind)
    result = find_scale(file)
    assert result.scale.source is Source.LASER
    assert result.scale.mm_per_px == pytest.approx(10.0, rel=1e-6)


def test_the_uncertainty_of_the_laser_is_that_of_its_maker_and_the_tilt():
    scale = find_scale(metadata(**LASER_PHOTO)).scale
    by_hand = math.hypot((0.2 + 0.0015 * 3) / 3, 0.01, 1 / math.cos(math.radians(15)) - 1, 0.01)
    assert scale.u95_mm_per_px / scale.mm_per_px == pytest.approx(by_hand, rel=0.01)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"LRFStatus": "Range Over"}, "Range Over"),
        ({"LRFStatus": ""}, "does not say that it succeeded"),
        ({"LRFTargetDistance": "0"}, "no laser range"),
        ({"LRFTargetDistance": "-3"}, "no laser range"),
        ({"LRFTargetDistance": "NaN"}, "no laser range"),
        ({"LRFTargetDistance": "inf"}, "no laser range"),
        ({"LRFTargetDistance": "1e308"}, "no laser range"),
        ({"LRFTargetDistance": "99999"}, "cannot be"),
        ({"LRFTargetDistance": "3 m"}, "no laser range"),
        ({"LRFTargetDistance": "9" * 5000}, "no laser range"),
        ({"CalibratedFocalLength": "-300"}, "focal length"),
        ({"CalibratedFocalLength": "1e-9"}, "focal length"),
        ({"CalibratedFocalLength": "NaN"}, "focal length"),
    ],
)
def test_a_laser_range_that_cannot_be_is_not_used(facts, words):
    result = find_scale(photo(xmp=packet(LASER | {"CalibratedFocalLength": "300"} | facts)))
    assert result.scale is None
    assert words in reason(result, Source.LASER)


@pytest.mark.parametrize(
    "xmp",
    [
        b"",
        b"\0" * 100,
        b"<x:xmpmeta><broken</x:xmpmeta>",
        b"\xff\xfe" * 40,
        b'<!DOCTYPE a [<!ENTITY b "c">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>',
        b'<?xml version="1.0" encoding="no-such-code"?><a/>',
    ],
)
def test_hostile_and_broken_xmp_is_left_out(xmp):
    result = find_scale(photo(exif={F35: 26}, xmp=xmp), given=Given(photo_distance=Distance(1.0)))
    assert result.scale.source is Source.PHOTO_DISTANCE


def test_an_xmp_block_that_is_too_large_is_not_read():
    large = packet(LASER | {"Filler": "x" * 300_000})
    result = find_scale(photo(xmp=large, kind="PNG"))
    assert result.scale is None
    assert "larger than 256 kB" in result.notes[0]


def test_a_negative_focal_length_leaves_a_note():
    found = read_metadata(photo(xmp=packet({"CalibratedFocalLength": "-5", "LRFTargetDistance": "-1"})))
    assert found.calibrated_focal_length_px is None and found.laser_distance_m is None
    assert len(found.notes) == 2


# --- focal length -----------------------------------------------------------------------------------------------------


def focal_px(**facts):
    """From the scale at one metre."""
    size = facts.pop("size", None)
    found = find_scale(metadata(**facts), size=size, given=Given(photo_distance=Distance(1.0, 0.001)))
    return 1000 / found.scale.mm_per_px if found.scale else None


@pytest.mark.parametrize(
    ("facts", "px"),
    [
        ({"calibrated_focal_length_px": 3000.0, "recorded_size": SIZE}, 3000),
        ({"calibrated_focal_length_px": 3000.0, "recorded_size": (8000, 6000)}, 1500),
        ({"calibrated_focal_length_px": 3000.0, "recorded_size": (3000, 4000)}, 3000),
        ({"calibrated_focal_length_px": 3000.0, "size": (2000, 1500)}, 1500),
        ({"focal_length_35mm_mm": 26.0, "size": (2000, 1500)}, 26 * 2500 / 43.267),
        ({"focal_length_mm": 10.0, "plane_px_per_mm": (200.0, 202.0)}, 2010),
        ({"focal_length_mm": 10.0, "plane_px_per_mm": (200.0, 100.0)}, None),
        ({"calibrated_focal_length_px": 3000.0, "recorded_size": (6000, 3000)}, None),
        ({"focal_length_35mm_mm": 26.0, "digital_zoom": 2.0}, None),
        ({"focal_length_35mm_mm": 26.0, "digital_zoom": 1.0}, 26 * 5000 / 43.267),
        ({"focal_length_35mm_mm": 1e6}, None),
        ({"focal_length_mm": 4.0}, None),
        # Two that contradict each other: the equivalent is believed, since it survives zooming.
        ({"calibrated_focal_length_px": 9000.0, "focal_length_35mm_mm": 26.0}, 26 * 5000 / 43.267),
    ],
)
def test_the_focal_length_fits_the_photo_as_it_is_measured(facts, px):
    assert focal_px(**facts) == (pytest.approx(px, rel=0.001) if px else None)


def test_a_doubtful_focal_length_is_less_sure():
    given = Given(photo_distance=Distance(1.0, 0.001))
    sure = find_scale(metadata(**PHONE), given=given).scale
    doubtful = find_scale(metadata(**PHONE, calibrated_focal_length_px=9000.0), given=given).scale
    assert doubtful.u95_mm_per_px > 5 * sure.u95_mm_per_px
    assert "doubtful" in doubtful.note


def test_a_frame_of_another_shape_than_its_sensor_is_less_sure():
    given = Given(photo_distance=Distance(1.0, 0.001))
    whole = find_scale(PhotoMetadata((4000, 3000), **PHONE), given=given).scale
    wide = find_scale(PhotoMetadata((4000, 2250), **PHONE), given=given).scale
    # The equivalent refers to the sensor's diagonal (5000 px) or to the frame's (4589 px): both are covered.
    for diagonal in (5000, 4589):
        assert abs(1000 * 43.267 / (26 * diagonal) - wide.mm_per_px) < wide.u95_mm_per_px
    assert wide.u95_mm_per_px / wide.mm_per_px > whole.u95_mm_per_px / whole.mm_per_px


@pytest.mark.parametrize(
    ("exif", "name", "value"),
    [
        ({FOCAL: IFDRational(361, 100)}, "focal_length_mm", 3.61),
        ({FOCAL: IFDRational(0, 0)}, "focal_length_mm", None),
        ({F35: 24}, "focal_length_35mm_mm", 24.0),
        ({F35: 0}, "focal_length_35mm_mm", None),
        ({SUBJECT: IFDRational(150, 100)}, "subject_distance_m", 1.5),
        ({SUBJECT: IFDRational(0, 1)}, "subject_distance_m", None),
        ({SUBJECT: IFDRational(0xFFFFFFFF, 1)}, "subject_distance_m", None),
        ({SUBJECT: IFDRational(0xFFFFFFFF, 100)}, "subject_distance_m", None),
        ({PLANE_X: IFDRational(5080), PLANE_Y: IFDRational(5080), PLANE_UNIT: 2}, "plane_px_per_mm", (200.0, 200.0)),
        ({PLANE_X: IFDRational(2000), PLANE_Y: IFDRational(2000), PLANE_UNIT: 3}, "plane_px_per_mm", (200.0, 200.0)),
        ({PLANE_X: IFDRational(2000), PLANE_UNIT: 77}, "plane_px_per_mm", None),
        ({ZOOM: IFDRational(0, 0)}, "digital_zoom", None),
        ({ZOOM: IFDRational(3, 2)}, "digital_zoom", 1.5),
        ({WIDE: 4000, HIGH: 3000}, "recorded_size", (4000, 3000)),
        ({WIDE: 4000}, "recorded_size", None),
    ],
)
def test_exif_is_read_and_zeros_mean_unknown(exif, name, value):
    found = getattr(read_metadata(photo(exif=exif)), name)
    assert found == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG"])
@pytest.mark.parametrize(("orientation", "size"), [(1, (400, 300)), (3, (400, 300)), (6, (300, 400)), (99, (400, 300))])
def test_sizes_are_those_of_the_upright_photo(orientation, size, kind):
    found = read_metadata(photo(orientation=orientation, kind=kind))
    assert found.size == size
    assert found.orientation == (orientation if orientation < 9 else 1)


@pytest.mark.parametrize("data", [b"", b"no photo", b"\xff\xd8\xff\xe1\xff\xff"])
def test_what_is_no_photo_is_refused(data):
    with pytest.raises(UnreadableImage):
        find_scale(io.BytesIO(data))


def test_every_cut_of_the_metadata_is_survived():
    whole = photo(exif={F35: 26, FOCAL: IFDRational(4, 1)}, xmp=packet(LASER)).getvalue()
    for end in range(60, len(whole), 97):
        damaged = whole[:end] + bytes(len(whole) - end)
        try:
            found = read_metadata(io.BytesIO(damaged))
        except UnreadableImage:
            continue
        assert found.focal_length_35mm_mm in (26.0, None)


# --- tilt -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pitch", "surface", "tilt"),
    [
        (-30.0, Surface.VERTICAL, 30),
        (25.0, Surface.VERTICAL, 25),
        (-90.0, Surface.HORIZONTAL, 0),
        (-60.0, Surface.HORIZONTAL, 30),
        (50.0, Surface.HORIZONTAL, 40),
        (-30.0, None, 0),
    ],
)
def test_an_oblique_view_is_longer_along_the_slope_by_one_over_the_cosine(pitch, surface, tilt):
    scale = find_scale(metadata(**LASER_PHOTO, gimbal_pitch_deg=pitch), given=Given(surface=surface)).scale
    assert scale.at(2000, 1500, 0) == pytest.approx(1.0, rel=1e-6)
    assert scale.at(2000, 1500, 90) == pytest.approx(1 / math.cos(math.radians(tilt)), rel=1e-6)


@pytest.mark.parametrize(
    ("pitch", "surface", "upper_is_farther"),
    [
        (30.0, Surface.VERTICAL, True),
        (-30.0, Surface.VERTICAL, False),
        (-60.0, Surface.HORIZONTAL, True),
        (60.0, Surface.HORIZONTAL, False),
    ],
)
def test_the_far_side_of_an_oblique_view_is_the_right_one(pitch, surface, upper_is_farther):
    scale = find_scale(metadata(**LASER_PHOTO, gimbal_pitch_deg=pitch), given=Given(surface=surface)).scale
    assert (scale.at(2000, 100, 0) > scale.at(2000, 2900, 0)) is upper_is_farther
    # By hand: along the ray at dy px below the middle the wall is at Z / (1 + dy tan θ / f).
    slope = math.tan(math.radians(30)) / 3000 * (1 if upper_is_farther else -1)
    assert scale.at(2000, 500, 0) == pytest.approx(1 / (1 - 1000 * slope), rel=1e-6)


@pytest.mark.parametrize("pitch", [-80.0, 75.0])
def test_a_view_along_the_surface_is_refused_with_a_cure(pitch):
    result = find_scale(metadata(**LASER_PHOTO, gimbal_pitch_deg=pitch), given=Given(surface=Surface.VERTICAL))
    assert result.scale is None
    assert "more squarely" in reason(result, Source.LASER)


@pytest.mark.parametrize("facts", [{"gimbal_roll_deg": 90.0}, {"orientation": 6}, {"gimbal_pitch_deg": -120.0}])
def test_pitch_says_nothing_of_a_camera_on_its_side(facts):
    flown = {"gimbal_pitch_deg": -30.0} | facts
    scale = find_scale(metadata(**LASER_PHOTO, **flown), given=Given(surface=Surface.VERTICAL)).scale
    assert scale.at(2000, 1500, 90) == pytest.approx(1.0, rel=1e-6)
    assert "lay on its side" in scale.note


def test_uncertainty_grows_with_tilt_and_towards_the_sides():
    def share(pitch, x=2000.0):
        flown = metadata(**LASER_PHOTO, gimbal_pitch_deg=pitch)
        scale = find_scale(flown, given=Given(surface=Surface.VERTICAL)).scale
        return scale.u95_at(x, 1500, 90) / scale.at(x, 1500, 90)

    assert share(0) < share(-30) < share(-60)
    assert share(0, 3900) > 1.5 * share(0)


# --- known length -----------------------------------------------------------------------------------------------------


def test_the_uncertainty_of_a_known_length_is_that_of_the_clicks_the_tape_and_the_tilt():
    scale = find_scale(metadata(), given=Given(known_length=KnownLength((1900, 1500), (2100, 1500), 100.0))).scale
    by_hand = math.hypot(1.96 * math.sqrt(2) / 200, 0.01, 1 / math.cos(math.radians(15)) - 1, 0.01)
    along = scale.u95_at(2000, 1500, 0) / scale.at(2000, 1500, 0)
    assert along == pytest.approx(by_hand, rel=0.02)


@pytest.mark.parametrize("turned", [0, 30, 90])
def test_a_known_length_on_an_oblique_wall_gives_the_scale_of_the_wall(turned):
    """The length is what the plane of a laser photo says of it: both must then agree everywhere."""
    flown = metadata(**LASER_PHOTO, gimbal_pitch_deg=-40.0)
    by_laser = find_scale(flown, given=Given(surface=Surface.VERTICAL)).scale
    angle = math.radians(turned)
    start, stop = (1000.0, 800.0), (1000.0 + 900 * math.cos(angle), 800.0 + 900 * math.sin(angle))
    length = KnownLength(start, stop, by_laser.plane.distance(start, stop))
    given = Given(known_length=length, surface=Surface.VERTICAL, only=Source.KNOWN_LENGTH)
    by_length = find_scale(flown, given=given).scale
    for place in [(2000, 1500), (300, 2800), (3900, 100)]:
        for direction in (0, 50, 90):
            assert by_length.at(*place, direction) == pytest.approx(by_laser.at(*place, direction), rel=1e-6)


@pytest.mark.parametrize(
    "arguments",
    [
        ((0, 0), (5, 5), 10.0),
        ((0, 0), (100, 0), 0.0),
        ((0, 0), (100, 0), -5.0),
        ((0, 0), (100, 0), math.nan),
        ((0, 0), (math.nan, 0), 10.0),
        ((0, 0), (math.inf, 0), 10.0),
        ((0, 0), (100, 0), 10.0, 20.0),
    ],
)
def test_a_senseless_length_is_refused(arguments):
    with pytest.raises(ValueError, match=r"give|apart|must"):
        KnownLength(*arguments)


@pytest.mark.parametrize("arguments", [(0.0,), (-1.0,), (math.nan,), (5000.0,), (3.0, -1.0), (3.0, 4.0)])
def test_a_senseless_distance_is_refused(arguments):
    with pytest.raises(ValueError, match=r"give|must"):
        Distance(*arguments)


# --- widths and storing -----------------------------------------------------------------------------------------------


def test_a_width_has_the_uncertainty_of_its_edges_and_of_its_scale():
    scale = find_scale(metadata(**LASER_PHOTO)).scale
    width, u95 = width_in_mm(5.0, 0.6, scale, at=(2000, 1500), across_deg=0)
    share = scale.u95_at(2000, 1500, 0)
    assert width == pytest.approx(5.0)
    assert u95 == pytest.approx(5.0 * math.hypot(0.6 / 5, share))
    assert width_in_mm(5.0, 0.6, scale)[1] > u95
    assert width_in_mm(0.0, 0.6, scale, at=(2000, 1500), across_deg=0) == (0.0, pytest.approx(0.6))


def test_a_width_without_a_direction_covers_all_directions():
    flown = metadata(**LASER_PHOTO, gimbal_pitch_deg=-45.0)
    scale = find_scale(flown, given=Given(surface=Surface.VERTICAL)).scale
    width, u95 = width_in_mm(10.0, 0.0, scale, at=(2000, 1500))
    for direction in (0, 45, 90):
        assert abs(10 * scale.at(2000, 1500, direction) - width) < u95


def test_beyond_the_horizon_there_is_no_width():
    flown = metadata(
        laser_distance_m=3.0, laser_status="Normal", calibrated_focal_length_px=1500.0, gimbal_pitch_deg=60.0
    )
    scale = find_scale(flown, given=Given(surface=Surface.VERTICAL)).scale
    assert math.isnan(scale.at(2000, 0))
    assert width_in_mm(5.0, 0.5, scale, at=(2000, 0), across_deg=0) is None


@pytest.mark.parametrize("width", [(-1.0, 0.1), (math.nan, 0.1), (1.0, math.inf), (1.0, -0.1)])
def test_a_senseless_width_is_refused(width):
    with pytest.raises(ValueError, match="cannot be turned"):
        width_in_mm(*width, find_scale(metadata(**LASER_PHOTO)).scale)


def test_many_points_at_once_are_the_same_as_one_by_one():
    scale = find_scale(metadata(**LASER_PHOTO, gimbal_pitch_deg=-40.0), given=Given(surface=Surface.VERTICAL)).scale
    points, directions = [(100, 200), (2000, 1500), (3900, 2800)], [10, 80, 135]
    values, u95s = scale.along(points, directions)
    for point, direction, value, u95 in zip(points, directions, values, u95s, strict=True):
        assert (value, u95) == pytest.approx((scale.at(*point, direction), scale.u95_at(*point, direction)))


def test_a_result_survives_json():
    given = Given(known_length=KnownLength((0, 0), (100, 0), 50.0), surface=Surface.VERTICAL)
    result = find_scale(metadata(**LASER_PHOTO, gimbal_pitch_deg=-20.0), given=given)
    assert ScaleResult.from_facts(json.loads(json.dumps(result.to_facts()))) == result
    nothing = find_scale(metadata())
    assert ScaleResult.from_facts(json.loads(json.dumps(nothing.to_facts()))) == nothing


@pytest.mark.parametrize(
    "change",
    [
        {"mm_per_px": None},
        {"mm_per_px": -1.0},
        {"mm_per_px": "NaN"},
        {"source": "guess"},
        {"plane": {}},
        {"size": [0, 5]},
        {"plane": {"anchor": [0, 0], "numbers": [1, 2], "covariance": [[0]]}},
    ],
)
def test_facts_that_are_no_scale_are_refused(change):
    facts = find_scale(metadata(**LASER_PHOTO)).scale.to_facts() | change
    with pytest.raises(ValueError, match="not a scale"):
        Scale.from_facts(facts)


# --- real drone photos ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not DRONE.is_dir(), reason="the drone photos of ../shared/data are not here")
@pytest.mark.parametrize("name", ["DJI_0018.JPG", "DJI_0019.JPG"])
def test_a_real_drone_photo(name):
    found = read_metadata(DRONE / name)
    assert (found.size, found.model) == ((4000, 2250), "FC300S")
    assert found.relative_altitude_m > 10
    assert found.focal_length_35mm_mm == 20.0
    assert found.subject_distance_m is None and found.digital_zoom is None
    assert find_scale(found).scale is None
    scale = find_scale(found, given=Given(photo_distance=Distance(3.0, 0.01))).scale
    # A lens of 3.61 mm before a 1/2.3 inch sensor, 6.17 mm wide: 2340 px.
    assert abs(3000 / 2340 - scale.mm_per_px) < scale.u95_mm_per_px
