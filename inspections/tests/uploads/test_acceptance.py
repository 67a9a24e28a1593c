"""What is a photo is accepted, and its facts are right."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from inspections.errors import InspectionError
from inspections.tests.uploads.blocks import SHORT, exif_block, png_file, tiff_file, with_chunk, with_segment
from inspections.tests.uploads.corpus import GOOD, HEIGHT, HTML, WIDTH, ZIP, encode, jpeg, mpo
from inspections.uploads import examine_photo

PHOTOS = Path(__file__).parents[4] / "shared" / "data"
MODES = {"I;16": "L", "I;16B": "L"}


def examine(data, name="photo"):
    return examine_photo(io.BytesIO(data), name=name)


def codes(facts):
    return [warning["code"] for warning in facts.warnings]


@pytest.mark.parametrize("what", GOOD)
def test_record_and_decoder_agree_on_every_good_file(what):
    data = GOOD[what]()
    facts = examine(data)
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "TIFF", "WEBP")) as image:
        image.load()
        assert facts.format == ("JPEG" if image.format == "MPO" else image.format)
        assert facts.mode == MODES.get(image.mode, image.mode)
        upright = image.size
        if facts.format != "TIFF" and image.getexif().get(0x0112, 1) >= 5:
            upright = upright[::-1]
        assert (facts.width, facts.height) == upright
        assert facts.orientation == image.getexif().get(0x0112, 1) or facts.format == "TIFF"


@pytest.mark.parametrize(
    ("what", "mode", "depth", "converted_from"),
    [
        ("jpeg", "RGB", 8, ""),
        ("grey jpeg", "L", 8, "L"),
        ("cmyk jpeg", "CMYK", 8, "CMYK"),
        ("palette png", "P", 8, "P"),
        ("bilevel png", "1", 1, "1"),
        ("grey png with alpha", "LA", 8, "LA"),
        ("png with alpha", "RGBA", 8, "RGBA"),
        ("png with a transparent colour", "RGB", 8, "RGB"),
        ("grey 16-bit png", "L", 16, "L"),
        ("16-bit png", "RGB", 16, ""),
        ("16-bit tiff", "L", 16, "L"),
        ("16-bit colour tiff", "RGB", 16, ""),
        ("cmyk tiff", "CMYK", 8, "CMYK"),
        ("bilevel tiff", "1", 1, "1"),
        ("webp with alpha", "RGBA", 8, "RGBA"),
        ("lossless webp with alpha", "RGBA", 8, "RGBA"),
    ],
)
def test_other_kinds_of_pixels_are_accepted_and_named(what, mode, depth, converted_from):
    facts = examine(GOOD[what]())
    assert (facts.mode, facts.bit_depth, facts.converted_from) == (mode, depth, converted_from)


@pytest.mark.parametrize(
    ("kind", "extension", "suffixes"),
    [
        ("JPEG", "jpg", ["jpg", "JPG", "jpeg", "jpe", "jfif"]),
        ("PNG", "png", ["png", "PNG"]),
        ("TIFF", "tif", ["tif", "tiff", "TIF"]),
        ("WEBP", "webp", ["webp"]),
    ],
)
def test_a_fitting_name_gives_no_warning_and_the_real_type_names_the_file(kind, extension, suffixes):
    for name in [*(f"photo.{suffix}" for suffix in suffixes), "photo"]:
        facts = examine(encode(kind), name)
        assert (facts.format, facts.extension, facts.warnings) == (kind, extension, [])


def test_a_png_named_jpg_is_a_png_with_a_warning():
    facts = examine(encode("PNG"), "pier.JPG")
    assert (facts.format, facts.extension, facts.display_name) == ("PNG", "png", "pier.JPG")
    assert facts.warnings == [
        {
            "code": "extension_mismatch",
            "detail": "The name ends in .jpg, but the file is a PNG image. It is stored as PNG.",
        }
    ]


def test_156_megapixels_are_accepted_though_pillow_would_warn():
    facts = examine(png_file(13_000, 12_000, 1, 0), "wall.png")
    assert (facts.width, facts.height, facts.warnings) == (13_000, 12_000, [])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_width_and_height_are_those_of_the_upright_photo(kind, orientation):
    facts = examine(encode(kind, exif=exif_block({0x0112: (SHORT, (orientation,))})))
    assert facts.orientation == orientation
    assert (facts.width, facts.height) == ((HEIGHT, WIDTH) if orientation >= 5 else (WIDTH, HEIGHT))
    assert facts.warnings == []


@pytest.mark.parametrize("value", [(0,), (9,), (99,), (6, 6)])
def test_an_impossible_orientation_is_ignored_with_a_warning(value):
    facts = examine(jpeg(exif=exif_block({0x0112: (SHORT, value)})))
    assert (facts.orientation, facts.width, codes(facts)) == (1, WIDTH, ["bad_orientation"])


def test_the_orientation_in_xmp_counts_where_exif_is_silent():
    packet = (
        b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/>'
    )
    data = with_segment(jpeg(), 0xE1, packet)
    with Image.open(io.BytesIO(data)) as image:
        assert image.getexif()[0x0112] == 6
    facts = examine(data)
    assert (facts.orientation, facts.width, codes(facts)) == (6, HEIGHT, ["bad_metadata"])


def test_exif_in_an_old_png_counts_as_the_decoder_counts_it():
    profile = exif_block({0x0112: (SHORT, (6,))}).hex().encode()
    text = b"Raw profile type exif\0\nexif\n%8d\n%s\n" % (len(profile) // 2, profile)
    data = with_chunk(encode("PNG"), b"tEXt", text)
    with Image.open(io.BytesIO(data)) as image:
        assert image.getexif()[0x0112] == 6
    assert examine(data).orientation == 6


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("tail", [HTML, ZIP, b"\0" * 2048, b"Samsung\0\0SEFT"])
def test_what_follows_the_picture_is_allowed_with_a_warning(kind, tail):
    facts = examine(encode(kind) + tail)
    assert facts.warnings == [
        {
            "code": "trailing_data",
            "detail": f"Bytes after the end of the picture: {len(tail)}. They stay in the original and are never read.",
        }
    ]


def test_of_several_pictures_in_a_jpeg_the_first_counts():
    facts = examine(mpo())
    assert (facts.format, facts.width, facts.height) == ("JPEG", WIDTH, HEIGHT)
    assert facts.warnings == [
        {"code": "extra_images", "detail": "The file holds 2 pictures. Only the first is analysed."}
    ]


def test_fill_bytes_and_junk_between_segments_are_stepped_over():
    data = jpeg()
    assert examine(data[:2] + b"\xff\xff\xff" + data[2:]).width == WIDTH
    assert examine(data[:20] + b"junk" + data[20:]).width == WIDTH


def test_tiles_are_checked_like_strips():
    tiles = {"t273": None, "t278": None, "t279": None, "t322": (SHORT, (64,)), "t323": (SHORT, (64,))}
    data = bytes(64 * 64 * 3 * 2)
    places = {"t324": (4, (8, 8 + 64 * 64 * 3)), "t325": (4, (64 * 64 * 3,) * 2)}
    assert examine(tiff_file(data, **tiles, **places)).width == 80
    with pytest.raises(InspectionError, match="incomplete"):
        examine(tiff_file(data[:-9000], **tiles, **places))


def test_every_real_photo_is_accepted():
    photos = sorted(PHOTOS.glob("drone/*")) + sorted(PHOTOS.glob("photos/*/*"))
    photos += sorted(PHOTOS.glob("*/images/*"))[::40] + sorted(PHOTOS.glob("*/masks/*"))[::40]
    if not photos:
        pytest.skip(f"no photos in {PHOTOS}")
    refused = {}
    for path in photos:
        with path.open("rb") as file:
            try:
                facts = examine_photo(file, name=path.name)
            except InspectionError as error:
                refused[path.name] = error.code
                continue
        with Image.open(path) as image:
            assert sorted((facts.width, facts.height)) == sorted(image.size)
        assert os.path.basename(path) == facts.display_name
    assert refused == {}
