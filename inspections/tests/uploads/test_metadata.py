"""What a photo says about itself is cleaned, bounded and never believed blindly."""

import io
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from inspections.tests.uploads.blocks import (
    ASCII,
    BYTE,
    LONG,
    RATIONAL,
    SHORT,
    SIGNED_RATIONAL,
    UNDEFINED,
    exif_block,
    header,
    with_segment,
)
from inspections.tests.uploads.corpus import encode, jpeg
from inspections.uploads import examine_photo

DRONE = Path(__file__).parents[4] / "shared" / "data" / "drone" / "DJI_0018.JPG"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
NORTH_EAST = {
    1: (ASCII, b"N\0"),
    2: (RATIONAL, (48, 1, 8, 1, 1420, 100)),
    3: (ASCII, b"E\0"),
    4: (RATIONAL, (11, 1, 34, 1, 3000, 100)),
}


def examine(*, image=None, exif=None, gps=None, order="<", xmp=None, kind="JPEG"):
    data = encode(kind, exif=exif_block(image, exif, gps, order=order))
    if xmp is not None:
        data = with_segment(data, 0xE1, XMP + xmp)
    return examine_photo(io.BytesIO(data), name="photo")


def codes(facts):
    return [warning["code"] for warning in facts.warnings]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_camera_lens_and_exposure_are_read(kind, order):
    facts = examine(
        kind=kind,
        order=order,
        image={0x010F: (ASCII, b"SONY\0"), 0x0110: (ASCII, b"ILCE-7RM4\0"), 0x0131: (ASCII, b"v1.2\0")},
        exif={
            0x829A: (RATIONAL, (1, 500)),
            0x829D: (RATIONAL, (56, 10)),
            0x8827: (SHORT, (200,)),
            0x9204: (SIGNED_RATIONAL, (-1, 3)),
            0x920A: (RATIONAL, (350, 10)),
            0xA405: (SHORT, (35,)),
            0xA20E: (RATIONAL, (2661, 1)),
            0xA20F: (RATIONAL, (2661, 1)),
            0xA210: (SHORT, (3,)),
            0xA434: (ASCII, b"FE 35mm F1.8\0"),
        },
    )
    assert (facts.camera_make, facts.camera_model) == ("SONY", "ILCE-7RM4")
    assert facts.metadata["camera"]["lens_model"] == "FE 35mm F1.8"
    assert facts.metadata["exposure"] == {
        "time_s": 0.002,
        "f_number": 5.6,
        "iso": 200,
        "bias_ev": pytest.approx(-1 / 3),
        "focal_length_mm": 35.0,
        "focal_length_35mm_mm": 35,
        "sensor_x_px_per_mm": pytest.approx(266.1),
        "sensor_y_px_per_mm": pytest.approx(266.1),
    }
    assert facts.warnings == []


def test_a_tiffs_own_directory_is_its_exif():
    facts = examine(kind="TIFF", image={0x010F: (ASCII, b"Hasselblad\0"), 0x0132: (ASCII, b"2024:05:06 07:08:09\0")})
    assert facts.camera_make == "Hasselblad"
    assert facts.taken_at == datetime(2024, 5, 6, 7, 8, 9)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b"+02:00", timezone(timedelta(hours=2))),
        (b"-03:30", timezone(-timedelta(hours=3, minutes=30))),
        (b"Z", UTC),
        (b"+99:00", None),
        (b"   :  ", None),
        (b"", None),
    ],
)
def test_a_time_is_aware_only_where_the_camera_says_its_offset(written, expected):
    facts = examine(
        exif={
            0x9003: (ASCII, b"2026:05:04 10:20:30\0"),
            0x9011: (ASCII, written + b"\0"),
            0x9291: (ASCII, b"25\0"),
        }
    )
    assert facts.taken_at == datetime(2026, 5, 4, 10, 20, 30, 250_000, tzinfo=expected)
    assert facts.taken_at.tzinfo == expected
    assert facts.metadata["taken_at"] == {
        "local": "2026-05-04T10:20:30.250000",
        "utc_offset": written.decode() if expected else None,
        "tag": "DateTimeOriginal",
    }


@pytest.mark.parametrize(
    ("written", "warned"),
    [
        (b"0000:00:00 00:00:00", []),
        (b"    :  :     :  :  ", []),
        (b"2026:13:40 10:20:30", ["bad_metadata"]),
        (b"yesterday", ["bad_metadata"]),
    ],
)
def test_a_clock_that_was_not_set_gives_no_time(written, warned):
    facts = examine(exif={0x9003: (ASCII, written + b"\0")})
    assert (facts.taken_at, codes(facts)) == (None, warned)
    assert "taken_at" not in facts.metadata


def test_the_time_of_digitising_and_of_change_stand_in_for_the_time_taken():
    changed = {0x0132: (ASCII, b"2026:01:01 00:00:00\0")}
    digitised = {0x9004: (ASCII, b"2025:01:01 00:00:00\0")}
    assert examine(image=changed).metadata["taken_at"]["tag"] == "DateTime"
    assert examine(image=changed, exif=digitised).taken_at == datetime(2025, 1, 1)


@pytest.mark.parametrize(
    ("refs", "signs"),
    [((b"N", b"E"), (1, 1)), ((b"S", b"E"), (-1, 1)), ((b"N", b"W"), (1, -1)), ((b"s", b"w"), (-1, -1))],
)
def test_a_position_has_the_sign_of_its_hemisphere(refs, signs):
    gps = {**NORTH_EAST, 1: (ASCII, refs[0] + b"\0"), 3: (ASCII, refs[1] + b"\0")}
    facts = examine(gps=gps)
    assert facts.latitude == pytest.approx(signs[0] * (48 + 8 / 60 + 14.2 / 3600))
    assert facts.longitude == pytest.approx(signs[1] * (11 + 34 / 60 + 30 / 3600))
    assert facts.warnings == []


@pytest.mark.parametrize(
    "wrong",
    [
        {2: (RATIONAL, (999, 1, 0, 1, 0, 1))},
        {2: (RATIONAL, (48, 0, 8, 1, 0, 1))},
        {4: (RATIONAL, (180, 1, 0, 1, 1, 1))},
        {2: (RATIONAL, (0, 1, 0, 1, 0, 1)), 4: (RATIONAL, (0, 1, 0, 1, 0, 1))},
        {1: (ASCII, b"X\0")},
        {3: (ASCII, b"\0\0")},
        {4: (SIGNED_RATIONAL, (-11, 1, 0, 1, 0, 1))},
        {2: (12, (float("nan"),))},
        {4: (12, (float("inf"),))},
    ],
)
def test_an_impossible_position_is_left_out_with_a_warning(wrong):
    facts = examine(gps={**NORTH_EAST, **wrong})
    assert (facts.latitude, facts.longitude, codes(facts)) == (None, None, ["bad_gps"])
    assert "gps" not in facts.metadata


def test_half_a_position_is_none():
    facts = examine(gps={1: NORTH_EAST[1], 2: NORTH_EAST[2]})
    assert (facts.latitude, facts.longitude, codes(facts)) == (None, None, ["bad_gps"])


def test_no_position_is_no_warning():
    facts = examine(gps={29: (ASCII, b"2026:05:04\0")})
    assert (facts.latitude, facts.warnings) == (None, [])


@pytest.mark.parametrize(
    ("reference", "value", "expected"),
    [(0, (3500, 10), 350.0), (1, (40, 1), -40.0), (0, (99_999, 1), None), (0, (1, 0), None), (1, (9000, 1), None)],
)
def test_altitude_is_above_sea_level_and_believable(reference, value, expected):
    facts = examine(gps={**NORTH_EAST, 5: (BYTE, (reference,)), 6: (RATIONAL, value)})
    assert facts.altitude_m == expected
    assert codes(facts) == ([] if expected is not None else ["bad_gps"])
    assert facts.latitude is not None


def test_texts_are_cleaned_but_not_escaped():
    facts = examine(
        image={
            0x010E: (ASCII, b"<script>alert(1)</script>\0"),
            0x010F: (ASCII, b"=cmd|' /C calc'!A0\0junk behind it"),
            0x0110: (ASCII, "Müller\u202egnp.exe\u200b".encode() + b"\x07\x1b[31m\0"),
            0x013B: (ASCII, b"M\xfcller \xff\0"),
            0x8298: (ASCII, b"line one\r\nline\ttwo\0"),
        }
    )
    assert facts.camera_make == "=cmd|' /C calc'!A0"
    assert facts.camera_model == "Müllergnp.exe[31m"
    assert facts.metadata["text"] == {
        "description": "<script>alert(1)</script>",
        "artist": "Müller ÿ",
        "copyright": "line one line two",
    }
    assert facts.warnings == []


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"ASCII\0\0\0" + b"x" * 60_000, "x" * 255),
        (b"UNICODE\0" + "Pfeiler Süd".encode("utf-16-le"), "Pfeiler Süd"),
        (b"UNICODE\0" + b"\x00\xd8" * 40, ""),
        (b"\0" * 8 + "北側".encode(), "北側"),
        (b"ASCII\0\0\0" + "ü".encode() * 2000, "ü" * 255),
        (b"\0" * 64, ""),
        (b"ASC", ""),
    ],
)
def test_a_comment_is_decoded_and_cut(raw, shown):
    facts = examine(exif={0x9286: (UNDEFINED, raw)})
    assert facts.metadata.get("text", {}).get("comment", "") == shown
    assert facts.warnings == []


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"II*\0",
        b"nonsense, not a TIFF header",
        header(60_000),
        header(8) + b"\xff\xff" + bytes(40),
        exif_block({0x010F: (ASCII, b"Hairline\0"), 0x8769: (LONG, (4_000_000_000,))}),
        exif_block({0x010F: (ASCII, b"Hairline\0")})[:-5],
    ],
)
def test_broken_exif_warns_and_never_refuses(block):
    facts = examine_photo(io.BytesIO(with_segment(jpeg(), 0xE1, b"Exif\0\0" + block)), name="photo")
    assert codes(facts) == (["bad_metadata"] if block else [])
    assert (facts.width, facts.height) == (96, 72)


def test_what_can_be_read_of_broken_exif_is_kept():
    facts = examine(image={0x010F: (ASCII, b"Hairline\0"), 0x8769: (LONG, (4_000_000_000,))})
    assert (facts.camera_make, codes(facts)) == ("Hairline", ["bad_metadata"])


def packet(inside, attributes=b""):
    return (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/" '
        + attributes
        + b">"
        + inside
        + b"</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end='w'?>\0\0"
    )


ATTRIBUTES = (
    b'drone-dji:RelativeAltitude="+39.80" drone-dji:GimbalPitchDegree="-89.90" drone-dji:RtkFlag="50" '
    b'drone-dji:CalibratedFocalLength="3666.666504" drone-dji:LRFTargetDistance="12.5" drone-dji:LRFStatus="Normal" '
    b'drone-dji:SomethingNew="7"'
)
ELEMENTS = (
    b"<drone-dji:RelativeAltitude>+39.80</drone-dji:RelativeAltitude>"
    b"<drone-dji:GimbalPitchDegree>-89.90</drone-dji:GimbalPitchDegree>"
    b"<drone-dji:RtkFlag>50</drone-dji:RtkFlag>"
    b"<drone-dji:CalibratedFocalLength>3666.666504</drone-dji:CalibratedFocalLength>"
    b"<drone-dji:LRFTargetDistance>12.5</drone-dji:LRFTargetDistance>"
    b"<drone-dji:LRFStatus>Normal</drone-dji:LRFStatus>"
)


@pytest.mark.parametrize("xmp", [packet(b"", ATTRIBUTES), packet(ELEMENTS)])
def test_a_drones_attitude_is_read_from_attributes_and_elements(xmp):
    facts = examine(xmp=xmp)
    assert facts.metadata["drone"] == {
        "relative_altitude_m": 39.8,
        "gimbal_pitch_deg": -89.9,
        "rtk_flag": 50.0,
        "calibrated_focal_length_px": 3666.666504,
        "lrf_target_distance_m": 12.5,
        "lrf_status": "Normal",
    }
    assert facts.warnings == []


def test_a_packet_whose_wrapping_was_mangled_is_still_read():
    facts = examine(xmp=packet(b"", ATTRIBUTES)[1:])
    assert facts.metadata["drone"]["relative_altitude_m"] == 39.8
    assert facts.warnings == []


BILLION_LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><x:xmpmeta '
    b'xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>'
)
EXTERNAL = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


@pytest.mark.parametrize(
    "xmp",
    [
        b"not xml",
        b"<x:xmpmeta>",
        b"<!DOCTYPE x><x/>",
        BILLION_LAUGHS,
        EXTERNAL,
        b'<?xml version="1.0" encoding="klingon"?><x/>',
        b"<a>" * 20_000,
        packet(b"", b'drone-dji:RelativeAltitude="NaN"'),
        packet(b"", b'drone-dji:RelativeAltitude="high"'),
    ],
)
def test_broken_xmp_warns_and_never_refuses(xmp):
    facts = examine(xmp=xmp)
    assert codes(facts) == ["bad_metadata"]
    assert "drone" not in facts.metadata


def test_deeply_nested_xmp_is_survived():
    facts = examine(xmp=b"<a>" * 9000 + b"</a>" * 9000)
    assert facts.warnings == []


def test_the_document_is_small_json_whatever_the_photo_says():
    long = (ASCII, "😀".encode() * 15_000 + b"\0")
    texts = packet(b"", b'drone-dji:DewarpData="' + b"9" * 60_000 + b'"')
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298):
        facts = examine(image={tag: long}, xmp=texts)
        assert len(json.dumps(facts.metadata)) < 64_000 / 8
        assert all(
            len(text) <= 255 for group in facts.metadata.values() for text in group.values() if str(text) == text
        )
        json.loads(json.dumps(facts.metadata, allow_nan=False))
    short = (ASCII, "😀".encode() * 500 + b"\0")
    facts = examine(
        image=dict.fromkeys((0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298), short),
        exif=dict.fromkeys((0x9286, 0xA431, 0xA433, 0xA434), short),
        xmp=texts,
    )
    assert len(facts.camera_make) == 255
    assert len(json.dumps(facts.metadata)) < 64_000


def test_a_real_drone_photo():
    if not DRONE.exists():
        pytest.skip(f"{DRONE} is not there")
    with DRONE.open("rb") as file:
        facts = examine_photo(file, name=DRONE.name)
    assert (facts.camera_make, facts.camera_model) == ("DJI", "FC300S")
    assert (facts.latitude, facts.longitude) == (pytest.approx(46.8426, abs=1e-4), pytest.approx(-91.9946, abs=1e-4))
    assert facts.altitude_m == pytest.approx(198.309)
    assert facts.taken_at == datetime(2016, 6, 23, 16, 31, 59)
    assert facts.metadata["exposure"]["focal_length_35mm_mm"] == 20
    assert facts.metadata["drone"]["gimbal_pitch_deg"] == -89.9
    assert codes(facts) == ["extra_images"]
